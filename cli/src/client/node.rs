//! A chain behind a node, such as a substrate-contracts-node, talked to over its RPC.
//!
//! A transaction is first tried at the latest block, for its weight and for its result; if it would fail, it is not
//! sent. It is valid only for some minutes, so that a lost one does not turn up later. A block counts as soon as it is
//! the best one, because a development node finalizes none.
//!
//! Where the connection is lost after a transaction was sent, it is made again, and the blocks since then are searched for
//! the transaction: whoever sent it is told its result, or that it is in no block, or that this is not known.

use crate::client::backend::{Answer, Backend, Block, Error, Hash, Network, Receipt, Told, Transaction};
use crate::client::signer::{address, hex, Signer};
use chain::{
    amounts::show_amount,
    blake2_256,
    runtime::{
        pallet_contracts::{
            Code, CodeUploadResult, ContractExecResult, ContractInstantiateResult, ContractResult, Determinism,
        },
        sp_runtime::{AccountId32, DispatchError},
    },
    Emitted, Outcome, Returned, StorageDeposit, Trap, Weight,
};
use ink::primitives::AccountId;
use interfaces::{Balance, Timestamp};
use scale::{Decode, Encode};
use std::{
    cell::{Cell, RefCell},
    future::Future,
    pin::pin,
    rc::Rc,
    time::{Duration, Instant},
};
use subxt::{
    backend::{
        legacy::LegacyRpcMethods,
        rpc::{rpc_params, RpcClient},
    },
    config::DefaultExtrinsicParamsBuilder,
    dynamic::{At, Value},
    error::RpcError,
    events::{EventDetails, Phase},
    ext::{
        scale_decode::DecodeAsType,
        scale_value::{self, Composite, ValueDef},
    },
    storage::DynamicAddress,
    tx::TxStatus,
    utils::AccountId32 as Address,
    Metadata, OnlineClient, PolkadotConfig,
};
use tokio::runtime::Runtime;

/// How long a node may take to answer a question, and to put a transaction into a block.
const PATIENCE: Duration = Duration::from_secs(120);
/// How long it may take to connect.
const PATIENCE_TO_CONNECT: Duration = Duration::from_secs(20);
/// How long it is tried to connect again, and to find a transaction that was sent before.
const PATIENCE_TO_FIND: Duration = Duration::from_secs(60);
/// After this long, whoever waits is told for what.
const QUIET: Duration = Duration::from_secs(2);
/// How often a node is asked whether there is a new block.
const POLL: Duration = Duration::from_millis(500);
/// For how many blocks a transaction is valid.
const MORTALITY: u64 = 64;
/// What a transaction may use beyond what the dry run did, in percent: the state may change before it runs.
const MARGIN_PERCENT: u64 = 25;

/// A chain behind a node.
pub struct Node {
    url: String,
    network: Network,
    link: RefCell<Rc<Link>>,
    tell: Tell,
    /// Somebody sets its clock.
    manual_clock: bool,
    /// The block whose events were counted last, and how many they are.
    counted: Cell<Option<(Hash256, usize)>>,
    // This field comes last, because those above run in it.
    runtime: Runtime,
}

/// Is told what is waited for, and with `None` that the waiting is over.
pub type Tell = Box<dyn Fn(Option<&str>)>;

/// A connection.
struct Link {
    /// For what only some nodes answer.
    client_rpc: RpcClient,
    client: OnlineClient<PolkadotConfig>,
    rpc: LegacyRpcMethods<PolkadotConfig>,
}

impl Link {
    /// A connection, and the chain's own name.
    async fn open(url: &str) -> Result<(Self, String), subxt::Error> {
        let connection = RpcClient::from_insecure_url(url).await?;
        let rpc = LegacyRpcMethods::<PolkadotConfig>::new(connection.clone());
        let client = OnlineClient::<PolkadotConfig>::from_rpc_client(connection.clone()).await?;
        let name = rpc.system_chain().await?;
        Ok((Self { client_rpc: connection, client, rpc }, name))
    }

    /// Whether somebody sets the node's clock. A node that does not know the question has the machine's.
    async fn has_manual_clock(&self) -> bool {
        let clock: Result<serde_json::Value, _> = self.client_rpc.request("dev_clock", rpc_params![]).await;
        clock.is_ok_and(|clock| clock["clock"] == "manual")
    }
}

