//! The waiting lines for seats (section 1.4): first come, first served, and left from anywhere in one step.
//!
//! A line is a doubly linked list. Its ends and length are in the pool's counters ([`Line`]), and each account in it
//! has a cell of its own, so that joining, leaving and being seated cost the same however long the line is.

use ink::{prelude::vec::Vec, primitives::AccountId, storage::Mapping};
use interfaces::PoolId;

/// The two ends of one pool's line, and its length.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[ink::scale_derive(Encode, Decode, TypeInfo)]
#[cfg_attr(feature = "std", derive(ink::storage::traits::StorageLayout))]
pub struct Line {
    pub head: Option<AccountId>,
    pub tail: Option<AccountId>,
    pub length: u32,
}

/// The neighbours of one account in its line.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[ink::scale_derive(Encode, Decode, TypeInfo)]
#[cfg_attr(feature = "std", derive(ink::storage::traits::StorageLayout))]
struct Link {
    /// Towards the head. What the head has here is out of date and never followed: so a seat is filled without touching
    /// the cell of the next in line.
    prev: Option<AccountId>,
    next: Option<AccountId>,
}

/// The links of all lines.
#[derive(Debug, Default)]
#[ink::storage_item]
pub struct WaitingLines {
    links: Mapping<(PoolId, AccountId), Link>,
}

impl WaitingLines {
    /// Puts `who`, which does not wait yet, at the end of the line.
    pub fn join(&mut self, pool: PoolId, line: &mut Line, who: AccountId) {
        match line.tail {
            Some(tail) => self.relink(pool, tail, |link| link.next = Some(who)),
            None => line.head = Some(who),
        }
        self.links.insert((pool, who), &Link { prev: line.tail, next: None });
        line.tail = Some(who);
        line.length = line.length.saturating_add(1);
    }

    /// Takes `who` out of the line, wherever it stands; nothing happens if it does not wait.
    pub fn leave(&mut self, pool: PoolId, line: &mut Line, who: AccountId) {
        let Some(Link { prev, next }) = self.links.take((pool, who)) else { return };
        let prev = prev.filter(|_| line.head != Some(who));
        match prev {
            Some(prev) => self.relink(pool, prev, |link| link.next = next),
            None => line.head = next,
        }
        match next {
            // The new head's own link back is out of date from here on.
            Some(_) if prev.is_none() => {}
            Some(next) => self.relink(pool, next, |link| link.prev = prev),
            None => line.tail = prev,
        }
        line.length = line.length.saturating_sub(1);
    }

    /// Takes the first out of the line.
    pub fn pop(&mut self, pool: PoolId, line: &mut Line) -> Option<AccountId> {
        let first = line.head?;
        self.leave(pool, line, first);
        Some(first)
    }

    /// Up to `count` accounts in order, from the head or from `from` on; `None` if `from` does not wait.
    pub fn page(&self, pool: PoolId, line: &Line, from: Option<AccountId>, count: u32) -> Option<Vec<AccountId>> {
        if let Some(from) = from {
            self.links.get((pool, from))?;
        }
        let mut page = Vec::new();
        let mut cursor = from.or(line.head);
        for _ in 0..count {
            let Some(who) = cursor else { break };
            page.push(who);
            cursor = self.links.get((pool, who)).and_then(|link| link.next);
        }
        Some(page)
    }

    fn relink(&mut self, pool: PoolId, who: AccountId, change: impl FnOnce(&mut Link)) {
        let mut link = self.links.get((pool, who)).unwrap_or_default();
        change(&mut link);
        self.links.insert((pool, who), &link);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixtures::{account, on_chain};
    use proptest::prelude::*;
    use std::collections::VecDeque;

    #[derive(Clone, Debug)]
    enum Step {
        Join(PoolId, u8),
        Leave(PoolId, u8),
        Pop(PoolId),
    }

    fn step() -> impl Strategy<Value = Step> {
        let (pool, who) = (0..2u32, 0..7u8);
        prop_oneof![
            4 => (pool.clone(), who.clone()).prop_map(|(pool, who)| Step::Join(pool, who)),
            2 => (pool.clone(), who).prop_map(|(pool, who)| Step::Leave(pool, who)),
            1 => pool.prop_map(Step::Pop),
        ]
    }

    proptest! {
        #[test]
        fn a_line_is_a_queue_that_can_be_left_from_anywhere(steps in proptest::collection::vec(step(), 0..120)) {
            on_chain(|| {
                let mut lines = WaitingLines::default();
                let mut ends = [Line::default(), Line::default()];
                let mut models = [VecDeque::<AccountId>::new(), VecDeque::new()];
                for step in &steps {
                    match *step {
                        Step::Join(pool, who) => {
                            let (at, who) = (pool as usize, account(who));
                            if !models[at].contains(&who) {
                                lines.join(pool, &mut ends[at], who);
                                models[at].push_back(who);
                            }
                        }
                        Step::Leave(pool, who) => {
                            let (at, who) = (pool as usize, account(who));
                            lines.leave(pool, &mut ends[at], who);
                            models[at].retain(|other| *other != who);
                        }
                        Step::Pop(pool) => {
                            let at = pool as usize;
                            assert_eq!(lines.pop(pool, &mut ends[at]), models[at].pop_front());
                        }
                    }
                    for pool in 0..2u32 {
                        let (line, model) = (&ends[pool as usize], &models[pool as usize]);
                        let whole: Vec<_> = model.iter().copied().collect();
                        assert_eq!(lines.page(pool, line, None, 64), Some(whole.clone()));
                        assert_eq!((line.head, line.tail), (model.front().copied(), model.back().copied()));
                        assert_eq!(line.length as usize, model.len());
                        for (at, who) in whole.iter().enumerate() {
                            assert_eq!(lines.page(pool, line, Some(*who), 64), Some(whole[at..].to_vec()));
                        }
                    }
                }
            });
        }
    }

    #[test]
    fn a_page_holds_no_more_than_asked_for_and_starts_at_nobody_outside_the_line() {
        on_chain(|| {
            let (mut lines, mut line) = (WaitingLines::default(), Line::default());
            (0..5).for_each(|who| lines.join(0, &mut line, account(who)));
            assert_eq!(lines.page(0, &line, None, 2), Some(vec![account(0), account(1)]));
            assert_eq!(lines.page(0, &line, Some(account(3)), 1), Some(vec![account(3)]));
            assert_eq!(lines.page(0, &line, None, 0), Some(vec![]));
            assert_eq!(lines.page(0, &line, Some(account(9)), 2), None);
            assert_eq!(lines.page(1, &line, Some(account(0)), 2), None, "lines are told apart by pool");
        });
    }

    #[test]
    fn who_leaves_as_head_and_comes_back_stands_at_the_end() {
        on_chain(|| {
            let (mut lines, mut line) = (WaitingLines::default(), Line::default());
            (0..3).for_each(|who| lines.join(0, &mut line, account(who)));
            assert_eq!(lines.pop(0, &mut line), Some(account(0)));
            lines.join(0, &mut line, account(0));
            lines.leave(0, &mut line, account(1));
            assert_eq!(lines.page(0, &line, None, 9), Some(vec![account(2), account(0)]));
            assert_eq!(line, Line { head: Some(account(2)), tail: Some(account(0)), length: 2 });
        });
    }
}
