//! Engagements: long deals, delivered, reviewed and paid period by period (section 3.6).
//!
//! A requester engages one provider, whose offer it accepts; anyone closes one period after the other. If the provider
//! loses the place, or leaves it with notice, another can take over. The requester can end the deal early, with notice.

use crate::{
    market::{Error, RequestSpec, RequestState, Submission, Verdict},
    Balance, PoolId, RequestId, Timestamp,
};
use ink::primitives::AccountId;

/// The most periods of an engagement.
pub const MAX_PERIODS: u16 = 1_000;
/// How many periods a vacant place waits for another provider, whose first delivery is due at most as many after its offer:
/// rent is paid for the periods alone.
pub const VACANT_PERIODS: u64 = 2;

/// A long deal, paid period by period (section 3.6).
#[derive(Clone, Debug, PartialEq, Eq)]
#[ink::scale_derive(Encode, Decode, TypeInfo)]
#[cfg_attr(feature = "std", derive(ink::storage::traits::StorageLayout))]
pub struct Engagement {
    /// How many periods there are; fewer once the requester gave notice, or the rest was given up.
    pub periods: u32,
    /// The time from one delivery to the next, in milliseconds.
    pub period: Timestamp,
    /// Periods that may be missed or refused before the provider is Banned.
    pub missed_periods: u16,
    /// Full periods that follow the running one once either side gives notice.
    pub notice_periods: u16,
    /// The number of the pool in which the provider is obliged; set from the first acceptance on.
    pub pool: Option<PoolId>,
    /// The provider that has the place now; `None` before the first acceptance, and once the provider has lost or left
    /// it.
    pub tenure: Option<Tenure>,
    /// The notice that the requester or the present provider gave, if one did.
    pub notice: Option<Notice>,
    /// When the last provider lost or left the place, in milliseconds since the Unix epoch; 0 if none did.
    pub vacated: Timestamp,
}

/// A requester's notice ends the engagement, a provider's notice its own part in it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[ink::scale_derive(Encode, Decode, TypeInfo)]
#[cfg_attr(feature = "std", derive(ink::storage::traits::StorageLayout))]
pub struct Notice {
    /// The requester, or the provider of that time.
    pub by: AccountId,
    /// The period that was running then, counted from 0.
    pub period: u32,
    /// The first period, counted from 0, that is not of the deal any more, or not this provider's.
    pub until: u32,
}

/// One provider's time in an engagement.
#[derive(Clone, Debug, PartialEq, Eq)]
#[ink::scale_derive(Encode, Decode, TypeInfo)]
#[cfg_attr(feature = "std", derive(ink::storage::traits::StorageLayout))]
pub struct Tenure {
    /// The account that delivers and is paid.
    pub provider: AccountId,
    /// A period's price for a weight of 10,000 bps, in smallest units of the request's asset.
    pub price: Balance,
    /// The provider's first period, counted from 0.
    pub first: u32,
    /// The deadline of its first delivery, in milliseconds since the Unix epoch; each further one is due a period
    /// later.
    pub first_deliver_by: Timestamp,
}

impl Engagement {
    /// Whether the provider has lost or left the place, and nobody has taken over yet.
    pub fn is_vacant(&self) -> bool {
        self.pool.is_some() && self.tenure.is_none()
    }

    /// Whether the next `close_period` ends it without closing a period: nobody has the place, and nothing that was delivered
    /// is left to close.
    pub fn is_idle(&self, state: &RequestState) -> bool {
        self.tenure.is_none() && state.settled >= state.submissions
    }

    /// The provider that `period` belongs to, if any: periods from before a takeover, or after a ban, do not belong to
    /// the present provider.
    pub fn holder(&self, period: u32) -> Option<&Tenure> {
        self.tenure.as_ref().filter(|tenure| period >= tenure.first)
    }

    /// The deadline of `period` for the provider that has the place.
    pub fn due(&self, tenure: &Tenure, period: u32) -> Timestamp {
        let further = Timestamp::from(period.saturating_sub(tenure.first));
        tenure.first_deliver_by.saturating_add(self.period.saturating_mul(further))
    }

