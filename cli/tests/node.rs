//! The journey of [`desk`], on the node at `$URL`, with deadlines that really pass. `e2e-tests/on-node.sh` runs it.
// A story is told from its beginning to its end.
#![allow(clippy::too_many_lines)]

use crate::{
    desk::{journey, Desk},
    proxy::Proxy,
    the_node,
};

#[test]
#[ignore = "needs a node, at $URL"]
fn a_request_goes_from_posting_to_the_last_withdrawal_on_a_node() {
    let (_alone, url) = the_node();
    let desk = Desk::bare("node", Some(url));
    desk.set_up();
    journey(&desk, [20, 10, 40, 20]);
}

#[test]
#[ignore = "needs a node, at $URL"]
fn what_was_sent_before_the_connection_was_cut_is_found_again_and_not_sent_twice() {
    let (_alone, node) = the_node();
    // The node tells what becomes of a transaction by this word: the transaction is there, and we do not hear it.
    let proxy = Proxy::cutting_at(&node, "author_extrinsicUpdate");
    let desk = Desk::bare("cut", Some(proxy.url.clone()));
    desk.write("organization.toml", "salt = 'cut'\n[[founders]]\naccounts = ['eve']\nreputation = 400\n");
    let said = desk.done("deploy --config organization.toml --as alice");
    assert_eq!(proxy.cuts(), 1);
    assert!(said.contains("All 30 checks passed."), "{said}");
    let steps = said.lines().filter(|line| line.starts_with("  block ")).count();
    assert!(steps == 21 || steps == 18, "each step once, but for code that is there already: {said}");
}
