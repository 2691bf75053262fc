//! `atomic deploy`: brings the three contracts to a chain, wires them and opens the market.
//!
//! The deployment is a list of steps. Before each, the chain is asked whether it is done already; after each, the
//! deployment file is written. A contract's address follows from the manager, the code and the arguments, so nothing is
//! done twice even if the file is lost. A second run goes on where the first one stopped, and does nothing if all is
//! done.

use crate::{
    client::{
        backend::{contract_address, Answer, Backend, Hash, Receipt, Transaction},
        deployment::{Deployed, File},
        embedded::Embedded,
        files::Lock,
        signer::{address, hex, Signer},
        text::shown,
        unusable::Unusable,
    },
    setup::config::Config,
};
use anyhow::{anyhow, bail, Context, Result};
use chain::{
    amounts::{show_amount, thousands},
    build::{Artifact, Contract, Contracts},
    market_constructor, obligation_constructor, reputation_constructor, role_name, role_table, MarketCalls, Message,
    Outcome, ReputationCalls, RoleCalls, Settings, UNIT,
};
use ink::primitives::AccountId;
use interfaces::{
    market,
    reputation::{self, MAX_ENDOWED},
    Balance, Market as _, Reputation as _,
};
use pendzl::contracts::access_control::{AccessControl as _, RoleType};
use scale::{Decode, Encode};
use serde::{Serialize, Serializer};
use std::{
    fmt::{self, Debug},
    path::Path,
};

/// One thing to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// Put a contract's code on the chain.
    Upload(Contract),
    /// Make the contract.
    Instantiate(Contract),
    /// Give a contract a role in another.
    Grant { within: Contract, to: Contract, role: RoleType },
    /// Bound what a contract may mint.
    Cap { minter: Contract, cap: Balance },
    /// Give these founders their reputation.
    Endow(Vec<(AccountId, Balance)>),
    /// End the founding.
    Seal,
    /// Set the market's rules and open its pool.
    Open,
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Upload(contract) => write!(f, "upload the {} contract's code", contract.name()),
            Self::Instantiate(contract) => write!(f, "instantiate the {} contract", contract.name()),
            Self::Grant { within, to, role } => {
                write!(f, "grant {} in {} to {}", role_name(*role), within.name(), to.name())
            }
            Self::Cap { minter, cap } => {
                write!(f, "let {} mint {} points an epoch", minter.name(), thousands(*cap))
            }
            Self::Endow(founders) => {
                let points = founders.iter().fold(0_u128, |sum, (_, points)| sum.saturating_add(*points));
                write!(f, "endow {} founders with {} points", founders.len(), thousands(points))
            }
            Self::Seal => write!(f, "seal the founding workforce"),
            Self::Open => write!(f, "open the market"),
        }
    }
}

/// A step that was done, and what it cost.
#[derive(Clone, Debug, Serialize)]
pub struct Done {
    pub step: String,
    pub block: u32,
    /// What it used of the block; unknown for uploads.
    pub ref_time: u64,
    pub proof_size: u64,
    /// What was paid for storage, in plancks; text in JSON, whose numbers are not exact.
    #[serde(serialize_with = "as_text")]
    pub deposit: Balance,
    /// What the chain took beside that, in plancks.
    #[serde(serialize_with = "as_text")]
    pub fee: Balance,
}

pub fn as_text<S: Serializer>(amount: &Balance, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(amount)
}

/// A deployment under way.
pub struct Deployer<'a> {
    backend: &'a dyn Backend,
    signer: &'a Signer,
    contracts: &'a Contracts,
    settings: Settings,
    file: File,
    /// Where the file is; `None` in a rehearsal.
    path: Option<&'a Path>,
    /// Keeps the file for us: two deployers at once might do a step twice.
    _lock: Option<Lock>,
    /// The steps that were not looked at yet, the next one last.
    steps: Vec<Step>,
}

