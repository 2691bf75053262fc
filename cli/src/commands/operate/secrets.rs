//! The private file beside the deployment: scores and salts of reviews that are committed, and what was delivered under
//! a seal. Whoever loses it cannot reveal; whoever reads it knows scores before their time.
//!
//! An entry is written before its transaction is sent, so that nothing is lost if the program ends in between. An entry
//! whose transaction never arrived does no harm: what is on the chain says which one counts.

use crate::client::{
    files::{exposed, read_our_text, replace_private, Lock},
    signer::{address, bytes32, hex},
    unusable::Unusable,
};
use crate::commands::{operate::session::Session, options::warn};
use anyhow::{Context, Result};
use ink::primitives::{AccountId, Hash};
use interfaces::{
    market::{seal, Commitment, Reveal},
    RequestId, SubmissionId, Timestamp,
};
use serde::{Deserialize, Serialize};
use std::{
    io::ErrorKind,
    path::{Path, PathBuf},
};

/// Changes with the layout of the file.
const FORMAT: u32 = 2;
/// In this one the file held the secrets of one market alone.
const FORMAT_OF_ONE: u32 = 1;

/// What the file holds; it is ours alone as long as this lives.
pub struct Secrets {
    path: PathBuf,
    kept: Kept,
    /// The chain and the market that are used.
    genesis: String,
    market: String,
    /// Whether nothing is to change.
    dry_run: bool,
    _lock: Lock,
}

/// The file as it is written. It may hold secrets of several markets, on several chains; those of others are left as
/// they are.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Kept {
    format: u32,
    markets: Vec<OfMarket>,
}

/// The secrets of one market.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct OfMarket {
    genesis: String,
    market: String,
    reviews: Vec<KeptReview>,
    deliveries: Vec<KeptDelivery>,
}

/// The file in the format of one market.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct KeptOfOne {
    #[serde(rename = "format")]
    _format: u32,
    genesis: String,
    market: String,
    reviews: Vec<KeptReview>,
    deliveries: Vec<KeptDelivery>,
}

/// All that is read of a file before its format is known.
#[derive(Deserialize)]
struct Format {
    format: u32,
}

impl Kept {
    /// What the text of a file says, or what is wrong with it.
    fn read(text: &str) -> Result<Self, String> {
        const ADVICE: &str =
            "restore it from a copy: without it nothing can be revealed. Or move it away to start again";
        let damaged = |error: serde_json::Error| format!("is damaged ({error}); {ADVICE}");
        let kept = match serde_json::from_str::<Format>(text).map_err(damaged)?.format {
            FORMAT => serde_json::from_str::<Self>(text).map_err(damaged)?,
            FORMAT_OF_ONE => {
                let KeptOfOne { genesis, market, reviews, deliveries, .. } =
                    serde_json::from_str(text).map_err(damaged)?;
                Self { format: FORMAT, markets: vec![OfMarket { genesis, market, reviews, deliveries }] }
            }
            other => return Err(format!("is of format {other}; this program reads {FORMAT_OF_ONE} and {FORMAT}")),
        };
        for OfMarket { reviews, deliveries, .. } in &kept.markets {
            let salts = reviews.iter().map(|kept| &kept.salt).chain(deliveries.iter().map(|kept| &kept.salt));
            let hashes = deliveries.iter().map(|kept| &kept.content);
            if let Some(wrong) = salts.chain(hashes).find(|text| try_read32(text).is_none()) {
                return Err(format!("is damaged (`{wrong}` is not 32 bytes in hex); {ADVICE}"));
            }
        }
        Ok(kept)
    }
}

/// A review that was committed to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KeptReview {
    /// SS58.
    pub enforcer: String,
    pub request: RequestId,
    pub submission: SubmissionId,
    pub score: u8,
    pub duplicate_of: Option<SubmissionId>,
    /// When it becomes useless.
    pub reveal_by: Timestamp,
    salt: String,
}

impl KeptReview {
    pub fn new(
        enforcer: &AccountId,
        (request, submission): (RequestId, SubmissionId),
        score: u8,
        duplicate_of: Option<SubmissionId>,
        reveal_by: Timestamp,
    ) -> Result<Self> {
        let (enforcer, salt) = (address(enforcer), hex(&random()?));
        Ok(Self { enforcer, request, submission, score, duplicate_of, reveal_by, salt })
    }

    pub fn salt(&self) -> [u8; 32] {
        read32(&self.salt)
    }

    /// What is told about it before it is revealed.
    pub fn commitment(&self, enforcer: &AccountId) -> [u8; 32] {
        self.committed(enforcer).commitment
    }

    /// The same as it is sent.
    pub fn committed(&self, enforcer: &AccountId) -> Commitment {
        self.revealed().committed(self.request, *enforcer)
    }

    /// What reveals it.
    pub fn revealed(&self) -> Reveal {
        let Self { submission, score, duplicate_of, .. } = *self;
        Reveal { submission, score, duplicate_of, salt: self.salt() }
    }
}

/// Something delivered under a seal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KeptDelivery {
    /// SS58.
    pub provider: String,
    pub request: RequestId,
    content: String,
    pub uri: String,
    salt: String,
}

