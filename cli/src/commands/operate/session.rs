//! One run of a command: the chain, the deployment, who signs, and what was done so far.

use crate::commands::operate::{data, refusal::Refusal};
use crate::{
    client::{
        backend::{self, Backend, Receipt, DEVELOPMENT},
        coins::{show_plain, Coin},
        deployment::Deployment,
        moments, signer,
        text::shown_lines,
        unusable::Unusable,
        words::Words,
    },
    commands::options::{progress, Options},
};
use anyhow::{bail, Result};
use chain::{
    amounts::{show_amount, thousands},
    Message, StorageDeposit,
};
use ink::primitives::AccountId;
use interfaces::{
    market::{Asset, MAX_LIST},
    Balance, Market as _, RequestId, Timestamp,
};
use scale::{Decode, Encode};
use scale_info::TypeInfo;
use serde_json::{json, Map, Value as Json};
use std::{
    cell::{Cell, RefCell},
    fmt::{Debug, Display},
    io::Write,
};

/// How much a development node's clock may be behind.
const BEHIND: Timestamp = 1_000;

/// What travels to and from contracts.
pub trait Data: Encode + Decode + TypeInfo + 'static {}

impl<T: Encode + Decode + TypeInfo + 'static> Data for T {}

/// One run of a command.
pub struct Session<'a> {
    pub options: &'a Options,
    pub backend: Box<dyn Backend>,
    pub deployment: Deployment,
    now: Cell<Timestamp>,
    /// What amounts of the assets that were met are in.
    coins: RefCell<Vec<(Asset, Coin)>>,
    /// What the request pays in that is being posted.
    pays_in: Cell<Option<Asset>>,
    out: RefCell<&'a mut dyn Write>,
    /// The answer as JSON, as it grows.
    answer: RefCell<Map<String, Json>>,
}

impl<'a> Session<'a> {
    /// Connects, and reads the deployment.
    pub fn open(options: &'a Options, out: &'a mut dyn Write) -> Result<Self> {
        let backend = options.connect()?;
        let deployment = Deployment::load(&options.deployment, backend.as_ref())?;
        let (out, answer) = (RefCell::new(out), RefCell::default());
        let (coins, pays_in) = (RefCell::default(), Cell::new(None));
        let session = Self { options, backend, deployment, now: Cell::new(0), coins, pays_in, out, answer };
        session.look_at_the_clock()?;
        Ok(session)
    }

    /// The time that the next transaction sees, or on a node soon will.
    pub fn now(&self) -> Timestamp {
        self.now.get()
    }

    /// Reads the time of the chain, or that of the clock at a node, whichever is later.
    pub fn look_at_the_clock(&self) -> Result<()> {
        self.now.set(backend::now(self.backend.as_ref(), &self.backend.tip()?));
        Ok(())
    }

    /// Makes a development node see the time, by a transaction that only reads: dry runs use its latest block, which
    /// may be old.
    pub fn wake(&self) -> Result<()> {
        self.look_at_the_clock()?;
        let behind = self.now() > self.backend.tip()?.time.saturating_add(BEHIND);
        if self.backend.network().name == DEVELOPMENT && behind && !self.options.dry_run {
            let signer = self.options.signer()?;
            let _ = self.waiting(|| self.backend.call(&signer, self.deployment.market().pool()))?;
        }
        Ok(())
    }

    /// The account that signs.
    pub fn me(&self) -> Result<AccountId, Unusable> {
        Ok(self.options.signer()?.account())
    }

    /// This account, or whoever signs.
    pub fn this_or_me(&self, who: Option<AccountId>) -> Result<AccountId, Unusable> {
        who.map_or_else(|| self.me(), Ok)
    }

    /// An account's name for people.
    pub fn name(&self, account: &AccountId) -> String {
        let Deployment { reputation, obligation, market, .. } = &self.deployment;
        let contracts =
            [(market, "the market"), (obligation, "the obligation contract"), (reputation, "the reputation contract")];
        match contracts.iter().find(|(contract, _)| *contract == account) {
            Some((_, name)) => (*name).to_owned(),
            None => signer::dev_name(account).map_or_else(|| signer::address(account), str::to_owned),
        }
    }

    /// A moment, and how far away it is.
    pub fn moment(&self, time: Timestamp) -> String {
        moments::moment_from(time, self.now())
    }

