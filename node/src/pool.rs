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
use std::{
    cmp::Reverse,
    collections::{BinaryHeap, HashMap, HashSet},
};
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
    /// The pool is full, and one that is ready takes its place.
    Dropped,
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
    /// The first tag that is still missing.
    fn lacks(&self, provided: &HashSet<Vec<u8>>) -> Option<&Vec<u8>> {
        self.requires.iter().find(|tag| !provided.contains(*tag))
    }

    fn rivals(&self, provides: &[Vec<u8>]) -> bool {
        self.provides.iter().any(|tag| provides.contains(tag))
    }

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
    /// The tags that those provide that are ready.
    provided: HashSet<Vec<u8>>,
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
        let rivals = self.waiting.iter().filter(|waiting| waiting.rivals(&valid.provides));
        if let Some(old) = rivals.map(|rival| rival.priority).max().filter(|old| *old >= new) {
            return Err(Rejected::TooLowPriority { old, new });
        }
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
        let is_ready = waiting.lacks(&self.provided).is_none();
        for dropped in self.in_its_way(&waiting, is_ready)? {
            self.remove(dropped, Status::Dropped);
        }
        let rivals = self.waiting.iter().filter(|other| other.rivals(&waiting.provides));
        for rival in rivals.map(|rival| rival.hash).collect::<Vec<_>>() {
            self.remove(rival, Status::Usurped(hash));
        }
        if !is_ready {
            waiting.tell(Status::Future);
        }
        self.waiting.push(waiting);
        if is_ready {
            self.promote();
        }
        Ok(hash)
    }

    /// Those that a new one takes the place of when the pool is full: none but, for one that is ready, those that are not, the
    /// newest first. Its rivals are gone anyway.
    fn in_its_way(&self, new: &Waiting, is_ready: bool) -> Result<Vec<Hash>, Rejected> {
        let staying: Vec<_> = self.waiting.iter().filter(|waiting| !waiting.rivals(&new.provides)).collect();
        let mut future = staying.iter().rev().filter(|waiting| is_ready && !waiting.ready);
        let mut size: usize = staying.iter().map(|waiting| waiting.bytes.len()).sum();
        let mut dropped = Vec::new();
        while staying.len() - dropped.len() >= MOST || size.saturating_add(new.bytes.len()) > MOST_BYTES {
            let next = future.next().ok_or(Rejected::Full)?;
            size -= next.bytes.len();
            dropped.push(next.hash);
        }
        Ok(dropped)
    }

    /// Finds those that have become ready.
    fn promote(&mut self) {
        let Self { waiting, provided } = self;
        let mut to_see: Vec<_> = (0..waiting.len()).rev().filter(|at| !waiting[*at].ready).collect();
        let mut lacking = HashMap::<_, Vec<_>>::new();
        while let Some(at) = to_see.pop() {
            let one = &mut waiting[at];
            if let Some(tag) = one.lacks(provided) {
                lacking.entry(tag.clone()).or_default().push(at);
                continue;
            }
            one.ready = true;
            if !one.told {
                one.told = true;
                one.tell(Status::Ready);
            }
            to_see.extend(one.provides.iter().filter_map(|tag| lacking.remove(tag)).flatten());
            provided.extend(one.provides.iter().cloned());
        }
    }

    /// Those that may be in the next block, each after those that it requires; the rest in the order in which they came.
    pub fn ready(&self) -> Vec<(Hash, Vec<u8>)> {
        let ready = self.waiting.iter().enumerate().filter(|(_, waiting)| waiting.ready);
        let mut to_see: BinaryHeap<_> = ready.map(|(at, _)| Reverse(at)).collect();
        let (mut provided, mut lacking) = (HashSet::new(), HashMap::<_, Vec<_>>::new());
        let mut ordered = Vec::with_capacity(to_see.len());
        while let Some(Reverse(at)) = to_see.pop() {
            let one = &self.waiting[at];
            if let Some(tag) = one.lacks(&provided) {
                lacking.entry(tag).or_default().push(Reverse(at));
                continue;
            }
            ordered.push((one.hash, one.bytes.clone()));
            to_see.extend(one.provides.iter().filter_map(|tag| lacking.remove(tag)).flatten());
            provided.extend(one.provides.iter().cloned());
        }
        ordered
    }

    /// Takes out a transaction, and tells whoever watches it why.
    pub fn remove(&mut self, hash: Hash, status: Status) {
        if let Some(at) = self.waiting.iter().position(|waiting| waiting.hash == hash) {
            let removed = self.waiting.remove(at);
            if removed.ready {
                for tag in &removed.provides {
                    self.provided.remove(tag);
                }
            }
            removed.tell(status);
        }
    }

    /// After block number `head`: looks at all that still wait with `validate`, drops what cannot get into a block any more, and
    /// finds what has become ready.
    pub fn look_again(&mut self, head: u32, mut validate: impl FnMut(&[u8]) -> Result<ValidTransaction, Rejected>) {
        self.provided.clear();
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
        self.provided.contains(tag)
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
    fn a_full_pool_takes_no_more_but_a_dearer_one_with_the_same_number() {
        let mut pool = Pool::default();
        let large = |first| [vec![first], vec![0; MOST_BYTES - 1]].concat();
        pool.add(large(1), numbered(1, 0, 0, 5), 0, None).expect("taken");
        assert_eq!(pool.add(vec![1], numbered(2, 0, 0, 5), 0, None), Err(Rejected::Full));
        pool.add(large(2), numbered(1, 0, 0, 6), 0, None).expect("it takes the place of the other");
        assert_eq!(order(&pool), [large(2)]);
    }

    #[test]
    fn one_that_is_ready_takes_the_place_of_the_newest_that_are_not() {
        let mut pool = Pool::default();
        let of_size = |first: u8, size| [vec![first], vec![0; size - 1]].concat();
        let mut ears = Vec::new();
        for account in 1..=4 {
            let (mouth, ear) = unbounded_channel();
            let taken = pool.add(of_size(account, MOST_BYTES / 4), numbered(account, 7, 0, 5), 0, Some(mouth));
            taken.expect("there is room");
            ears.push(ear);
        }
        let large = of_size(9, MOST_BYTES / 3);
        assert_eq!(pool.add(large.clone(), numbered(9, 7, 0, 5), 0, None), Err(Rejected::Full), "it is not ready");
        let too_large = of_size(9, MOST_BYTES + 1);
        assert_eq!(pool.add(too_large, numbered(9, 0, 0, 5), 0, None), Err(Rejected::Full), "there never is room");
        pool.add(large.clone(), numbered(9, 0, 0, 5), 0, None).expect("it is ready");
        assert_eq!(order(&pool), [large]);
        let told: Vec<_> = ears.iter_mut().map(heard).collect();
        let (waits, dropped) = ([Status::Future].to_vec(), vec![Status::Future, Status::Dropped]);
        assert_eq!(told, [waits.clone(), waits, dropped.clone(), dropped]);
    }

    /// A sort that is worse than quadratic would not come to an end here.
    #[test]
    fn thousands_of_one_account_are_sorted_in_whatever_order_they_come() {
        let count = 2_000_u32;
        let mut pool = Pool::default();
        for number in (0..count).rev() {
            let tag = |number: u32| number.to_be_bytes().to_vec();
            let requires = number.checked_sub(1).map(tag).into_iter().collect();
            let valid = ValidTransaction { requires, provides: vec![tag(number)], ..numbered(1, 0, 0, 5) };
            pool.add(tag(number), valid, 0, None).expect("there is room");
        }
        let ordered = order(&pool);
        assert!(ordered.len() == count as usize && ordered.is_sorted());
        assert!(pool.provides(&(count - 1).to_be_bytes()));
    }
}
