//! The thread that has the chain: it makes the blocks, and answers whoever asks about it, one after the other.

use crate::pool::{hash_of, Pool, Rejected, Status};
use chain::{
    ledger::{Applied, History, NotMade},
    machine_time,
    runtime::{
        blocks::{decoded, Head, Refused},
        sp_runtime::{
            transaction_validity::{
                InvalidTransaction, TransactionSource, TransactionValidity, TransactionValidityError,
            },
            ApplyExtrinsicResult,
        },
        state::Fault,
        Hash,
    },
    Ledger,
};
use scale::{Decode, Encode};
use std::{
    io::{self, Write},
    sync::mpsc::{channel, Receiver, RecvTimeoutError, Sender},
    thread,
    time::{Duration, Instant},
};
use tokio::sync::{mpsc::UnboundedSender, oneshot, watch};

/// A block is made at least this often where the clock runs, so that nobody reads an old time.
pub const SLOT: Duration = Duration::from_secs(6);

/// When blocks are made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pace {
    /// As soon as there is a transaction.
    Instant,
    /// Every six seconds.
    Slots,
}

/// What time it is on the chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Clock {
    /// The machine's.
    Real,
    /// It stands still until somebody sets it.
    Manual,
}

/// Why the clock was not set.
#[derive(Debug)]
pub enum NotSet {
    /// It is the machine's.
    Real,
    Backwards,
    NotMade(NotMade),
}

/// The chain, and the transactions that wait for it.
pub struct Producer {
    ledger: Ledger,
    pool: Pool,
    pace: Pace,
    clock: Clock,
    heads: watch::Sender<Head>,
    made: Instant,
}

type Job = Box<dyn FnOnce(&mut Producer) + Send>;

/// A handle of the thread; clones are handles of the same one.
#[derive(Clone)]
pub struct Handle {
    jobs: Sender<Job>,
    heads: watch::Receiver<Head>,
}

/// The thread is gone.
#[derive(Debug)]
pub struct Gone;

impl Handle {
    /// What the thread answers.
    ///
    /// # Errors
    /// [`Gone`]
    pub async fn ask<T: Send + 'static>(
        &self,
        question: impl FnOnce(&mut Producer) -> T + Send + 'static,
    ) -> Result<T, Gone> {
        let (answer, answered) = oneshot::channel();
        let job: Job = Box::new(move |producer| {
            // Whoever asked may have gone meanwhile: before it was its turn, or until there is an answer.
            if !answer.is_closed() {
                let _ = answer.send(question(producer));
            }
        });
        self.jobs.send(job).map_err(|_| Gone)?;
        answered.await.map_err(|_| Gone)
    }

    /// The last block, now and whenever there is a new one.
    pub fn heads(&self) -> watch::Receiver<Head> {
        self.heads.clone()
    }

    /// Waits until the thread is gone. While there is a handle, that is for something that went wrong.
    pub async fn gone(&self) {
        let mut heads = self.heads();
        while heads.changed().await.is_ok() {}
    }
}

/// Starts the thread. The ledger is made on it, by `open`. It ends when the last handle is gone.
///
/// # Errors
/// That of `open`.
pub fn start<E: Send + 'static>(
    open: impl FnOnce() -> Result<Ledger, E> + Send + 'static,
    pace: Pace,
    clock: Clock,
) -> Result<(Handle, thread::JoinHandle<()>), E> {
    let (jobs, inbox) = channel();
    let (opened, is_open) = channel();
    let thread = thread::spawn(move || match open() {
        Ok(ledger) => {
            let (heads, seen) = watch::channel(ledger.head());
            let producer = Producer { ledger, pool: Pool::default(), pace, clock, heads, made: Instant::now() };
            if opened.send(Ok(seen)).is_ok() {
                producer.run(&inbox);
            }
        }
        Err(error) => {
            let _ = opened.send(Err(error));
        }
    });
    match is_open.recv() {
        Ok(Ok(heads)) => Ok((Handle { jobs, heads }, thread)),
        Ok(Err(error)) => Err(error),
        Err(_) => unreachable!("the thread sends one or the other"),
    }
}