/// Waits for an answer, but not longer than `patience`. If it takes a while, `tell` says for what.
async fn patiently<T>(
    patience: Duration,
    tell: &Tell,
    what: &str,
    answer: impl Future<Output = T>,
) -> Result<T, tokio::time::error::Elapsed> {
    let mut answer = pin!(answer);
    if let Ok(answer) = tokio::time::timeout(QUIET.min(patience), &mut answer).await {
        return Ok(answer);
    }
    tell(Some(what));
    let answer = tokio::time::timeout(patience.saturating_sub(QUIET), answer).await;
    tell(None);
    answer
}

impl Node {
    /// Connects to the node at `url`, such as `ws://127.0.0.1:9944`.
    ///
    /// # Errors
    /// [`Error::ConnectionLost`] if there is none; [`Error::NotUnderstood`] if its chain has no contracts.
    pub fn connect(url: &str) -> Answer<Self> {
        Self::connect_telling(url, Box::new(|_| ()))
    }

    /// As [`Node::connect`]. Whenever the node makes somebody wait, `tell` says so.
    pub fn connect_telling(url: &str, tell: Tell) -> Answer<Self> {
        Self::connect_within(PATIENCE_TO_CONNECT, url, tell)
    }

    fn connect_within(patience: Duration, url: &str, tell: Tell) -> Answer<Self> {
        let lost = |reason: String| Error::ConnectionLost { url: url.to_owned(), reason };
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(|error| Error::NotUnderstood(format!("starting to listen: {error}")))?;
        let what = format!("waiting for the node at {url}");
        let (link, name) = match runtime.block_on(patiently(patience, &tell, &what, Link::open(url))) {
            Ok(Ok(connected)) => connected,
            Ok(Err(error)) => return Err(lost(words(&error))),
            Err(_) => return Err(lost("it does not answer".into())),
        };
        if link.client.metadata().pallet_by_name("Contracts").is_none() {
            return Err(Error::NotUnderstood(format!("the chain {name} has no contracts (no pallet-contracts)")));
        }
        let network = Network { name, genesis: link.client.genesis_hash().0 };
        let manual_clock = runtime.block_on(link.has_manual_clock());
        let link = RefCell::new(Rc::new(link));
        Ok(Self { url: url.to_owned(), network, link, tell, manual_clock, counted: Cell::new(None), runtime })
    }

    /// The present connection.
    fn link(&self) -> Rc<Link> {
        self.link.borrow().clone()
    }

    /// Connects again, unless the connection is there.
    ///
    /// # Errors
    /// [`Error::ConnectionLost`] if nobody answers; [`Error::NotUnderstood`] if another chain does.
    fn reconnect(&self) -> Answer<()> {
        let link = self.link();
        // A timer is made within the runtime.
        let alive = self.runtime.block_on(async { tokio::time::timeout(QUIET, link.rpc.system_chain()).await });
        if matches!(alive, Ok(Ok(_))) {
            return Ok(());
        }
        let what = format!("connecting to the node at {} again", self.url);
        let opened = self.runtime.block_on(patiently(PATIENCE_TO_CONNECT, &self.tell, &what, Link::open(&self.url)));
        let (link, _) = match opened {
            Ok(opened) => opened.map_err(|error| self.lost(words(&error)))?,
            Err(_) => return Err(self.lost("it does not answer".into())),
        };
        if link.client.genesis_hash().0 != self.network.genesis {
            return Err(Error::NotUnderstood(format!("another chain answers at {} now", self.url)));
        }
        self.link.replace(Rc::new(link));
        Ok(())
    }

    /// Does what `question` says. All of it together may take [`PATIENCE`].
    fn ask<T>(&self, question: impl Future<Output = Result<T, Problem>>) -> Answer<T> {
        self.ask_for(&format!("waiting for the node at {}", self.url), question)
    }

    /// As [`Node::ask`]; `what` says what is waited for.
    fn ask_for<T>(&self, what: &str, question: impl Future<Output = Result<T, Problem>>) -> Answer<T> {
        self.runtime.block_on(async {
            let problem = match patiently(PATIENCE, &self.tell, what, question).await {
                Ok(Ok(answer)) => return Ok(answer),
                Ok(Err(Problem::Known(error))) => return Err(error),
                Ok(Err(Problem::Subxt(error))) => error,
                Err(_) => return Err(self.lost("it does not answer".into())),
            };
            // A refusal and a broken connection come as the same error: a node that still answers has refused.
            let is_transport = matches!(&problem, subxt::Error::Rpc(_) | subxt::Error::Io(_));
            let alive = tokio::time::timeout(PATIENCE_TO_CONNECT, self.link().rpc.system_chain()).await;
            match (is_transport, alive) {
                (true, Ok(Ok(_))) if !dropped(&problem) => Err(Error::Rejected(words(&problem))),
                (true, _) => Err(self.lost(words(&problem))),
                (false, _) => Err(match problem {
                    subxt::Error::Transaction(_) => Error::Rejected(words(&problem)),
                    _ => Error::NotUnderstood(words(&problem)),
                }),
            }
        })
    }