impl<'a> Deployer<'a> {
    /// Goes on with the deployment whose file is at `path`, or begins one.
    ///
    /// # Errors
    /// [`Unusable`] if the file is damaged or of another chain; another error if it is another manager's, or its
    /// contracts are not ours.
    pub fn new(
        backend: &'a dyn Backend,
        signer: &'a Signer,
        contracts: &'a Contracts,
        config: &Config,
        path: &'a Path,
    ) -> Result<Self> {
        let manager = signer.account();
        let taken = format!("another atomic is using {}; wait for it to end, or name another file", path.display());
        let _lock = Some(Lock::take(path, |_| taken)?);
        let file = match File::read(path)? {
            Some(file) => {
                file.ensure_network(path, backend)?;
                if file.manager != manager {
                    return Err(Unusable(format!(
                        "the manager of the deployment in {} is {}, but you are {}; sign as the manager, or name \
                         another file with --deployment",
                        path.display(),
                        address(&file.manager),
                        address(&manager)
                    ))
                    .into());
                }
                match &config.salt {
                    Some(salt) if *salt != file.salt => {
                        return Err(Unusable(format!(
                            "the deployment in {} has the salt `{}`, but the configuration has `{salt}`; name another \
                             file with --deployment for another organization",
                            path.display(),
                            file.salt
                        ))
                        .into())
                    }
                    _ => file,
                }
            }
            None => File::new(backend, manager, config.salt.as_deref().unwrap_or_default()),
        };
        let settings = config.settings_for(manager);
        backend.wait_for_sent(&manager)?;
        let steps = Vec::new();
        let mut deployer = Self { backend, signer, contracts, settings, file, path: Some(path), _lock, steps };
        deployer.look_at_contracts(path)?;
        deployer.steps = deployer.all_steps();
        Ok(deployer)
    }

    /// Does the whole deployment on a temporary chain with the prices of a substrate-contracts-node, and says what each
    /// step costs.
    pub fn rehearse(&self) -> Result<Vec<Done>> {
        let chain = Embedded::new();
        chain.chain().fund(&self.file.manager, 1_000_000 * UNIT);
        let file = File::new(&chain, self.file.manager, &self.file.salt);
        let mut deployer = Deployer {
            backend: &chain,
            signer: self.signer,
            contracts: self.contracts,
            settings: self.settings.clone(),
            file,
            path: None,
            _lock: None,
            steps: Vec::new(),
        };
        deployer.steps = deployer.all_steps();
        let mut done = Vec::new();
        while let Some(step) = deployer.advance()? {
            done.push(step);
        }
        Ok(done)
    }

    /// Does the next step that is not done yet; `None` if no step is left.
    ///
    /// # Errors
    /// If the chain or a contract refuses it. Nothing is lost: a new deployer goes on from there.
    pub fn advance(&mut self) -> Result<Option<Done>> {
        while let Some(step) = self.steps.last().cloned() {
            let done = match self.is_due(&step)? {
                true => Some(self.perform(&step).with_context(|| format!("cannot {step}"))?),
                false => None,
            };
            self.note(&step, done.as_ref().map(|done| done.block))?;
            self.steps.pop();
            if done.is_some() {
                return Ok(done);
            }
        }
        Ok(None)
    }

    /// All steps that are not done.
    pub fn due(&self) -> Result<Vec<Step>> {
        let mut due = Vec::new();
        for step in self.steps.iter().rev() {
            if self.is_due(step)? {
                due.push(step.clone());
            }
        }
        Ok(due)
    }

    /// What the deployment file says now.
    pub fn file(&self) -> &File {
        &self.file
    }

    /// The settings it is to have.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// Forgets contracts that the file names and a new chain does not have; refuses contracts that are not ours.
    fn look_at_contracts(&mut self, path: &Path) -> Result<()> {
        for contract in Contract::ALL {
            let Some(deployed) = self.file.contract(contract) else { continue };
            let (name, at, local) = (contract.name(), address(&deployed.address), self.code_hash(contract));
            match self.backend.code_of(&deployed.address)? {
                None => self.forget(contract),
                Some(found) if found != deployed.code_hash => bail!(
                    "the contract at {at} has another code than the {name} contract of {}: {} instead of {}",
                    path.display(),
                    hex(&found),
                    hex(&deployed.code_hash)
                ),
                Some(found) if found != local => bail!(
                    "the {name} contract at {at} is of another build: its code is {}, the local one is {}; check out the \
                     sources it was built from, or deploy these anew with another file, --deployment",
                    hex(&found),
                    hex(&local)
                ),
                Some(_) => {}
            }
        }
        Ok(())
    }

    /// Forgets a contract, and those that were made with its address.
    fn forget(&mut self, contract: Contract) {
        self.file.pool = None;
        self.file.market = None;
        if contract != Contract::Market {
            self.file.obligation = None;
        }
        if contract == Contract::Reputation {
            self.file.reputation = None;
        }
    }

