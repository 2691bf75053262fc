//! The three contracts deployed and wired on an embedded chain, as a manager would.

use crate::{
    build::Contracts,
    chain::{account, constructor, days, hours, Chain, Message, Outcome, UNIT},
};
use anyhow::{anyhow, Context, Result};
use ink::{
    codegen::TraitCallBuilder,
    contract_ref,
    env::{call::ExecutionInput, DefaultEnvironment},
    primitives::{AccountId, Hash},
};
use interfaces::{
    market::{Access, Asset, AssetPolicy, Award, Bucket, Duplicates, Policy, RequestSpec},
    obligation::{Rate, Schedule, Terms},
    roles, Balance, Market as _, PoolId, Reputation as _, RequestId, SubmissionId, Timestamp,
};
use pendzl::contracts::{
    access_control::{AccessControl, RoleType},
    pausable::Pausable,
    psp22::PSP22,
};
use scale::{Decode, Encode};
use std::fmt::Debug;

/// Builds messages to the reputation contract; see [`World::reputation`].
pub type ReputationCalls = <contract_ref!(interfaces::Reputation, DefaultEnvironment) as TraitCallBuilder>::Builder;
/// Builds messages to the obligation contract; see [`World::obligation`].
pub type ObligationCalls = <contract_ref!(interfaces::Obligation, DefaultEnvironment) as TraitCallBuilder>::Builder;
/// Builds messages to the market; see [`World::market`].
pub type MarketCalls = <contract_ref!(interfaces::Market, DefaultEnvironment) as TraitCallBuilder>::Builder;
/// Builds AccessControl messages to any of the contracts; see [`World::roles_in`].
pub type RoleCalls = <contract_ref!(AccessControl, DefaultEnvironment) as TraitCallBuilder>::Builder;
/// Builds messages about whether the market or the obligation contract is paused.
pub type PauseCalls = <contract_ref!(Pausable, DefaultEnvironment) as TraitCallBuilder>::Builder;
/// Builds PSP22 messages to the reputation contract; see [`World::token`].
pub type TokenCalls = <contract_ref!(PSP22, DefaultEnvironment) as TraitCallBuilder>::Builder;

/// What everyone has to begin with who is named by [`World::who`].
pub const POCKET_MONEY: Balance = 1_000 * UNIT;

/// How the organization is set up.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The reputation token's name and symbol.
    pub name: String,
    pub symbol: String,
    /// Thresholds of the tiers, strictly rising.
    pub tiers: Vec<Balance>,
    /// Length of an epoch of mint caps.
    pub mint_epoch: Timestamp,
    /// From announcing a new minter to granting it the role.
    pub minter_notice: Timestamp,
    /// What the market, and the obligation contract, may each mint in an epoch.
    pub mint_cap: Balance,
    /// The founding workforce.
    pub founders: Vec<(AccountId, Balance)>,
    pub policy: Policy,
    pub terms: Terms,
    pub schedule: Schedule,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            name: "Atomic Reputation".into(),
            symbol: "ATOM-REP".into(),
            tiers: vec![100, 500, 2_000],
            mint_epoch: days(1),
            minter_notice: days(7),
            mint_cap: 10_000,
            founders: Vec::new(),
            policy: default_policy(),
            terms: default_terms(),
            schedule: Schedule::default(),
        }
    }
}

/// A policy that takes the chain's own currency, with a fee of 5 % and the treasury `account("treasury")`.
pub fn default_policy() -> Policy {
    Policy {
        assets: vec![AssetPolicy { asset: Asset::Native, min_review_fee: UNIT / 100 }],
        min_window: hours(1),
        min_quorum: 3,
        max_tolerance: 20,
        unreviewed_bps: 5_000,
        protocol_fee_bps: 500,
        treasury: account("treasury"),
        target_utilization_ppm: 600_000,
        premium_cap_bps: 2_000,
        reputation_per_fee: 100,
    }
}

