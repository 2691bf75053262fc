//! An organization on a node, the people around it, and what they do in more than one story.
//!
//! Alice is the manager, Bob, Charlie and Dave are the founders, Eve asks, and Ferdie delivers.

use crate::{Client, PolkadotConfig};
use chain::{
    constructor, market_constructor, obligation_constructor, reputation_constructor, role_table, Addresses, Emitted,
    MarketCalls, Message, ObligationCalls, ReputationCalls, RoleCalls, Settings, UNIT,
};
use e2e_tests::{contracts::PSP22, one};
use given::{
    alice, bob, charlie, dave, subxt::dynamic::Value, tokio::time::sleep, ChainBackend, ContractsBackend, Keypair,
};
use ink::{
    contract_ref,
    env::{
        call::{build_create, ExecutionInput},
        DefaultEnvironment, Event,
    },
    primitives::AccountId,
};
use interfaces::{
    market::{
        commitment, Access, Asset, Award, Bucket, Duplicates, RequestSpec, Revealed, ReviewsCommitted, ReviewsRevealed,
        Window, Withdrawn,
    },
    obligation::{Membership, Seated},
    reputation::Profile,
    Balance, Market as _, Obligation as _, PoolId, Reputation as _, RequestId, SubmissionId, Timestamp,
};
use pendzl::contracts::access_control::AccessControl as _;
use scale::{Decode, Encode};
use std::{
    fmt::Debug,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

/// A client of the framework's, connected to a node.
pub type Node = Client<PolkadotConfig, DefaultEnvironment>;
/// The framework wants some contract's type, whichever is made.
type AnyContract = contract_ref!(interfaces::Market, DefaultEnvironment);

/// The reputation that each founder is endowed with.
pub const ENDOWMENT: Balance = 400;
/// The bond that a seat takes of it.
pub const BOND: Balance = 50;
/// What a request pays for reviews, and what a place takes as a deposit.
pub const FEE: Balance = 3 * UNIT;
/// What a request pays for its only place.
pub const REWARD: Balance = 30 * UNIT;
/// The treasury's part, 5 % of both, and all of it.
pub const TREASURY: Balance = (REWARD + FEE) / 20;
pub const PRICE: Balance = REWARD + FEE + TREASURY;
/// What keeps reviews secret.
pub const SALT: [u8; 32] = [7; 32];

/// The shortest time between two deadlines.
const SHORTEST: Timestamp = 3_000;
/// How long a request's windows are. A transaction takes a tenth of a second; where much else goes on, a node takes longer.
const SIGNAL: Timestamp = 5_000;
const DELIVER: Timestamp = SHORTEST;
const REVIEW: Timestamp = 8_000;
const REVEAL: Timestamp = 8_000;

/// By how many percent more than the rehearsal a message may take of a block: time passes between the two.
const SPARE: u64 = 10;

/// An account's address.
pub fn id(who: &Keypair) -> AccountId {
    who.public_key().0.into()
}

pub fn founders() -> [Keypair; 3] {
    [bob(), charlie(), dave()]
}

/// The machine's time, which a node's next block has.
pub fn now() -> Timestamp {
    let time = SystemTime::now().duration_since(UNIX_EPOCH).expect("a time after 1970");
    time.as_millis().try_into().expect("a time before the end of time")
}

/// An accepted message: what it returned, and the events of all contracts.
pub struct Sent<T> {
    pub value: T,
    emitted: Vec<Emitted>,
}

impl<T> Sent<T> {
    /// The events of type `E`, in order.
    pub fn events<E: Event + Decode>(&self) -> Vec<E> {
        self.emitted.iter().filter_map(Emitted::decode).collect()
    }

    /// Whether no contract emitted anything.
    pub fn is_silent(&self) -> bool {
        self.emitted.is_empty()
    }
}

/// The deployed organization.
pub struct Stage<'a> {
    pub node: &'a mut Node,
    pub at: Addresses,
    /// The enforcers' pool.
    pub pool: PoolId,
    pub treasury: Keypair,
}

