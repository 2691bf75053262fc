//! Starting points for tests, so that each test says only what it is about.

use crate::{
    market::{
        Access, Asset, AssetPolicy, Award, Bucket, Duplicates, Engagement, Offer, Policy, RequestSpec, Review, Tenure,
    },
    Balance, PoolId, Timestamp,
};
use ink::prelude::{vec, vec::Vec};

/// The shortest time between two deadlines that [`policy`] allows.
pub const HOUR: Timestamp = 60 * 60 * 1_000;

/// Rules of an organization that pays in the chain's own currency.
pub fn policy() -> Policy {
    Policy {
        assets: vec![AssetPolicy { asset: Asset::Native, min_review_fee: 10, rent: 1 }],
        min_window: HOUR,
        max_window: 30 * 24 * HOUR,
        min_quorum: 3,
        max_tolerance: 20,
        unreviewed_bps: 2_500,
        protocol_fee_bps: 500,
        treasury: [9; 32].into(),
        target_utilization_ppm: 500_000,
        premium_cap_bps: 2_000,
        reputation_per_fee: 1_000,
        min_stake: 1,
        max_stake: 100,
    }
}

/// A request for three submissions, posted at `now`, each step of which takes `step`: with an [`HOUR`] it keeps to
/// [`policy`].
pub fn request(now: Timestamp, step: Timestamp) -> RequestSpec {
    RequestSpec {
        spec: [7; 32].into(),
        uri: b"ipfs://brief".to_vec(),
        asset: Asset::Native,
        reward: 3_000,
        review_fee: 10,
        access: Access::Open,
        award: Award::PerSubmission,
        duplicates: Duplicates::Independent,
        curve: vec![Bucket { min_score: 50, weight_bps: 5_000 }, Bucket { min_score: 80, weight_bps: 10_000 }],
        limit: 3,
        per_provider: 2,
        provider_bond: 0,
        place_deposit: 10,
        access_price: 0,
        min_reputation: 0,
        min_tier: 0,
        quorum: 3,
        tolerance: 10,
        signal_by: now + step,
        deliver_by: now + 2 * step,
        review_by: now + 3 * step,
        reveal_by: now + 4 * step,
    }
}

/// A review by enforcer `number`, who missed no work and revealed this score, or nothing yet.
pub fn review(number: u8, score: Option<u8>) -> Review {
    Review { enforcer: [number; 32].into(), commitment: [number; 32], score, duplicate_of: None, short: false }
}

/// An offer that can be accepted.
pub fn offer(price: Balance, deliver_by: Timestamp) -> Offer {
    Offer { price, deliver_by, uri: Vec::new(), until: deliver_by, open: true, insider: false, previous: None }
}

/// A long deal of three periods, each of which takes 100 milliseconds.
pub fn engagement(pool: Option<PoolId>, tenure: Option<Tenure>) -> Engagement {
    Engagement { periods: 3, period: 100, missed_periods: 1, notice_periods: 1, pool, tenure, notice: None, vacated: 0 }
}

/// The time of provider `number` in a long deal, from period `first` on, whose first delivery is due at 1,000.
pub fn tenure(number: u8, first: u32) -> Tenure {
    Tenure { provider: [number; 32].into(), price: 1, first, first_deliver_by: 1_000 }
}
