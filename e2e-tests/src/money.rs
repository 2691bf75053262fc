//! Where the market's money is, and how all of it comes out again, whoever stops acting.

use crate::{Town, CANDIDATES, ENFORCERS, PROVIDERS, REQUESTER, STRANGER};
use chain::{account, days, Message};
use ink::scale::{Decode, Encode};
use interfaces::{
    market::{Error, MAX_LIST},
    Balance, Market as _, RequestId, SubmissionId,
};
use std::fmt::Debug;

/// How long upkeep goes on when nothing moves any more: longer than any window or period of the tests.
const PATIENCE: u64 = 16;

/// Everyone who lives in the town.
pub fn townsfolk() -> impl Iterator<Item = &'static str> {
    let roles = [REQUESTER, STRANGER, "treasury", "manager"];
    ENFORCERS.into_iter().chain(CANDIDATES).chain(PROVIDERS).chain(roles)
}

/// The numbers of this many submissions, in lists as long as a message takes.
fn lists(submissions: u32) -> impl Iterator<Item = Vec<SubmissionId>> {
    let from = (0..submissions).step_by(MAX_LIST);
    from.map(move |from| (from..submissions).take(MAX_LIST).collect())
}

impl Town {
    /// What the market has of the chain's currency, except what keeps its account alive.
    pub fn in_market(&self) -> Balance {
        self.chain.balance(&self.market_address) - self.chain.existential_deposit()
    }

    /// The stranger does all the upkeep that anyone may do, and lets time pass, until nothing is left of the request, or
    /// nothing moves any more. Says whether nothing is left.
    pub fn wind_up(&self, request: RequestId) -> bool {
        let mut idle = 0;
        while idle < PATIENCE {
            idle = if self.keep_up(request) { 0 } else { idle + 1 };
            if self.chain.read(self.market().request(request)) == Err(Error::UnknownRequest) {
                return true;
            }
            self.chain.pass(days(1));
        }
        false
    }

    /// Everything that anyone may do about a request, once. Says whether anything could be done.
    fn keep_up(&self, request: RequestId) -> bool {
        let market = || self.market();
        let mut moved = self.upkeep(market().open_reviews(request, 64));
        for list in lists(self.state(request).submissions) {
            moved |= self.upkeep(market().finalize(request, list));
        }
        moved |= match self.state(request).engagement {
            true => self.upkeep(market().close_period(request)),
            false => self.upkeep(market().settle(request, 64)),
        };
        for list in lists(self.state(request).settled) {
            moved |= self.upkeep(market().claim(request, list));
        }
        let state = self.state(request);
        if state.closed && state.open_places > 0 {
            for name in townsfolk() {
                moved |= self.upkeep(market().report_no_show(request, account(name)));
            }
        }
        moved | self.upkeep(market().prune(request, 64))
    }

    /// The stranger sends a message; whether it was accepted.
    fn upkeep<Args: Encode, T: Decode + Debug>(&self, message: Message<Args, Result<T, Error>>) -> bool {
        self.chain.call(&self.who(STRANGER), message).returned().is_ok()
    }

    /// Everyone takes out what the market owes it.
    pub fn cash_out(&self) {
        for name in townsfolk().filter(|name| self.credit(name) > 0) {
            self.withdraw(name).ok();
        }
    }

    /// Upkeep by the stranger ends the request, everyone withdraws, and the market's account is as empty as before.
    ///
    /// # Panics
    /// If anything of the request, or of its money, is left.
    #[track_caller]
    pub fn all_comes_out(&self, request: RequestId) {
        assert!(self.wind_up(request), "upkeep does not end the request: {:?}", self.state(request));
        self.assert_balanced(&[], &[]);
        self.cash_out();
        assert_eq!(self.in_market(), 0, "money is left in the market");
    }
}
