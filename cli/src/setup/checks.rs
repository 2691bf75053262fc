//! The checks of `atomic verify`.

use crate::client::{
    backend::{contract_address, Backend},
    deployment::{Deployed, File},
    moments,
    signer::{address, hex},
};
use anyhow::Result;
use chain::{
    build::{Contract, Contracts},
    constructor, reputation_constructor, role_name, role_table, MarketCalls, Message, ObligationCalls, ReputationCalls,
    RoleCalls, Settings, ROLES,
};
use ink::{
    env::{call::build_call, DefaultEnvironment},
    primitives::AccountId,
};
use interfaces::{roles, Market as _, Obligation as _, PoolId, Reputation as _};
use pendzl::contracts::access_control::{AccessControl as _, RoleGranted, RoleType};
use serde::Serialize;
use std::fmt::Debug;

/// At most this many blocks are searched for accounts that were ever granted a role.
const MOST_BLOCKS: u32 = 10_000;

/// Something that should be so.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Check {
    /// What should be so.
    pub expected: String,
    /// What is instead.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub problem: Option<String>,
    /// Something worth knowing that is not a problem.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

impl Check {
    fn new(expected: impl Into<String>, problem: Option<String>) -> Self {
        Self { expected: expected.into(), problem, note: None }
    }

    /// Whether it is so.
    pub fn holds(&self) -> bool {
        self.problem.is_none()
    }
}

/// All checks of this deployment; if settings are given, also that it has these.
pub fn checks(
    backend: &dyn Backend,
    file: &File,
    contracts: &Contracts,
    settings: Option<&Settings>,
) -> Result<Vec<Check>> {
    let mut checks = Vec::new();
    for contract in Contract::ALL {
        checks.push(code_check(backend, file, contracts, contract)?);
    }
    let (Some(reputation), Some(obligation), Some(market)) = (file.reputation, file.obligation, file.market) else {
        return Ok(checks);
    };
    if !checks.iter().all(Check::holds) {
        // Whatever is there instead must not be asked anything.
        return Ok(checks);
    }
    let found = Found { backend, file, reputation, obligation, market };
    checks.extend(found.partners()?);
    checks.extend(found.roles()?);
    checks.extend(found.reputation(settings)?);
    checks.extend(found.market(settings)?);
    Ok(checks)
}

fn code_check(backend: &dyn Backend, file: &File, contracts: &Contracts, contract: Contract) -> Result<Check> {
    let name = contract.name();
    let Some(deployed) = file.contract(contract) else {
        let problem = Some("it is not deployed; `atomic deploy` goes on".into());
        return Ok(Check::new(format!("the {name} contract is there"), problem));
    };
    let local = contracts.of(contract).code_hash();
    let problem = match backend.code_of(&deployed.address)? {
        None => Some("there is no contract".to_owned()),
        Some(found) if found == local => None,
        Some(found) => Some(format!("its code is {}, and the local build's is {}", hex(&found), hex(&local))),
    };
    Ok(Check::new(format!("the {name} contract at {} is the local build's", address(&deployed.address)), problem))
}

/// The contracts of a deployment, all there.
struct Found<'a> {
    backend: &'a dyn Backend,
    file: &'a File,
    reputation: Deployed,
    obligation: Deployed,
    market: Deployed,
}

