//! What clients are answered.

use crate::paths::{is_below, kind};
use http::{header, HeaderValue, Method, Request, Response, StatusCode};
use http_body_util::Full;
use hyper::body::{Body, Bytes, Frame, SizeHint};
use std::{
    fmt, io,
    path::{Path, PathBuf},
    pin::Pin,
    task::{ready, Context, Poll},
    time::UNIX_EPOCH,
};
use tokio::{
    fs::File,
    io::{AsyncRead, ReadBuf},
};

/// As much of a file is read at a time.
const PIECE: usize = 64 << 10;

pub type Answer = Response<Content>;

/// Why a request is refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    NotFound,
    /// These methods are possible.
    Method(&'static str),
    /// Nobody may put files here: the server has no token.
    NoUploads,
    /// The token is missing, or another.
    Token,
    /// The file is larger than this many bytes.
    TooLarge(u64),
    /// There is no room for it.
    NoSpace,
    /// It ended before it was whole, or came too slowly.
    Incomplete,
    /// It has another hash than its address says: this one.
    WrongHash(String),
    /// The disk refused.
    Disk,
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotFound => write!(f, "there is nothing here"),
            Self::Method(methods) => write!(f, "only {methods}"),
            Self::NoUploads => write!(f, "this server takes no files: it was started without --token-file"),
            Self::Token => write!(f, "say `Authorization: Bearer TOKEN`, with the token of this server"),
            Self::TooLarge(limit) => write!(f, "a file has at most {limit} bytes"),
            Self::NoSpace => write!(f, "there is no room for this file"),
            Self::Incomplete => write!(f, "the file did not come as a whole, or too slowly"),
            Self::WrongHash(hash) => write!(f, "what came has the hash {hash}"),
            Self::Disk => write!(f, "the file could not be read or written"),
        }
    }
}

impl Refusal {
    fn status(&self) -> StatusCode {
        match self {
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::Method(_) => StatusCode::METHOD_NOT_ALLOWED,
            Self::NoUploads => StatusCode::FORBIDDEN,
            Self::Token => StatusCode::UNAUTHORIZED,
            Self::TooLarge(_) => StatusCode::PAYLOAD_TOO_LARGE,
            Self::NoSpace => StatusCode::INSUFFICIENT_STORAGE,
            Self::Incomplete => StatusCode::REQUEST_TIMEOUT,
            Self::WrongHash(_) => StatusCode::UNPROCESSABLE_ENTITY,
            Self::Disk => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    pub fn answer(&self) -> Answer {
        let mut answer = said(self.status(), &self.to_string());
        let headers = answer.headers_mut();
        match self {
            Self::Method(methods) => headers.insert(header::ALLOW, HeaderValue::from_static(methods)),
            Self::Token => headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer")),
            // The rest of what comes is not read.
            Self::TooLarge(_) | Self::NoSpace | Self::Incomplete => {
                headers.insert(header::CONNECTION, HeaderValue::from_static("close"))
            }
            _ => None,
        };
        answer
    }
}

impl From<io::Error> for Refusal {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::NotFound => Self::NotFound,
            _ if is_full(&error) => Self::NoSpace,
            _ => Self::Disk,
        }
    }
}

/// Whether a disk, or a quota, is full.
fn is_full(error: &io::Error) -> bool {
    // ENOSPC and EDQUOT.
    matches!(error.raw_os_error(), Some(28 | 122))
}

/// What is in an answer: a few words, or a file, piece by piece.
pub enum Content {
    Words(Full<Bytes>),
    File { file: File, left: u64 },
}

impl Body for Content {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        match self.get_mut() {
            Self::Words(words) => Pin::new(words).poll_frame(context).map_err(|never| match never {}),
            Self::File { left: 0, .. } => Poll::Ready(None),
            Self::File { file, left } => {
                let mut piece = vec![0; PIECE.min(usize::try_from(*left).unwrap_or(PIECE))];
                let mut buffer = ReadBuf::new(&mut piece);
                ready!(Pin::new(file).poll_read(context, &mut buffer))?;
                let read = buffer.filled().len();
                if read == 0 {
                    // It has become shorter since its length was told.
                    return Poll::Ready(Some(Err(io::ErrorKind::UnexpectedEof.into())));
                }
                *left = left.saturating_sub(read as u64);
                piece.truncate(read);
                Poll::Ready(Some(Ok(Frame::data(piece.into()))))
            }
        }
    }

    fn size_hint(&self) -> SizeHint {
        match self {
            Self::Words(words) => words.size_hint(),
            Self::File { left, .. } => SizeHint::with_exact(*left),
        }
    }
}

