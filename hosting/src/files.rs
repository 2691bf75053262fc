//! Files under the hash of what is in them. Whoever knows a hash gets the file; nobody gets a list. A file appears once it is
//! whole and has the hash that it was sent for.

use crate::{
    answers::{said, Answer, Refusal},
    bearer, Limits,
};
use constant_time_eq::constant_time_eq_32;
use http::{header, Request, StatusCode};
use http_body_util::BodyExt;
use hyper::body::{Body, Bytes};
use std::{
    fs, io,
    path::{Path, PathBuf},
    sync::atomic::{AtomicU64, Ordering},
};
use tokio::{fs::File, io::AsyncWriteExt, time::timeout};

/// The end of the name of a file that is not whole.
const PART: &str = ".part";

/// The blake2b-256 of a file, as the chain has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hash([u8; 32]);

impl Hash {
    /// Reads 64 digits in hex, with or without `0x` before them.
    pub fn read(text: &str) -> Option<Self> {
        let digits = text.strip_prefix("0x").unwrap_or(text);
        if digits.len() != 64 || !digits.is_ascii() {
            return None;
        }
        let mut bytes = [0; 32];
        for (byte, pair) in bytes.iter_mut().zip(digits.as_bytes().chunks(2)) {
            if !pair.iter().all(u8::is_ascii_hexdigit) {
                return None;
            }
            *byte = u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()?;
        }
        Some(Self(bytes))
    }

    pub fn of(bytes: &[u8]) -> Self {
        let mut hasher = hasher();
        hasher.update(bytes);
        Self::end(&hasher)
    }

    fn end(hasher: &blake2b_simd::State) -> Self {
        let mut bytes = [0; 32];
        bytes.copy_from_slice(hasher.finalize().as_bytes());
        Self(bytes)
    }

    /// In hex, without `0x`.
    pub fn text(&self) -> String {
        self.0.iter().fold(String::new(), |text, byte| text + &format!("{byte:02x}"))
    }
}

fn hasher() -> blake2b_simd::State {
    blake2b_simd::Params::new().hash_length(32).to_state()
}

/// A folder of files.
pub struct Files {
    folder: PathBuf,
    /// What a token is compared by, so that nothing of it, nor its length, shows in the time that takes.
    token: Option<[u8; 32]>,
    /// The bytes of all files, those that are coming included.
    used: AtomicU64,
    parts: AtomicU64,
}

impl Files {
    /// The files in this folder, which is made if it is missing. What was left unfinished is removed. Without a token, nobody can
    /// put any.
    ///
    /// # Errors
    /// If the folder cannot be read or made.
    pub fn open(folder: &Path, token: Option<&[u8]>) -> io::Result<Self> {
        fs::create_dir_all(folder)?;
        let mut used = 0_u64;
        for entry in fs::read_dir(folder)? {
            let entry = entry?;
            match entry.file_name().to_string_lossy().ends_with(PART) {
                true => fs::remove_file(entry.path())?,
                false => used = used.saturating_add(entry.metadata()?.len()),
            }
        }
        let token = token.map(|token| Hash::of(token).0);
        Ok(Self { folder: folder.to_owned(), token, used: used.into(), parts: 0.into() })
    }

    /// Where the file of this hash is.
    pub fn path(&self, hash: &Hash) -> PathBuf {
        self.folder.join(hash.text())
    }

    /// The bytes of all files.
    pub fn used(&self) -> u64 {
        self.used.load(Ordering::Relaxed)
    }

