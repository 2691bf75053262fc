//! Trying again where a node does not answer.

use crate::client::moments;
use anyhow::Result;
use std::{
    thread,
    time::{Duration, Instant},
};

/// How long somebody who waits looks away from whether to end.
pub const BLINK: Duration = Duration::from_millis(500);
/// The pauses before trying to reach a node again grow from the first to the last.
const FIRST_PAUSE: Duration = Duration::from_secs(1);
const LONGEST_PAUSE: Duration = Duration::from_secs(60);
/// How often a command with `--once` tries to reach a node again.
const ATTEMPTS_ONCE: u32 = 5;

/// How often something has gone wrong since the last success.
#[derive(Default)]
pub struct Trouble {
    times: u32,
}

impl Trouble {
    /// Says what is wrong and pauses, longer each time.
    ///
    /// # Errors
    /// What was wrong, if with `once` it has been too often.
    pub fn wait(
        &mut self,
        error: anyhow::Error,
        once: bool,
        say: &mut dyn FnMut(String),
        stop: &dyn Fn() -> bool,
    ) -> Result<()> {
        self.times += 1;
        if once && self.times > ATTEMPTS_ONCE {
            return Err(error);
        }
        let pause = LONGEST_PAUSE.min(FIRST_PAUSE.saturating_mul(1 << self.times.min(10).saturating_sub(1)));
        say(format!("{error:#}; trying again in {}", moments::roughly(pause.as_millis() as u64)));
        sleep(pause, stop);
        Ok(())
    }
}

fn sleep(pause: Duration, stop: &dyn Fn() -> bool) {
    let until = Instant::now() + pause;
    while !stop() {
        let left = until.saturating_duration_since(Instant::now());
        if left.is_zero() {
            break;
        }
        thread::sleep(BLINK.min(left));
    }
}