/// An answer of a few words.
pub fn said(status: StatusCode, words: &str) -> Answer {
    let mut answer = Response::new(Content::Words(Full::new(format!("{words}\n").into())));
    *answer.status_mut() = status;
    let headers = answer.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
    open_to_all(answer)
}

/// Pages from elsewhere may read the answer, and no browser guesses what it is.
fn open_to_all(mut answer: Answer) -> Answer {
    let headers = answer.headers_mut();
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    answer
}

/// What a page from elsewhere may do.
pub fn allowed() -> Answer {
    let mut answer = said(StatusCode::OK, "GET, HEAD, PUT");
    let headers = answer.headers_mut();
    headers.insert(header::ACCESS_CONTROL_ALLOW_METHODS, HeaderValue::from_static("GET, HEAD, PUT"));
    headers.insert(header::ACCESS_CONTROL_ALLOW_HEADERS, HeaderValue::from_static("authorization, content-type"));
    answer
}

/// A file of the page, or of an index.
pub async fn document<B>(root: &Path, file: PathBuf, request: &Request<B>, changes: bool) -> Result<Answer, Refusal> {
    if !is_below(root, &file) {
        return Err(Refusal::NotFound);
    }
    let mut answer = of_file(&file, request).await?;
    let headers = answer.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind(&file)));
    // What may change is asked for again each time, and mostly not sent again.
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    Ok(if changes { open_to_all(answer) } else { guarded(answer) })
}

/// A page is shown in no other page's frame.
fn guarded(mut answer: Answer) -> Answer {
    let headers = answer.headers_mut();
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY"));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    answer
}

/// A file that somebody put here: whatever it is, a browser saves it, and does not show or run it.
pub async fn download<B>(file: PathBuf, request: &Request<B>) -> Result<Answer, Refusal> {
    let mut answer = open_to_all(of_file(&file, request).await?);
    let headers = answer.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/octet-stream"));
    headers.insert(header::CONTENT_DISPOSITION, HeaderValue::from_static("attachment"));
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static("sandbox; default-src 'none'"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=31536000, immutable"));
    Ok(answer)
}

async fn of_file<B>(path: &Path, request: &Request<B>) -> Result<Answer, Refusal> {
    let file = File::open(path).await?;
    let found = file.metadata().await?;
    if !found.is_file() {
        return Err(Refusal::NotFound);
    }
    let changed = found.modified().ok().and_then(|time| time.duration_since(UNIX_EPOCH).ok()).unwrap_or_default();
    let tag = format!("\"{:x}-{:x}\"", changed.as_nanos(), found.len());
    let is_known = request.headers().get(header::IF_NONE_MATCH).is_some_and(|known| known.as_bytes() == tag.as_bytes());
    let nothing = || Content::Words(Full::default());
    let content = match (is_known, request.method() == Method::HEAD) {
        (false, false) => Content::File { file, left: found.len() },
        _ => nothing(),
    };
    let mut answer = Response::new(content);
    if is_known {
        *answer.status_mut() = StatusCode::NOT_MODIFIED;
    } else {
        answer.headers_mut().insert(header::CONTENT_LENGTH, found.len().into());
    }
    answer.headers_mut().extend(HeaderValue::from_str(&tag).ok().map(|tag| (header::ETAG, tag)));
    Ok(answer)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_disk_is_told_from_other_trouble() {
        let refusal = |code| Refusal::from(io::Error::from_raw_os_error(code));
        assert_eq!(
            [28, 122, 5, 2].map(refusal),
            [Refusal::NoSpace, Refusal::NoSpace, Refusal::Disk, Refusal::NotFound]
        );
    }
}