impl<'a> Stage<'a> {
    /// Deploys the contracts, wires them, endows the founders, seals, and opens the market, with these settings changed.
    pub async fn with(node: &'a mut Node, change: impl FnOnce(&mut Settings)) -> Self {
        let treasury = node.create_and_fund_account(&alice(), UNIT).await;
        let founders = founders().iter().map(|founder| (id(founder), ENDOWMENT)).collect();
        let mut settings = Settings { founders, ..Settings::brisk() };
        settings.policy.treasury = id(&treasury);
        settings.policy.min_window = SHORTEST;
        change(&mut settings);

        let reputation = deployed(node, "reputation", reputation_constructor(&settings)).await;
        let obligation = deployed(node, "obligation", obligation_constructor(reputation)).await;
        let market = deployed(node, "market", market_constructor(reputation, obligation)).await;
        let at = Addresses { reputation, obligation, market };
        let mut stage = Self { node, at, pool: 0, treasury };
        for (contract, grantee, roles) in role_table(reputation, obligation, market) {
            for role in roles {
                stage.send(&alice(), RoleCalls::from(contract).grant_role(*role, Some(grantee))).await;
            }
        }
        for minter in [market, obligation] {
            stage.send(&alice(), stage.reputation().set_mint_cap(minter, settings.mint_cap)).await;
        }
        stage.send(&alice(), stage.reputation().endow(settings.founders)).await;
        stage.send(&alice(), stage.reputation().seal()).await;
        let open = stage.market().open(settings.policy, settings.terms, settings.schedule);
        stage.pool = stage.send(&alice(), open).await.value;
        stage
    }

    /// Messages to the reputation contract; and to the other two below.
    pub fn reputation(&self) -> ReputationCalls {
        self.at.reputation.into()
    }

    pub fn obligation(&self) -> ObligationCalls {
        self.at.obligation.into()
    }

    pub fn market(&self) -> MarketCalls {
        self.at.market.into()
    }

    /// `who` sends a message, which is accepted.
    pub async fn send<Args, T, E>(&mut self, who: &Keypair, message: Message<Args, Result<T, E>>) -> Sent<T>
    where
        Args: Encode + Clone + Send + Sync,
        Message<Args, Result<T, E>>: Clone,
        Result<T, E>: Decode + Send,
        E: Debug,
    {
        let worth = *message.clone().params().transferred_value();
        let sent = self.node.call(who, &message).value(worth).extra_gas_portion(SPARE).submit().await;
        let sent = match sent {
            Ok(sent) => sent,
            Err(failed) => panic!("{failed}; {:?}", self.answer(who, message).await.err()),
        };
        let emitted = sent.contract_emitted_events().expect("events").into_iter().map(|emitted| Emitted {
            contract: emitted.event.contract,
            topics: emitted.topics.into_iter().map(Into::into).collect(),
            data: emitted.event.data,
        });
        let emitted = emitted.collect();
        match sent.return_value() {
            Ok(value) => Sent { value, emitted },
            Err(refusal) => panic!("refused as {refusal:?} in the rehearsal, and then accepted"),
        }
    }

    /// What a message would answer `who` as of the last block.
    async fn answer<Args, T>(&mut self, who: &Keypair, message: Message<Args, T>) -> T
    where
        Args: Encode + Clone + Send + Sync,
        Message<Args, T>: Clone,
        T: Decode + Send,
    {
        let worth = *message.clone().params().transferred_value();
        self.node.call(who, &message).value(worth).dry_run().await.expect("an answer").return_value()
    }

    /// Why a message of `who` would be refused.
    pub async fn refused<Args, T, E>(&mut self, who: &Keypair, message: Message<Args, Result<T, E>>) -> E
    where
        Args: Encode + Clone + Send + Sync,
        Message<Args, Result<T, E>>: Clone,
        Result<T, E>: Decode + Send,
        T: Debug,
    {
        match self.answer(who, message).await {
            Ok(value) => panic!("the message would be accepted: {value:?}"),
            Err(error) => error,
        }
    }

    /// What a read returns.
    pub async fn read<Args, T>(&mut self, message: Message<Args, T>) -> T
    where
        Args: Encode + Clone + Send + Sync,
        Message<Args, T>: Clone,
        T: Decode + Send,
    {
        self.answer(&alice(), message).await
    }

    /// Waits until this time. A node that makes blocks only for transactions is given one, so that its reads know the time.
    pub async fn wait_until(&mut self, time: Timestamp) {
        while now() <= time {
            sleep(Duration::from_millis(10)).await;
        }
        let nothing = vec![Value::from_bytes([])];
        self.node.runtime_call(&alice(), "System", "remark", nothing).await.expect("a block");
    }

    /// What the account has of the chain's own currency, deposits for storage aside.
    pub async fn balance(&mut self, who: AccountId) -> Balance {
        self.node.free_balance(who).await.expect("a balance")
    }

    pub async fn profile(&mut self, who: &Keypair) -> Profile {
        self.read(self.reputation().profile(id(who))).await
    }

