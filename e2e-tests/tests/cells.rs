//! The storage cells that a submission's life touches. Alone in its program: what is traced is decided for all threads.

use e2e_tests::cells::{life_of_a_submission, Cells};

#[test]
fn the_life_of_a_submission_touches_a_bounded_number_of_cells() {
    let life = life_of_a_submission();
    let sum = |count: fn(&Cells) -> usize| life.iter().map(|(_, cells)| count(cells)).sum::<usize>();
    for (message, cells) in &life {
        assert!(cells.read() > 0 && cells.written() > 0, "{message} is seen to do nothing");
    }
    assert_eq!((sum(Cells::read), sum(Cells::written)), (173, 86), "as docs/benchmarks.md says");
}
