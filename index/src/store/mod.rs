//! The folder of an index. Its files are the whole state of the fold: what is in memory are those that the present blocks
//! touch, and nothing else grows.
//!
//! Why files, and no database below them: each file is read and written with the block that touches it, which is what the page
//! wants anyway; a database would hold everything a second time, and the two could differ.
//!
//! A commit writes down what the files held before ([`journal`]), then each file, then the manifest. Whoever opens a folder
//! in which a commit was not finished takes it back, so that the folder is as before or as after, whenever the program was
//! killed. Journals of the last blocks are kept, so that blocks that leave the chain can be taken back in the same way.

mod journal;

use crate::{
    documents::{
        Account, AccountList, Days, Document, Log, Manifest, Moment, Owner, Pages, Request, RequestList, Submission,
        Submissions, Totals, FORMAT, LIST_PAGE, LOG_PAGE, SUBMISSION_PAGE,
    },
    source::{Hash, Id, Organization},
    text::{address, bytes32, hex},
};
use interfaces::{market::EDITION, RequestId, SubmissionId};
use journal::Journal;
use serde_json::value::RawValue;
use std::{
    collections::BTreeMap,
    fmt, fs, io,
    path::{Path, PathBuf},
};

const MANIFEST: &str = "manifest.json";
/// Blocks that are older than this many are not taken back any more.
pub const REVERSIBLE: u32 = 64;

/// Why the folder cannot be used.
#[derive(Debug)]
pub enum Error {
    /// A file cannot be read or written.
    Io { path: PathBuf, error: io::Error },
    /// A file is not as this program wrote it.
    Damaged { path: PathBuf, reason: String },
    /// The folder holds the index of something else.
    Elsewhere(&'static str),
    /// The folder is of another format.
    Format(u32),
    /// The chain has another history since before what can be taken back.
    OtherHistory(u32),
    /// A block has no number after it, or begins before what it goes on from.
    OutOfOrder(u32),
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Io { path, error } => write!(f, "{}: {error}", path.display()),
            Self::Damaged { path, reason } => {
                write!(f, "{} is damaged ({reason}): make the index again, in an empty folder", path.display())
            }
            Self::Elsewhere(what) => write!(f, "the folder holds an index of another {what}: name another folder"),
            Self::Format(format) => {
                write!(f, "the index is of format {format}, and this program writes {FORMAT}: make it again, in an empty folder")
            }
            Self::OtherHistory(block) => write!(
                f,
                "the chain has another history since before block {block}, which is further than an index goes back: make it \
                 again, in an empty folder"
            ),
            Self::OutOfOrder(block) => write!(f, "block {block} does not follow what the index has"),
        }
    }
}

impl std::error::Error for Error {}

pub type Result<T> = std::result::Result<T, Error>;

/// What a commit survives, beside the end of the program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Survives {
    /// The machine losing its power, too: each commit waits for the disk.
    PowerLoss,
    /// Nothing else. For tests, and for an index that can be thrown away.
    Kill,
}

/// One kind of document: those that are in memory.
struct Table<D: Document> {
    loaded: BTreeMap<D::Key, D>,
}

impl<D: Document> Default for Table<D> {
    fn default() -> Self {
        Self { loaded: BTreeMap::new() }
    }
}

impl<D: Document> Table<D> {
    /// The document to be changed; a new one if there is none.
    fn get(&mut self, root: &Path, key: &D::Key) -> Result<&mut D> {
        if !self.loaded.contains_key(key) {
            let document = read(root, &D::path(key))?.unwrap_or_default();
            self.loaded.insert(key.clone(), document);
        }
        // It was put there just above.
        Ok(self.loaded.entry(key.clone()).or_default())
    }

    fn write_into(&mut self, changes: &mut Vec<(String, Vec<u8>)>) -> Result<()> {
        for (key, document) in std::mem::take(&mut self.loaded) {
            let path = D::path(&key);
            let bytes = encoded(&path, &document)?;
            changes.push((path, bytes));
        }
        Ok(())
    }
}

