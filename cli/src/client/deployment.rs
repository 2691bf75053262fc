//! The deployment file: which contracts an organization has, on which chain.
//!
//! `atomic deploy` writes it after every step, so it may name only some of them. All other commands need all of them,
//! and need the contracts to be on the chain.

use crate::client::{
    backend::{Backend, Error, Hash},
    files::{read_our_text, replace},
    signer::{account, address, bytes32, hex},
    unusable::Unusable,
};
use anyhow::Result;
use chain::{build::Contract, Addresses, MarketCalls, ObligationCalls, ReputationCalls, RoleCalls, TokenCalls, World};
use ink::primitives::AccountId;
use interfaces::{market::EDITION, Market as _, PoolId};
use serde::{Deserialize, Serialize};
use std::{io::ErrorKind, path::Path};

/// Changes with the layout of the file.
const FORMAT: u32 = 1;

/// What the file says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct File {
    /// The chain's own name.
    pub network: String,
    /// The hash of the chain's first block.
    pub genesis: Hash,
    /// The manager, who deployed, and has every right in the contracts.
    pub manager: AccountId,
    /// Makes the addresses differ from those of another deployment by the same manager with the same settings.
    pub salt: String,
    pub reputation: Option<Deployed>,
    pub obligation: Option<Deployed>,
    pub market: Option<Deployed>,
    /// The enforcers' pool, once the market is open.
    pub pool: Option<PoolId>,
}

/// One contract.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Deployed {
    pub address: AccountId,
    pub code_hash: Hash,
    /// The block it was made in; unknown if the file was lost meanwhile.
    pub block: Option<u32>,
}

impl File {
    /// A file for a chain on which nothing was deployed yet.
    pub fn new(backend: &dyn Backend, manager: AccountId, salt: &str) -> Self {
        let network = backend.network();
        Self {
            network: network.name.clone(),
            genesis: network.genesis,
            manager,
            salt: salt.to_owned(),
            reputation: None,
            obligation: None,
            market: None,
            pool: None,
        }
    }

    /// What the file at `path` says; `None` if there is no file.
    pub fn read(path: &Path) -> Result<Option<Self>, Unusable> {
        let unusable = |reason: String| Unusable(format!("the deployment file {} {reason}", path.display()));
        let text = match read_our_text(path) {
            Ok(text) => text,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(unusable(format!("cannot be read: {error}"))),
        };
        let advice = "remove it: `atomic deploy` with the same settings finds what is deployed and writes it again";
        let written: Written =
            serde_json::from_str(&text).map_err(|error| unusable(format!("is damaged ({error}); {advice}")))?;
        match written.format {
            FORMAT => {}
            other => return Err(unusable(format!("is of format {other}; this program reads format {FORMAT}"))),
        }
        written.read().map(Some).map_err(|reason| unusable(format!("is damaged ({reason}); {advice}")))
    }

    /// Writes the file, as a whole or not at all.
    pub fn write(&self, path: &Path) -> Result<()> {
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder)?;
        }
        replace(path, (serde_json::to_string_pretty(&Written::of(self))? + "\n").as_bytes())
    }

    /// Refuses a file of another chain.
    pub fn ensure_network(&self, path: &Path, backend: &dyn Backend) -> Result<(), Unusable> {
        let network = backend.network();
        match network.genesis == self.genesis {
            true => Ok(()),
            false => Err(Unusable(format!(
                "wrong network: the deployment file {} is of {} (genesis {}), but this is {} (genesis {}); choose the \
                 chain with --url or --state, or another file with --deployment",
                path.display(),
                self.network,
                hex(&self.genesis),
                network.name,
                hex(&network.genesis)
            ))),
        }
    }

    /// One of the contracts, if it is deployed.
    pub fn contract(&self, contract: Contract) -> Option<Deployed> {
        match contract {
            Contract::Reputation => self.reputation,
            Contract::Obligation => self.obligation,
            Contract::Market => self.market,
        }
    }
}

