//! What a keeper remembers from one run to the next, in a file of its own beside the deployment's: how far it has
//! followed the chain, and which accounts and requests it has met there. It reads everything else from the chain again.
//!
//! A lock beside it (`FILE.lock`) keeps a second keeper of the same account and deployment out.

use crate::client::{
    backend::Hash,
    deployment::Deployment,
    files::{read_our_text, replace, unreadable, Lock},
    signer::{account, address, bytes32, hex},
};
use crate::keeper::known::{Known, Member, Request};
use anyhow::Result;
use ink::primitives::AccountId;
use interfaces::{obligation::Standing, RequestId, Timestamp};
use serde::{Deserialize, Serialize};
use std::{
    collections::BTreeMap,
    io::ErrorKind,
    path::{Path, PathBuf},
};

/// Changes with the layout of the file.
const FORMAT: u32 = 1;
/// This many of the blocks followed are remembered, to notice if the chain gets another history.
const TRAIL: usize = 64;

/// What a keeper remembers.
#[derive(Debug, Default)]
pub struct Memory {
    /// Some of the blocks followed, the latest last.
    pub trail: Vec<(u32, Hash)>,
    file: Option<(PathBuf, String, Lock)>,
}

impl Memory {
    /// A memory that is forgotten with the program.
    pub fn forgetful() -> Self {
        Self::default()
    }

    /// The memory of this account for this deployment, with what is known from it: nothing if the file is missing. If
    /// the file cannot be used, a text says why.
    ///
    /// # Errors
    /// If another keeper of the same account and deployment is at work, or files cannot be written.
    pub fn open(
        deployment_file: &Path,
        deployment: &Deployment,
        who: &AccountId,
    ) -> Result<(Self, Known, Option<String>)> {
        let path = deployment_file.with_extension(format!("keeper-{}.json", address(who)));
        let taken = format!("another keeper of {} is at work here ({}.lock is locked)", address(who), path.display());
        let lock = Lock::take(&path, |_| taken)?;
        let of = address(&deployment.market);
        let (read, word) =
            match read_our_text(&path) {
                Ok(text) => match serde_json::from_str::<Written>(&text).map_err(|error| error.to_string()).and_then(
                    |written| match (written.format, &written.market) {
                        (FORMAT, market) if *market == of => written.read(),
                        (FORMAT, _) => Err("it is of another market".into()),
                        (other, _) => Err(format!("it is of format {other}")),
                    },
                ) {
                    Ok(read) => (read, None),
                    Err(reason) => {
                        let word = format!("{} cannot be used ({reason}): starting again", path.display());
                        (Default::default(), Some(word))
                    }
                },
                Err(error) if error.kind() == ErrorKind::NotFound => Default::default(),
                Err(error) => return Err(unreadable(&path, error).into()),
            };
        let (trail, mut known) = read;
        known.forget_details();
        Ok((Self { trail, file: Some((path, of, lock)) }, known, word))
    }

    /// Notes that the chain was followed up to this block.
    pub fn has_followed(&mut self, number: u32, hash: Hash) {
        self.trail.retain(|(known, _)| *known < number);
        self.trail.push((number, hash));
        let surplus = self.trail.len().saturating_sub(TRAIL);
        self.trail.drain(..surplus);
    }

    /// Writes everything down, unless this memory is to be forgotten.
    pub fn keep(&self, known: &Known) -> Result<()> {
        let Some((path, market, _)) = &self.file else { return Ok(()) };
        replace(path, (serde_json::to_string_pretty(&Written::of(self, known, market))? + "\n").as_bytes())
    }
}

/// The file as it is written.
#[derive(Serialize, Deserialize)]
struct Written {
    format: u32,
    market: String,
    trail: Vec<(u32, String)>,
    /// The providers of each request, and the deadline of each if its offer set one.
    requests: BTreeMap<RequestId, BTreeMap<String, Option<Timestamp>>>,
    /// The members of the pool, and the standing of each that was latched last.
    members: BTreeMap<String, String>,
    terms_due: Option<Timestamp>,
    policy_due: Option<Timestamp>,
}

impl Written {
    fn of(memory: &Memory, known: &Known, market: &str) -> Self {
        let providers = |request: &Request| request.providers.iter().map(|(who, by)| (address(who), *by)).collect();
        Self {
            format: FORMAT,
            market: market.to_owned(),
            trail: memory.trail.iter().map(|(number, hash)| (*number, hex(hash))).collect(),
            requests: known.requests.iter().map(|(id, request)| (*id, providers(request))).collect(),
            members: known.members.iter().map(|(who, member)| (address(who), standing(member.latched))).collect(),
            terms_due: known.terms_due,
            policy_due: known.policy_due,
        }
    }

    fn read(self) -> Result<(Vec<(u32, Hash)>, Known), String> {
        let mut known = Known::default();
        (known.terms_due, known.policy_due) = (self.terms_due, self.policy_due);
        for (id, providers) in self.requests {
            let request = known.requests.entry(id).or_default();
            for (who, by) in providers {
                request.providers.insert(account(&who)?, by);
            }
        }
        for (who, latched) in self.members {
            let latched = [Standing::Healthy, Standing::Throttled, Standing::Banned]
                .into_iter()
                .find(|known| standing(*known) == latched)
                .ok_or_else(|| format!("`{latched}` is not a standing"))?;
            known.members.insert(account(&who)?, Member::new(latched));
        }
        let block = |(number, hash): (u32, String)| Some((number, bytes32(hash.strip_prefix("0x")?)?));
        let trail: Option<Vec<_>> = self.trail.into_iter().map(block).collect();
        Ok((trail.ok_or("a block's hash is none")?, known))
    }
}

fn standing(standing: Standing) -> String {
    format!("{standing:?}")
}