/// An index in its folder.
pub struct Store {
    root: PathBuf,
    survives: Survives,
    manifest: Manifest,
    /// Whether something was ever committed.
    begun: bool,
    totals: Table<Totals>,
    requests: Table<Request>,
    submissions: Table<Submissions>,
    accounts: Table<Account>,
    logs: Table<Log>,
    days: Table<Days>,
    request_lists: Table<RequestList>,
    account_lists: Table<AccountList>,
}

impl Store {
    /// The index in this folder, which is made if it is missing. What was not finished there is taken back. A new index begins
    /// with block number `from`, or with the first that may have events.
    pub fn open(root: &Path, organization: &Organization, from: Option<u32>, survives: Survives) -> Result<Self> {
        fs::create_dir_all(root).map_err(|error| io_error(root, error))?;
        Journal::of(root, survives).recover(&Self::committed(root)?)?;
        let mut store = Self {
            root: root.to_owned(),
            survives,
            manifest: Self::blank(organization, from),
            begun: false,
            totals: Table::default(),
            requests: Table::default(),
            submissions: Table::default(),
            accounts: Table::default(),
            logs: Table::default(),
            days: Table::default(),
            request_lists: Table::default(),
            account_lists: Table::default(),
        };
        store.resume(organization)?;
        Ok(store)
    }

    fn blank(organization: &Organization, from: Option<u32>) -> Manifest {
        let from = from.unwrap_or(organization.since);
        Manifest {
            format: FORMAT,
            edition: EDITION,
            network: organization.network.clone(),
            genesis: hex(&organization.genesis),
            reputation: address(&organization.reputation),
            obligation: address(&organization.obligation),
            market: address(&organization.market),
            pool: organization.pool,
            from: Moment { block: from, time: 0 },
            complete: from <= organization.since,
            pages: Pages::default(),
            ..Manifest::default()
        }
    }

    /// The number of the last block that was committed as a whole.
    fn committed(root: &Path) -> Result<Option<u32>> {
        Ok(read::<Manifest>(root, MANIFEST)?.map(|manifest| manifest.to.block))
    }

    fn resume(&mut self, organization: &Organization) -> Result<()> {
        let Some(found) = read::<Manifest>(&self.root, MANIFEST)? else {
            (self.begun, self.manifest) = (false, Self::blank(organization, Some(self.manifest.from.block)));
            return Ok(());
        };
        if found.format != FORMAT {
            return Err(Error::Format(found.format));
        }
        let blank = &self.manifest;
        for (what, same) in [
            ("chain", found.genesis == blank.genesis),
            ("market", found.market == blank.market && found.pool == blank.pool),
            ("reputation contract", found.reputation == blank.reputation),
            ("obligation contract", found.obligation == blank.obligation),
        ] {
            if !same {
                return Err(Error::Elsewhere(what));
            }
        }
        (self.begun, self.manifest) = (true, found);
        Ok(())
    }

    /// The manifest as it will be written next.
    pub fn manifest(&mut self) -> &mut Manifest {
        &mut self.manifest
    }

    /// The folder.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The last block that was read; `None` before the first.
    pub fn last(&self) -> Option<Id> {
        let hash = bytes32(&self.manifest.to_hash)?;
        self.begun.then_some(Id { number: self.manifest.to.block, hash })
    }

    /// The number of the block to be read next.
    pub fn next(&self) -> u32 {
        match self.begun {
            true => self.manifest.to.block.saturating_add(1),
            false => self.manifest.from.block,
        }
    }

    pub fn totals(&mut self) -> Result<&mut Totals> {
        self.totals.get(&self.root, &())
    }

    pub fn request(&mut self, request: RequestId) -> Result<&mut Request> {
        let found = self.requests.get(&self.root, &request)?;
        found.request = request;
        Ok(found)
    }

    /// Whether anything is known of a request.
    pub fn knows_request(&mut self, request: RequestId) -> bool {
        self.requests.loaded.contains_key(&request) || self.root.join(Request::path(&request)).exists()
    }