    /// What amounts of an asset are in. A token is asked once.
    pub fn coin(&self, asset: Asset) -> Result<Coin> {
        if let Some((_, coin)) = self.coins.borrow().iter().find(|(known, _)| *known == asset) {
            return Ok(coin.clone());
        }
        let coin = Coin::of(asset, self.backend.as_ref())?;
        self.coins.borrow_mut().push((asset, coin.clone()));
        Ok(coin)
    }

    /// An amount of an asset for people.
    pub fn amount(&self, asset: Asset, amount: Balance) -> Result<String> {
        Ok(self.coin(asset)?.show(amount, &|account| self.name(account)))
    }

    /// Reads an amount of an asset.
    pub fn read_amount(&self, asset: Asset, text: &str) -> Result<Balance> {
        self.coin(asset)?.read(text).map_err(|why| Unusable(format!("`{text}`: {why}")).into())
    }

    /// What a request pays in.
    pub fn asset_of(&self, request: RequestId) -> Result<Asset> {
        match self.pays_in.get() {
            Some(asset) => Ok(asset),
            None => Ok(self.read(self.deployment.market().request(request))?.0.asset),
        }
    }

    /// Notes what a request pays in that is not on the chain yet.
    pub fn pays_in(&self, asset: Asset) {
        self.pays_in.set(Some(asset));
    }

    /// Says something to people, in lines of ours. What strangers wrote in them has to be
    /// [`shown`](crate::client::text::shown) before.
    pub fn say(&self, text: impl Display) {
        if !self.options.json {
            self.clear_progress();
            // A closed pipe ends the output, not what is being done.
            let _ = writeln!(self.out.borrow_mut(), "{}", shown_lines(&text.to_string()));
        }
    }

    /// Says what comes next, to people, after something was really sent.
    pub fn hint(&self, text: impl Display) {
        if !self.options.dry_run {
            self.say(text);
        }
    }

    /// Says something to programs.
    pub fn answer(&self, key: &str, value: Json) {
        self.answer.borrow_mut().insert(key.to_owned(), value);
    }

    /// Ends the command: with `--json`, prints everything there is to say, a refusal included.
    pub fn end(&self, result: Result<()>) -> Result<()> {
        self.clear_progress();
        if self.options.json {
            match result.as_ref().map_err(|error| (error, error.downcast_ref::<Refusal>())) {
                Ok(()) => {}
                Err((_, Some(refusal))) => self.answer("refused", serde_json::to_value(refusal)?),
                Err((error, None)) => self.answer("error", format!("{error:#}").into()),
            }
            let answer = Json::Object(self.answer.take());
            let _ = writeln!(self.out.borrow_mut(), "{}", serde_json::to_string_pretty(&answer)?);
        }
        result
    }

    /// Reads from a contract.
    pub fn read<Args: Encode, T: Data, E: Data + Debug>(&self, message: Message<Args, Result<T, E>>) -> Result<T> {
        Ok(self.backend.read(message)?.map_err(|error| Refusal::of(&error))?)
    }

    /// Whether a message would be accepted.
    pub fn would_be_accepted<Args: Encode, T: Data, E: Data + Debug>(
        &self,
        message: Message<Args, Result<T, E>>,
    ) -> Result<bool> {
        Ok(self.refusal_of(message)?.is_none())
    }

    /// Why a message would be refused, if it would.
    pub fn refusal_of<Args: Encode, T: Data, E: Data + Debug>(
        &self,
        message: Message<Args, Result<T, E>>,
    ) -> Result<Option<Refusal>> {
        Ok(refused(&self.backend.dry_run(&self.me()?, message)?))
    }

    /// Sends a message, or with `--dry-run` only tries it, and says what came of it. `deed` says what is then done, as
    /// in "1 place taken". Returns the message's result.
    pub fn send<Args: Encode, T: Data, E: Data + Debug>(
        &self,
        deed: &str,
        message: Message<Args, Result<T, E>>,
    ) -> Result<T> {
        let signer = self.options.signer()?;
        let receipt = match self.options.dry_run {
            true => self.backend.dry_run(&signer.account(), message)?,
            false => self.waiting(|| self.backend.call(&signer, message))?,
        };
        if let Some(refusal) = refused(&receipt) {
            bail!(Refusal { block: receipt.block, ..refusal });
        }
        self.tell(deed, &receipt);
        match receipt.outcome.result {
            Ok(Ok(returned)) => Ok(returned),
            _ => bail!("a message was accepted and refused"),
        }
    }