/// A deployment that is complete.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Deployment {
    pub manager: AccountId,
    pub reputation: AccountId,
    pub obligation: AccountId,
    pub market: AccountId,
    /// The enforcers' pool.
    pub pool: PoolId,
    /// The first block that may have its events.
    pub since: u32,
}

impl Deployment {
    /// That of an organization within the process, from its chain's first block on.
    pub fn of(world: &World) -> Self {
        Self {
            manager: world.manager,
            reputation: world.reputation_address,
            obligation: world.obligation_address,
            market: world.market_address,
            pool: world.pool,
            since: 0,
        }
    }

    /// The deployment that the file at `path` names, with its contracts on this chain.
    ///
    /// # Errors
    /// [`Unusable`] if the file is missing, damaged or of another chain; another error if it is not complete, or the
    /// contracts on the chain are not those it names.
    pub fn load(path: &Path, backend: &dyn Backend) -> Result<Self> {
        let file = File::read(path)?.ok_or_else(|| {
            Unusable(format!(
                "there is no deployment file {}; make one with `atomic deploy`, or name it with --deployment",
                path.display()
            ))
        })?;
        file.ensure_network(path, backend)?;
        let (Some(reputation), Some(obligation), Some(market), Some(pool)) =
            (file.reputation, file.obligation, file.market, file.pool)
        else {
            anyhow::bail!("the deployment is not complete; `atomic deploy` goes on with it");
        };
        for (contract, deployed) in Contract::ALL.into_iter().zip([reputation, obligation, market]) {
            let name = contract.name();
            let at = address(&deployed.address);
            match backend.code_of(&deployed.address)? {
                Some(code_hash) if code_hash == deployed.code_hash => {}
                Some(_) => {
                    anyhow::bail!("the contract at {at} is not the {name} contract that {} names", path.display())
                }
                None => anyhow::bail!(
                    "there is no contract at {at}, where {} has the {name} contract; was the chain started again? \
                     `atomic deploy` deploys again",
                    path.display()
                ),
            }
        }
        ensure_edition(backend, market.address, path)?;
        Ok(Self {
            manager: file.manager,
            reputation: reputation.address,
            obligation: obligation.address,
            market: market.address,
            pool,
            since: reputation.block.unwrap_or_default(),
        })
    }

    /// Where the contracts are.
    pub fn addresses(&self) -> Addresses {
        Addresses { reputation: self.reputation, obligation: self.obligation, market: self.market }
    }

    /// Messages to the reputation contract.
    pub fn reputation(&self) -> ReputationCalls {
        self.reputation.into()
    }

    /// Messages to the obligation contract.
    pub fn obligation(&self) -> ObligationCalls {
        self.obligation.into()
    }

    /// Messages to the market.
    pub fn market(&self) -> MarketCalls {
        self.market.into()
    }

    /// The reputation contract as PSP22.
    pub fn token(&self) -> TokenCalls {
        self.reputation.into()
    }

    /// Messages about roles to one of the contracts.
    pub fn roles_in(&self, contract: AccountId) -> RoleCalls {
        contract.into()
    }
}

/// Refuses contracts of another edition of the protocol: their answers would be misread.
fn ensure_edition(backend: &dyn Backend, market: AccountId, path: &Path) -> Result<()> {
    let edition = match backend.read(MarketCalls::from(market).edition()) {
        Ok(EDITION) => return Ok(()),
        Ok(other) => other,
        // Those of the first edition do not know the question.
        Err(Error::Unanswered { .. }) => 1,
        Err(error) => return Err(error.into()),
    };
    anyhow::bail!(
        "the contracts that {} names are of edition {edition} of the protocol, and this program knows edition {EDITION}; \
         use the `atomic` that deployed them. docs/changes.md says how to move to the present edition",
        path.display()
    )
}

/// The file as it is written.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    format: u32,
    network: String,
    genesis: String,
    manager: String,
    salt: String,
    reputation: Option<WrittenContract>,
    obligation: Option<WrittenContract>,
    market: Option<WrittenContract>,
    pool: Option<PoolId>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenContract {
    address: String,
    code_hash: String,
    block: Option<u32>,
}

