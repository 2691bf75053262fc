//! Transactions that wait for a block.
//!
//! A transaction says which tags it requires and which it provides: number 7 of an account requires what number 6 provides. It is
//! ready once the chain, or others that are ready, provide all that it requires; until then it is one of the future.

use chain::runtime::{
    sp_core::blake2_256,
    sp_runtime::transaction_validity::{
        InvalidTransaction, TransactionValidityError, UnknownTransaction, ValidTransaction,
    },
    state::Fault,
    Hash,
};
use std::collections::BTreeSet;
use tokio::sync::mpsc::UnboundedSender;

/// As many transactions may wait, and have so many bytes together.
const MOST: usize = 8_192;
const MOST_BYTES: usize = 20 * 1024 * 1024;

/// What becomes of a transaction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Status {
    /// Others have to come first.
    Future,
    Ready,
    /// It is in this block.
    InBlock {
        number: u32,
        hash: Hash,
    },
    /// Another with the same number pays more, and takes its place.
    Usurped(Hash),
    /// It cannot get into a block any more.
    Invalid,
}

/// Why a transaction is not taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Rejected {
    /// The runtime panicked.
    Fault(Fault),
    Invalid(InvalidTransaction),
    Unknown(UnknownTransaction),
    AlreadyThere(Hash),
    /// It would have to replace one of this priority.
    TooLowPriority {
        old: u64,
        new: u64,
    },
    Full,
}

impl From<TransactionValidityError> for Rejected {
    fn from(error: TransactionValidityError) -> Self {
        match error {
            TransactionValidityError::Invalid(error) => Self::Invalid(error),
            TransactionValidityError::Unknown(error) => Self::Unknown(error),
        }
    }
}

/// A transaction that waits.
struct Waiting {
    hash: Hash,
    bytes: Vec<u8>,
    requires: Vec<Vec<u8>>,
    provides: Vec<Vec<u8>>,
    priority: u64,
    /// The last block that it may be in.
    until: u64,
    ready: bool,
    /// Whoever watches was told that it is ready.
    told: bool,
    watcher: Option<UnboundedSender<Status>>,
}

impl Waiting {
    fn tell(&self, status: Status) {
        if let Some(watcher) = &self.watcher {
            // Nobody has to listen to the end.
            let _ = watcher.send(status);
        }
    }
}

/// Transactions that wait for a block, in the order in which they came.
#[derive(Default)]
pub struct Pool {
    waiting: Vec<Waiting>,
}

/// The hash by which a transaction is known.
pub fn hash_of(transaction: &[u8]) -> Hash {
    blake2_256(transaction).into()
}

impl Pool {
    /// Takes a transaction that the runtime holds valid after block number `head`. Whoever watches is told what becomes of it.
    ///
    /// # Errors
    /// [`Rejected`]; nothing changes then.
    pub fn add(
        &mut self,
        bytes: Vec<u8>,
        valid: ValidTransaction,
        head: u32,
        watcher: Option<UnboundedSender<Status>>,
    ) -> Result<Hash, Rejected> {
        let hash = hash_of(&bytes);
        if self.waiting.iter().any(|waiting| waiting.hash == hash) {
            return Err(Rejected::AlreadyThere(hash));
        }
        let new = valid.priority;
        let rivals =
            self.waiting.iter().filter(|waiting| waiting.provides.iter().any(|tag| valid.provides.contains(tag)));
        if let Some(old) = rivals.map(|rival| rival.priority).max().filter(|old| *old >= new) {
            return Err(Rejected::TooLowPriority { old, new });
        }
        let size: usize = self.waiting.iter().map(|waiting| waiting.bytes.len()).sum();
        if self.waiting.len() >= MOST || size.saturating_add(bytes.len()) > MOST_BYTES {
            return Err(Rejected::Full);
        }
        self.waiting.retain(|waiting| {
            let stays = !waiting.provides.iter().any(|tag| valid.provides.contains(tag));
            if !stays {
                waiting.tell(Status::Usurped(hash));
            }
            stays
        });
        let waiting = Waiting {
            hash,
            bytes,
            requires: valid.requires,
            provides: valid.provides,
            priority: valid.priority,
            until: u64::from(head).saturating_add(valid.longevity),
            ready: false,
            told: false,
            watcher,
        };
        if !self.is_ready(&waiting) {
            waiting.tell(Status::Future);
        }
        self.waiting.push(waiting);
        self.promote();
        Ok(hash)
    }

    fn is_ready(&self, one: &Waiting) -> bool {
        let provided = |tag| self.waiting.iter().any(|other| other.ready && other.provides.contains(tag));
        one.requires.iter().all(provided)
    }

    /// Finds those that have become ready.
    fn promote(&mut self) {
        while let Some(at) = self.waiting.iter().position(|waiting| !waiting.ready && self.is_ready(waiting)) {
            let waiting = &mut self.waiting[at];
            waiting.ready = true;
            if !waiting.told {
                waiting.told = true;
                waiting.tell(Status::Ready);
            }
        }
    }

    /// Those that may be in the next block, each after those that it requires; the rest in the order in which they came.
    pub fn ready(&self) -> Vec<(Hash, Vec<u8>)> {
        let mut left: Vec<_> = self.waiting.iter().filter(|waiting| waiting.ready).collect();
        let mut provided = BTreeSet::new();
        let mut ordered = Vec::with_capacity(left.len());
        while let Some(at) = left.iter().position(|waiting| waiting.requires.iter().all(|tag| provided.contains(tag))) {
            let next = left.remove(at);
            provided.extend(next.provides.iter().cloned());
            ordered.push((next.hash, next.bytes.clone()));
        }
        ordered
    }

