//! Files that are ours alone while we use them, and that are replaced as a whole or not at all.

use crate::client::unusable::Unusable;
use anyhow::{bail, Context, Result};
use fs2::FileExt;
use std::{
    fs::{self, File, OpenOptions},
    io::Write,
    path::{Path, PathBuf},
};

/// The file `FILE.EXTENSION` beside `FILE`.
fn beside(path: &Path, extension: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".");
    name.push(extension);
    name.into()
}

/// Keeps the file at `path` for us alone, by a lock beside it (`FILE.lock`), as long as this lives.
#[derive(Debug)]
pub struct Lock {
    _file: File,
}

impl Lock {
    /// Takes the lock. Makes the file's folder.
    ///
    /// # Errors
    /// `taken` if somebody else has it; [`Unusable`] if it cannot be made.
    pub fn take(path: &Path, taken: &str) -> Result<Self> {
        let file = Self::file(path)?;
        if file.try_lock_exclusive().is_err() {
            bail!("{taken}");
        }
        Ok(Self { _file: file })
    }

    /// Takes the lock, and waits until whoever has it gives it back. Makes the file's folder.
    ///
    /// # Errors
    /// [`Unusable`] where it cannot be made.
    pub fn wait_for(path: &Path) -> Result<Self> {
        let file = Self::file(path)?;
        file.lock_exclusive().with_context(|| format!("locking {}", beside(path, "lock").display()))?;
        Ok(Self { _file: file })
    }

    fn file(path: &Path) -> Result<File, Unusable> {
        let unusable = |path: &Path, error| Unusable(format!("creating {}: {error}", path.display()));
        if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
            fs::create_dir_all(folder).map_err(|error| unusable(folder, error))?;
        }
        let beside = beside(path, "lock");
        File::create(&beside).map_err(|error| unusable(&beside, error))
    }
}

/// Puts `bytes` in place of the file at `path`, all of them or none.
pub fn replace(path: &Path, bytes: &[u8]) -> Result<()> {
    replace_with(path, bytes, OpenOptions::new().write(true).create(true).truncate(true))
}

/// As [`replace`], for a file that only its owner may read.
pub fn replace_private(path: &Path, bytes: &[u8]) -> Result<()> {
    // The file is made again, because an existing one would keep its permissions.
    let _ = fs::remove_file(beside(path, "part"));
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    replace_with(path, bytes, &options)
}

fn replace_with(path: &Path, bytes: &[u8], options: &OpenOptions) -> Result<()> {
    let part = beside(path, "part");
    let write = || -> std::io::Result<()> {
        let mut file = options.open(&part)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        fs::rename(&part, path)
    };
    write().with_context(|| format!("writing {}", path.display()))
}