impl Written {
    fn of(file: &File) -> Self {
        let contract = |deployed: Option<Deployed>| {
            deployed.map(|deployed| WrittenContract {
                address: address(&deployed.address),
                code_hash: hex(&deployed.code_hash),
                block: deployed.block,
            })
        };
        Self {
            format: FORMAT,
            network: file.network.clone(),
            genesis: hex(&file.genesis),
            manager: address(&file.manager),
            salt: file.salt.clone(),
            reputation: contract(file.reputation),
            obligation: contract(file.obligation),
            market: contract(file.market),
            pool: file.pool,
        }
    }

    fn read(self) -> Result<File, String> {
        let hash = |text: &str| {
            text.strip_prefix("0x").and_then(bytes32).ok_or_else(|| format!("`{text}` is not 32 bytes in hex"))
        };
        let contract = |written: Option<WrittenContract>| {
            written
                .map(|written| {
                    let WrittenContract { address, code_hash, block } = written;
                    Ok::<_, String>(Deployed { address: account(&address)?, code_hash: hash(&code_hash)?, block })
                })
                .transpose()
        };
        Ok(File {
            genesis: hash(&self.genesis)?,
            network: self.network,
            manager: account(&self.manager)?,
            salt: self.salt,
            reputation: contract(self.reputation)?,
            obligation: contract(self.obligation)?,
            market: contract(self.market)?,
            pool: self.pool,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::client::embedded::Embedded;
    use chain;
    use std::fs;

    fn sample() -> File {
        let deployed = |name: &str, block| Some(Deployed { address: chain::account(name), code_hash: [7; 32], block });
        let mut file = File::new(&Embedded::new(), chain::account("manager"), "second");
        (file.reputation, file.obligation) = (deployed("reputation", Some(4)), deployed("obligation", None));
        file
    }

    #[test]
    fn a_file_comes_back_as_it_was_written_however_far_the_deployment_is() {
        let path = std::env::temp_dir().join(format!("atomic-deployment-{}/below/file.json", std::process::id()));
        assert_eq!(File::read(&path), Ok(None));
        let mut file = sample();
        file.write(&path).expect("written");
        assert_eq!(File::read(&path), Ok(Some(file.clone())));
        (file.market, file.pool) = (file.reputation, Some(0));
        file.write(&path).expect("written");
        assert_eq!(File::read(&path), Ok(Some(file)));

        let good = fs::read_to_string(&path).expect("a file");
        for (damaged, part) in [
            (good[..good.len() / 2].to_owned(), "is damaged (EOF while parsing"),
            (String::new(), "is damaged (EOF while parsing"),
            (good.replace("\"address\": \"5", "\"address\": \"6"), "is damaged (`6"),
            (good.replace("\"code_hash\": \"0x", "\"code_hash\": \""), "is not 32 bytes in hex"),
            (good.replace("\"salt\"", "\"pepper\""), "unknown field `pepper`"),
            (good.replace("\"format\": 1", "\"format\": 2"), "is of format 2; this program reads format 1"),
        ] {
            fs::write(&path, &damaged).expect("a file");
            let error = File::read(&path).expect_err(part).to_string();
            assert!(error.contains(part), "{error}");
        }
        fs::remove_dir_all(path.ancestors().nth(2).expect("a folder")).expect("the folder is gone");
    }

    #[test]
    fn a_file_of_another_chain_is_refused_naming_both() {
        let backend = Embedded::new();
        let file = File { network: "Elsewhere".into(), genesis: [9; 32], ..sample() };
        let error = file.ensure_network(Path::new("here.json"), &backend).expect_err("elsewhere").to_string();
        for part in ["wrong network", "here.json is of Elsewhere (genesis 0x0909", "this is Embedded chain (genesis 0x"]
        {
            assert!(error.contains(part), "{error}");
        }
        assert_eq!(sample().ensure_network(Path::new("here.json"), &backend), Ok(()));
    }
}