    /// The period whose delivery is due next; past the provider's last one once all are over.
    pub fn present(&self, tenure: &Tenure, now: Timestamp) -> u32 {
        let Some(since) = now.checked_sub(tenure.first_deliver_by) else { return tenure.first };
        let over = since.checked_div(self.period).unwrap_or(0).saturating_add(1);
        tenure.first.saturating_add(u32::try_from(over).unwrap_or(u32::MAX))
    }

    /// The notice that `by` would give now: the running period and the full ones after it are still of the deal.
    pub fn notice(&self, by: AccountId, tenure: &Tenure, now: Timestamp) -> Notice {
        let period = self.present(tenure, now);
        let until = period.saturating_add(u32::from(self.notice_periods)).saturating_add(1);
        Notice { by, period, until: until.min(self.periods) }
    }

    /// The notice that the provider gave itself.
    fn own_notice(&self, tenure: &Tenure) -> Option<&Notice> {
        self.notice.as_ref().filter(|notice| notice.by == tenure.provider)
    }

    /// The first period that is not the provider's any more.
    pub fn ends(&self, tenure: &Tenure) -> u32 {
        self.own_notice(tenure).map_or(self.periods, |notice| notice.until)
    }

    /// Whether a `period` that is missed or refused costs the provider its place at once: it gave notice itself, when this
    /// period was not over. A requester's notice leaves the provider the periods that it may miss.
    pub fn binds(&self, tenure: &Tenure, period: u32) -> bool {
        self.own_notice(tenure).is_some_and(|notice| period >= notice.period)
    }

    /// The time from which a vacant engagement is ended if nobody has taken over.
    pub fn vacant_until(&self) -> Timestamp {
        self.vacated.saturating_add(self.period.saturating_mul(VACANT_PERIODS))
    }

    /// The latest first deadline that somebody may offer now who would take over.
    pub fn takeover_by(&self, now: Timestamp, max_window: Timestamp) -> Timestamp {
        now.saturating_add(max_window.min(self.period.saturating_mul(VACANT_PERIODS)))
    }

    /// The deadline of the present period, while somebody has the place and not all of its periods are over.
    pub fn present_ends(&self, now: Timestamp) -> Option<Timestamp> {
        let tenure = self.tenure.as_ref()?;
        let period = self.present(tenure, now);
        (period < self.ends(tenure)).then(|| self.due(tenure, period))
    }

    /// The time from which the next period, number `settled`, can be closed, given what was delivered in it; 0: at
    /// once. If nobody was accepted, or a vacant engagement has nothing left to close, the time from which it is ended.
    ///
    /// Errors, whatever the time: `AlreadySettled`, `NotFinalized`.
    pub fn closes_from(
        &self,
        spec: &RequestSpec,
        state: &RequestState,
        delivery: Option<&Submission>,
    ) -> Result<Timestamp, Error> {
        let period = state.settled;
        match (delivery, self.holder(period)) {
            _ if state.closed => Err(Error::AlreadySettled),
            _ if self.pool.is_none() => Ok(spec.deliver_by),
            (Some(delivery), _) if delivery.verdict == Verdict::Pending => Err(Error::NotFinalized),
            (Some(_), _) => Ok(0),
            (None, Some(tenure)) => Ok(self.due(tenure, period)),
            (None, None) if self.is_idle(state) => Ok(self.vacant_until()),
            (None, None) => Ok(0),
        }
    }
}

/// The request posted is a long deal.
#[derive(Clone, Debug, PartialEq, Eq, ink::Event)]
#[cfg_attr(feature = "market-events", derive(ink::EventMetadata))]
#[ink::scale_derive(Encode, Decode)]
pub struct Engaged {
    /// The request's number.
    #[ink(topic)]
    pub request: RequestId,
    /// How many periods there are.
    pub periods: u16,
    /// The time from one delivery to the next, in milliseconds.
    pub period: Timestamp,
    /// How many periods may be missed or refused before the provider is Banned.
    pub missed_periods: u16,
    /// Full periods that follow the running one once either side gives notice.
    pub notice_periods: u16,
}

