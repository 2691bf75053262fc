//! A small web server for an organization: the market's page, its index, and files by their hash.
//!
//! - `GET /…` the page's folder, `/` being `index.html`;
//! - `GET /index/….json` the folder of an index;
//! - `GET /files/HASH`, `PUT /files/HASH` files under the blake2b-256 of what is in them, in hex.
//!
//! Paths are made of plain names ([`paths`]), files are kept by [`files`], and whoever is slow or wants too much is let go by
//! [`Limits`]. It speaks HTTP/1.1 without TLS: a proxy in front of it has the certificate.

pub mod answers;
pub mod files;
pub mod paths;

use answers::{Answer, Refusal};
use files::Files;
use http::{header, HeaderMap, Method, Request};
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use std::{convert::Infallible, future::Future, io, path::PathBuf, pin::pin, sync::Arc, time::Duration};
use tokio::{net::TcpListener, sync::Semaphore, time::timeout};

/// What is too slow, too large, or too many.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// The largest file, in bytes.
    pub file: u64,
    /// All files together, in bytes.
    pub space: u64,
    /// Connections at a time.
    pub connections: usize,
    /// How long a client may take for the head of a request, and for each next piece of what it sends.
    pub pause: Duration,
    /// How long a connection lasts at most.
    pub connection: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            file: 64 << 20,
            space: 10 << 30,
            connections: 256,
            pause: Duration::from_secs(15),
            connection: Duration::from_secs(600),
        }
    }
}

/// What is served. What is not named is not there.
pub struct Site {
    pub page: Option<PathBuf>,
    pub index: Option<PathBuf>,
    pub files: Option<Files>,
    pub limits: Limits,
}

/// Serves until `stop` is over.
///
/// # Errors
/// If nothing can be accepted any more.
pub async fn serve(listener: TcpListener, site: Arc<Site>, stop: impl Future<Output = ()>) -> io::Result<()> {
    let room = Arc::new(Semaphore::new(site.limits.connections));
    let mut stop = pin!(stop);
    loop {
        let Ok(place) = room.clone().acquire_owned().await else { return Ok(()) };
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = &mut stop => return Ok(()),
        };
        let stream = match accepted {
            Ok((stream, _)) => stream,
            Err(error) if is_passing(&error) => {
                // There are too many open files, or the client is gone already.
                tokio::time::sleep(Duration::from_millis(50)).await;
                continue;
            }
            Err(error) => return Err(error),
        };
        let site = site.clone();
        tokio::spawn(async move {
            let limits = site.limits;
            let service = service_fn(move |request| {
                let site = site.clone();
                async move { Ok::<_, Infallible>(answer(&site, request).await) }
            });
            let mut http = http1::Builder::new();
            http.timer(TokioTimer::new()).header_read_timeout(limits.pause).max_buf_size(16 << 10);
            // Whoever breaks the protocol, or goes away, has nothing more to be told.
            let _ = timeout(limits.connection, http.serve_connection(TokioIo::new(stream), service)).await;
            drop(place);
        });
    }
}

fn is_passing(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionReset, Interrupted};
    // EMFILE and ENFILE.
    matches!(error.kind(), ConnectionAborted | ConnectionReset | Interrupted)
        || matches!(error.raw_os_error(), Some(23 | 24))
}

async fn answer(site: &Site, request: Request<Incoming>) -> Answer {
    match route(site, request).await {
        Ok(answer) => answer,
        Err(refusal) => refusal.answer(),
    }
}

async fn route(site: &Site, request: Request<Incoming>) -> Result<Answer, Refusal> {
    let path = request.uri().path().to_owned();
    let reads = matches!(*request.method(), Method::GET | Method::HEAD);
    if *request.method() == Method::OPTIONS {
        return Ok(answers::allowed());
    }
    if let Some(name) = path.strip_prefix("/files/") {
        let files = site.files.as_ref().ok_or(Refusal::NotFound)?;
        let hash = files::Hash::read(name).ok_or(Refusal::NotFound)?;
        return match *request.method() {
            Method::PUT => files.put(&hash, request, &site.limits).await,
            _ if reads => answers::download(files.path(&hash), &request).await,
            _ => Err(Refusal::Method("GET, HEAD, PUT")),
        };
    }
    if !reads {
        return Err(Refusal::Method("GET, HEAD"));
    }
    if let Some(rest) = path.strip_prefix("/index/") {
        let root = site.index.as_ref().ok_or(Refusal::NotFound)?;
        let file =
            paths::below(root, rest).filter(|file| file.extension().is_some_and(|extension| extension == "json"));
        return answers::document(root, file.ok_or(Refusal::NotFound)?, &request, true).await;
    }
    let root = site.page.as_ref().ok_or(Refusal::NotFound)?;
    let rest = path.strip_prefix('/').ok_or(Refusal::NotFound)?;
    let rest = if rest.is_empty() { "index.html" } else { rest };
    answers::document(root, paths::below(root, rest).ok_or(Refusal::NotFound)?, &request, false).await
}

/// What a client gives as its token.
fn bearer(headers: &HeaderMap) -> Option<&[u8]> {
    headers.get(header::AUTHORIZATION)?.as_bytes().strip_prefix(b"Bearer ")
}