    fn lost(&self, reason: String) -> Error {
        Error::ConnectionLost { url: self.url.clone(), reason }
    }

    async fn best(&self) -> Result<Hash256, Problem> {
        self.link().rpc.chain_get_block_hash(None).await?.ok_or_else(|| not_understood("there is no best block"))
    }

    async fn stored<T: DecodeAsType>(
        &self,
        at: Hash256,
        pallet: &str,
        entry: &str,
        keys: Vec<Value>,
    ) -> Result<Option<T>, Problem> {
        let place: DynamicAddress<Vec<Value>> = subxt::dynamic::storage(pallet, entry, keys);
        let found = self.link().client.storage().at(at).fetch(&place).await?;
        found.map(|found| found.as_type::<T>().map_err(|error| not_understood(&error.to_string()))).transpose()
    }

    async fn block(&self, hash: Hash256) -> Result<Block, Problem> {
        let header = self
            .link()
            .rpc
            .chain_get_header(Some(hash))
            .await?
            .ok_or_else(|| not_understood("a block is not there"))?;
        let time = self.stored::<Timestamp>(hash, "Timestamp", "Now", Vec::new()).await?;
        Ok(Block { number: header.number, hash: hash.0, time: time.unwrap_or_default() })
    }

    /// How many events a block has.
    async fn events_in(&self, block: Hash256) -> Result<usize, Problem> {
        match self.counted.get() {
            Some((counted, events)) if counted == block => Ok(events),
            _ => {
                let events = self.link().client.events().at(block).await?.len() as usize;
                self.counted.set(Some((block, events)));
                Ok(events)
            }
        }
    }

    async fn state_call<T: Decode>(&self, at: Hash256, function: &str, arguments: Vec<u8>) -> Result<T, Problem> {
        let bytes = self.link().rpc.state_call(function, Some(&arguments), Some(at)).await?;
        T::decode(&mut &bytes[..]).map_err(|error| not_understood(&format!("{function}: {error}")))
    }

    async fn try_out(&self, caller: &AccountId, transaction: &Transaction) -> Result<Outcome<Returned>, Problem> {
        let metadata = self.link().client.metadata();
        let caller: &[u8; 32] = caller.as_ref();
        let at = self.best().await?;
        let (gas_limit, deposit_limit) = (None::<Weight>, None::<Balance>);
        Ok(match transaction {
            Transaction::Upload { code } => {
                let arguments = (caller, code, deposit_limit, Determinism::Enforced).encode();
                let uploaded: CodeUploadResult<Hash, Balance> =
                    self.state_call(at, "ContractsApi_upload_code", arguments).await?;
                let deposit = uploaded.as_ref().map(|uploaded| uploaded.deposit).unwrap_or_default();
                let result = uploaded.map(|uploaded| Returned {
                    data: uploaded.code_hash.to_vec(),
                    reverted: false,
                    contract: None,
                });
                tried(&metadata, result, StorageDeposit::Charge(deposit))
            }
            Transaction::Instantiate { code_hash, value, data, salt } => {
                let code = Code::<Hash>::Existing(*code_hash);
                let arguments = (caller, value, gas_limit, deposit_limit, code, data, salt).encode();
                let made: WithEvents<ContractInstantiateResult<AccountId32, Balance, ()>> =
                    self.state_call(at, "ContractsApi_instantiate", arguments).await?;
                made.tried(&metadata, self.events_in(at).await?)
            }
            Transaction::Call { to, value, data } => {
                let to: &[u8; 32] = to.as_ref();
                let arguments = (caller, to, value, gas_limit, deposit_limit, data).encode();
                let called: WithEvents<ContractExecResult<Balance, ()>> =
                    self.state_call(at, "ContractsApi_call", arguments).await?;
                called.tried(&metadata, self.events_in(at).await?)
            }
        })
    }

