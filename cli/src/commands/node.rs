//! `atomic node`: the embedded chain as a node.

use crate::{
    client::{embedded::kept, files::Lock, text::shown, unusable::Unusable},
    commands::options::DEFAULT_PORT,
};
use anyhow::{bail, Context, Result};
use chain::{machine_time, runtime::state::is_guarded, Ledger, GENESIS};
use clap::{Args, ValueEnum};
use node::{
    origins::{Origins, ANY},
    producer::{self, Clock, Pace},
    rpc, serve,
};
use std::{
    io::{self, Write},
    mem,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    panic,
    path::PathBuf,
    sync::mpsc::channel,
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

/// So long clients have to take what they asked for when the node stops, and so long is waited for what they have begun.
const FAREWELL: Duration = Duration::from_secs(2);
/// So long is waited for the chain then.
const CHAIN_ENDS: Duration = Duration::from_secs(5);

/// Runs the embedded chain as a node that wallets, web pages, `cargo contract` and other clients can talk to
///
/// It is one author's chain for trying things out: there are no peers, anybody can sign for the development accounts, and its
/// money is worth nothing. Ctrl-C stops it; nothing that it has answered for is lost. docs/node.md says more.
///
/// Example: atomic node --state .atomic/state --clock manual
#[derive(Args, Debug)]
pub struct Node {
    /// The port to listen on; 0 for any that is free
    #[arg(long, value_name = "PORT", default_value_t = DEFAULT_PORT)]
    port: u16,
    /// The file that the chain lives in, which other commands use with the same option. Without one, it is forgotten
    #[arg(long, value_name = "FILE")]
    state: Option<PathBuf>,
    /// When blocks are made: at every transaction, or every six seconds
    #[arg(long, value_enum, default_value_t)]
    block: Block,
    /// The chain's time: the machine's, or one that stands still but for `atomic pass --url`
    #[arg(long, value_enum, default_value_t)]
    clock: Time,
    /// The address to listen on. Anything but this machine's own lets others in
    #[arg(long, value_name = "ADDRESS", default_value_t = Ipv4Addr::LOCALHOST.into())]
    listen: IpAddr,
    /// A web page that may talk to the node, such as https://market.example or the chrome-extension://ID of a wallet, beside those
    /// of this machine and well-known user interfaces; `any` for all
    #[arg(long, value_name = "ORIGIN", value_parser = origin)]
    origin: Vec<String>,
}

/// When blocks are made.
#[derive(Clone, Copy, Debug, Default, ValueEnum)]
enum Block {
    #[default]
    Instant,
    #[value(name = "6s")]
    Slots,
}

/// Whose the chain's time is.
#[derive(Clone, Copy, Debug, Default, ValueEnum)]
enum Time {
    #[default]
    Real,
    Manual,
}

/// The chain, the lock on its file, and how many bytes of an unfinished block were cut off.
type Opened = (Ledger, Option<Lock>, u64);

impl Node {
    /// Runs until it is stopped.
    pub fn run(&self, out: &mut dyn Write) -> Result<()> {
        // Clients may make the runtime panic, and are told so.
        let usual = panic::take_hook();
        panic::set_hook(Box::new(move |panic| {
            if !is_guarded() {
                usual(panic);
            }
        }));
        let (pace, clock) = (self.block.into(), self.clock.into());
        let (say, said) = channel();
        let (state, wanted) = (self.state.clone(), clock);
        let open = move || -> Result<Ledger> {
            let (ledger, lock, cut) = opened(state, wanted)?;
            let _ = say.send((lock, ledger.head().number, cut));
            Ok(ledger)
        };
        let (handle, chain) = producer::start(open, pace, clock)?;
        let (lock, head, cut) = said.recv().context("the chain ended at once")?;
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
        let lock = runtime.block_on(async {
            let methods = rpc::module(handle.clone());
            let address = SocketAddr::new(self.listen, self.port);
            let (address, server) = serve(address, Origins::new(self.origin.clone()), methods)
                .await
                .map_err(|error| Unusable(format!("listening on {address}: {error}")))?;
            let lock = lock.map(|lock| announced(lock, &reached(address))).transpose()?;
            self.greet(out, &address, head, cut)?;
            // Programs that start a node wait for this line.
            eprintln!("Running JSON-RPC server: addr={address}");
            tokio::select! {
                stopped = stopped() => stopped.context("listening for Ctrl-C")?,
                () = handle.gone() => bail!("the chain's thread has failed; what was acknowledged is kept"),
            }
            server.stop().context("stopping")?;
            // One that does not read would be waited for without end.
            let _ = tokio::time::timeout(FAREWELL, server.stopped()).await;
            anyhow::Ok(lock)
        })?;
        runtime.shutdown_timeout(FAREWELL);
        drop(handle);
        match ended(&chain) {
            true => drop(lock),
            // Nobody else may have the file before this process has ended, and the thread with it.
            false => mem::forget(lock),
        }
        writeln!(out, "Stopped")?;
        Ok(())
    }

    /// Says what there is, and for whom.
    fn greet(&self, out: &mut dyn Write, address: &SocketAddr, head: u32, cut: u64) -> Result<()> {
        let from_here = reached(*address);
        if !self.listen.is_loopback() {
            eprintln!("warning: {address} can be reached from other machines, and anybody there can do anything on this chain");
        }
        if cut > 0 {
            eprintln!(
                "warning: {cut} bytes of a block were cut off that was not finished when the program was stopped last"
            );
        }
        let kept = match &self.state {
            Some(state) => format!("kept in {}", shown(&state.display().to_string())),
            None => "forgotten when it stops".into(),
        };
        let clock = match self.clock {
            Time::Real => "the machine's clock",
            Time::Manual => "a clock that `atomic pass --url` moves",
        };
        writeln!(out, "A chain for trying things out, at ws://{from_here}: block {head}, {kept}, with {clock}")?;
        writeln!(out, "In a browser: https://polkadot.js.org/apps/?rpc=ws://{from_here}#/contracts")?;
        writeln!(out, "Ctrl-C stops it")?;
        out.flush()?;
        Ok(())
    }
}

/// An origin of web pages, as browsers say it.
fn origin(text: &str) -> Result<String, String> {
    match text == ANY || text.contains("://") {
        true => Ok(text.to_owned()),
        false => Err(format!("an origin is a scheme and a host, such as https://market.example, or `{ANY}`")),
    }
}

/// The address by which this machine reaches what listens there: at one that stands for all of them, nobody can be reached.
fn reached(listens: SocketAddr) -> SocketAddr {
    let address = match listens.ip() {
        IpAddr::V4(all) if all.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(all) if all.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        one => one,
    };
    SocketAddr::new(address, listens.port())
}

/// Waits until the chain has ended, but not without end. Says whether it has.
fn ended(chain: &JoinHandle<()>) -> bool {
    let begun = Instant::now();
    while !chain.is_finished() && begun.elapsed() < CHAIN_ENDS {
        thread::sleep(Duration::from_millis(5));
    }
    chain.is_finished()
}

/// Leaves word where the node is for whoever wants the file.
fn announced(mut lock: Lock, address: &SocketAddr) -> Result<Lock> {
    lock.say(&format!("ws://{address}")).context("writing to the lock file")?;
    Ok(lock)
}

/// The chain in this file, or a new one.
fn opened(state: Option<PathBuf>, clock: Clock) -> Result<Opened> {
    let begin = match clock {
        Clock::Real => machine_time(),
        Clock::Manual => GENESIS,
    };
    let Some(path) = state else { return Ok((Ledger::forgotten(begin), None, 0)) };
    let (mut ledger, lock, cut) = kept(&path, begin)?;
    let time = ledger.chain().now();
    if clock == Clock::Real && time > begin {
        let now = crate::client::moments::moment(time);
        let reason = format!(
            "it is {now} already on the chain in {}, which is ahead of the machine's clock: start the node with --clock manual",
            path.display()
        );
        return Err(Unusable(reason).into());
    }
    ledger.keep().map_err(|error| Unusable(format!("writing {}: {error}", path.display())))?;
    Ok((ledger, Some(lock), cut))
}

/// Waits until somebody stops the program.
async fn stopped() -> io::Result<()> {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{signal, SignalKind};
        let (mut terminated, mut hung_up) = (signal(SignalKind::terminate())?, signal(SignalKind::hangup())?);
        tokio::select! {
            interrupted = tokio::signal::ctrl_c() => interrupted,
            _ = terminated.recv() => Ok(()),
            _ = hung_up.recv() => Ok(()),
        }
    }
    #[cfg(not(unix))]
    tokio::signal::ctrl_c().await
}

impl From<Block> for Pace {
    fn from(block: Block) -> Self {
        match block {
            Block::Instant => Self::Instant,
            Block::Slots => Self::Slots,
        }
    }
}

impl From<Time> for Clock {
    fn from(time: Time) -> Self {
        match time {
            Time::Real => Self::Real,
            Time::Manual => Self::Manual,
        }
    }
}