impl Producer {
    fn run(mut self, inbox: &Receiver<Job>) {
        loop {
            match inbox.recv_timeout(SLOT.saturating_sub(self.made.elapsed())) {
                Ok(job) => job(&mut self),
                Err(RecvTimeoutError::Timeout) => self.slot(),
                Err(RecvTimeoutError::Disconnected) => return,
            }
            if self.made.elapsed() >= SLOT {
                self.slot();
            }
        }
    }

    /// Six seconds are over.
    fn slot(&mut self) {
        self.made = Instant::now();
        // Some may be ready at any pace, if a block could not be written down.
        if self.clock == Clock::Real || !self.pool.ready().is_empty() {
            complain(self.make(true));
        }
    }

    /// What the chain has, and had.
    pub fn history(&self) -> &History {
        self.ledger.history()
    }

    /// The last block.
    pub fn head(&self) -> Head {
        self.ledger.head()
    }

    /// Whose clock it is.
    pub fn clock(&self) -> Clock {
        self.clock
    }

    /// The transactions that wait.
    pub fn pool(&self) -> &Pool {
        &self.pool
    }

    /// The time of the next block, in milliseconds since the Unix epoch.
    pub fn now(&self) -> u64 {
        let last = self.ledger.chain().now();
        match self.clock {
            Clock::Real => last.max(machine_time()),
            Clock::Manual => last,
        }
    }

    /// What a runtime API answers after block number `at`; `None` if there is no such block.
    ///
    /// # Errors
    /// An error of the disk.
    pub fn call(&mut self, at: u32, api: &str, arguments: &[u8]) -> io::Result<Option<Result<Vec<u8>, Fault>>> {
        self.ledger.ask(at, api, arguments)
    }

    /// What would become of a transaction in the next block. It is not put there.
    ///
    /// # Errors
    /// [`Refused`], but for what the runtime has words for.
    pub fn try_out(&mut self, transaction: &[u8]) -> Result<ApplyExtrinsicResult, Refused> {
        let now = self.now();
        let mut state = self.ledger.chain().state();
        state.open(now).map_err(Refused::Fault)?;
        let applied = state.apply(transaction);
        state.abandon();
        match applied {
            Ok(done) => Ok(Ok(done)),
            Err(Refused::Invalid(error)) => Ok(Err(error)),
            Err(other) => Err(other),
        }
    }

    /// What the runtime says of a transaction that somebody sent.
    fn validated(
        &mut self,
        transaction: &[u8],
    ) -> Result<chain::runtime::sp_runtime::transaction_validity::ValidTransaction, Rejected> {
        let head = self.head();
        let arguments = (TransactionSource::External, Raw(transaction), head.hash).encode();
        let api = "TaggedTransactionQueue_validate_transaction";
        let answer = self.ledger.chain().state().ask(api, &arguments);
        let answer = answer.map_err(Rejected::Fault)?;
        let validity = TransactionValidity::decode(&mut &answer[..]);
        Ok(validity.map_err(|error| Rejected::Fault(Fault::Panicked(error.to_string())))??)
    }

    /// Takes a transaction. Whoever watches is told what becomes of it.
    ///
    /// # Errors
    /// [`Rejected`]; nothing changes then.
    pub fn submit(&mut self, transaction: Vec<u8>, watcher: Option<UnboundedSender<Status>>) -> Result<Hash, Rejected> {
        if decoded(&transaction).is_none() {
            // The runtime would panic.
            return Err(Rejected::Fault(Fault::Panicked("these bytes are no transaction".into())));
        }
        let valid = self.validated(&transaction)?;
        let hash = self.pool.add(transaction, valid, self.head().number, watcher)?;
        if self.pace == Pace::Instant {
            complain(self.make(false));
        }
        Ok(hash)
    }

