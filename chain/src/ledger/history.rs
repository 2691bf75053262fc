//! The blocks of a chain, and what was in its storage after each of them.
//!
//! The values themselves are in the [`Log`]; here is, for each key, in which blocks it changed, and where the value is.

use crate::ledger::log::{Log, Unreadable};
use runtime::{
    blocks::{Head, Sealed},
    sp_core::storage::{well_known_keys::DEFAULT_CHILD_STORAGE_KEY_PREFIX, ChildInfo, Storage, StorageChild},
    Hash, Header,
};
use scale::{Compact, Decode, Encode, Error, Input};
use std::{
    collections::{BTreeMap, HashMap},
    io,
    ops::Bound,
    path::Path,
};

/// Where something is stored: under a key of the chain, or of the trie of a contract, which has an id of its own.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Key {
    child: Option<Vec<u8>>,
    key: Vec<u8>,
}

/// That a value changed.
struct Version {
    block: u32,
    /// [`GONE`] if there is none any more.
    length: u32,
    place: u64,
}

/// The length of what is not there any more.
const GONE: u32 = u32::MAX;

/// A block, and where its record is.
struct Recorded {
    number: u32,
    hash: Hash,
    start: u64,
    length: usize,
}

/// The blocks of a chain, and its storage after each of them.
pub struct History {
    log: Log,
    /// In their order.
    blocks: Vec<Recorded>,
    numbers: HashMap<Hash, u32>,
    values: BTreeMap<Key, Vec<Version>>,
}

impl History {
    /// No blocks so far.
    pub fn new(log: Log) -> Self {
        Self { log, blocks: Vec::new(), numbers: HashMap::new(), values: BTreeMap::new() }
    }

    /// The history in this file, and how many bytes of an unfinished block were cut off.
    ///
    /// # Errors
    /// [`Unreadable`]
    pub fn open(path: &Path) -> Result<(Self, u64), Unreadable> {
        let mut read = Self::new(Log::new(None));
        let (log, cut) = Log::open(path, |place, record| read.learn(place, record).map_err(|_| Unreadable::Damaged))?;
        if read.blocks.is_empty() {
            return Err(Unreadable::Damaged);
        }
        read.log = log;
        Ok((read, cut))
    }

    /// Adds a block.
    ///
    /// # Errors
    /// If it cannot be written, or does not come after the last one; it is not there then.
    pub fn add(&mut self, block: &Sealed) -> io::Result<()> {
        self.ensure_later(block.header.number).map_err(io::Error::other)?;
        let record = block.encode();
        let place = self.log.append(&record)?;
        self.learn(place, &record).map_err(io::Error::other)
    }

    /// Writes down what is only in memory so far.
    pub fn keep(&mut self) -> io::Result<()> {
        self.log.keep()
    }

    /// Whether a block may be the next one. Where others make blocks, too, some are missing.
    fn ensure_later(&self, number: u32) -> Result<(), Error> {
        match self.blocks.last() {
            Some(last) if last.number >= number => Err("a block that does not follow on".into()),
            _ => Ok(()),
        }
    }

    /// Takes note of a block whose record is at `start`.
    fn learn(&mut self, start: u64, record: &[u8]) -> Result<(), Error> {
        let mut input = Positioned { rest: record, start, length: record.len() };
        let header = Header::decode(&mut input)?;
        self.ensure_later(header.number)?;
        Vec::<Vec<u8>>::decode(&mut input)?;
        let number = header.number;
        self.learn_changes(number, None, &mut input)?;
        for _ in 0..Compact::<u32>::decode(&mut input)?.0 {
            let child = Vec::<u8>::decode(&mut input)?;
            self.learn_changes(number, Some(child), &mut input)?;
        }
        if !input.rest.is_empty() {
            return Err("more than a block".into());
        }
        let hash = header.hash();
        self.blocks.push(Recorded { number, hash, start, length: record.len() });
        self.numbers.insert(hash, number);
        Ok(())
    }

    fn learn_changes(&mut self, block: u32, child: Option<Vec<u8>>, input: &mut Positioned) -> Result<(), Error> {
        for _ in 0..Compact::<u32>::decode(input)?.0 {
            let key = Key { child: child.clone(), key: Vec::decode(input)? };
            let version = match bool::decode(input)? {
                true => {
                    let length = Compact::<u32>::decode(input)?.0;
                    Version { block, length, place: input.skip_over(length)? }
                }
                false => Version { block, length: GONE, place: 0 },
            };
            self.values.entry(key).or_default().push(version);
        }
        Ok(())
    }

    /// The last block; `None` if there is none.
    pub fn head(&self) -> Option<Head> {
        self.blocks.last().map(|last| Head { number: last.number, hash: last.hash })
    }

    /// The hash of a block.
    pub fn hash_of(&self, number: u32) -> Option<Hash> {
        let at = self.blocks.binary_search_by_key(&number, |block| block.number).ok()?;
        Some(self.blocks[at].hash)
    }

