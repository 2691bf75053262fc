//! A log of records, which only grows: in a file, or in memory for as long as nobody wants to keep it.
//!
//! The file begins with [`MAGIC`], the number of its [`FORMAT`] and the version that wrote it. A record is its length (twice,
//! the second time inverted, so that a wrong one is not taken for a long record), a checksum, and its bytes. The checksum
//! covers all that is before it, too. A record is on the disk before [`Log::append`] returns; what a killed program has left of
//! one is cut off when the file is opened again.

use crate::hash::blake2_256;
use scale::{Decode, Encode};
use std::{
    fmt,
    fs::{self, File, OpenOptions},
    io::{self, BufReader, Read, Seek, SeekFrom, Write},
    path::{Path, PathBuf},
};

/// The first bytes of the file.
const MAGIC: &[u8] = b"atomic state\n";
/// Changes with the layout of what is in the file, the runtime's storage included.
const FORMAT: u16 = 3;
/// A record's length, twice, and its checksum.
const FRAME: usize = 4 + 4 + DIGEST;
const DIGEST: usize = 32;
/// The longest version that is read.
const LONGEST_VERSION: usize = 64;
/// How much is read at once.
const CHUNK: usize = 1 << 16;

/// What is wrong with a file.
#[derive(Debug)]
pub enum Unreadable {
    /// It is no log at all.
    Foreign,
    /// Another version of this program wrote it.
    Format {
        version: String,
        format: u16,
    },
    Damaged,
    Io(io::Error),
}

impl fmt::Display for Unreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Foreign => f.write_str("is not the state of an embedded chain"),
            Self::Format { version, format } => write!(
                f,
                "was written by atomic {version} in format {format}; this is atomic {}, which reads format {FORMAT}: start again \
                 with another --state",
                env!("CARGO_PKG_VERSION")
            ),
            Self::Damaged => f.write_str("is damaged; restore it from a copy, or start again with another --state"),
            Self::Io(error) => write!(f, "cannot be read: {error}"),
        }
    }
}

impl std::error::Error for Unreadable {}

impl From<io::Error> for Unreadable {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::UnexpectedEof => Self::Damaged,
            _ => Self::Io(error),
        }
    }
}

/// Where the log is.
enum Store {
    /// In memory; with a path, in a file from the first [`Log::keep`] on.
    Memory {
        bytes: Vec<u8>,
        path: Option<PathBuf>,
    },
    File(File),
}

/// A log of records.
pub struct Log {
    store: Store,
    /// Where the next record goes.
    end: u64,
    /// The checksum of all that is there.
    digest: [u8; DIGEST],
}

impl Log {
    /// A new log in memory. If there is a path, it goes into a file there with [`Log::keep`].
    pub fn new(path: Option<PathBuf>) -> Self {
        let mut bytes = MAGIC.to_vec();
        bytes.extend(FORMAT.to_le_bytes());
        env!("CARGO_PKG_VERSION").encode_to(&mut bytes);
        Self { end: bytes.len() as u64, digest: blake2_256(&bytes), store: Store::Memory { bytes, path } }
    }

    /// Opens the log in this file, hands each record with its place to `each`, and cuts off what is left of a record that was
    /// not finished. Returns how many bytes that were, too.
    ///
    /// # Errors
    /// [`Unreadable`]; the file stays as it was then.
    pub fn open(
        path: &Path,
        mut each: impl FnMut(u64, &[u8]) -> Result<(), Unreadable>,
    ) -> Result<(Self, u64), Unreadable> {
        let file = OpenOptions::new().read(true).write(true).open(path)?;
        let length = file.metadata()?.len();
        let mut reader = BufReader::with_capacity(CHUNK, &file);
        let header = read_header(&mut reader)?;
        let (mut end, mut digest) = (header.len() as u64, blake2_256(&header));
        let mut payload = Vec::new();
        while end < length {
            match read_record(&mut reader, length - end, &digest, &mut payload)? {
                Some(checksum) => digest = checksum,
                None => break,
            }
            each(end + FRAME as u64, &payload)?;
            end += (FRAME + payload.len()) as u64;
        }
        drop(reader);
        if end < length {
            file.set_len(end)?;
            file.sync_all()?;
        }
        Ok((Self { store: Store::File(file), end, digest }, length - end))
    }

    /// Writes down what is only in memory so far, if there is a path.
    pub fn keep(&mut self) -> io::Result<()> {
        if let Store::Memory { bytes, path: Some(path) } = &self.store {
            self.store = Store::File(create(path, bytes)?);
        }
        Ok(())
    }

