//! The three contracts deployed and wired on an embedded chain, as a manager would.

use crate::{
    amounts::{days, UNIT},
    build::Contracts,
    chain::Chain,
    events::Addresses,
    hash::{account, blake2_256},
    messages::{
        market_constructor, obligation_constructor, reputation_constructor, MarketCalls, Message, ObligationCalls,
        ReputationCalls, RoleCalls, TokenCalls,
    },
    outcome::Outcome,
    roles::role_table,
    settings::Settings,
};
use anyhow::{anyhow, Context, Result};
use ink::primitives::{AccountId, ConstructorResult, Hash};
use interfaces::{
    market::{Access, Asset, Award, Bucket, Duplicates, RequestSpec},
    reputation, Balance, Market as _, PoolId, Reputation as _,
};
use pendzl::contracts::access_control::AccessControl as _;
use scale::{Decode, Encode};
use std::fmt::Debug;

/// What everyone who is named by [`World::who`] has to begin with.
pub const POCKET_MONEY: Balance = 1_000 * UNIT;

/// The deployed organization: the contracts' addresses and everybody's handle of the chain.
#[derive(Clone)]
pub struct World {
    pub chain: Chain,
    pub manager: AccountId,
    pub treasury: AccountId,
    pub reputation_address: AccountId,
    pub obligation_address: AccountId,
    pub market_address: AccountId,
    /// The enforcers' pool.
    pub pool: PoolId,
}

impl World {
    /// Deploys the contracts on a new chain, grants exactly the roles they need, endows and seals, and opens the
    /// market.
    pub fn deploy(contracts: &Contracts, settings: Settings) -> Result<Self> {
        Self::deploy_on(Chain::new(), contracts, settings)
    }

    /// As [`World::deploy`], on a chain that is there already.
    pub fn deploy_on(chain: Chain, contracts: &Contracts, settings: Settings) -> Result<Self> {
        let mut world = Self::found_on(chain, contracts, &settings)?;
        if !settings.founders.is_empty() {
            world.manage("endowing the founders", world.reputation().endow(settings.founders))?;
        }
        world.manage("sealing the founding workforce", world.reputation().seal())?;
        let open = world.market().open(settings.policy, settings.terms, settings.schedule);
        world.pool = world.manage("opening the market", open)?;
        Ok(world)
    }

    /// The first half of [`World::deploy`]: the contracts with their roles and mint caps, nobody endowed yet, the market
    /// not open.
    pub fn found(contracts: &Contracts, settings: &Settings) -> Result<Self> {
        Self::found_on(Chain::new(), contracts, settings)
    }

    fn found_on(chain: Chain, contracts: &Contracts, settings: &Settings) -> Result<Self> {
        let manager = account("manager");
        chain.fund(&manager, POCKET_MONEY);
        chain.fund(&settings.policy.treasury, POCKET_MONEY);

        let deployed = |what: &str, outcome: Outcome<AccountId>| {
            outcome.result.with_context(|| format!("deploying the {what} contract"))
        };
        let new = reputation_constructor(settings);
        let made = chain.deploy_naming(&contracts.reputation, new, &manager, 0, reputation_error);
        let reputation = deployed("reputation", made)?;
        let new = obligation_constructor(reputation);
        let obligation = deployed("obligation", chain.deploy(&contracts.obligation, new, &manager, 0))?;
        let new = market_constructor(reputation, obligation);
        let market = deployed("market", chain.deploy(&contracts.market, new, &manager, 0))?;

        let world = Self {
            chain,
            manager,
            treasury: settings.policy.treasury,
            reputation_address: reputation,
            obligation_address: obligation,
            market_address: market,
            pool: PoolId::default(),
        };
        world.grant_roles()?;
        for minter in [market, obligation] {
            world.manage("setting a mint cap", world.reputation().set_mint_cap(minter, settings.mint_cap))?;
        }
        Ok(world)
    }

