//! A chain as an index reads it: block by block, and each contract as it was after a block.

use crate::client::{
    backend::{Backend, Error},
    deployment::Deployment,
};
use chain::Message;
use index::source::{self, Block, Case, Hash, Id, Organization, Source};
use ink::primitives::AccountId;
use interfaces::{
    market::{Policy, Review, Submission},
    obligation::{Capacity, Membership},
    reputation::Profile,
    Market as _, Obligation as _, Reputation as _, RequestId, SubmissionId,
};
use scale::{Decode, Encode};

/// A chain, and the contracts on it whose events are read.
pub struct Archive<'a> {
    backend: &'a dyn Backend,
    deployment: Deployment,
    organization: Organization,
}

/// What an index is of.
pub fn organization(backend: &dyn Backend, deployment: &Deployment) -> Organization {
    Organization {
        network: backend.network().name.clone(),
        genesis: backend.network().genesis,
        reputation: deployment.reputation,
        obligation: deployment.obligation,
        market: deployment.market,
        pool: deployment.pool,
        since: deployment.since,
    }
}

impl<'a> Archive<'a> {
    pub fn new(backend: &'a dyn Backend, deployment: Deployment) -> Self {
        let organization = organization(backend, &deployment);
        Self { backend, deployment, organization }
    }

    /// What a message returned after a block; `None` also where it was refused, as if there was nothing to read.
    fn read<Args: Encode, T: Decode, E: Decode>(
        &self,
        at: Id,
        message: Message<Args, Result<T, E>>,
    ) -> source::Answer<Option<T>> {
        let answered = self.backend.read_at(at.number, message).map_err(trouble)?;
        Ok(answered.and_then(Result::ok))
    }
}

fn trouble(error: Error) -> source::Error {
    match error {
        Error::ConnectionLost { .. } => source::Error::Lost(error.to_string()),
        // A node says so of blocks whose state it has discarded.
        Error::Rejected(reason) => source::Error::Forgotten(reason),
        error => source::Error::NotUnderstood(error.to_string()),
    }
}

impl Source for Archive<'_> {
    fn organization(&self) -> &Organization {
        &self.organization
    }

    fn head(&mut self) -> source::Answer<Id> {
        let head = self.backend.finalized().map_err(trouble)?;
        Ok(Id { number: head.number, hash: head.hash })
    }

    fn hash_of(&mut self, number: u32) -> source::Answer<Option<Hash>> {
        self.backend.hash_of(number).map_err(trouble)
    }

    fn block(&mut self, number: u32) -> source::Answer<Option<Block>> {
        let Some(told) = self.backend.told_in(number).map_err(trouble)? else { return Ok(None) };
        let events = self.deployment.addresses().events(&told.emitted);
        let id = Id { number, hash: told.block.hash };
        Ok(Some(Block { id, parent: told.parent, time: told.block.time, events }))
    }

    fn request(&mut self, at: Id, request: RequestId) -> source::Answer<Option<Case>> {
        let market = self.deployment.market();
        let Some((spec, state)) = self.read(at, market.request(request))? else { return Ok(None) };
        let engagement = match state.engagement {
            true => self.read(at, self.deployment.market().engagement(request))?,
            false => None,
        };
        Ok(Some(Case { spec, state, engagement }))
    }

    fn submission(
        &mut self,
        at: Id,
        request: RequestId,
        submission: SubmissionId,
    ) -> source::Answer<Option<Submission>> {
        self.read(at, self.deployment.market().submission(request, submission))
    }

    fn reviews(&mut self, at: Id, request: RequestId, submission: SubmissionId) -> source::Answer<Option<Vec<Review>>> {
        self.read(at, self.deployment.market().reviews(request, submission))
    }

    fn capacity(&mut self, at: Id) -> source::Answer<Option<Capacity>> {
        self.read(at, self.deployment.obligation().capacity(self.deployment.pool))
    }

    fn policy(&mut self, at: Id) -> source::Answer<Option<Policy>> {
        self.read(at, self.deployment.market().policy())
    }

    fn membership(&mut self, at: Id, who: AccountId) -> source::Answer<Option<Membership>> {
        self.read(at, self.deployment.obligation().membership(self.deployment.pool, who))
    }

    fn profile(&mut self, at: Id, who: AccountId) -> source::Answer<Option<Profile>> {
        self.backend.read_at(at.number, self.deployment.reputation().profile(who)).map_err(trouble)
    }

    fn posted(&mut self, at: Id) -> source::Answer<Option<RequestId>> {
        self.read(at, self.deployment.market().posted())
    }
}