    async fn signed(&self, signer: &Signer, transaction: &Transaction, limit: Weight) -> Result<Signed, Problem> {
        let account = signer.account();
        let best = self.best().await?;
        let header = self
            .link()
            .rpc
            .chain_get_header(Some(best))
            .await?
            .ok_or_else(|| not_understood("a block is not there"))?;
        let nonce = self.link().rpc.system_account_next_index(&Address(*account.as_ref())).await?;
        let parameters = DefaultExtrinsicParamsBuilder::new().nonce(nonce).mortal(&header, MORTALITY).build();
        let payload = payload(transaction, limit);
        let extrinsic = self.link().client.tx().create_signed_offline(&payload, signer.keypair(), parameters)?;
        let hash = blake2_256(extrinsic.encoded());
        Ok(Signed { extrinsic, hash, account, nonce, since: header.number })
    }

    /// Sends a transaction and waits for the block it is in.
    async fn send(&self, signed: &Signed) -> Result<Sent, Problem> {
        let mut progress = signed.extrinsic.submit_and_watch().await?;
        while let Some(status) = progress.next().await {
            let block = match status? {
                TxStatus::InBestBlock(block) | TxStatus::InFinalizedBlock(block) => block,
                TxStatus::Error { message } | TxStatus::Invalid { message } | TxStatus::Dropped { message } => {
                    return Err(Problem::Known(Error::Rejected(message)))
                }
                _ => continue,
            };
            let number = self.block(block.block_hash()).await?.number;
            return self.left_in(number, block.fetch_events().await?.iter());
        }
        Err(Problem::Known(self.lost("it stopped telling what becomes of the transaction".into())))
    }

    /// What a transaction with these events left in its block.
    fn left_in(
        &self,
        block: u32,
        events: impl Iterator<Item = Result<EventDetails<PolkadotConfig>, subxt::Error>>,
    ) -> Result<Sent, Problem> {
        let mut sent = Sent { block, ..Sent::default() };
        for event in events {
            let event = event?;
            match (event.pallet_name(), event.variant_name()) {
                ("System", "ExtrinsicFailed") => {
                    sent.failed = Some(dispatch_error(event.field_bytes(), self.link().client.metadata()));
                }
                ("TransactionPayment", "TransactionFeePaid") => {
                    let (_, fee): (Hash, Balance) = fields(&event)?;
                    sent.fee = fee;
                }
                _ => sent.emitted.extend(emitted(&event)?),
            }
        }
        Ok(sent)
    }

    /// Connects again for a while after the connection was lost for this `reason`, and looks for what was sent.
    ///
    /// # Errors
    /// [`Error::Rejected`] if it is in no block and cannot get into one any more; [`Error::ConnectionLost`] if what became
    /// of it is not known.
    fn find_again(&self, signed: &Signed, reason: String) -> Answer<Sent> {
        let (hash, nonce, account) = (hex(&signed.hash), signed.nonce, address(&signed.account));
        let what = format!("transaction {hash}, number {nonce} of {account},");
        let until = Instant::now() + PATIENCE_TO_FIND;
        let mut reason = reason;
        loop {
            match self.reconnect().and_then(|()| self.ask(self.find(signed))) {
                Ok(Found::In(sent)) => return Ok(sent),
                Ok(Found::Never(why)) => {
                    return Err(Error::Rejected(format!(
                        "{what} is in no block, and cannot get into one any more: {why}"
                    )))
                }
                Ok(Found::NotYet) => {}
                Err(Error::ConnectionLost { reason: again, .. }) => reason = again,
                Err(error) => return Err(error),
            }
            if Instant::now() >= until {
                let last = u64::from(signed.since).saturating_add(MORTALITY);
                return Err(self.lost(format!(
                    "{reason}. It is not known whether {what} was taken: it is in no block that was seen, and may still get \
                     into one until block {last}"
                )));
            }
            self.runtime.block_on(async { tokio::time::sleep(QUIET).await });
        }
    }

    /// Looks for what was sent in the blocks in which it is valid.
    async fn find(&self, signed: &Signed) -> Result<Found, Problem> {
        let (link, best) = (self.link(), self.best().await?);
        let tip = link.rpc.chain_get_header(Some(best)).await?.ok_or_else(|| not_understood("a block is not there"))?;
        let last = u64::from(signed.since).saturating_add(MORTALITY);
        for number in signed.since.saturating_add(1)..=tip.number {
            let Some(hash) = link.rpc.chain_get_block_hash(Some(number.into())).await? else { continue };
            let Some(block) = link.rpc.chain_get_block(Some(hash)).await? else { continue };
            let mut extrinsics = block.block.extrinsics.iter();
            let Some(index) = extrinsics.position(|extrinsic| blake2_256(&extrinsic.0) == signed.hash) else {
                continue;
            };
            let is_its = |event: &EventDetails<PolkadotConfig>| match event.phase() {
                Phase::ApplyExtrinsic(of) => usize::try_from(of) == Ok(index),
                _ => false,
            };
            let events = link.client.events().at(hash).await?;
            let its = events.iter().filter(|event| event.as_ref().map_or(true, is_its));
            return Ok(Found::In(self.left_in(number, its)?));
        }
        let account: &[u8; 32] = signed.account.as_ref();
        let done: u32 = self.state_call(best, "AccountNonceApi_account_nonce", account.to_vec()).await?;
        Ok(match (u64::from(done) > signed.nonce, u64::from(tip.number) > last) {
            (true, _) => Found::Never(format!("the account sent another with number {}", signed.nonce)),
            (_, true) => Found::Never(format!("it was valid until block {last}")),
            _ => Found::NotYet,
        })
    }
}

