//! A choice as a file.

use super::{Choice, Wish};
use crate::terms::{Terms, DAY};
use rules::PPM;

/// The choice as the file that `atomic deploy --config` takes.
pub fn deployment(wish: &Wish, choice: &Choice) -> String {
    let Terms { denominator, throttle_buffer, ban_buffer, presence, pace, credit_cap, seats, .. } = choice.terms;
    let Terms { min_reviews, healthy_limit, throttled_limit, .. } = choice.terms;
    let diligence = f64::from(choice.terms.diligence_ppm()) / f64::from(PPM) * 100.0;
    let (epoch, commits, reveals) = (choice.terms.epoch / DAY, choice.commits / DAY, choice.reveals / DAY);
    format!(
        "# Terms for {} enforcers ({}), {} submissions a week with {} reviews each: the {} choice of `atomic advise`.\n\
         # Whoever misses nothing is safe for {:.1} days, whatever is posted; whoever stops is out within {:.0} days.\n\
         # In a simulated year {} of {} members who did their duty were banned, and {:.1} % of verdicts had a quorum, with\n\
         # {commits} days for commitments and {reveals} for reveals. Post requests with windows as long.\n\
         # Everything that is not said is as `atomic deploy` has it.\n\
         [terms]\n\
         denominator = {denominator}\n\
         epoch = \"{epoch}d\"\n\
         throttle_buffer = {throttle_buffer}\n\
         ban_buffer = {ban_buffer}\n\
         rate = {{ fair_share = \"{diligence} %\" }}\n\
         min_reviews = {min_reviews}\n\
         presence = {presence}\n\
         pace = {pace}\n\
         credit_cap = {credit_cap}\n\
         seats = {seats}\n\
         healthy_limit = {healthy_limit}\n\
         throttled_limit = {throttled_limit}\n\
         \n\
         [policy]\n\
         min_quorum = {min_reviews}\n",
        wish.enforcers,
        wish.kind.name(),
        wish.a_week,
        wish.quorum,
        choice.name,
        choice.safe_days,
        choice.out_days,
        choice.banned.times,
        choice.banned.trials,
        choice.quorum * 100.0,
    )
}
