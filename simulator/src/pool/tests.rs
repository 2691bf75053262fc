use super::*;
use crate::terms::DAY;

const OPENED: u64 = 20_000 * DAY;

fn pool(terms: Terms, seated: u32) -> Pool {
    let mut pool = Pool::new(terms, Schedule::default(), OPENED);
    for _ in 0..seated {
        let who = pool.add(400);
        pool.enlist(who).expect("enough points");
    }
    pool
}

#[test]
fn a_seat_that_comes_free_goes_to_the_first_in_line_with_a_clean_ledger() {
    let mut pool = pool(Terms { seats: 1, presence: 0, ..Terms::default() }, 3);
    assert_eq!((pool.active(), pool.waiting()), (1, 2));
    pool.see(4, 3);
    assert_eq!((pool.deficit(0), pool.deficit(1)), (3, 0));
    assert_eq!(pool.resign(0), Err(Refusal::Deficit));
    assert_eq!(pool.restore(0, 3), Ok(15));
    assert_eq!(pool.resign(0), Ok(Some(1)));
    assert_eq!((pool.deficit(1), pool.account(0).points, pool.waiting()), (0, 385, 1));
    assert_eq!(pool.enlist(0), Err(Refusal::CoolingDown));
    pool.pass_to(OPENED + 7 * DAY);
    assert_eq!((pool.enlist(0), pool.standing(0)), (Ok(Place::Line), Standing::Healthy));
}

#[test]
fn a_ban_burns_the_bond_and_a_share_of_the_rest_and_is_redeemed_after_the_cooldown() {
    let terms = Terms { pace: 0, ..Terms::default() };
    let mut pool = pool(terms, 3);
    pool.see(19, 3);
    assert_eq!(pool.check_in(0), Err(Refusal::Banned));
    let Evaluation::Banned(ban) = pool.evaluate(0) else { panic!("not banned") };
    assert_eq!(ban, Ban { burnt: 50, slashed: 175, reward: 20, seated: None });
    assert_eq!((pool.account(0).reputation(), pool.active()), (175, 2));
    assert_eq!(pool.redeem(0), Err(Refusal::CoolingDown));
    pool.pass_to(OPENED + 7 * DAY);
    assert_eq!(pool.redeem(0), Ok(85), "seventeen at five points");
    assert_eq!(pool.enlist(0), Err(Refusal::TooFewPoints));
}

#[test]
fn a_commitment_counts_as_done_declares_presence_and_needs_a_hand() {
    let mut pool = pool(Terms::default(), 3);
    pool.see(4, 3);
    assert_eq!((pool.commit(0, 8), pool.deficit(0)), (Ok(3), 0));
    assert_eq!(pool.commit(0, 1), Err(Refusal::TooManyCommitments));
    assert_eq!(pool.check_in(0), Err(Refusal::AlreadyCheckedIn));
    assert_eq!(pool.check_in(1), Ok(1));
    pool.resolve(0, 1, 8);
    assert_eq!((pool.deficit(0), pool.member(0).open), (1, 0), "three due, one reviewed and one of presence");
}

#[test]
fn whoever_rests_has_nothing_fall_due_and_comes_back_where_there_is_room() {
    let mut pool = pool(Terms { seats: 1, ..Terms::default() }, 2);
    assert_eq!(pool.freeze(0), Ok(Some(1)));
    pool.see(9, 3);
    assert_eq!((pool.deficit(0), pool.unfreeze(0)), (0, Err(Refusal::FrozenTooShortly)));
    pool.pass_to(OPENED + DAY);
    assert_eq!(pool.unfreeze(0), Ok(Place::Line));
    assert_eq!(pool.freeze(0), Err(Refusal::FrozenRecently));
}

#[test]
fn the_level_bounds_what_falls_due_and_drains_evenly() {
    let mut pool = pool(Terms::default(), 3);
    pool.see(1_000, 3);
    assert_eq!((pool.deficit(0), pool.level()), (3, 3.0));
    pool.pass_to(OPENED + 7 * DAY / 2);
    assert_eq!(pool.level(), 1.5);
    // One and a half at once and as much until the epoch ends; then twice one of presence and three; then one and two.
    assert_eq!(pool.safe_until(0), Some(OPENED + 3 * 7 * DAY + 7 * DAY * 2 / 3));
}