impl Backend for Node {
    fn network(&self) -> &Network {
        &self.network
    }

    fn tip(&self) -> Answer<Block> {
        self.ask(async { self.block(self.best().await?).await })
    }

    fn hash_of(&self, number: u32) -> Answer<Option<Hash>> {
        self.ask(async { Ok(self.link().rpc.chain_get_block_hash(Some(number.into())).await?.map(|hash| hash.0)) })
    }

    fn balance(&self, who: &AccountId) -> Answer<Balance> {
        self.ask(async {
            let account: Option<Account> = self.stored(self.best().await?, "System", "Account", key(who)).await?;
            Ok(account.map_or(0, |account| account.data.free))
        })
    }

    fn code_of(&self, contract: &AccountId) -> Answer<Option<Hash>> {
        self.ask(async {
            let at = self.best().await?;
            let contract: Option<Contract> = self.stored(at, "Contracts", "ContractInfoOf", key(contract)).await?;
            Ok(contract.map(|contract| contract.code_hash))
        })
    }

    fn has_code(&self, code_hash: Hash) -> Answer<bool> {
        self.ask(async {
            let at = self.best().await?;
            let code: Option<CodeInfo> = self.stored(at, "Contracts", "CodeInfoOf", key(code_hash)).await?;
            Ok(code.is_some())
        })
    }

    fn simulate(&self, caller: &AccountId, transaction: &Transaction) -> Answer<Receipt> {
        Ok(Receipt { outcome: self.ask(self.try_out(caller, transaction))?, block: None, fee: 0 })
    }

    fn fee(&self, signer: &Signer, transaction: &Transaction, weight: Weight) -> Answer<Balance> {
        self.ask(async { Ok(self.signed(signer, transaction, weight).await?.extrinsic.partial_fee_estimate().await?) })
    }

    fn runs_by_itself(&self) -> bool {
        true
    }

    fn clock_runs(&self) -> bool {
        !self.manual_clock
    }

    fn execute(&self, signer: &Signer, transaction: &Transaction) -> Answer<Receipt> {
        let tried = self.ask(self.try_out(&signer.account(), transaction))?;
        if !tried.result.as_ref().is_ok_and(|returned| !returned.reverted) {
            return Ok(Receipt { outcome: tried, block: None, fee: 0 });
        }
        let limit = tried.required.saturating_mul(100 + MARGIN_PERCENT).saturating_div(100);
        let signed = self.ask(self.signed(signer, transaction, limit))?;
        let sent = match self.ask_for("waiting for a block", self.send(&signed)) {
            Err(Error::ConnectionLost { reason, .. }) => self.find_again(&signed, reason)?,
            // The runtime's words for it.
            Err(Error::Rejected(reason)) if reason.contains("Inability to pay some fees") => {
                let who = signer.account();
                let has = show_amount(self.balance(&who)?);
                return Err(Error::Rejected(format!("{} has {has}, which does not pay the fee", address(&who))));
            }
            sent => sent?,
        };
        let outcome = match sent.failed {
            None => Outcome { emitted: sent.emitted, ..tried },
            // The block does not keep the contract's reason. Trying the call again, after whatever came in between,
            // tells it.
            Some(error) => {
                let again = self.ask(self.try_out(&signer.account(), transaction))?;
                match again.result.as_ref().is_ok_and(|returned| !returned.reverted) {
                    true => Outcome { result: Err(Trap { error, debug: String::new() }), emitted: Vec::new(), ..again },
                    false => again,
                }
            }
        };
        Ok(Receipt { outcome, block: Some(sent.block), fee: sent.fee })
    }