/// Terms of a small pool: every second operation seen is to be declared, three short are tolerated, six ban.
pub fn default_terms() -> Terms {
    Terms {
        denominator: 2,
        epoch: days(1),
        retention_ppm: 1_000_000,
        throttle_buffer: 3,
        ban_buffer: 6,
        rate: Rate::Fixed,
        min_reviews: 3,
        presence: 0,
        seats: 5,
        min_reputation: 100,
        bond: 50,
        healthy_limit: 3,
        throttled_limit: 2,
        slash_ppm: 500_000,
        keeper_reward: 20,
        restore_price: 5,
        cooldown: days(7),
        min_freeze: days(1),
        freeze_interval: days(30),
        notice: days(1),
    }
}

/// The roles that there are, by name.
pub const ROLES: [(RoleType, &str); 7] = [
    (roles::MANAGER, "MANAGER"),
    (roles::OPERATOR, "OPERATOR"),
    (roles::MINTER, "MINTER"),
    (roles::LOCKER, "LOCKER"),
    (roles::SLASHER, "SLASHER"),
    (roles::SPENDER, "SPENDER"),
    (roles::FREEZER, "FREEZER"),
];

/// How a role is called.
pub fn role_name(role: RoleType) -> &'static str {
    ROLES.iter().find(|(known, _)| *known == role).map_or("an unknown role", |(_, name)| name)
}

/// The least that the contracts need of each other (section 2): in which contract, which other one, which roles. Nobody
/// else needs any, but for the manager.
pub fn role_table(
    reputation: AccountId,
    obligation: AccountId,
    market: AccountId,
) -> [(AccountId, AccountId, &'static [RoleType]); 3] {
    [
        (reputation, obligation, &[roles::LOCKER, roles::SLASHER, roles::SPENDER, roles::FREEZER, roles::MINTER]),
        (reputation, market, &[roles::LOCKER, roles::SLASHER, roles::SPENDER, roles::MINTER]),
        (obligation, market, &[roles::OPERATOR]),
    ]
}

/// Makes the reputation contract.
pub fn reputation_constructor(settings: &Settings) -> ExecutionInput<impl Encode> {
    constructor("new")
        .push_arg(Some(settings.name.clone()))
        .push_arg(Some(settings.symbol.clone()))
        .push_arg(settings.tiers.clone())
        .push_arg(settings.mint_epoch)
        .push_arg(settings.minter_notice)
}

/// Makes the obligation contract.
pub fn obligation_constructor(reputation: AccountId) -> ExecutionInput<impl Encode> {
    constructor("new").push_arg(reputation)
}

/// Makes the market.
pub fn market_constructor(reputation: AccountId, obligation: AccountId) -> ExecutionInput<impl Encode> {
    constructor("new").push_arg(reputation).push_arg(obligation)
}

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
        let mut world = Self::found(contracts, &settings)?;
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
        let chain = Chain::new();
        let manager = account("manager");
        chain.fund(&manager, POCKET_MONEY);
        chain.fund(&settings.policy.treasury, POCKET_MONEY);

        let deployed = |what: &str, outcome: Outcome<AccountId>| {
            outcome.result.with_context(|| format!("deploying the {what} contract"))
        };
        let new = reputation_constructor(settings);
        let reputation = deployed("reputation", chain.deploy(&contracts.reputation, new, &manager, 0))?;
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

    /// The account of this name, with some money where it has none yet.
    pub fn who(&self, name: &str) -> AccountId {
        let who = account(name);
        if self.chain.total_balance(&who) == 0 {
            self.chain.fund(&who, POCKET_MONEY);
        }
        who
    }

    /// A request of three places for 30 UNIT, each reviewed by three, with a day for each step from now.
    pub fn request_spec(&self) -> RequestSpec {
        let now = self.chain.now();
        RequestSpec {
            spec: Hash::from(contract_build::code_hash(b"a specification")),
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
            max_reviews: 5,
            tolerance: 10,
            signal_by: now + days(1),
            deliver_by: now + days(2),
            review_by: now + days(3),
            reveal_by: now + days(4),
        }
    }
}

/// What an enforcer commits to: `blake2_256(SCALE(request, submission, enforcer, score, duplicate_of, salt))`.
pub fn commitment(
    request: RequestId,
    submission: SubmissionId,
    enforcer: &AccountId,
    score: u8,
    duplicate_of: Option<SubmissionId>,
    salt: [u8; 32],
) -> [u8; 32] {
    contract_build::code_hash(&(request, submission, enforcer, score, duplicate_of, salt).encode())
}
