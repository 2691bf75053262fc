//! `atomic serve`: hosts the page, an index, and files by their hash.

use crate::{
    client::{
        files::{exposed, read_text, unreadable},
        unusable::Unusable,
    },
    commands::{keeper::stop_signal, options::warn},
};
use anyhow::Result;
use clap::Args;
use hosting::{files::Files, serve, Limits, Site};
use std::{
    io::Write,
    net::SocketAddr,
    path::PathBuf,
    sync::{atomic::Ordering, Arc},
    time::Duration,
};
use tokio::net::TcpListener;

/// How often it is looked whether to end.
const BLINK: Duration = Duration::from_millis(200);
const MIB: u64 = 1 << 20;
/// The shortest token: whoever can guess it can fill the disk.
const SHORTEST_TOKEN: usize = 16;

/// Hosts the market's page, an index of its history, and files by their hash
///
/// Files are put and got at /files/HASH, by the blake2b-256 of what is in them, in hex. Only whoever has the token may put any.
/// It speaks plain HTTP: a proxy in front of it has the certificate. Ctrl-C ends it; docs/hosting.md says more.
///
/// Example: atomic serve --page web/dist --index history --files files --token-file token
#[derive(Args, Debug)]
#[command(verbatim_doc_comment)]
pub struct Serve {
    /// The page's folder, as `make web` builds it
    #[arg(long, value_name = "DIR")]
    page: Option<PathBuf>,
    /// The folder of an index, as `atomic index` keeps it
    #[arg(long, value_name = "DIR")]
    index: Option<PathBuf>,
    /// The folder of files
    #[arg(long, value_name = "DIR")]
    files: Option<PathBuf>,
    /// The address to listen on. Anything but this machine's own lets others in
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8080")]
    listen: SocketAddr,
    /// A file with the token of those who may put files; without it nobody may
    #[arg(long, value_name = "FILE", requires = "files")]
    token_file: Option<PathBuf>,
    /// The largest file, in MiB
    #[arg(long, value_name = "MIB", default_value_t = 64)]
    limit: u64,
    /// The room for all files, in MiB
    #[arg(long, value_name = "MIB", default_value_t = 10_240)]
    space: u64,
}

impl Serve {
    /// Serves until somebody ends it.
    pub fn run(&self, out: &mut dyn Write) -> Result<()> {
        if self.page.is_none() && self.index.is_none() && self.files.is_none() {
            return Err(Unusable("there is nothing to serve: name a --page, an --index or --files".into()).into());
        }
        for folder in [&self.page, &self.index].into_iter().flatten() {
            if !folder.is_dir() {
                return Err(Unusable(format!("{} is no folder", folder.display())).into());
            }
        }
        let token = self.token()?;
        let files = self.files.as_ref().map(|folder| {
            let opened = Files::open(folder, token.as_deref().map(str::as_bytes));
            opened.map_err(|error| Unusable(format!("opening {}: {error}", folder.display())))
        });
        let limits =
            Limits { file: self.limit.saturating_mul(MIB), space: self.space.saturating_mul(MIB), ..Limits::default() };
        let (page, index) = (self.page.clone(), self.index.clone());
        let site = Arc::new(Site { page, index, files: files.transpose()?, limits });
        let stop = stop_signal()?;
        let stopped = async {
            while !stop.load(Ordering::Relaxed) {
                tokio::time::sleep(BLINK).await;
            }
        };
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
        runtime.block_on(async {
            let listener = TcpListener::bind(self.listen).await;
            let listener = listener.map_err(|error| Unusable(format!("listening on {}: {error}", self.listen)))?;
            self.greet(out, &listener.local_addr()?)?;
            anyhow::Ok(serve(listener, site, stopped).await?)
        })?;
        runtime.shutdown_background();
        writeln!(out, "Stopped")?;
        Ok(())
    }

    fn token(&self) -> Result<Option<String>, Unusable> {
        let Some(file) = &self.token_file else { return Ok(None) };
        warn(exposed(file));
        let token = read_text(file).map_err(|error| unreadable(file, error))?.trim().to_owned();
        match token.len() {
            0..SHORTEST_TOKEN => {
                let reason = format!("the token in {} is shorter than {SHORTEST_TOKEN} characters", file.display());
                Err(Unusable(reason))
            }
            _ => Ok(Some(token)),
        }
    }

    fn greet(&self, out: &mut dyn Write, address: &SocketAddr) -> Result<()> {
        if !address.ip().is_loopback() {
            warn(Some(format!("{address} can be reached from other machines, without encryption")));
        }
        for (what, folder, at) in
            [("the page", &self.page, ""), ("the index", &self.index, "index/"), ("files", &self.files, "files/")]
        {
            if let Some(folder) = folder {
                writeln!(out, "{what} in {} at http://{address}/{at}", folder.display())?;
            }
        }
        let who = if self.token_file.is_some() { "whoever has the token" } else { "nobody: there is no --token-file" };
        if self.files.is_some() {
            writeln!(out, "Files of up to {} MiB, {} MiB together, may be put by {who}", self.limit, self.space)?;
        }
        writeln!(out, "Ctrl-C stops it")?;
        out.flush()?;
        Ok(())
    }
}