    fn wait_for_sent(&self, who: &AccountId) -> Answer<()> {
        let account: &[u8; 32] = who.as_ref();
        self.ask(async {
            loop {
                let done: u32 =
                    self.state_call(self.best().await?, "AccountNonceApi_account_nonce", account.to_vec()).await?;
                let sent = self.link().rpc.system_account_next_index(&Address(*account)).await?;
                if sent <= done.into() {
                    return Ok(());
                }
                tokio::time::sleep(POLL).await;
            }
        })
    }

    fn events(&self, first: u32, last: u32) -> Answer<Vec<(u32, Vec<Emitted>)>> {
        let mut found = Vec::new();
        for number in first..=last {
            let events = self.ask(async {
                let Some(hash) = self.link().rpc.chain_get_block_hash(Some(number.into())).await? else {
                    return Ok(Vec::new());
                };
                let mut found = Vec::new();
                for event in self.link().client.events().at(hash).await?.iter() {
                    found.extend(emitted(&event?)?);
                }
                Ok(found)
            })?;
            if !events.is_empty() {
                found.push((number, events));
            }
        }
        Ok(found)
    }

    fn finalized(&self) -> Answer<Block> {
        self.ask(async {
            let hash = self.link().rpc.chain_get_finalized_head().await?;
            self.block(hash).await
        })
    }

    fn told_in(&self, number: u32) -> Answer<Option<Told>> {
        self.ask(async {
            let link = self.link();
            let Some(hash) = link.rpc.chain_get_block_hash(Some(number.into())).await? else { return Ok(None) };
            let header = link.rpc.chain_get_header(Some(hash)).await?;
            let header = header.ok_or_else(|| not_understood("a block is not there"))?;
            let time = self.stored::<Timestamp>(hash, "Timestamp", "Now", Vec::new()).await?.unwrap_or_default();
            let mut told = Vec::new();
            for event in link.client.events().at(hash).await?.iter() {
                told.extend(emitted(&event?)?);
            }
            let block = Block { number, hash: hash.0, time };
            Ok(Some(Told { block, parent: header.parent_hash.0, emitted: told }))
        })
    }

    fn ask_at(&self, number: u32, api: &str, arguments: &[u8]) -> Answer<Option<Vec<u8>>> {
        self.ask(async {
            let link = self.link();
            let Some(hash) = link.rpc.chain_get_block_hash(Some(number.into())).await? else { return Ok(None) };
            Ok(Some(link.rpc.state_call(api, Some(arguments), Some(hash)).await?))
        })
    }

    fn next_block(&self, after: u32, patience: Duration) -> Answer<Option<Block>> {
        let until = Instant::now() + patience;
        loop {
            let tip = self.tip()?;
            if tip.number > after {
                return Ok(Some(tip));
            }
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Ok(None);
            }
            // This sleeps within the runtime, which keeps the connection alive meanwhile.
            self.runtime.block_on(async { tokio::time::sleep(POLL.min(left)).await });
        }
    }

    fn pass_until(&self, time: Timestamp) -> Answer<Block> {
        if !self.manual_clock {
            return Err(Error::Unsupported(
                "this node's clock cannot be set; that of `atomic node --clock manual` can, and the embedded chain's",
            ));
        }
        self.ask(async {
            let _: serde_json::Value = self.link().client_rpc.request("dev_setTime", rpc_params![time]).await?;
            self.block(self.best().await?).await
        })
    }
}

/// A transaction that can be sent, and found again.
struct Signed {
    extrinsic: subxt::tx::SubmittableExtrinsic<PolkadotConfig, OnlineClient<PolkadotConfig>>,
    hash: Hash,
    account: AccountId,
    /// Its number among those of the account.
    nonce: u64,
    /// The last block before it.
    since: u32,
}

/// What became of a transaction.
enum Found {
    In(Sent),
    /// It is in no block yet, and may get into one.
    NotYet,
    /// It is in no block, and cannot get into one any more.
    Never(String),
}

type Hash256 = subxt::utils::H256;

/// Why a question has no answer: our own reason, or the library's.
enum Problem {
    Known(Error),
    Subxt(subxt::Error),
}

impl From<subxt::Error> for Problem {
    fn from(error: subxt::Error) -> Self {
        Self::Subxt(error)
    }
}

fn not_understood(reason: &str) -> Problem {
    Problem::Known(Error::NotUnderstood(reason.to_owned()))
}

fn dropped(error: &subxt::Error) -> bool {
    matches!(error, subxt::Error::Rpc(RpcError::SubscriptionDropped) | subxt::Error::Io(_))
}

