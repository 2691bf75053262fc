//! The storage that is freed once a request is over (section 3.5).

use crate::{
    case::Case,
    market::{Market, Result},
};
use ink::codegen::Env;
use interfaces::{
    ensure,
    market::{Error, Pruned, MAX_BATCH},
};

impl Market {
    /// Frees up to `max` submissions, places and offers of a request that is over, and with the last of them the rest.
    pub(crate) fn free_some(&mut self, mut case: Case, max: u32) -> Result<u32> {
        ensure!((1..=MAX_BATCH).contains(&max), Error::InvalidBatch);
        ensure!(case.state.closed, Error::NotSettled);
        ensure!(case.state.is_paid_out(), Error::NotClaimed);
        let mut count = 0_u32;
        while count < max && case.state.pruned < case.state.submissions {
            self.submissions.remove((case.id, case.state.pruned));
            case.state.pruned = case.state.pruned.saturating_add(1);
            count = count.saturating_add(1);
        }
        while let (true, Some(provider)) = (count < max, case.state.last_provider) {
            case.state.last_provider = self.place(case.id, provider).previous;
            self.places.remove((case.id, provider));
            self.findings.remove((case.id, provider));
            count = count.saturating_add(1);
        }
        while let (true, Some(provider)) = (count < max, case.state.last_offer) {
            let offer = self.offers.take((case.id, provider));
            if offer.as_ref().is_some_and(|offer| offer.open) {
                case.state.offer_deposits = case.state.offer_deposits.saturating_sub(case.spec.place_deposit);
                self.refund_offer(&case, provider);
            }
            case.state.last_offer = offer.and_then(|offer| offer.previous);
            count = count.saturating_add(1);
        }
        let Case { state, .. } = &case;
        let finished = state.pruned == state.submissions && state.last_provider.is_none() && state.last_offer.is_none();
        let reclaimed = if finished { case.state.held } else { 0 };
        if finished {
            self.credit_to(case.spec.asset, case.state.requester, reclaimed);
            self.specs.remove(case.id);
            self.states.remove(case.id);
            self.engagements.remove(case.id);
            self.rankings.remove(case.id);
        } else {
            self.save(&case);
        }
        self.env().emit_event(Pruned { request: case.id, count, finished, reclaimed });
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        awards::tests::{delivery, state},
        escrow::tests::{account, credit, market, PROVIDER, REQUESTER},
        records::{Place, Work},
        spec::tests::request,
    };
    use ink::prelude::vec::Vec;
    use interfaces::{
        fixtures,
        market::{Offer, RequestState},
    };

    /// A request that is over: three submissions of two providers, and two offers, one of them never answered.
    fn over() -> (Market, RequestState) {
        let mut market = market();
        for submission in 0..3 {
            market.submissions.insert((4, submission), &Work::from(delivery(0, 0)));
        }
        for (provider, previous) in [(PROVIDER, None), (3, Some(account(PROVIDER)))] {
            market.places.insert((4, account(provider)), &Place { previous, ..Place::default() });
            market.findings.insert((4, account(provider)), &Vec::<u32>::new());
        }
        for (provider, previous, open) in [(5, None, false), (6, Some(account(5)), true)] {
            let offer = Offer { open, previous, ..fixtures::offer(1, 1) };
            market.offers.insert((4, account(provider)), &offer);
        }
        let (last_provider, last_offer) = (Some(account(3)), Some(account(6)));
        let state = RequestState { submissions: 3, held: 9, offer_deposits: 10, last_provider, last_offer, ..state(0) };
        market.specs.insert(4, &request());
        market.states.insert(4, &state);
        (market, state)
    }

    fn free(market: &mut Market, state: RequestState, max: u32) -> u32 {
        market.free_some(Case { id: 4, spec: request(), state }, max).expect("it is over")
    }

    #[ink::test]
    fn what_is_over_is_freed_piece_by_piece_and_what_is_left_goes_to_the_requester() {
        let (mut market, first) = over();
        let mut left = Vec::new();
        let mut state = first;
        for max in [2, 2, 2] {
            assert_eq!(free(&mut market, state, max), max);
            state = market.states.get(4).expect("not finished");
            left.push((state.pruned, state.last_provider, state.last_offer, state.offer_deposits));
        }
        let (second, offer) = (Some(account(PROVIDER)), Some(account(6)));
        let expected = [(2, Some(account(3)), offer, 10), (3, second, offer, 10), (3, None, Some(account(5)), 0)];
        assert_eq!(left, expected);
        assert_eq!(credit(&market, 6), Some(10), "the deposit of the offer that nobody answered");
        assert_eq!(credit(&market, REQUESTER), None);

        assert_eq!(free(&mut market, state, 5), 1);
        assert_eq!(credit(&market, REQUESTER), Some(9));
        assert_eq!(credit(&market, 5), None, "its offer was settled before");
        assert!(market.specs.get(4).is_none() && market.states.get(4).is_none());
        assert!((0..3).all(|submission| !market.submissions.contains((4, submission))));
        let gone = |who: u8| {
            let key = (4, account(who));
            !market.places.contains(key) && !market.findings.contains(key) && !market.offers.contains(key)
        };
        assert!([PROVIDER, 3, 5, 6].into_iter().all(gone));
    }

    #[ink::test]
    fn a_request_without_offers_is_over_when_its_places_are_freed() {
        let (mut market, state) = over();
        let state = RequestState { last_offer: None, ..state };
        assert_eq!(free(&mut market, state, 4), 4);
        let state = market.states.get(4).expect("a place is left");
        assert_eq!((state.pruned, state.last_provider), (3, Some(account(PROVIDER))));
        assert_eq!(free(&mut market, state, 4), 1);
        assert_eq!((market.states.get(4), credit(&market, REQUESTER)), (None, Some(9)));
    }

    #[ink::test]
    fn everything_can_be_freed_at_once() {
        let (mut market, state) = over();
        assert_eq!(free(&mut market, state, MAX_BATCH), 7);
        assert!(market.states.get(4).is_none());
    }
}