    pub fn submission(&mut self, request: RequestId, submission: SubmissionId) -> Result<&mut Submission> {
        let page = self.submissions.get(&self.root, &(request, submission / SUBMISSION_PAGE))?;
        Ok(page.0.entry(submission).or_default())
    }

    /// Whether anything is known of a submission.
    pub fn has_submission(&mut self, request: RequestId, submission: SubmissionId) -> Result<bool> {
        let page = self.submissions.get(&self.root, &(request, submission / SUBMISSION_PAGE))?;
        Ok(page.0.contains_key(&submission))
    }

    /// An account by its address; a new one has an empty name.
    pub fn account(&mut self, address: &str) -> Result<&mut Account> {
        self.accounts.get(&self.root, &address.to_owned())
    }

    pub fn days(&mut self, month: &str) -> Result<&mut Days> {
        self.days.get(&self.root, &month.to_owned())
    }

    pub fn request_list(&mut self, request: RequestId) -> Result<&mut RequestList> {
        self.request_lists.get(&self.root, &(request / LIST_PAGE))
    }

    pub fn account_list(&mut self, number: u32) -> Result<&mut AccountList> {
        self.account_lists.get(&self.root, &(number / LIST_PAGE))
    }

    /// Adds an entry to a log that has `length` entries.
    pub fn log(&mut self, owner: Owner, length: u32, entry: &RawValue) -> Result<()> {
        let page = self.logs.get(&self.root, &(owner, length / LOG_PAGE))?;
        page.0.push(entry.to_owned());
        Ok(())
    }

    /// Requests and accounts that are in memory: those that have changed.
    pub fn changed(&self) -> (Vec<RequestId>, Vec<String>) {
        (self.requests.loaded.keys().copied().collect(), self.accounts.loaded.keys().cloned().collect())
    }

    /// Forgets what was changed since the last commit.
    pub fn abandon(&mut self, organization: &Organization) -> Result<()> {
        self.totals = Table::default();
        self.requests = Table::default();
        self.submissions = Table::default();
        self.accounts = Table::default();
        self.logs = Table::default();
        self.days = Table::default();
        self.request_lists = Table::default();
        self.account_lists = Table::default();
        self.resume(organization)
    }

    /// Writes down what has changed, as of this block.
    pub fn commit(&mut self, id: Id, time: interfaces::Timestamp) -> Result<usize> {
        if id.number < self.next() {
            return Err(Error::OutOfOrder(id.number));
        }
        let mut changes = Vec::new();
        self.totals.write_into(&mut changes)?;
        self.requests.write_into(&mut changes)?;
        self.submissions.write_into(&mut changes)?;
        self.accounts.write_into(&mut changes)?;
        self.logs.write_into(&mut changes)?;
        self.days.write_into(&mut changes)?;
        self.request_lists.write_into(&mut changes)?;
        self.account_lists.write_into(&mut changes)?;
        (self.manifest.to, self.manifest.to_hash) = (Moment { block: id.number, time }, hex(&id.hash));
        let manifest = encoded(MANIFEST, &self.manifest)?;

        let journal = Journal::of(&self.root, self.survives);
        journal.begin(id.number, changes.iter().map(|(path, _)| path.as_str()))?;
        for (path, bytes) in &changes {
            put(&self.root.join(path), bytes, Survives::Kill)?;
        }
        settle(&self.root, changes.iter().map(|(path, _)| path.as_str()), self.survives)?;
        put(&self.root.join(MANIFEST), &manifest, self.survives)?;
        self.begun = true;
        journal.forget_before(id.number.saturating_sub(REVERSIBLE))?;
        Ok(changes.len())
    }

    /// Takes the last commit back, because its blocks have left the chain.
    pub fn undo(&mut self, organization: &Organization) -> Result<()> {
        let last = self.manifest.to.block;
        self.abandon(organization)?;
        match Journal::of(&self.root, self.survives).undo(last)? {
            true => self.resume(organization),
            false => Err(Error::OtherHistory(last)),
        }
    }