    /// Takes out a transaction, and tells whoever watches it why.
    pub fn remove(&mut self, hash: Hash, status: Status) {
        if let Some(at) = self.waiting.iter().position(|waiting| waiting.hash == hash) {
            self.waiting.remove(at).tell(status);
        }
    }

    /// After block number `head`: looks at all that still wait with `validate`, drops what cannot get into a block any more, and
    /// finds what has become ready.
    pub fn look_again(&mut self, head: u32, mut validate: impl FnMut(&[u8]) -> Result<ValidTransaction, Rejected>) {
        self.waiting.retain_mut(|waiting| {
            let valid = match u64::from(head) >= waiting.until {
                true => None,
                false => validate(&waiting.bytes).ok(),
            };
            waiting.ready = false;
            let stays = valid.is_some();
            match valid {
                Some(valid) => waiting.requires = valid.requires,
                None => waiting.tell(Status::Invalid),
            }
            stays
        });
        self.promote();
    }

    /// Those that are ready.
    pub fn pending(&self) -> Vec<Vec<u8>> {
        self.ready().into_iter().map(|(_, bytes)| bytes).collect()
    }

    /// Whether one that is ready provides this tag.
    pub fn provides(&self, tag: &[u8]) -> bool {
        self.waiting.iter().any(|waiting| waiting.ready && waiting.provides.iter().any(|provided| provided == tag))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::sync::mpsc::{unbounded_channel, UnboundedReceiver};

    /// Number `nonce` of an account, as valid as the runtime says while `done` of its transactions are in blocks.
    fn numbered(account: u8, nonce: u8, done: u8, priority: u64) -> ValidTransaction {
        ValidTransaction {
            priority,
            requires: (nonce > done).then(|| vec![account, nonce - 1]).into_iter().collect(),
            provides: vec![vec![account, nonce]],
            longevity: 10,
            propagate: true,
        }
    }

    fn heard(ear: &mut UnboundedReceiver<Status>) -> Vec<Status> {
        std::iter::from_fn(|| ear.try_recv().ok()).collect()
    }

    fn order(pool: &Pool) -> Vec<Vec<u8>> {
        pool.pending()
    }

    #[test]
    fn one_that_came_too_early_waits_for_those_before_it_and_is_told_so() {
        let (mut pool, (mouth, mut ear)) = (Pool::default(), unbounded_channel());
        pool.add(vec![2], numbered(1, 2, 0, 5), 0, Some(mouth)).expect("the third");
        assert!(order(&pool).is_empty());
        pool.add(vec![0], numbered(1, 0, 0, 5), 0, None).expect("the first");
        pool.add(vec![9], numbered(2, 0, 0, 5), 0, None).expect("another account's");
        assert_eq!(heard(&mut ear), [Status::Future]);
        pool.add(vec![1], numbered(1, 1, 0, 5), 0, None).expect("the second");
        assert_eq!(order(&pool), [[0], [9], [1], [2]]);
        assert_eq!(heard(&mut ear), [Status::Ready]);
        assert!(pool.provides(&[1, 2]) && !pool.provides(&[1, 3]));
        let first = hash_of(&[0]);
        pool.remove(first, Status::InBlock { number: 1, hash: first });
        pool.look_again(1, |bytes| Ok(numbered(if bytes == [9] { 2 } else { 1 }, bytes[0] % 9, 1, 5)));
        assert_eq!(order(&pool), [[9], [1], [2]]);
        assert_eq!(heard(&mut ear), [], "what is known is not told again");
    }

    #[test]
    fn a_second_one_with_the_same_number_has_to_pay_more() {
        let (mut pool, (mouth, mut ear)) = (Pool::default(), unbounded_channel());
        let hash = pool.add(vec![1], numbered(1, 0, 0, 5), 0, Some(mouth)).expect("taken");
        assert_eq!(pool.add(vec![1], numbered(1, 0, 0, 5), 0, None), Err(Rejected::AlreadyThere(hash)));
        for new in [4, 5] {
            let rejected = pool.add(vec![2], numbered(1, 0, 0, new), 0, None);
            assert_eq!(rejected, Err(Rejected::TooLowPriority { old: 5, new }));
        }
        let dearer = pool.add(vec![3], numbered(1, 0, 0, 6), 0, None).expect("taken");
        assert_eq!(heard(&mut ear), [Status::Ready, Status::Usurped(dearer)]);
        assert_eq!(order(&pool), [[3]]);
    }

    #[test]
    fn what_cannot_get_into_a_block_any_more_is_dropped_and_told_so() {
        let (mut pool, (mouth, mut ear), (other, mut other_ear)) =
            (Pool::default(), unbounded_channel(), unbounded_channel());
        pool.add(vec![1], numbered(1, 0, 0, 5), 0, Some(mouth)).expect("taken");
        pool.add(vec![2], numbered(2, 0, 0, 5), 3, Some(other)).expect("taken");
        pool.look_again(9, |bytes| Ok(numbered(bytes[0], 0, 0, 5)));
        assert_eq!(order(&pool).len(), 2);
        pool.look_again(10, |bytes| Ok(numbered(bytes[0], 0, 0, 5)));
        assert_eq!((heard(&mut ear), order(&pool)), (vec![Status::Ready, Status::Invalid], vec![vec![2]]));
        pool.look_again(11, |_| Err(Rejected::Invalid(InvalidTransaction::Stale)));
        assert_eq!((heard(&mut other_ear), order(&pool).len()), (vec![Status::Ready, Status::Invalid], 0));
    }

    #[test]
    fn a_full_pool_takes_no_more() {
        let mut pool = Pool::default();
        let large = vec![0; MOST_BYTES];
        pool.add(large, numbered(1, 0, 0, 5), 0, None).expect("taken");
        assert_eq!(pool.add(vec![1], numbered(2, 0, 0, 5), 0, None), Err(Rejected::Full));
    }
}
