//! Files that are ours alone while we use them, and that are replaced as a whole or not at all; and how much is read of
//! any file.

use crate::client::unusable::Unusable;
use anyhow::{bail, Context, Result};
use fs2::FileExt;
use std::{
    fs::{self, File, OpenOptions},
    io::{self, Read, Seek, Write},
    path::{Path, PathBuf},
};

/// As many links may lead from one to the next.
const MOST_LINKS: usize = 40;
/// The most that is read of a file.
const LARGEST: u64 = 1 << 32;
/// The most that is read of what the holder of a lock says.
const LONGEST_WORD: u64 = 256;
/// The most that is read of something that has no length and may have no end, such as a pipe.
const LARGEST_WITHOUT_LENGTH: u64 = 1 << 26;

/// Where a file really is: what the links at `path` lead to, even if there is nothing yet.
pub fn followed(path: &Path) -> io::Result<PathBuf> {
    let mut at = path.to_owned();
    for _ in 0..MOST_LINKS {
        match fs::symlink_metadata(&at) {
            Ok(found) if found.is_symlink() => {
                let to = fs::read_link(&at)?;
                at = at.parent().map(|folder| folder.join(&to)).unwrap_or(to);
            }
            _ => return Ok(at),
        }
    }
    Err(io::Error::other("its links lead nowhere"))
}

/// All that is in a file, a pipe or a device; an error if that is too much.
pub fn read(path: &Path) -> io::Result<Vec<u8>> {
    let file = File::open(path)?;
    let limit = if file.metadata()?.is_file() { LARGEST } else { LARGEST_WITHOUT_LENGTH };
    let mut bytes = Vec::new();
    file.take(limit.saturating_add(1)).read_to_end(&mut bytes)?;
    match u64::try_from(bytes.len()) {
        Ok(length) if length <= limit => Ok(bytes),
        _ => Err(io::Error::other(format!("this is more than the {limit} bytes that are read"))),
    }
}

/// As [`read`], of text.
pub fn read_text(path: &Path) -> io::Result<String> {
    String::from_utf8(read(path)?).map_err(|_| io::Error::new(io::ErrorKind::InvalidData, "this is no UTF-8 text"))
}

/// As [`read`], of a file that we write: only a regular file can be one.
pub fn read_ours(path: &Path) -> io::Result<Vec<u8>> {
    ensure_regular(path)?;
    read(path)
}

/// As [`read_ours`], of text.
pub fn read_our_text(path: &Path) -> io::Result<String> {
    ensure_regular(path)?;
    read_text(path)
}

/// What is said of a file that could not be read.
pub fn unreadable(path: &Path, error: io::Error) -> Unusable {
    Unusable(format!("reading {}: {error}", path.display()))
}

/// Refuses what is there and no regular file.
fn ensure_regular(path: &Path) -> io::Result<()> {
    match fs::metadata(path) {
        Ok(found) if !found.is_file() => Err(io::Error::other("this is no regular file")),
        _ => Ok(()),
    }
}

/// What is wrong with the permissions of a file that holds secrets: `None` if only its owner can read and change it.
pub fn exposed(path: &Path) -> Option<String> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = fs::metadata(path).ok()?.permissions().mode() & 0o777;
        let shown = path.display();
        let words =
            || format!("{shown} holds secrets, and others may read it (its mode is {mode:o}): `chmod 600 {shown}`");
        (mode & 0o077 != 0).then(words)
    }
    #[cfg(not(unix))]
    {
        let _ = path;
        None
    }
}

/// The file `FILE.EXTENSION` beside `FILE`.
fn beside(path: &Path, extension: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".");
    name.push(extension);
    name.into()
}

/// Keeps the file at `path` for us alone, by a lock beside it (`FILE.lock`), as long as this lives. Where `path` is a
/// link, the lock is beside what it leads to, so that nobody else has the same file by another name.
#[derive(Debug)]
pub struct Lock {
    file: File,
}

impl Lock {
    /// Takes the lock. Makes the file's folder.
    ///
    /// # Errors
    /// What `taken` says if somebody else has it, of what that one [left word of](Lock::say); [`Unusable`] if it cannot be made,
    /// or there is something else than a file.
    pub fn take(path: &Path, taken: impl FnOnce(&str) -> String) -> Result<Self> {
        let file = Self::file(path)?;
        if file.try_lock_exclusive().is_err() {
            let mut words = String::new();
            let _ = (&file).take(LONGEST_WORD).read_to_string(&mut words);
            bail!("{}", taken(words.trim()));
        }
        // What the one before said is over.
        file.set_len(0).with_context(|| format!("locking {}", beside(path, "lock").display()))?;
        Ok(Self { file })
    }

    /// Takes the lock, and waits until whoever has it gives it back. Makes the file's folder.
    ///
    /// # Errors
    /// [`Unusable`] if it cannot be made, or there is something else than a file.
    pub fn wait_for(path: &Path) -> Result<Self> {
        let file = Self::file(path)?;
        file.lock_exclusive().with_context(|| format!("locking {}", beside(path, "lock").display()))?;
        Ok(Self { file })
    }