    /// The hash of the last block, if that is number `number`.
    pub fn hash_at(&self, number: u32) -> Option<Hash> {
        self.last().filter(|last| last.number == number).map(|last| last.hash)
    }
}

fn io_error(path: &Path, error: io::Error) -> Error {
    Error::Io { path: path.to_owned(), error }
}

fn encoded(path: &str, document: &impl serde::Serialize) -> Result<Vec<u8>> {
    let mut bytes = serde_json::to_vec(document)
        .map_err(|error| Error::Damaged { path: path.into(), reason: error.to_string() })?;
    bytes.push(b'\n');
    Ok(bytes)
}

/// What is in a file; `None` if there is no such file.
fn bytes_of(path: &Path) -> Result<Option<Vec<u8>>> {
    match fs::read(path) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(io_error(path, error)),
    }
}

/// A document of this folder; `None` if there is no such file.
fn read<D: for<'de> serde::Deserialize<'de>>(root: &Path, path: &str) -> Result<Option<D>> {
    let path = root.join(path);
    let Some(bytes) = bytes_of(&path)? else { return Ok(None) };
    let document = serde_json::from_slice(&bytes);
    document.map(Some).map_err(|error| Error::Damaged { path, reason: error.to_string() })
}

/// A document that is only looked at; `None` if there is no such file.
pub fn read_shared<D: for<'de> serde::Deserialize<'de>>(root: &Path, path: &str) -> Result<Option<D>> {
    read(root, path)
}

/// Puts `bytes` in place of a file: all of them or none, whatever it has to survive.
fn put(path: &Path, bytes: &[u8], survives: Survives) -> Result<()> {
    let part = part_of(path);
    let write = || -> io::Result<()> {
        let made = fs::File::create(&part).or_else(|error| match (error.kind(), path.parent()) {
            (io::ErrorKind::NotFound, Some(folder)) => {
                fs::create_dir_all(folder)?;
                fs::File::create(&part)
            }
            _ => Err(error),
        });
        let mut file = made?;
        io::Write::write_all(&mut file, bytes)?;
        if survives == Survives::PowerLoss {
            file.sync_all()?;
        }
        moved(&part, path, survives)?;
        match path.parent() {
            Some(folder) if survives == Survives::PowerLoss => fs::File::open(folder)?.sync_all(),
            _ => Ok(()),
        }
    };
    write().map_err(|error| io_error(path, error))
}

/// Puts a file in place of another. Where it need not be on the disk at once, the two change places, and the old one is removed:
/// a file system that is asked to replace a file by one that it has not written yet may write that first, which takes
/// milliseconds for each.
fn moved(part: &Path, path: &Path, survives: Survives) -> io::Result<()> {
    #[cfg(target_os = "linux")]
    if survives == Survives::Kill {
        use rustix::fs::{renameat_with, RenameFlags, CWD};
        if renameat_with(CWD, part, CWD, path, RenameFlags::EXCHANGE).is_ok() {
            return fs::remove_file(part);
        }
    }
    let _ = survives;
    fs::rename(part, path)
}

/// The name that a file has while it is written.
fn part_of(path: &Path) -> PathBuf {
    path.with_extension("part")
}

/// Returns once these files, as they were written, are on the disk.
fn settle<'a>(root: &Path, paths: impl Iterator<Item = &'a str>, survives: Survives) -> Result<()> {
    if survives == Survives::Kill {
        return Ok(());
    }
    #[cfg(target_os = "linux")]
    {
        let _ = paths;
        let folder = fs::File::open(root).map_err(|error| io_error(root, error))?;
        rustix::fs::syncfs(&folder).map_err(|error| io_error(root, error.into()))
    }
    #[cfg(not(target_os = "linux"))]
    {
        for path in paths.map(|path| root.join(path)).filter(|path| path.exists()) {
            fs::File::open(&path).and_then(|file| file.sync_all()).map_err(|error| io_error(&path, error))?;
        }
        Ok(())
    }
}