/// The requester ends an engagement, or the provider its part in it.
#[derive(Clone, Debug, PartialEq, Eq, ink::Event)]
#[cfg_attr(feature = "market-events", derive(ink::EventMetadata))]
#[ink::scale_derive(Encode, Decode)]
pub struct NoticeGiven {
    /// The request's number.
    #[ink(topic)]
    pub request: RequestId,
    /// The requester, or the provider.
    #[ink(topic)]
    pub by: AccountId,
    /// The first period, counted from 0, that is not of the deal any more, or not this provider's.
    pub until: u32,
}

/// A period of an engagement was closed.
#[derive(Clone, Debug, PartialEq, Eq, ink::Event)]
#[cfg_attr(feature = "market-events", derive(ink::EventMetadata))]
#[ink::scale_derive(Encode, Decode)]
pub struct PeriodClosed {
    /// The request's number.
    #[ink(topic)]
    pub request: RequestId,
    /// The period's number, counted from 0.
    pub period: u32,
    /// Whether something was delivered in it.
    pub delivered: bool,
    /// Whether those who reviewed it gave it something, or nobody reviewed it. With a quorum's verdict it then counts as
    /// declared.
    pub accepted: bool,
    /// What it earned, to be claimed, in smallest units of the request's asset.
    pub pay: Balance,
}

/// The provider of an engagement was Banned, or a period after its own notice was missed or refused: it lost its place,
/// bond and deposit. Or it has left the place with notice, and has both back.
#[derive(Clone, Debug, PartialEq, Eq, ink::Event)]
#[cfg_attr(feature = "market-events", derive(ink::EventMetadata))]
#[ink::scale_derive(Encode, Decode)]
pub struct PlaceVacated {
    /// The request's number.
    #[ink(topic)]
    pub request: RequestId,
    /// The account that had the place.
    #[ink(topic)]
    pub provider: AccountId,
    /// The deposit if it was lost, in smallest units of the request's asset; it is the requester's then.
    pub forfeited: Balance,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixtures::{self, engagement, tenure};

    /// The fourth of nine periods is the provider's first.
    fn held() -> Engagement {
        Engagement { periods: 9, ..engagement(Some(7), Some(tenure(1, 3))) }
    }

    #[test]
    fn a_place_is_vacant_between_two_providers() {
        let vacant = [engagement(None, None), held(), engagement(Some(7), None)].map(|deal| deal.is_vacant());
        assert_eq!(vacant, [false, false, true]);
    }

    #[test]
    fn who_takes_over_delivers_within_two_periods_and_the_longest_window() {
        let by = |max_window| held().takeover_by(1_000, max_window);
        assert_eq!([199, 200, 201].map(by), [1_199, 1_200, 1_200]);
        assert_eq!(held().takeover_by(Timestamp::MAX, 200), Timestamp::MAX);
    }

    #[test]
    fn a_period_is_present_until_its_delivery_is_due() {
        let present = |now| held().present(&tenure(1, 3), now);
        assert_eq!([0, 999, 1_000, 1_099, 1_100, 1_600].map(present), [3, 3, 4, 4, 5, 10]);
        assert_eq!(present(Timestamp::MAX), u32::MAX);
    }

    #[test]
    fn each_further_delivery_is_due_a_period_later() {
        let (deal, tenure) = (held(), tenure(1, 3));
        assert_eq!([3, 4, 8].map(|period| deal.due(&tenure, period)), [1_000, 1_100, 1_500]);
        for period in 3..9 {
            let due = deal.due(&tenure, period);
            assert_eq!(deal.present(&tenure, due - 1), period);
            assert_eq!(deal.present(&tenure, due), period + 1);
        }
    }

    #[test]
    fn the_present_period_ends_when_its_delivery_is_due_while_there_is_one() {
        let ends = |now| held().present_ends(now);
        assert_eq!([0, 999, 1_000, 1_499].map(ends), [Some(1_000), Some(1_000), Some(1_100), Some(1_500)]);
        assert_eq!([1_500, Timestamp::MAX].map(ends), [None; 2], "all nine are over");
        assert_eq!(engagement(Some(7), None).present_ends(0), None);
    }