    /// Leaves word for whoever wants the file meanwhile.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn say(&mut self, words: &str) -> io::Result<()> {
        self.file.set_len(0)?;
        self.file.rewind()?;
        self.file.write_all(words.as_bytes())
    }

    fn file(path: &Path) -> Result<File, Unusable> {
        let unusable = |path: &Path, error| Unusable(format!("creating {}: {error}", path.display()));
        ensure_regular(path).map_err(|error| Unusable(format!("{} cannot be used: {error}", path.display())))?;
        let path = &followed(path).map_err(|error| unusable(path, error))?;
        if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
            fs::create_dir_all(folder).map_err(|error| unusable(folder, error))?;
        }
        let beside = beside(path, "lock");
        let options = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(&beside);
        options.map_err(|error| unusable(&beside, error))
    }
}

/// Puts `bytes` in place of the file at `path`, or of the file that a link there leads to: all of them or none.
pub fn replace(path: &Path, bytes: &[u8]) -> Result<()> {
    replace_with(path, bytes, OpenOptions::new().write(true).create(true).truncate(true))
}

/// As [`replace`], for a file that only its owner may read.
pub fn replace_private(path: &Path, bytes: &[u8]) -> Result<()> {
    // The file is made again, because an existing one would keep its permissions.
    if let Ok(path) = followed(path) {
        let _ = fs::remove_file(beside(&path, "part"));
    }
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    replace_with(path, bytes, &options)
}

fn replace_with(path: &Path, bytes: &[u8], options: &OpenOptions) -> Result<()> {
    let write = || -> io::Result<()> {
        ensure_regular(path)?;
        let path = followed(path)?;
        put(&beside(&path, "part"), &path, bytes, options)
    };
    write().with_context(|| format!("writing {}", path.display()))
}

/// Writes `part`, and puts it at `path` once it is whole.
fn put(part: &Path, path: &Path, bytes: &[u8], options: &OpenOptions) -> io::Result<()> {
    let mut file = options.open(part)?;
    let written = file.write_all(bytes).and_then(|()| file.sync_all()).and_then(|()| fs::rename(part, path));
    if written.is_err() {
        // It takes room, perhaps the last there was.
        let _ = fs::remove_file(part);
    }
    written
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A folder that is gone with the test.
    struct Folder(PathBuf);

    impl Folder {
        fn new(name: &str) -> Self {
            let folder = std::env::temp_dir().join(format!("atomic-files-{name}-{}", std::process::id()));
            let _ = fs::remove_dir_all(&folder);
            fs::create_dir_all(folder.join("far")).expect("a folder");
            Self(folder)
        }
    }

    impl Drop for Folder {
        fn drop(&mut self) {
            let _ = fs::remove_dir_all(&self.0);
        }
    }

    #[cfg(unix)]
    #[test]
    fn a_link_stays_a_link_and_what_it_leads_to_is_replaced() {
        use std::os::unix::fs::{symlink, PermissionsExt};
        let folder = Folder::new("links");
        let (link, between, target) = (folder.0.join("link"), folder.0.join("far/link"), folder.0.join("far/file"));
        symlink("far/link", &link).expect("a link");
        symlink("file", &between).expect("a link");
        for (round, write) in [replace, replace_private, replace].into_iter().enumerate() {
            let bytes = format!("round {round}");
            write(&link, bytes.as_bytes()).expect("written");
            assert!(fs::symlink_metadata(&link).expect("a link").is_symlink(), "round {round}");
            assert_eq!(fs::read_to_string(&target).expect("the target"), bytes);
            assert_eq!(fs::read_dir(folder.0.join("far")).expect("a folder").count(), 2, "nothing is left beside it");
        }
        replace_private(&link, b"secret").expect("written");
        assert_eq!(exposed(&link), None);
        fs::set_permissions(&target, fs::Permissions::from_mode(0o640)).expect("permissions");
        let words = exposed(&link).expect("others may read it");
        assert!(words.contains("others may read it (its mode is 640): `chmod 600 "), "{words}");
        // Whoever has the file by its own name has the lock.
        let mut lock = Lock::take(&link, str::to_owned).expect("a lock");
        lock.say("it is mine").expect("a word");
        assert_eq!(Lock::take(&target, str::to_owned).expect_err("it is taken").to_string(), "it is mine");
        drop(lock);
        symlink("round", folder.0.join("round")).expect("a link");
        assert!(followed(&folder.0.join("round")).is_err());
    }

    #[test]
    fn what_cannot_be_written_leaves_nothing_behind() {
        let folder = Folder::new("part");
        let path = folder.0.join("file");
        fs::create_dir(&path).expect("what is in the way");
        assert!(replace(&path, b"bytes").is_err());
        let (part, elsewhere) = (folder.0.join("file.part"), folder.0.join("missing/file"));
        assert!(put(&part, &elsewhere, b"bytes", OpenOptions::new().write(true).create(true)).is_err());
        assert!(!part.exists());
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn what_is_no_file_or_has_no_end_is_refused() {
        for path in ["/dev/full", "/dev/null", "/dev"] {
            let path = Path::new(path);
            assert!(read_ours(path).expect_err("no file").to_string().contains("no regular file"));
            assert!(Lock::take(path, str::to_owned).expect_err("no file").is::<Unusable>());
            assert!(replace(path, b"bytes").is_err());
        }
        let error = read(Path::new("/dev/zero")).expect_err("it has no end").to_string();
        assert_eq!(error, "this is more than the 67108864 bytes that are read");
    }
}