    /// Takes a file, if the client may put it, and it is what its hash says.
    pub async fn put<B>(&self, hash: &Hash, request: Request<B>, limits: &Limits) -> Result<Answer, Refusal>
    where
        B: Body<Data = Bytes> + Unpin,
    {
        let token = self.token.ok_or(Refusal::NoUploads)?;
        let given = bearer(request.headers()).ok_or(Refusal::Token)?;
        if !constant_time_eq_32(&Hash::of(given).0, &token) {
            return Err(Refusal::Token);
        }
        let length = request.headers().get(header::CONTENT_LENGTH);
        let length = length.and_then(|length| length.to_str().ok()).and_then(|length| length.parse::<u64>().ok());
        if length.is_some_and(|length| length > limits.file) {
            return Err(Refusal::TooLarge(limits.file));
        }
        if self.path(hash).exists() {
            return Ok(said(StatusCode::OK, "it was here already"));
        }
        let number = self.parts.fetch_add(1, Ordering::Relaxed);
        let mut part =
            Part { path: self.folder.join(format!("{number}{PART}")), bytes: 0, files: self, is_kept: false };
        let found = part.fill(request.into_body(), limits).await?;
        if found != *hash {
            return Err(Refusal::WrongHash(found.text()));
        }
        part.keep(&self.path(hash)).await?;
        Ok(said(StatusCode::CREATED, "it is here now"))
    }

    /// Takes room for some bytes more, if there is any.
    fn reserve(&self, bytes: u64, space: u64) -> Result<(), Refusal> {
        let more = |used: u64| used.checked_add(bytes).filter(|used| *used <= space);
        self.used.fetch_update(Ordering::Relaxed, Ordering::Relaxed, more).map(|_| ()).map_err(|_| Refusal::NoSpace)
    }
}

/// A file that is coming. Unless it is kept, it is gone with this, and its room is free again.
struct Part<'a> {
    path: PathBuf,
    bytes: u64,
    files: &'a Files,
    is_kept: bool,
}

impl Part<'_> {
    /// Writes down what comes, and returns its hash.
    async fn fill<B>(&mut self, mut body: B, limits: &Limits) -> Result<Hash, Refusal>
    where
        B: Body<Data = Bytes> + Unpin,
    {
        let mut file = File::create(&self.path).await?;
        let mut hasher = hasher();
        loop {
            let piece = match timeout(limits.pause, body.frame()).await {
                Ok(None) => break,
                Ok(Some(Ok(frame))) => frame.into_data().unwrap_or_default(),
                Ok(Some(Err(_))) | Err(_) => return Err(Refusal::Incomplete),
            };
            let length = piece.len() as u64;
            if self.bytes.saturating_add(length) > limits.file {
                return Err(Refusal::TooLarge(limits.file));
            }
            self.files.reserve(length, limits.space)?;
            self.bytes = self.bytes.saturating_add(length);
            hasher.update(&piece);
            file.write_all(&piece).await?;
        }
        file.flush().await?;
        file.sync_all().await?;
        Ok(Hash::end(&hasher))
    }

    /// Puts it where it belongs, for good. Where somebody else was faster, there is the same.
    async fn keep(&mut self, path: &Path) -> Result<(), Refusal> {
        let was_there = path.exists();
        tokio::fs::rename(&self.path, path).await?;
        File::open(&self.files.folder).await?.sync_all().await?;
        // Then its room counts once.
        self.is_kept = !was_there;
        Ok(())
    }
}

impl Drop for Part<'_> {
    fn drop(&mut self) {
        if !self.is_kept {
            let _ = fs::remove_file(&self.path);
            self.files.used.fetch_sub(self.bytes, Ordering::Relaxed);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hash_is_that_of_the_chain_and_is_read_with_and_without_its_prefix() {
        let empty = "0e5751c026e543b2e8ab2eb06099daa1d1e5df47778f7787faab45cdf12fe3a8";
        assert_eq!(Hash::of(b"").text(), empty);
        assert_eq!(Hash::read(empty), Some(Hash::of(b"")));
        assert_eq!(Hash::read(&format!("0x{}", empty.to_uppercase())), Some(Hash::of(b"")));
        let long = "0".repeat(65);
        for other in ["", "0x", "..", &empty[1..], &long, &empty.replace('0', "+"), &"é".repeat(32)] {
            assert_eq!(Hash::read(other), None, "{other}");
        }
    }
}