    /// All steps, the first one last.
    fn all_steps(&self) -> Vec<Step> {
        use Contract::{Market, Obligation, Reputation};
        let mut steps: Vec<_> = Contract::ALL.into_iter().map(Step::Upload).collect();
        steps.extend(Contract::ALL.into_iter().map(Step::Instantiate));
        // The table names addresses; these stand for them.
        let named = Contract::ALL.map(|contract| (self.address_of(contract), contract));
        let contract_at = |at: AccountId| named.iter().find(|(known, _)| *known == at).map(|(_, contract)| *contract);
        for (within, to, roles) in
            role_table(self.address_of(Reputation), self.address_of(Obligation), self.address_of(Market))
        {
            let (Some(within), Some(to)) = (contract_at(within), contract_at(to)) else { continue };
            steps.extend(roles.iter().map(|role| Step::Grant { within, to, role: *role }));
        }
        steps.extend([Market, Obligation].map(|minter| Step::Cap { minter, cap: self.settings.mint_cap }));
        steps.extend(self.settings.founders.chunks(MAX_ENDOWED).map(|some| Step::Endow(some.to_vec())));
        steps.extend([Step::Seal, Step::Open]);
        steps.reverse();
        steps
    }

    /// Whether the chain says that a step is not done. Steps for a contract that is not there are due, too.
    fn is_due(&self, step: &Step) -> Result<bool> {
        let is_there =
            |contract: Contract| -> Result<bool> { Ok(self.backend.code_of(&self.address_of(contract))?.is_some()) };
        Ok(match step {
            Step::Upload(contract) => !self.backend.has_code(self.code_hash(*contract))? && !is_there(*contract)?,
            Step::Instantiate(contract) => !is_there(*contract)?,
            Step::Grant { within, .. } if !is_there(*within)? => true,
            Step::Grant { within, to, role } => {
                let roles = RoleCalls::from(self.address_of(*within));
                !self.backend.read(roles.has_role(*role, Some(self.address_of(*to))))?
            }
            Step::Open if !is_there(Contract::Market)? => true,
            Step::Open => match self.backend.read(self.market().pool())? {
                Ok(_) => false,
                Err(market::Error::NotOpen) => true,
                Err(error) => bail!("the market does not say whether it is open: {error:?}"),
            },
            _ if !is_there(Contract::Reputation)? => true,
            Step::Cap { minter, cap } => {
                // Another one than ours is the manager's own.
                *cap > 0 && self.backend.read(self.reputation().mint_cap(self.address_of(*minter)))?.cap == 0
            }
            Step::Endow(_) | Step::Seal if self.backend.read(self.reputation().sealed())? => false,
            Step::Endow(founders) => !self.missing_endowments(founders)?.is_empty(),
            Step::Seal => true,
        })
    }

    /// What these founders still have to be endowed with. Before sealing, they cannot earn anything else.
    fn missing_endowments(&self, founders: &[(AccountId, Balance)]) -> Result<Vec<(AccountId, Balance)>> {
        let mut missing = Vec::new();
        for (who, points) in founders {
            let earned = self.backend.read(self.reputation().profile(*who))?.earned;
            if earned < *points {
                missing.push((*who, points - earned));
            }
        }
        Ok(missing)
    }

    fn perform(&self, step: &Step) -> Result<Done> {
        let (block, receipt) = match step {
            Step::Upload(contract) => {
                let code = self.artifact(*contract).wasm.clone();
                self.accepted(self.backend.execute(self.signer, &Transaction::Upload { code }), |_| Ok(()))
            }
            Step::Instantiate(contract) => self.instantiate(*contract),
            Step::Grant { within, to, role } => {
                let grant = RoleCalls::from(self.address_of(*within)).grant_role(*role, Some(self.address_of(*to)));
                self.send(grant)
            }
            Step::Cap { minter, cap } => self.send(self.reputation().set_mint_cap(self.address_of(*minter), *cap)),
            Step::Endow(founders) => self.send(self.reputation().endow(self.missing_endowments(founders)?)),
            Step::Seal => self.send(self.reputation().seal()),
            Step::Open => {
                let Settings { policy, terms, schedule, .. } = self.settings.clone();
                self.send(self.market().open(policy, terms, schedule))
            }
        }?;
        Ok(Done {
            step: step.to_string(),
            block,
            ref_time: receipt.outcome.gas.ref_time(),
            proof_size: receipt.outcome.gas.proof_size(),
            // No step frees storage.
            deposit: receipt.outcome.deposit.charge_or_zero(),
            fee: receipt.fee,
        })
    }

