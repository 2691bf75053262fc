//! The journey of [`desk`], on the node at `$URL`, with deadlines that really pass. `e2e-tests/on-node.sh` runs it.
// A story is told from its beginning to its end.
#![allow(clippy::too_many_lines)]

mod desk;

use desk::{journey, Desk};

#[test]
#[ignore = "needs a node, at $URL"]
fn a_request_goes_from_posting_to_the_last_withdrawal_on_a_node() {
    let url = std::env::var("URL").expect("the node's URL");
    let desk = Desk::bare("node", Some(url));
    desk.set_up();
    journey(&desk, [20, 10, 40, 20]);
}