    /// Adds a record. Returns where its bytes are.
    ///
    /// # Errors
    /// If it cannot be written; it is not there then.
    pub fn append(&mut self, payload: &[u8]) -> io::Result<u64> {
        let length = u32::try_from(payload.len()).map_err(|_| io::Error::other("a record of more than 4 GiB"))?;
        let digest = checksum(&self.digest, length, payload);
        let mut record = Vec::with_capacity(FRAME + payload.len());
        record.extend(length.to_le_bytes());
        record.extend((!length).to_le_bytes());
        record.extend(digest);
        record.extend(payload);
        match &mut self.store {
            Store::Memory { bytes, .. } => bytes.extend(&record),
            Store::File(file) => {
                let written = file.seek(SeekFrom::Start(self.end)).and_then(|_| file.write_all(&record));
                if let Err(error) = written.and_then(|()| file.sync_data()) {
                    // As far as the disk still obeys: the half record would be cut off later.
                    let _ = file.set_len(self.end);
                    return Err(error);
                }
            }
        }
        let place = self.end + FRAME as u64;
        (self.end, self.digest) = (self.end + record.len() as u64, digest);
        Ok(place)
    }

    /// So many bytes from this place on.
    pub fn read(&self, place: u64, length: usize) -> io::Result<Vec<u8>> {
        match &self.store {
            Store::Memory { bytes, .. } => {
                let start = usize::try_from(place).map_err(io::Error::other)?;
                let end = start.checked_add(length).ok_or(io::ErrorKind::UnexpectedEof)?;
                bytes.get(start..end).map(<[u8]>::to_vec).ok_or_else(|| io::ErrorKind::UnexpectedEof.into())
            }
            Store::File(file) => {
                let mut bytes = vec![0; length];
                let mut file = file;
                file.seek(SeekFrom::Start(place))?;
                file.read_exact(&mut bytes)?;
                Ok(bytes)
            }
        }
    }
}

/// The checksum of everything up to this record.
fn checksum(before: &[u8; DIGEST], length: u32, payload: &[u8]) -> [u8; DIGEST] {
    blake2_256(&[&before[..], &length.to_le_bytes(), payload].concat())
}

/// A file with these bytes, all of them or none.
fn create(path: &Path, bytes: &[u8]) -> io::Result<File> {
    let mut part = path.as_os_str().to_owned();
    part.push(".part");
    let part = PathBuf::from(part);
    let made =
        OpenOptions::new().read(true).write(true).create(true).truncate(true).open(&part).and_then(|mut file| {
            file.write_all(bytes)?;
            file.sync_all()?;
            fs::rename(&part, path)?;
            sync_folder_of(path)?;
            Ok(file)
        });
    if made.is_err() {
        let _ = fs::remove_file(&part);
    }
    made
}

/// Makes sure that a file keeps its new name, whatever happens to the machine.
fn sync_folder_of(path: &Path) -> io::Result<()> {
    // Elsewhere a folder cannot be opened.
    #[cfg(unix)]
    {
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        File::open(folder)?.sync_all()?;
    }
    #[cfg(not(unix))]
    let _ = path;
    Ok(())
}

/// What the file begins with.
fn read_header(reader: &mut impl Read) -> Result<Vec<u8>, Unreadable> {
    let mut header = vec![0; MAGIC.len()];
    let known = reader.read_exact(&mut header).is_ok() && header == MAGIC;
    if !known {
        return Err(Unreadable::Foreign);
    }
    let mut format = [0; 2];
    reader.read_exact(&mut format)?;
    header.extend(format);
    let mut length = [0];
    reader.read_exact(&mut length)?;
    let length = scale::Compact::<u8>::decode(&mut &length[..]).map_err(|_| Unreadable::Damaged)?.0.into();
    if length > LONGEST_VERSION {
        return Err(Unreadable::Damaged);
    }
    let mut version = vec![0; length];
    reader.read_exact(&mut version)?;
    let version = String::from_utf8(version).map_err(|_| Unreadable::Damaged)?;
    version.encode_to(&mut header);
    match u16::from_le_bytes(format) {
        FORMAT => Ok(header),
        format => Err(Unreadable::Format { version, format }),
    }
}

/// Reads a record, of which there are at most `left` bytes, into `payload`. Returns its checksum, or `None` if it was not
/// finished.
fn read_record(
    reader: &mut impl Read,
    left: u64,
    before: &[u8; DIGEST],
    payload: &mut Vec<u8>,
) -> Result<Option<[u8; DIGEST]>, Unreadable> {
    if left < FRAME as u64 {
        return Ok(None);
    }
    let mut frame = [0; FRAME];
    reader.read_exact(&mut frame)?;
    let number = |at: usize| u32::from_le_bytes([frame[at], frame[at + 1], frame[at + 2], frame[at + 3]]);
    let (length, inverted) = (number(0), number(4));
    if length != !inverted {
        // A file can be longer than what was written to it; then there are zeros.
        return if is_zero(reader)? { Ok(None) } else { Err(Unreadable::Damaged) };
    }
    let rest = left - FRAME as u64;
    if u64::from(length) > rest {
        return Ok(None);
    }
    payload.resize(length as usize, 0);
    reader.read_exact(payload)?;
    let digest = checksum(before, length, payload);
    match frame[8..] == digest {
        true => Ok(Some(digest)),
        // The last one may not have reached the disk as a whole.
        false if u64::from(length) == rest => Ok(None),
        false => Err(Unreadable::Damaged),
    }
}

