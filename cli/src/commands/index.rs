//! `atomic index`: keeps the history of a market as static files.

use crate::{
    client::{
        archive::{organization, Archive},
        backend::Backend,
        deployment::Deployment,
        files::Lock,
        trouble::{Trouble, BLINK},
        unusable::Unusable,
    },
    commands::{keeper::stop_signal, options::Options},
};
use anyhow::Result;
use clap::Args;
use index::{
    check,
    check::Report,
    fold, follow,
    source::{self, Source},
    store::{self, Survives},
    Progress, Store,
};
use serde_json::json;
use std::{io::Write, path::PathBuf, sync::atomic::Ordering, thread};

/// As many differences are told one by one.
const TOLD: usize = 20;

/// Keeps all that ever happened in a market as static files, which a web server hosts and the page reads
///
/// It follows the chain from the block of the deployment on, and needs a node that forgets nothing: `atomic node`, or an archive
/// node. It may be stopped or killed at any moment, and goes on where it was. Ctrl-C ends it; docs/index.md says more.
///
/// Examples:
///   atomic index --out history --url ws://127.0.0.1:9944
///   atomic index --out history --once
#[derive(Args, Debug)]
#[command(verbatim_doc_comment)]
pub struct Index {
    /// The folder of the index, which is made if it is missing
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// The block to begin with, for a node that has forgotten what was before; by default, that of the deployment
    #[arg(long, value_name = "BLOCK")]
    from: Option<u32>,
    /// Reads what there is, compares it with the chain's own state, and ends; on the embedded chain it always does so
    #[arg(long)]
    once: bool,
    #[command(flatten)]
    options: Options,
}

/// What the loop goes on with.
enum Step {
    Again,
    Done,
}

impl Index {
    /// Follows the chain. Returns whether the index and the chain agree, if they were compared.
    pub fn run(&self, out: &mut dyn Write) -> Result<bool> {
        let backend = self.options.connect()?;
        let deployment = Deployment::load(&self.options.deployment, &*backend)?;
        let taken = format!("another `atomic index` is at work in {}", self.out.display());
        let _lock = Lock::take(&self.out.join("manifest.json"), |_| taken)?;
        let of = organization(&*backend, &deployment);
        let mut store = Store::open(&self.out, &of, self.from, Survives::PowerLoss).map_err(unusable)?;
        self.say(out, &format!("indexing {} into {}", self.options.location()?, self.out.display()), store.next());
        let stop = stop_signal()?;
        let once = self.once || !backend.runs_by_itself();
        let mut connection = Some(backend);
        let mut trouble = Trouble::default();
        let ends = || stop.load(Ordering::Relaxed);
        while !ends() {
            let stepped = match connection.take().map_or_else(|| self.connect_again(&of.genesis), Ok) {
                Ok(backend) => {
                    let stepped = self.step(&*backend, deployment, &mut store, once, out);
                    connection = Some(backend).filter(|_| stepped.is_ok());
                    stepped
                }
                Err(error) => Err(error),
            };
            match stepped {
                Ok(Step::Again) => trouble = Trouble::default(),
                Ok(Step::Done) => break,
                Err(error) if is_lost(&error) => {
                    trouble.wait(error, once, &mut |words| self.say(out, &words, store.next()), &ends)?;
                }
                Err(error) => return Err(error),
            }
        }
        match (&connection, once) {
            (Some(backend), true) => self.compare(&**backend, deployment, &mut store, out),
            _ => Ok(true),
        }
    }

    fn connect_again(&self, genesis: &[u8; 32]) -> Result<Box<dyn Backend>> {
        let backend = self.options.connect()?;
        match backend.network().genesis == *genesis {
            true => Ok(backend),
            false => Err(Unusable("another chain answers there now".into()).into()),
        }
    }

    /// Reads the next blocks, or waits for one.
    fn step(
        &self,
        backend: &dyn Backend,
        deployment: Deployment,
        store: &mut Store,
        once: bool,
        out: &mut dyn Write,
    ) -> Result<Step> {
        let mut archive = Archive::new(backend, deployment);
        match follow(store, &mut archive).map_err(failed)? {
            Progress::Read { to, of, events, files } => {
                let changed = if events == 0 { String::new() } else { format!(": {events} events, {files} files") };
                if events > 0 || to.number == of {
                    self.say(out, &format!("read block {} of {of}{changed}", to.number), to.number);
                }
                Ok(Step::Again)
            }
            Progress::TookBack { from } => {
                self.say(out, &format!("the chain has another history since block {from}: read again"), from);
                Ok(Step::Again)
            }
            Progress::Waiting if once => Ok(Step::Done),
            Progress::Waiting => {
                // What is new is not final at once.
                if backend.next_block(store.next().saturating_sub(1), BLINK)?.is_some() {
                    thread::sleep(BLINK);
                }
                Ok(Step::Again)
            }
        }
    }

    /// Compares the index with the chain, and says how that went.
    fn compare(
        &self,
        backend: &dyn Backend,
        deployment: Deployment,
        store: &mut Store,
        out: &mut dyn Write,
    ) -> Result<bool> {
        let mut archive = Archive::new(backend, deployment);
        let report = check(store, &mut archive as &mut dyn Source).map_err(failed)?;
        let block = store.next().saturating_sub(1);
        let Report { requests, submissions, reviews, accounts, compared, differences } = &report;
        if self.options.json {
            let data = json!({
                "event": "compared", "block": block, "requests": requests, "submissions": submissions, "reviews": reviews,
                "accounts": accounts, "compared": compared, "differences": differences,
            });
            writeln!(out, "{data}")?;
            return Ok(differences.is_empty());
        }
        for difference in differences.iter().take(TOLD) {
            writeln!(out, "  {difference}")?;
        }
        let result = match differences.len() {
            0 => "all the same".to_owned(),
            wrong => format!("{wrong} of them differ"),
        };
        writeln!(
            out,
            "Compared with the chain at block {block}: {compared} numbers of {requests} requests, {submissions} submissions, \
             {reviews} reviews and {accounts} accounts: {result}"
        )?;
        Ok(differences.is_empty())
    }

    fn say(&self, out: &mut dyn Write, words: &str, block: u32) {
        let line = match self.options.json {
            true => json!({ "event": "note", "block": block, "words": words }).to_string(),
            false => words.to_owned(),
        };
        // A closed pipe ends the output, not the work.
        let _ = writeln!(out, "{line}").and_then(|()| out.flush());
    }
}

/// A folder that cannot be used ends the program with 2.
fn unusable(error: store::Error) -> anyhow::Error {
    Unusable(error.to_string()).into()
}

fn failed(error: fold::Error) -> anyhow::Error {
    match error {
        fold::Error::Store(error) => unusable(error),
        fold::Error::Source(error) => error.into(),
    }
}

fn is_lost(error: &anyhow::Error) -> bool {
    use crate::client::backend::Error;
    matches!(error.downcast_ref::<source::Error>(), Some(source::Error::Lost(_)))
        || matches!(error.downcast_ref::<Error>(), Some(Error::ConnectionLost { .. }))
}