    /// Makes blocks until no transaction is ready any more. The first is made even if it is empty, if `empty` is set.
    fn make(&mut self, empty: bool) -> Result<(), NotMade> {
        let mut empty = empty;
        loop {
            let ready = self.pool.ready();
            if ready.is_empty() && !empty {
                return Ok(());
            }
            let extrinsics: Vec<_> = ready.into_iter().map(|(_, bytes)| bytes).collect();
            let made = self.ledger.make(self.now(), &extrinsics);
            let (head, applied) = match made {
                Ok((head, applied)) => (Some(head), applied),
                Err(NotMade::Refused(reasons)) => (None, reasons.into_iter().map(Err).collect()),
                // Which of them it was nobody knows.
                Err(NotMade::Spoiled(fault)) if !extrinsics.is_empty() => {
                    (None, extrinsics.iter().map(|_| Err(Refused::Fault(fault.clone()))).collect())
                }
                Err(problem) => return Err(problem),
            };
            self.sort_out(head, &extrinsics, applied);
            if let Some(head) = head {
                self.made = Instant::now();
                self.heads.send_replace(head);
            }
            empty &= head.is_none();
            if self.pace == Pace::Slots && head.is_some() {
                return Ok(());
            }
        }
    }

    /// Takes those out of the pool that are in the block, and those that must not be.
    fn sort_out(&mut self, head: Option<Head>, extrinsics: &[Vec<u8>], applied: Vec<Applied>) {
        use InvalidTransaction::{ExhaustsResources, Future};
        for (extrinsic, applied) in extrinsics.iter().zip(applied) {
            let hash = hash_of(extrinsic);
            match (applied, head) {
                (Ok(_), Some(Head { number, hash: block })) => {
                    self.pool.remove(hash, Status::InBlock { number, hash: block });
                }
                // This block is full; the next one is not. One that no block has room for is gone.
                (Err(Refused::Invalid(TransactionValidityError::Invalid(ExhaustsResources))), Some(_)) => {}
                // One before it did not get in.
                (Err(Refused::Invalid(TransactionValidityError::Invalid(Future))), _) => {}
                _ => self.pool.remove(hash, Status::Invalid),
            }
        }
        let mut pool = std::mem::take(&mut self.pool);
        pool.look_again(self.head().number, |bytes| self.validated(bytes));
        self.pool = pool;
    }

    /// Sets the clock, and makes a block with that time.
    ///
    /// # Errors
    /// [`NotSet`]; nothing changes then.
    pub fn set_time(&mut self, time: u64) -> Result<Head, NotSet> {
        if self.clock == Clock::Real {
            return Err(NotSet::Real);
        }
        if time < self.now() {
            return Err(NotSet::Backwards);
        }
        match self.ledger.make(time, &[]) {
            Ok((head, _)) => {
                // Some of those that wait may have become too old.
                self.sort_out(Some(head), &[], Vec::new());
                self.heads.send_replace(head);
                // Others may wait for a block since one could not be written down.
                if self.pace == Pace::Instant {
                    complain(self.make(false));
                }
                Ok(head)
            }
            Err(problem) => Err(NotSet::NotMade(problem)),
        }
    }
}

/// Says that a block could not be made. Its transactions wait, and it is tried again with the next one, or after a slot.
fn complain(made: Result<(), NotMade>) {
    if let Err(problem) = made {
        // Whoever started the node may not listen any more.
        let _ = writeln!(io::stderr(), "error: a block could not be made: {problem}");
    }
}

/// Bytes that are encoded already.
struct Raw<'a>(&'a [u8]);

impl Encode for Raw<'_> {
    fn encode_to<T: scale::Output + ?Sized>(&self, output: &mut T) {
        output.write(self.0);
    }
}