    fn grant_roles(&self) -> Result<()> {
        let granted = role_table(self.reputation_address, self.obligation_address, self.market_address);
        for (contract, grantee, roles) in granted {
            for role in roles {
                let grant = RoleCalls::from(contract).grant_role(*role, Some(grantee));
                self.manage("granting a role", grant)?;
            }
        }
        Ok(())
    }

    /// The manager sends `message`, which must be accepted.
    fn manage<Args: Encode, T: Decode, E: Decode + Debug>(
        &self,
        what: &str,
        message: Message<Args, Result<T, E>>,
    ) -> Result<T> {
        let returned = self.chain.call(&self.manager, message).result.context(what.to_owned())?;
        returned.map_err(|error| anyhow!("{what}: refused as {error:?}"))
    }

    /// Where the contracts are.
    pub fn addresses(&self) -> Addresses {
        Addresses {
            reputation: self.reputation_address,
            obligation: self.obligation_address,
            market: self.market_address,
        }
    }

    /// Messages to the reputation contract: `world.reputation().claim_reputation(who)`.
    pub fn reputation(&self) -> ReputationCalls {
        self.reputation_address.into()
    }

    /// Messages to the obligation contract: `world.obligation().enlist(world.pool)`.
    pub fn obligation(&self) -> ObligationCalls {
        self.obligation_address.into()
    }

    /// Messages to the market: `world.market().post(spec, 0)`.
    pub fn market(&self) -> MarketCalls {
        self.market_address.into()
    }

    /// The reputation contract as PSP22: `world.token().balance_of(who)`.
    pub fn token(&self) -> TokenCalls {
        self.reputation_address.into()
    }

    /// Messages about roles to one of the contracts: `world.roles_in(world.market_address).has_role(..)`.
    pub fn roles_in(&self, contract: AccountId) -> RoleCalls {
        contract.into()
    }

    /// The account of this name, with some money if it has none yet.
    pub fn who(&self, name: &str) -> AccountId {
        let who = account(name);
        if self.chain.total_balance(&who) == 0 {
            self.chain.fund(&who, POCKET_MONEY);
        }
        who
    }

    /// A request of three places for 30 UNIT, each reviewed by three or more, with a day for each step from now.
    pub fn request_spec(&self) -> RequestSpec {
        let now = self.chain.now();
        RequestSpec {
            spec: Hash::from(blake2_256(b"a specification")),
            uri: b"ipfs://specification".to_vec(),
            asset: Asset::Native,
            reward: 30 * UNIT,
            review_fee: UNIT,
            access: Access::Open,
            award: Award::PerSubmission,
            duplicates: Duplicates::Independent,
            curve: vec![
                Bucket { min_score: 40, weight_bps: 5_000 },
                Bucket { min_score: 60, weight_bps: 8_000 },
                Bucket { min_score: 80, weight_bps: 10_000 },
            ],
            limit: 3,
            per_provider: 1,
            provider_bond: 0,
            place_deposit: UNIT,
            access_price: 0,
            min_reputation: 0,
            min_tier: 0,
            quorum: 3,
            tolerance: 10,
            signal_by: now + days(1),
            deliver_by: now + days(2),
            review_by: now + days(3),
            reveal_by: now + days(4),
        }
    }
}

/// What the reputation contract's constructor refused with.
fn reputation_error(data: &[u8]) -> String {
    match ConstructorResult::<Result<(), reputation::Error>>::decode(&mut &*data) {
        Ok(Ok(Err(error))) => format!("{error:?}"),
        _ => format!("{data:?}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_of_the_constructor_has_its_name() {
        let refused: Result<Result<(), reputation::Error>, u8> = Ok(Err(reputation::Error::InvalidTiers));
        assert_eq!(reputation_error(&refused.encode()), "InvalidTiers");
        assert_eq!(reputation_error(&[9]), "[9]");
    }
}