    /// Does something with these, as many at once as a list may have; with fewer where so many take more than a
    /// transaction may use. Nothing is sent of what takes too much.
    pub fn in_lists<T>(&self, items: &[T], send: &mut dyn FnMut(&[T]) -> Result<()>) -> Result<()> {
        let mut lists: Vec<&[T]> = items.chunks(MAX_LIST).rev().collect();
        while let Some(list) = lists.pop() {
            match send(list) {
                Err(error) if list.len() > 1 && error.downcast_ref::<Refusal>().is_some_and(Refusal::is_too_much) => {
                    let (first, rest) = list.split_at(list.len() / 2);
                    lists.extend([rest, first]);
                }
                done => done?,
            }
        }
        Ok(())
    }

    fn tell<T: Data, E>(&self, deed: &str, receipt: &Receipt<Result<T, E>>) {
        let Receipt { outcome, block, fee } = receipt;
        let returned = outcome.result.as_ref().ok().and_then(|result| result.as_ref().ok()).map(data::json);
        let returned = returned.unwrap_or_default();
        let name = |account: &AccountId| self.name(account);
        let time = |time: Timestamp| moments::moment(time);
        // A request may be gone by now, and a token may not answer: its smallest units are right in any case.
        let asset = |request| self.asset_of(request).ok();
        let amount = |asset, amount| self.amount(asset, amount).unwrap_or_else(|_| show_plain(asset, amount));
        let (addresses, pool) = (self.deployment.addresses(), self.deployment.pool);
        let words = Words { name: &name, time: &time, asset: &asset, amount: &amount, addresses, pool };
        let notes = words.notes(&outcome.emitted);
        let (deposit, sign, charged) = match &outcome.deposit {
            StorageDeposit::Charge(deposit) => (*deposit, "", "storage deposit"),
            StorageDeposit::Refund(refund) => (*refund, "-", "storage deposit back:"),
        };
        let transaction = json!({
            "done": deed,
            "dry_run": self.options.dry_run,
            "block": block,
            "fee": fee.to_string(),
            "storage_deposit": format!("{sign}{deposit}"),
            "weight": { "ref_time": outcome.gas.ref_time(), "proof_size": outcome.gas.proof_size() },
            "returned": returned,
            "notes": notes,
            "events": outcome.emitted.iter().filter_map(data::event).collect::<Vec<_>>(),
        });
        let mut answer = self.answer.borrow_mut();
        if let Json::Array(sent) = answer.entry("transactions").or_insert_with(|| json!([])) {
            sent.push(transaction);
        }
        drop(answer);

        if self.options.dry_run {
            self.say("dry run: nothing is sent; this is what would happen");
        }
        self.say(deed);
        for note in notes {
            self.say(format!("  {note}"));
        }
        let mut costs = Vec::new();
        costs.extend(block.map(|block| format!("block {block}")));
        if deposit > 0 {
            costs.push(format!("{charged} {}", show_amount(deposit)));
        }
        if *fee > 0 {
            costs.push(format!("fee {}", show_amount(*fee)));
        }
        if self.options.dry_run {
            let (time, proof) = (outcome.gas.ref_time().into(), outcome.gas.proof_size().into());
            costs.push(format!("weight {} ps and {} bytes of proof", thousands(time), thousands(proof)));
        }
        self.say(format!("  {}", costs.join(", ")));
    }

    /// Shows whoever watches how far something long is.
    pub fn progress(&self, what: &str, done: u32, of: u32) {
        const WORTH_TELLING: u32 = 100;
        if of > WORTH_TELLING && done % 16 == 0 {
            self.progress_line(&format!("{what}: {done} of {of}"));
        }
    }

    /// Shows whoever watches what is going on, until there is more to say.
    pub fn progress_line(&self, text: &str) {
        progress(Some(text));
    }

    fn clear_progress(&self) {
        progress(None);
    }

    /// Does something that may have to wait for a block, and shows that to whoever watches.
    fn waiting<T>(&self, wait: impl FnOnce() -> T) -> T {
        if self.backend.runs_by_itself() {
            self.progress_line("waiting for a block");
        }
        wait()
    }
}

/// Why a message was refused, if it was.
fn refused<T, E: Data + Debug>(receipt: &Receipt<Result<T, E>>) -> Option<Refusal> {
    match &receipt.outcome.result {
        Ok(Ok(_)) => None,
        Ok(Err(error)) => Some(Refusal::of(error)),
        Err(trap) => Some(Refusal::trap(trap)),
    }
}
