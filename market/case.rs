//! One request as a message works on it: its number, what was asked for, and its progress.

use crate::{
    market::{Market, Result},
    records::Work,
};
use ink::codegen::Env;
use interfaces::{
    ensure,
    market::{Engagement, Error, RequestSpec, RequestState, Submission, Verdict, MAX_LIST},
    RequestId, SubmissionId,
};

/// A request, loaded.
#[derive(Clone, Debug)]
pub struct Case {
    pub id: RequestId,
    pub spec: RequestSpec,
    pub state: RequestState,
}

impl Market {
    pub(crate) fn load(&self, id: RequestId) -> Result<Case> {
        self.opening()?;
        let state = self.states.get(id).ok_or(Error::UnknownRequest)?;
        let spec = self.specs.get(id).ok_or(Error::UnknownRequest)?;
        Ok(Case { id, spec, state })
    }

    pub(crate) fn load_for_requester(&self, id: RequestId) -> Result<Case> {
        let case = self.load(id)?;
        ensure!(self.env().caller() == case.state.requester, Error::NotRequester);
        Ok(case)
    }

    /// Stores how far the request is; what was asked for never changes.
    pub(crate) fn save(&mut self, case: &Case) {
        self.states.insert(case.id, &case.state);
    }

    /// The engagement of a request that is one.
    pub(crate) fn engagement_of(&self, case: &Case) -> Option<Engagement> {
        case.state.engagement.then(|| self.engagements.get(case.id)).flatten()
    }

    pub(crate) fn work(&self, request: RequestId, submission: SubmissionId) -> Result<Work> {
        self.submissions.get((request, submission)).ok_or(Error::UnknownSubmission)
    }

    pub(crate) fn delivery(&self, request: RequestId, submission: SubmissionId) -> Result<Submission> {
        self.work(request, submission).map(|work| work.delivery)
    }

    /// A submission that is open for review and has no verdict yet.
    pub(crate) fn work_in_review(&self, case: &Case, submission: SubmissionId) -> Result<Work> {
        let work = self.work(case.id, submission)?;
        ensure!(submission < case.state.opened, Error::NotOpened);
        ensure!(work.delivery.verdict == Verdict::Pending, Error::AlreadyFinalized);
        Ok(work)
    }
}

/// A list has 1 to 16 items.
pub fn ensure_list<T>(items: &[T]) -> Result<()> {
    ensure!((1..=MAX_LIST).contains(&items.len()), Error::InvalidBatch);
    Ok(())
}

/// What a list of upkeep came to: how many items were done, or why its first one was not.
#[derive(Default)]
pub struct Tried {
    done: u32,
    refused: Option<Error>,
}

impl Tried {
    /// Notes what became of the next item.
    pub fn note(&mut self, outcome: Result<()>) {
        match outcome {
            Ok(()) => self.done = self.done.saturating_add(1),
            Err(error) => {
                self.refused.get_or_insert(error);
            }
        }
    }

    /// If nothing was done, the first item was refused, and its error was noted first.
    pub fn done(self) -> Result<u32> {
        match self {
            Self { done: 0, refused: Some(error) } => Err(error),
            Self { done, .. } => Ok(done),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::escrow::tests::market;
    use interfaces::{market::EDITION, Market as _};

    #[ink::test]
    fn a_market_says_which_edition_of_the_protocol_it_is_of() {
        assert_eq!(market().edition(), EDITION);
    }

    #[test]
    fn a_list_has_at_least_one_item_and_at_most_sixteen() {
        let list = |items| ensure_list(&vec![(); items]);
        assert_eq!([1, 16].map(list), [Ok(()); 2]);
        assert_eq!([0, 17].map(list), [Err(Error::InvalidBatch); 2]);
    }

    #[test]
    fn upkeep_is_refused_as_its_first_item_was_if_nothing_could_be_done() {
        let tried = |outcomes: &[Result<()>]| {
            let mut tried = Tried::default();
            outcomes.iter().for_each(|outcome| tried.note(*outcome));
            tried.done()
        };
        let (early, settled) = (Err(Error::TooEarly), Err(Error::AlreadySettled));
        assert_eq!(tried(&[early, settled]), Err(Error::TooEarly));
        assert_eq!(tried(&[early, Ok(()), settled, Ok(())]), Ok(2));
        assert_eq!(tried(&[]), Ok(0));
    }
}