    pub async fn membership(&mut self, pool: PoolId, who: &Keypair) -> Membership {
        self.read(self.obligation().membership(pool, id(who))).await.expect("a member")
    }

    pub async fn credit(&mut self, asset: Asset, who: &Keypair) -> Balance {
        self.read(self.market().credit(asset, id(who))).await.expect("a credit")
    }

    /// Each of the founders takes a seat among the enforcers.
    pub async fn enlist_founders(&mut self) {
        for founder in founders() {
            let enlisted = self.send(&founder, self.obligation().enlist(self.pool)).await;
            assert_eq!(enlisted.events::<Seated>(), [Seated { pool: self.pool, who: id(&founder) }]);
        }
    }

    /// These enforcers review a submission that is opened: they commit once all three are drawn, and reveal.
    pub async fn review(&mut self, request: RequestId, submission: SubmissionId, scores: [u8; 3]) {
        let window = self.window(request, submission).await;
        self.wait_until(window.drawn_by).await;
        for (enforcer, score) in founders().into_iter().zip(scores) {
            let sealed = commitment(request, submission, id(&enforcer), score, None, &SALT);
            let commit = self.market().commit_reviews(request, one::commitment(submission, sealed));
            let committed = self.send(&enforcer, commit).await;
            let told = ReviewsCommitted { request, enforcer: id(&enforcer), submissions: vec![submission] };
            assert_eq!((committed.events::<ReviewsCommitted>(), committed.value), (vec![told], vec![submission]));
        }
        self.wait_until(window.commit_by).await;
        for (enforcer, score) in founders().into_iter().zip(scores) {
            let reveal = self.market().reveal_reviews(request, one::reveal(submission, score, None, SALT));
            let revealed = self.send(&enforcer, reveal).await;
            let reviews = vec![Revealed { submission, score, duplicate_of: None }];
            let told = ReviewsRevealed { request, enforcer: id(&enforcer), reviews };
            assert_eq!(revealed.events::<ReviewsRevealed>(), [told]);
        }
    }

    async fn window(&mut self, request: RequestId, submission: SubmissionId) -> Window {
        let (spec, _) = self.read(self.market().request(request)).await.expect("a request");
        let delivery = self.read(self.market().submission(request, submission)).await.expect("a submission");
        spec.window(delivery.window_start)
    }

    /// `who` takes out all that the market owes it in this asset, and it was this much.
    pub async fn withdraws(&mut self, who: &Keypair, asset: Asset, amount: Balance) {
        assert_eq!(self.credit(asset, who).await, amount);
        let withdrawn = self.send(who, self.market().withdraw(asset)).await;
        assert_eq!(withdrawn.events::<Withdrawn>(), [Withdrawn { who: id(who), asset, amount }]);
    }
}

/// A token of which alice has this much.
pub async fn token(node: &mut Node, supply: Balance) -> AccountId {
    deployed(node, PSP22.name, constructor("new").push_arg(supply)).await
}

/// Puts a contract on the chain, with alice as its manager.
async fn deployed<Args: Encode + Clone + Send + Sync>(
    node: &mut Node,
    contract: &str,
    input: ExecutionInput<Args>,
) -> AccountId {
    let mut constructor = build_create::<AnyContract>().exec_input(input).returns::<AnyContract>();
    let deployed = node.instantiate(contract, &alice(), &mut constructor).submit().await;
    deployed.unwrap_or_else(|failed| panic!("the {contract} contract: {failed}")).account_id
}

/// A request of one place, whose windows begin now.
pub fn request_spec() -> RequestSpec {
    let signal_by = now() + SIGNAL;
    let deliver_by = signal_by + DELIVER;
    let review_by = deliver_by + REVIEW;
    RequestSpec {
        spec: [1; 32].into(),
        uri: b"ipfs://brief".to_vec(),
        asset: Asset::Native,
        reward: REWARD,
        review_fee: FEE,
        access: Access::Open,
        award: Award::PerSubmission,
        duplicates: Duplicates::Independent,
        curve: vec![Bucket { min_score: 40, weight_bps: 5_000 }, Bucket { min_score: 80, weight_bps: 10_000 }],
        limit: 1,
        per_provider: 1,
        provider_bond: 0,
        place_deposit: FEE,
        access_price: 0,
        min_reputation: 0,
        min_tier: 0,
        quorum: 3,
        tolerance: 10,
        signal_by,
        deliver_by,
        review_by,
        reveal_by: review_by + REVEAL,
    }
}