/// An error with its causes.
fn words(error: &dyn std::error::Error) -> String {
    let mut words = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let more = error.to_string();
        if !words.contains(&more) {
            words = format!("{words}: {more}");
        }
        cause = error.source();
    }
    // The library puts this before every message.
    words.trim_start_matches("Rpc error: ").trim_start_matches("RPC error: ").to_owned()
}

// The parts of the chain's storage that are used; the library finds them by the chain's own metadata.

#[derive(DecodeAsType)]
#[decode_as_type(crate_path = "subxt::ext::scale_decode")]
struct Account {
    data: AccountData,
}

#[derive(DecodeAsType)]
#[decode_as_type(crate_path = "subxt::ext::scale_decode")]
struct AccountData {
    free: Balance,
}

#[derive(DecodeAsType)]
#[decode_as_type(crate_path = "subxt::ext::scale_decode")]
struct Contract {
    code_hash: Hash,
}

#[derive(DecodeAsType)]
#[decode_as_type(crate_path = "subxt::ext::scale_decode")]
struct CodeInfo {
    #[allow(dead_code)] // Only whether there is one matters.
    owner: Hash,
}

/// What a dry run left.
fn tried(
    metadata: &Metadata,
    result: Result<Returned, DispatchError>,
    deposit: StorageDeposit<Balance>,
) -> Outcome<Returned> {
    let error =
        |error: DispatchError| Trap { error: dispatch_error(&error.encode(), metadata.clone()), debug: String::new() };
    let (gas, required) = (Weight::zero(), Weight::zero());
    Outcome { result: result.map_err(error), gas, required, deposit, emitted: Vec::new() }
}

/// The result of a dry run, and the events that follow it, whose types only the chain's metadata knows.
struct WithEvents<T> {
    result: T,
    events: Vec<u8>,
}

impl<R: Decode> Decode for WithEvents<ContractResult<Result<R, DispatchError>, Balance, ()>> {
    fn decode<I: scale::Input>(input: &mut I) -> Result<Self, scale::Error> {
        // As in the type itself, except for the events.
        let result = ContractResult {
            gas_consumed: Decode::decode(input)?,
            gas_required: Decode::decode(input)?,
            storage_deposit: Decode::decode(input)?,
            debug_message: Decode::decode(input)?,
            result: Decode::decode(input)?,
            events: None,
        };
        let collected = u8::decode(input)? == 1;
        let mut events = vec![0; if collected { input.remaining_len()?.unwrap_or_default() } else { 0 }];
        input.read(&mut events)?;
        Ok(Self { result, events })
    }
}

impl<R: Into<Returned>> WithEvents<ContractResult<Result<R, DispatchError>, Balance, ()>> {
    /// A dry run collects the events of the block it starts from, too: `earlier` of them.
    fn tried(self, metadata: &Metadata, earlier: usize) -> Outcome<Returned> {
        let Self { result: executed, events } = self;
        let mut tried = tried(metadata, executed.result.map(Into::into), executed.storage_deposit);
        if let Err(trap) = &mut tried.result {
            trap.debug = String::from_utf8_lossy(&executed.debug_message).trim().to_owned();
        }
        if tried.result.as_ref().is_ok_and(|returned| !returned.reverted) {
            tried.emitted = would_emit(metadata, &events, earlier).unwrap_or_default();
        }
        tried.gas = executed.gas_consumed;
        tried.required = executed.gas_required;
        tried
    }
}

/// The events of contracts among those that a dry run collected, except the first `earlier`.
fn would_emit(metadata: &Metadata, bytes: &[u8], earlier: usize) -> Option<Vec<Emitted>> {
    let records = metadata.pallet_by_name("System")?.storage()?.entry_by_name("Events")?.entry_type().value_ty();
    let records = scale_value::scale::decode_as_type(&mut &*bytes, &records, metadata.types()).ok()?;
    let ValueDef::Composite(records) = records.value else { return None };
    let emitted = records.values().skip(earlier).filter_map(|record| {
        let ValueDef::Variant(event) = &record.at("event")?.at(0)?.value else { return None };
        let ValueDef::Variant(pallet) = &record.at("event")?.value else { return None };
        if pallet.name != "Contracts" || event.name != "ContractEmitted" {
            return None;
        }
        let contract: Hash = bytes_of(event.values.at("contract")?).try_into().ok()?;
        let topics = record.at("topics")?;
        let ValueDef::Composite(topics) = &topics.value else { return None };
        let topics = topics.values().filter_map(|topic| bytes_of(topic).try_into().ok()).collect();
        Some(Emitted { contract: contract.into(), topics, data: bytes_of(event.values.at("data")?) })
    });
    Some(emitted.collect())
}

