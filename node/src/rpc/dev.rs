//! `dev_…`: what only a chain for trying things out has. Its clock can be set, if it is not the machine's.

use super::{error, Answer, Context, CLIENT};
use crate::producer::{Clock, NotSet, Producer};
use jsonrpsee::{core::async_trait, proc_macros::rpc, types::ErrorObjectOwned};
use serde_json::{json, Value as Json};

/// Codes of this family.
const REAL_CLOCK: i32 = 6001;
const BACKWARDS: i32 = 6002;

#[rpc(server)]
pub trait Dev {
    /// Whose clock it is (`real` or `manual`), and the time of the next block, in milliseconds since the Unix epoch.
    #[method(name = "dev_clock")]
    async fn clock(&self) -> Answer<Json>;

    /// Lets so many milliseconds pass, and makes a block then.
    #[method(name = "dev_pass")]
    async fn pass(&self, milliseconds: u64) -> Answer<Json>;

    /// Sets the clock to a time, in milliseconds since the Unix epoch, and makes a block then.
    #[method(name = "dev_setTime")]
    async fn set_time(&self, time: u64) -> Answer<Json>;
}

impl From<NotSet> for ErrorObjectOwned {
    fn from(problem: NotSet) -> Self {
        match problem {
            NotSet::Real => {
                error(REAL_CLOCK, "The clock is the machine's: start the node with --clock manual to set it")
            }
            NotSet::Backwards => error(BACKWARDS, "Time does not go back"),
            NotSet::NotMade(problem) => error(CLIENT, format!("Client error: {problem}")),
        }
    }
}

fn told(producer: &Producer) -> Json {
    let clock = match producer.clock() {
        Clock::Real => "real",
        Clock::Manual => "manual",
    };
    let head = producer.head();
    json!({ "clock": clock, "time": producer.now(), "number": head.number, "hash": head.hash })
}

#[async_trait]
impl DevServer for Context {
    async fn clock(&self) -> Answer<Json> {
        self.ask(|producer| Ok(told(producer))).await
    }

    async fn pass(&self, milliseconds: u64) -> Answer<Json> {
        self.ask(move |producer| {
            producer.set_time(producer.now().saturating_add(milliseconds))?;
            Ok(told(producer))
        })
        .await
    }

    async fn set_time(&self, time: u64) -> Answer<Json> {
        self.ask(move |producer| {
            producer.set_time(time)?;
            Ok(told(producer))
        })
        .await
    }
}