impl KeptDelivery {
    pub fn new(provider: &AccountId, request: RequestId, content: Hash, uri: &str) -> Result<Self> {
        Ok(Self {
            provider: address(provider),
            request,
            content: hex(content.as_ref()),
            uri: uri.to_owned(),
            salt: hex(&random()?),
        })
    }

    pub fn content(&self) -> Hash {
        read32(&self.content).into()
    }

    pub fn salt(&self) -> [u8; 32] {
        read32(&self.salt)
    }

    /// What is told about it before it is unsealed.
    pub fn seal(&self, provider: &AccountId) -> Hash {
        seal(self.request, *provider, &self.content(), self.uri.as_bytes(), &self.salt())
    }
}

impl Secrets {
    /// Where the private file is: `.atomic/deployment.private.json` beside `.atomic/deployment.json`.
    pub fn path(deployment: &Path) -> PathBuf {
        deployment.with_extension("private.json")
    }

    /// What the private file beside the deployment holds; nothing yet if there is no file. Warns if others can read it.
    ///
    /// # Errors
    /// [`Unusable`] if it is damaged or cannot be read.
    pub fn open(session: &Session) -> Result<Self> {
        let path = Self::path(&session.options.deployment);
        let unusable = |reason: String| Unusable(format!("the private file {} {reason}", path.display()));
        let lock = Lock::wait_for(&path)?;
        let kept = match read_our_text(&path) {
            Ok(text) => Kept::read(&text).map_err(unusable)?,
            Err(error) if error.kind() == ErrorKind::NotFound => Kept { format: FORMAT, markets: Vec::new() },
            Err(error) => return Err(unusable(format!("cannot be read: {error}")).into()),
        };
        warn(exposed(&path));
        let (genesis, market) = (hex(&session.backend.network().genesis), address(&session.deployment.market));
        Ok(Self { path, kept, genesis, market, dry_run: session.options.dry_run, _lock: lock })
    }

    /// The secrets of the market that is used.
    fn ours(&self) -> impl Iterator<Item = &OfMarket> {
        self.kept.markets.iter().filter(|of| (&of.genesis, &of.market) == (&self.genesis, &self.market))
    }

    /// As [`Secrets::ours`], to be changed; begun if there are none yet.
    fn ours_mut(&mut self) -> &mut OfMarket {
        let Self { kept: Kept { markets, .. }, genesis, market, .. } = self;
        let known = markets.iter().position(|of| (&of.genesis, &of.market) == (&*genesis, &*market));
        let index = known.unwrap_or_else(|| {
            let (genesis, market) = (genesis.clone(), market.clone());
            markets.push(OfMarket { genesis, market, reviews: Vec::new(), deliveries: Vec::new() });
            markets.len() - 1
        });
        &mut markets[index]
    }

    /// This enforcer's reviews that may have to be revealed.
    pub fn reviews(&self, enforcer: &AccountId) -> Vec<KeptReview> {
        let enforcer = address(enforcer);
        self.ours().flat_map(|of| &of.reviews).filter(|kept| kept.enforcer == enforcer).cloned().collect()
    }

    /// What this provider delivered under a seal, and may have to unseal.
    pub fn deliveries(&self, provider: &AccountId) -> Vec<KeptDelivery> {
        let provider = address(provider);
        self.ours().flat_map(|of| &of.deliveries).filter(|kept| kept.provider == provider).cloned().collect()
    }

    /// Keeps all of them, or none.
    pub fn add_reviews(&mut self, reviews: Vec<KeptReview>) -> Result<()> {
        self.ours_mut().reviews.extend(reviews);
        self.write()
    }

    /// Keeps all of them, or none.
    pub fn add_deliveries(&mut self, deliveries: Vec<KeptDelivery>) -> Result<()> {
        self.ours_mut().deliveries.extend(deliveries);
        self.write()
    }

    /// Forgets a review that is useless now, and no other of the same submission.
    pub fn forget_review(&mut self, review: &KeptReview) -> Result<()> {
        self.ours_mut().reviews.retain(|kept| kept != review);
        self.write()
    }

    pub fn forget_delivery(&mut self, delivery: &KeptDelivery) -> Result<()> {
        self.ours_mut().deliveries.retain(|kept| kept != delivery);
        self.write()
    }

    fn write(&self) -> Result<()> {
        if self.dry_run {
            return Ok(());
        }
        replace_private(&self.path, (serde_json::to_string_pretty(&self.kept)? + "\n").as_bytes())
            .context("nothing was sent, because it could not be saved first")
    }
}

/// Random bytes that nobody can guess.
fn random() -> Result<[u8; 32]> {
    let mut bytes = [0; 32];
    getrandom::getrandom(&mut bytes).context("asking the operating system for random bytes")?;
    Ok(bytes)
}

fn try_read32(text: &str) -> Option<[u8; 32]> {
    text.strip_prefix("0x").and_then(bytes32)
}

/// Checked when the file was read.
fn read32(text: &str) -> [u8; 32] {
    try_read32(text).unwrap_or_default()
}