impl Found<'_> {
    /// Checks that the contracts work with each other.
    fn partners(&self) -> Result<[Check; 2]> {
        let Self { backend, reputation, obligation, market, .. } = self;
        let asked: Message<_, AccountId> = build_call::<DefaultEnvironment>()
            .call(obligation.address)
            .exec_input(constructor("reputation"))
            .returns::<AccountId>();
        let told = backend.read(asked)?;
        let problem = (told != reputation.address).then(|| format!("it works with {}", address(&told)));
        let obligation_check = Check::new("obligation works with this reputation contract", problem);

        let told = backend.read(MarketCalls::from(market.address).partners())?;
        let problem = (told != (reputation.address, obligation.address))
            .then(|| format!("it works with {} and {}", address(&told.0), address(&told.1)));
        Ok([obligation_check, Check::new("market works with these reputation and obligation contracts", problem)])
    }

    /// Checks that everybody has the right roles, and nobody has any other.
    fn roles(&self) -> Result<Vec<Check>> {
        let (reputation, obligation, market) = (self.reputation.address, self.obligation.address, self.market.address);
        let table = role_table(reputation, obligation, market);
        let name = |account: AccountId| self.name(account);
        let mut checks = Vec::new();
        for (within, to, roles) in table {
            for role in roles {
                let has = self.has_role(within, *role, Some(to))?;
                let problem = (!has).then(|| "it does not; `atomic deploy` grants it".to_owned());
                checks.push(Check::new(format!("{} has {} in {}", name(to), role_name(*role), name(within)), problem));
            }
        }
        for within in [reputation, obligation, market] {
            let has = self.has_role(within, roles::MANAGER, Some(self.file.manager))?;
            let problem = (!has).then(|| "it does not".to_owned());
            checks.push(Check::new(format!("the manager has MANAGER in {}", name(within)), problem));
        }
        let (candidates, note) = self.candidates()?;
        for within in [reputation, obligation, market] {
            let mut extra = Vec::new();
            for (role, role_name) in ROLES {
                let admin = self.backend.read(RoleCalls::from(within).get_role_admin(role))?;
                if admin != roles::MANAGER {
                    extra.push(format!("{role_name} is granted by role {admin}"));
                }
                for candidate in &candidates {
                    let expected = match candidate {
                        Some(who) if *who == self.file.manager => role == roles::MANAGER,
                        Some(who) => table
                            .iter()
                            .any(|(there, to, roles)| (*there, *to) == (within, *who) && roles.contains(&role)),
                        None => false,
                    };
                    if !expected && self.has_role(within, role, *candidate)? {
                        extra.push(format!("{} has {role_name}", candidate.map_or("everybody".into(), name)));
                    }
                }
            }
            let problem = (!extra.is_empty()).then(|| extra.join(", "));
            let expected = format!("nobody else has a role in {}", name(within));
            checks.push(Check { note: note.clone(), ..Check::new(expected, problem) });
        }
        Ok(checks)
    }

    fn has_role(&self, within: AccountId, role: RoleType, who: Option<AccountId>) -> Result<bool> {
        Ok(self.backend.read(RoleCalls::from(within).has_role(role, who))?)
    }

    /// Everybody who may have a role: those we know, and those who were granted one; and a note about the search.
    fn candidates(&self) -> Result<(Vec<Option<AccountId>>, Option<String>)> {
        let contracts = [self.reputation.address, self.obligation.address, self.market.address];
        let mut candidates = vec![None, Some(self.file.manager)];
        candidates.extend(contracts.map(Some));
        let (first, last) = (self.reputation.block.unwrap_or_default(), self.backend.tip()?.number);
        if last.saturating_sub(first) > MOST_BLOCKS {
            let note = "only the contracts and the manager were checked: the chain is too long to search for others";
            return Ok((candidates, Some(note.into())));
        }
        for (_, events) in self.backend.events(first, last)? {
            let granted = events.iter().filter(|event| contracts.contains(&event.contract));
            for RoleGranted { grantee, .. } in granted.filter_map(|event| event.decode()) {
                if !candidates.contains(&grantee) {
                    candidates.push(grantee);
                }
            }
        }
        Ok((candidates, None))
    }

    fn reputation(&self, settings: Option<&Settings>) -> Result<Vec<Check>> {
        let calls = ReputationCalls::from(self.reputation.address);
        let mut checks = Vec::new();
        for (minter, name) in [(self.obligation.address, "obligation"), (self.market.address, "market")] {
            let cap = self.backend.read(calls.mint_cap(minter))?.cap;
            checks.push(match settings.map(|settings| settings.mint_cap) {
                Some(expected) => {
                    let problem = (cap != expected).then(|| format!("it is {cap}"));
                    Check::new(format!("the mint cap of {name} is {expected}"), problem)
                }
                None => Check::new(format!("{name} has a mint cap"), (cap == 0).then(|| "it may mint nothing".into())),
            });
        }
        let sealed = self.backend.read(calls.sealed())?;
        let problem = (!sealed).then(|| "the manager can still endow anybody; `atomic deploy` seals it".to_owned());
        checks.push(Check::new("the founding workforce is sealed", problem));
        let Some(settings) = settings else { return Ok(checks) };

        let manager = &self.file.manager;
        let new = reputation_constructor(settings);
        let made = contract_address(manager, self.reputation.code_hash, &new, self.file.salt.as_bytes());
        let problem = (made != self.reputation.address).then(|| {
            let tiers = self.backend.read(calls.tiers()).map(|tiers| format!("{tiers:?}"));
            format!("it was made with other values; its tiers are {}", tiers.unwrap_or_else(|error| error.to_string()))
        });
        checks.push(Check::new("reputation has the configured name, symbol, tiers, mint epoch and notice", problem));
        if !settings.founders.is_empty() {
            let mut lacking = Vec::new();
            for (who, points) in &settings.founders {
                let earned = self.backend.read(calls.profile(*who))?.earned;
                if earned < *points {
                    lacking.push(format!("{} has earned {earned}, not {points}", address(who)));
                }
            }
            let problem = (!lacking.is_empty()).then(|| lacking.join(", "));
            checks.push(Check::new(format!("all {} founders are endowed", settings.founders.len()), problem));
        }
        Ok(checks)
    }

    fn market(&self, settings: Option<&Settings>) -> Result<Vec<Check>> {
        let market = MarketCalls::from(self.market.address);
        let pool = match self.backend.read(market.pool())? {
            Ok(pool) => pool,
            Err(error) => {
                let problem = format!("it answers {error:?}; `atomic deploy` opens it");
                return Ok(vec![Check::new("the market is open", Some(problem))]);
            }
        };
        let mut checks = vec![Check::new("the market is open", None)];
        let problem = match self.file.pool {
            Some(known) if known == pool => None,
            Some(known) => Some(format!("the deployment file says {known}")),
            None => Some("the deployment file does not say so; `atomic deploy` adds it".into()),
        };
        checks.push(Check::new(format!("its pool is number {pool}"), problem));
        checks.push(self.terms(pool, settings)?);

        let policy = self.backend.read(market.policy())?;
        let mut check = match (policy, settings) {
            (Err(error), _) => Check::new("the market has a policy", Some(format!("it answers {error:?}"))),
            (Ok(_), None) => Check::new("the market has a policy", None),
            (Ok(policy), Some(settings)) => {
                Check::new("the policy is the configured one", differences(&policy, &settings.policy))
            }
        };
        let pending = self.backend.read(market.pending_policy())?;
        check.note = pending.map(|(_, effective)| format!("another is in force from {}", moments::moment(effective)));
        checks.push(check);
        Ok(checks)
    }

    fn terms(&self, pool: PoolId, settings: Option<&Settings>) -> Result<Check> {
        let obligation = ObligationCalls::from(self.obligation.address);
        let mut check = match (self.backend.read(obligation.terms(pool))?, settings) {
            (Err(error), _) => Check::new("obligation has that pool", Some(format!("it answers {error:?}"))),
            (Ok(_), None) => Check::new("obligation has that pool", None),
            (Ok((terms, schedule)), Some(settings)) => {
                let expected = (&settings.terms, &settings.schedule);
                Check::new("its terms are the configured ones", differences(&(&terms, &schedule), &expected))
            }
        };
        let pending = self.backend.read(obligation.pending_terms(pool))?;
        check.note = pending.map(|(_, _, due)| format!("others are in force from {}", moments::moment(due)));
        Ok(check)
    }

    /// An account's name in these checks.
    fn name(&self, account: AccountId) -> String {
        match account {
            _ if account == self.reputation.address => "reputation".into(),
            _ if account == self.obligation.address => "obligation".into(),
            _ if account == self.market.address => "market".into(),
            _ if account == self.file.manager => "the manager".into(),
            _ => address(&account),
        }
    }
}

/// The fields in which two values of the same type differ, if they do.
fn differences<T: Debug>(found: &T, expected: &T) -> Option<String> {
    let (found, expected) = (format!("{found:#?}"), format!("{expected:#?}"));
    if found == expected {
        return None;
    }
    let line = |text: &str| text.trim().trim_end_matches(',').to_owned();
    let (found, expected): (Vec<_>, Vec<_>) = (found.lines().map(line).collect(), expected.lines().map(line).collect());
    if found.len() != expected.len() {
        return Some(format!("it is {}", found.concat()));
    }
    let differing = found.iter().zip(&expected).filter(|(found, expected)| found != expected);
    let told: Vec<_> = differing.map(|(found, expected)| format!("{found} instead of {expected}")).collect();
    Some(told.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use chain::default_terms;
    use interfaces::obligation::Terms;

    #[test]
    fn differing_fields_are_named_with_both_values() {
        let found = Terms { seats: 7, bond: 60, ..default_terms() };
        assert_eq!(
            differences(&found, &default_terms()),
            Some("seats: 7 instead of seats: 20, bond: 60 instead of bond: 50".into())
        );
        assert_eq!(differences(&found, &found), None);
    }
}