    fn instantiate(&self, contract: Contract) -> Result<(u32, Receipt<()>)> {
        let (code_hash, salt) = (self.code_hash(contract), self.file.salt.as_bytes());
        let (reputation, obligation) = (self.address_of(Contract::Reputation), self.address_of(Contract::Obligation));
        let (backend, signer) = (self.backend, self.signer);
        let refused = |error: &dyn Debug| Err(anyhow!("refused as {error:?}"));
        match contract {
            Contract::Reputation => {
                let new = reputation_constructor(&self.settings);
                let made = backend.instantiate::<_, reputation::Error>(signer, code_hash, new, salt);
                self.accepted(made, |made| made.map(|_| ()).or_else(|error| refused(&error)))
            }
            Contract::Obligation => {
                let new = obligation_constructor(reputation);
                let made = backend.instantiate::<_, ()>(signer, code_hash, new, salt);
                self.accepted(made, |made| made.map(|_| ()).or_else(|error| refused(&error)))
            }
            Contract::Market => {
                let new = market_constructor(reputation, obligation);
                let made = backend.instantiate::<_, ()>(signer, code_hash, new, salt);
                self.accepted(made, |made| made.map(|_| ()).or_else(|error| refused(&error)))
            }
        }
    }

    /// Sends a message, which must be accepted.
    fn send<A: Encode, T: Decode, E: Decode + Debug>(
        &self,
        message: Message<A, Result<T, E>>,
    ) -> Result<(u32, Receipt<()>)> {
        self.accepted(self.backend.call(self.signer, message), |returned| match returned {
            Ok(_) => Ok(()),
            Err(error) => Err(anyhow!("refused as {error:?}; docs/errors.md says what that means")),
        })
    }

    /// The block that something is in, or why it is in none.
    fn accepted<T>(&self, sent: Answer<Receipt<T>>, read: impl FnOnce(T) -> Result<()>) -> Result<(u32, Receipt<()>)> {
        let Receipt { outcome, block, fee } = sent?;
        let returned = outcome.result.map_err(|trap| match trap.lacks_deposit() || trap.lacks_value() {
            true => {
                let who = self.signer.account();
                let has = self.backend.balance(&who).map(show_amount).unwrap_or_else(|error| error.to_string());
                anyhow!("{trap}: {} has {has}, which does not pay for the storage", address(&who))
            }
            false => anyhow!("{}", shown(&trap.to_string())),
        })?;
        read(returned)?;
        let block = block.context("it was not sent")?;
        let outcome = Outcome {
            result: Ok(()),
            gas: outcome.gas,
            required: outcome.required,
            deposit: outcome.deposit,
            emitted: outcome.emitted,
        };
        Ok((block, Receipt { outcome, block: Some(block), fee }))
    }

    /// Writes down the result of a step.
    fn note(&mut self, step: &Step, block: Option<u32>) -> Result<()> {
        let before = self.file.clone();
        match step {
            Step::Instantiate(contract) => {
                let made =
                    Deployed { address: self.address_of(*contract), code_hash: self.code_hash(*contract), block };
                let noted = match contract {
                    Contract::Reputation => &mut self.file.reputation,
                    Contract::Obligation => &mut self.file.obligation,
                    _ => &mut self.file.market,
                };
                noted.get_or_insert(made);
            }
            Step::Open => self.file.pool = self.backend.read(self.market().pool())?.ok(),
            _ => {}
        }
        match self.path {
            Some(path) if self.file != before => self.file.write(path),
            _ => Ok(()),
        }
    }

    fn artifact(&self, contract: Contract) -> &Artifact {
        self.contracts.of(contract)
    }

    fn code_hash(&self, contract: Contract) -> Hash {
        self.artifact(contract).code_hash()
    }

    /// Where a contract is, or will be.
    fn address_of(&self, contract: Contract) -> AccountId {
        if let Some(deployed) = self.file.contract(contract) {
            return deployed.address;
        }
        let (manager, code_hash, salt) = (self.file.manager, self.code_hash(contract), self.file.salt.as_bytes());
        match contract {
            Contract::Obligation => {
                let new = obligation_constructor(self.address_of(Contract::Reputation));
                contract_address(&manager, code_hash, &new, salt)
            }
            Contract::Market => {
                let (reputation, obligation) =
                    (self.address_of(Contract::Reputation), self.address_of(Contract::Obligation));
                contract_address(&manager, code_hash, &market_constructor(reputation, obligation), salt)
            }
            _ => contract_address(&manager, code_hash, &reputation_constructor(&self.settings), salt),
        }
    }

    fn reputation(&self) -> ReputationCalls {
        self.address_of(Contract::Reputation).into()
    }

    fn market(&self) -> MarketCalls {
        self.address_of(Contract::Market).into()
    }
}