/// Whether nothing but zeros follows.
fn is_zero(reader: &mut impl Read) -> io::Result<bool> {
    let mut chunk = vec![0; CHUNK];
    loop {
        match reader.read(&mut chunk)? {
            0 => return Ok(true),
            read if chunk[..read].iter().any(|byte| *byte != 0) => return Ok(false),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A file that is gone with the test.
    struct Place(PathBuf);

    impl Place {
        fn new(name: &str) -> Self {
            Self(std::env::temp_dir().join(format!("atomic-log-{name}-{}", std::process::id())))
        }
    }

    impl Drop for Place {
        fn drop(&mut self) {
            let _ = fs::remove_file(&self.0);
        }
    }

    fn records(path: &Path) -> Result<(Vec<Vec<u8>>, u64), Unreadable> {
        let mut records = Vec::new();
        let (log, cut) = Log::open(path, |place, record| {
            records.push((place, record.to_vec()));
            Ok(())
        })?;
        for (place, record) in &records {
            assert_eq!(&log.read(*place, record.len()).expect("it is there"), record);
        }
        Ok((records.into_iter().map(|(_, record)| record).collect(), cut))
    }

    /// A log of these records, and where each of them ends.
    fn written(path: &Path, records: &[&[u8]]) -> Vec<u64> {
        let mut log = Log::new(Some(path.to_owned()));
        let mut ends = vec![log.end];
        for record in records {
            log.append(record).expect("a record");
            log.keep().expect("a file");
            ends.push(log.end);
        }
        ends
    }

    const RECORDS: [&[u8]; 4] = [b"the first", b"", b"another, which is longer than the others", b"the last"];

    #[test]
    fn what_was_appended_is_there_again_and_goes_on() {
        let place = Place::new("again");
        written(&place.0, &RECORDS);
        assert_eq!(records(&place.0).expect("a log"), (RECORDS.map(<[u8]>::to_vec).to_vec(), 0));
        let (mut log, _) = Log::open(&place.0, |_, _| Ok(())).expect("a log");
        log.append(b"one more").expect("a record");
        assert_eq!(records(&place.0).expect("a log").0.len(), 5);
    }

    #[test]
    fn wherever_a_write_stopped_all_that_was_finished_before_is_there() {
        let place = Place::new("stopped");
        let ends = written(&place.0, &RECORDS);
        let whole = fs::read(&place.0).expect("a file");
        for length in ends[0]..=ends[RECORDS.len()] {
            let finished = ends.iter().filter(|end| **end <= length).count() - 1;
            let next = ends.iter().copied().find(|end| *end > length).unwrap_or(length);
            // What was not written may be missing, or zero.
            for size in [length, next] {
                let mut torn = whole[..usize::try_from(length).expect("short")].to_vec();
                torn.resize(usize::try_from(size).expect("short"), 0);
                fs::write(&place.0, &torn).expect("a file");
                let (found, cut) = records(&place.0).expect("a log");
                assert_eq!(found, RECORDS[..finished], "{length} of {size} bytes");
                assert_eq!(cut, size - ends[finished]);
                assert_eq!(fs::metadata(&place.0).expect("a file").len(), ends[finished], "the rest is cut off");
            }
        }
    }

    #[test]
    fn whatever_bit_is_flipped_before_the_last_record_is_found_and_the_file_left_alone() {
        let place = Place::new("flipped");
        let ends = written(&place.0, &RECORDS);
        let whole = fs::read(&place.0).expect("a file");
        for bit in 0..ends[RECORDS.len() - 1] * 8 {
            let mut flipped = whole.clone();
            flipped[usize::try_from(bit / 8).expect("short")] ^= 1 << (bit % 8);
            fs::write(&place.0, &flipped).expect("a file");
            assert!(records(&place.0).is_err(), "bit {bit}");
            assert_eq!(fs::read(&place.0).expect("a file"), flipped);
        }
    }

    #[test]
    fn a_file_of_something_else_and_one_of_another_format_are_told_apart() {
        let place = Place::new("foreign");
        for foreign in [&b""[..], b"atomic", b"title = 'a story'\n"] {
            fs::write(&place.0, foreign).expect("a file");
            assert!(matches!(records(&place.0), Err(Unreadable::Foreign)));
        }
        for format in [1_u16, 2, 4] {
            let mut bytes = [MAGIC, &format.to_le_bytes()].concat();
            "0.1.0".encode_to(&mut bytes);
            fs::write(&place.0, [&bytes[..], &[7; 99]].concat()).expect("a file");
            let problem = records(&place.0).expect_err("another format").to_string();
            assert!(problem.starts_with(&format!("was written by atomic 0.1.0 in format {format};")), "{problem}");
        }
        assert!(matches!(records(Path::new("/nowhere")), Err(Unreadable::Io(_))));
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn what_cannot_be_written_is_not_there() {
        let file = OpenOptions::new().read(true).write(true).open("/dev/full").expect("a device without room");
        let mut log = Log::new(None);
        let end = log.end;
        log.store = Store::File(file);
        assert!(log.append(b"a record").is_err());
        assert_eq!(log.end, end);
        assert!(Log::new(Some("/nowhere/log".into())).keep().is_err());
    }
}