/// All bytes in a value, however they are wrapped.
fn bytes_of<C>(value: &scale_value::Value<C>) -> Vec<u8> {
    match &value.value {
        ValueDef::Composite(Composite::Unnamed(values)) => values.iter().flat_map(bytes_of).collect(),
        _ => value.as_u128().and_then(|byte| u8::try_from(byte).ok()).into_iter().collect(),
    }
}

/// What a transaction left in its block.
#[derive(Default)]
struct Sent {
    block: u32,
    fee: Balance,
    failed: Option<String>,
    emitted: Vec<Emitted>,
}

fn payload(transaction: &Transaction, limit: Weight) -> subxt::tx::DynamicPayload {
    let weight = || {
        Value::named_composite([
            ("ref_time", Value::u128(limit.ref_time().into())),
            ("proof_size", Value::u128(limit.proof_size().into())),
        ])
    };
    // The account pays whatever it takes; the dry run said how much that is.
    let no_limit = || Value::unnamed_variant("None", []);
    let (call, arguments) = match transaction {
        Transaction::Upload { code } => {
            ("upload_code", vec![Value::from_bytes(code), no_limit(), Value::unnamed_variant("Enforced", [])])
        }
        Transaction::Instantiate { code_hash, value, data, salt } => (
            "instantiate",
            vec![
                Value::u128(*value),
                weight(),
                no_limit(),
                Value::from_bytes(code_hash),
                Value::from_bytes(data),
                Value::from_bytes(salt),
            ],
        ),
        Transaction::Call { to, value, data } => (
            "call",
            vec![
                Value::unnamed_variant("Id", [Value::from_bytes(to)]),
                Value::u128(*value),
                weight(),
                no_limit(),
                Value::from_bytes(data),
            ],
        ),
    };
    subxt::dynamic::tx("Contracts", call, arguments)
}

fn key(bytes: impl AsRef<[u8]>) -> Vec<Value> {
    vec![Value::from_bytes(bytes)]
}

fn emitted(event: &EventDetails<PolkadotConfig>) -> Result<Option<Emitted>, Problem> {
    if (event.pallet_name(), event.variant_name()) != ("Contracts", "ContractEmitted") {
        return Ok(None);
    }
    let (contract, data): (Hash, Vec<u8>) = fields(event)?;
    let topics = event.topics().iter().map(|topic| topic.0).collect();
    Ok(Some(Emitted { contract: contract.into(), topics, data }))
}

/// The first fields of an event.
fn fields<T: Decode>(event: &EventDetails<PolkadotConfig>) -> Result<T, Problem> {
    T::decode(&mut event.field_bytes())
        .map_err(|error| not_understood(&format!("the event {}: {error}", event.variant_name())))
}

/// The chain's own name for an error, as the embedded chain gives it.
fn dispatch_error(bytes: &[u8], metadata: Metadata) -> String {
    use subxt::error::DispatchError;
    match DispatchError::decode_from(bytes, metadata) {
        Ok(DispatchError::Module(error)) => match error.details() {
            Ok(details) => details.variant.name.clone(),
            Err(_) => error.to_string(),
        },
        Ok(error) => format!("{error:?}"),
        Err(_) => format!("an error without a name: {}", crate::client::signer::hex(bytes)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_node_that_says_nothing_is_waited_for_aloud_and_not_for_long() {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
        let url = format!("ws://{}", listener.local_addr().expect("an address"));
        let told = Rc::new(RefCell::new(Vec::new()));
        let known = told.clone();
        let tell: Tell = Box::new(move |what| known.borrow_mut().push(what.map(str::to_owned)));
        let began = Instant::now();
        let Err(error) = Node::connect_within(QUIET + POLL, &url, tell) else { panic!("nobody answers") };
        assert!(began.elapsed() < PATIENCE_TO_CONNECT, "{:?}", began.elapsed());
        assert!(error.to_string().ends_with(": it does not answer"), "{error}");
        assert_eq!(*told.borrow(), [Some(format!("waiting for the node at {url}")), None]);
    }

    #[test]
    fn where_there_is_no_node_the_error_names_the_address() {
        let Err(error) = Node::connect("ws://127.0.0.1:1") else { panic!("nobody listens there") };
        assert!(matches!(&error, Error::ConnectionLost { url, .. } if url == "ws://127.0.0.1:1"), "{error}");
        assert!(error.to_string().starts_with("no connection to the node at ws://127.0.0.1:1: "), "{error}");
        assert!(matches!(Node::connect("not a url"), Err(Error::ConnectionLost { .. })));
    }
}