    /// The number of the block with this hash.
    pub fn number_of(&self, hash: Hash) -> Option<u32> {
        self.numbers.get(&hash).copied()
    }

    /// A block's header and extrinsics.
    pub fn block(&self, number: u32) -> io::Result<Option<(Header, Vec<Vec<u8>>)>> {
        let Ok(at) = self.blocks.binary_search_by_key(&number, |block| block.number) else { return Ok(None) };
        let record = self.log.read(self.blocks[at].start, self.blocks[at].length)?;
        <(Header, Vec<Vec<u8>>)>::decode(&mut &record[..]).map(Some).map_err(io::Error::other)
    }

    /// What was stored under a key after block number `at`. With the id of a contract's trie, in that.
    pub fn get(&self, at: u32, child: Option<&[u8]>, key: &[u8]) -> io::Result<Option<Vec<u8>>> {
        let key = Key { child: child.map(<[u8]>::to_vec), key: key.to_vec() };
        self.values.get(&key).map_or(Ok(None), |versions| self.value(at, versions))
    }

    /// How long it was that [`History::get`] gives.
    pub fn length(&self, at: u32, child: Option<&[u8]>, key: &[u8]) -> Option<u32> {
        let key = Key { child: child.map(<[u8]>::to_vec), key: key.to_vec() };
        self.values.get(&key).and_then(|versions| present(at, versions)).map(|version| version.length)
    }

    /// At most `count` keys that begin with `prefix` and come after `after`, in order, under which something was stored after
    /// block number `at`.
    pub fn keys(
        &self,
        at: u32,
        child: Option<&[u8]>,
        prefix: &[u8],
        after: Option<&[u8]>,
        count: usize,
    ) -> Vec<Vec<u8>> {
        let of = |key: &[u8]| Key { child: child.map(<[u8]>::to_vec), key: key.to_vec() };
        let first = match after {
            Some(after) if after >= prefix => Bound::Excluded(of(after)),
            _ => Bound::Included(of(prefix)),
        };
        self.values
            .range((first, Bound::Unbounded))
            .take_while(|(key, _)| key.child.as_deref() == child && key.key.starts_with(prefix))
            .filter(|(_, versions)| present(at, versions).is_some())
            .map(|(key, _)| key.key.clone())
            .take(count)
            .collect()
    }

    /// The blocks from `first` to `last` in which something under this key changed.
    pub fn changed(&self, first: u32, last: u32, key: &[u8]) -> Vec<u32> {
        let key = Key { child: None, key: key.to_vec() };
        let Some(versions) = self.values.get(&key) else { return Vec::new() };
        // They are in order, and a key that every block changes has very many.
        let start = versions.partition_point(|version| version.block < first);
        versions[start..].iter().map(|version| version.block).take_while(|block| *block <= last).collect()
    }

    /// All that was in storage after block number `at`.
    pub fn storage(&self, at: u32) -> io::Result<Storage> {
        let mut storage = Storage::default();
        for (key, versions) in &self.values {
            let Some(value) = self.value(at, versions)? else { continue };
            match &key.child {
                None => storage.top.insert(key.key.clone(), value),
                Some(id) => {
                    let child = || StorageChild { data: BTreeMap::new(), child_info: ChildInfo::new_default(id) };
                    storage.children_default.entry(id.clone()).or_insert_with(child).data.insert(key.key.clone(), value)
                }
            };
        }
        // The roots of these tries follow from what is in them.
        storage.top.retain(|key, _| !key.starts_with(DEFAULT_CHILD_STORAGE_KEY_PREFIX));
        Ok(storage)
    }

    fn value(&self, at: u32, versions: &[Version]) -> io::Result<Option<Vec<u8>>> {
        let read = |version: &Version| self.log.read(version.place, version.length as usize);
        present(at, versions).map(read).transpose()
    }
}

/// What was there after block number `at`.
fn present(at: u32, versions: &[Version]) -> Option<&Version> {
    let after = versions.partition_point(|version| version.block <= at);
    after.checked_sub(1).map(|last| &versions[last]).filter(|version| version.length != GONE)
}

/// Bytes that know where they are in the log.
struct Positioned<'a> {
    rest: &'a [u8],
    /// Where the first of all of them is.
    start: u64,
    length: usize,
}

impl Positioned<'_> {
    /// Skips so many bytes; says where they are.
    fn skip_over(&mut self, length: u32) -> Result<u64, Error> {
        let place = self.start + (self.length - self.rest.len()) as u64;
        self.rest = self.rest.get(length as usize..).ok_or("a value that ends too early")?;
        Ok(place)
    }
}

impl Input for Positioned<'_> {
    fn remaining_len(&mut self) -> Result<Option<usize>, Error> {
        Ok(Some(self.rest.len()))
    }

    fn read(&mut self, into: &mut [u8]) -> Result<(), Error> {
        self.rest.read(into)
    }
}