    #[test]
    fn notice_leaves_the_running_period_and_the_full_ones_that_were_agreed() {
        let notice = |notice_periods, now| {
            let deal = Engagement { notice_periods, ..held() };
            let Notice { by, period, until } = deal.notice([2; 32].into(), &tenure(1, 3), now);
            assert_eq!(by, [2; 32].into());
            (period, until)
        };
        assert_eq!([0, 999, 1_000, 1_099, 1_100].map(|now| notice(0, now)), [(3, 4), (3, 4), (4, 5), (4, 5), (5, 6)]);
        assert_eq!([0, 1, 5, 6, u16::MAX].map(|full| notice(full, 0).1), [4, 5, 9, 9, 9]);
        assert_eq!(notice(u16::MAX, Timestamp::MAX), (u32::MAX, 9));
    }

    /// As [`held`], and `by` gave notice in the sixth period, until the eighth.
    fn noticed(by: u8) -> Engagement {
        Engagement { notice: Some(Notice { by: [by; 32].into(), period: 5, until: 7 }), ..held() }
    }

    #[test]
    fn only_its_own_notice_ends_a_providers_part_and_binds_it_from_the_running_period_on() {
        let tenure = tenure(1, 3);
        assert_eq!([noticed(1), noticed(2), held()].map(|deal| deal.ends(&tenure)), [7, 9, 9]);
        let binds = |by, period| noticed(by).binds(&tenure, period);
        assert_eq!([4, 5, 8].map(|period| binds(1, period)), [false, true, true]);
        assert_eq!([4, 5, 8].map(|period| binds(2, period)), [false; 3]);
        assert!(!held().binds(&tenure, 8));
        assert_eq!([1, 2].map(|by| noticed(by).present_ends(1_399).is_some()), [false, true]);
        assert_eq!([1, 2].map(|by| noticed(by).present_ends(1_299)), [Some(1_300); 2]);
    }

    #[test]
    fn periods_from_before_a_takeover_and_after_a_ban_are_nobodys() {
        assert_eq!([2, 3, 9].map(|period| held().holder(period).is_some()), [false, true, true]);
        assert_eq!(engagement(Some(7), None).holder(3), None);
    }

    #[test]
    fn a_period_is_closed_once_it_is_judged_or_was_missed() {
        let closes = |deal: &Engagement, settled, verdict: Option<Verdict>| {
            let state = RequestState { settled, submissions: 5, ..RequestState::new([1; 32].into()) };
            let delivery = verdict.map(|verdict| Submission { verdict, ..Submission::new([1; 32].into(), 0) });
            deal.closes_from(&fixtures::request(0, 100), &state, delivery.as_ref())
        };
        assert_eq!(closes(&engagement(None, None), 0, None), Ok(200), "nobody was accepted");
        let vacant = engagement(Some(7), None);
        for deal in [&held(), &vacant] {
            assert_eq!(closes(deal, 4, Some(Verdict::Few)), Ok(0));
            assert_eq!(closes(deal, 4, Some(Verdict::Pending)), Err(Error::NotFinalized));
        }
        assert_eq!([2, 3, 4, 8].map(|period| closes(&held(), period, None)), [0, 1_000, 1_100, 1_500].map(Ok));
        assert_eq!([4, 5].map(|period| closes(&vacant, period, None)), [0, 200].map(Ok), "nobody takes over");
        let later = Engagement { vacated: 1_050, ..vacant };
        assert_eq!(closes(&later, 5, None), Ok(1_250));
    }

    #[test]
    fn an_engagement_that_has_ended_closes_no_more() {
        let state = RequestState { closed: true, ..RequestState::new([1; 32].into()) };
        let closes = |deal: Engagement| deal.closes_from(&fixtures::request(0, 100), &state, None);
        assert_eq!([held(), engagement(None, None)].map(closes), [Err(Error::AlreadySettled); 2]);
    }
}
