//! What the files of a folder held before each of the last commits: `.journal/BLOCK`, a line for each file.

use super::{bytes_of, io_error, part_of, put, settle, Error, Result, Survives, MANIFEST};
use std::{
    fs, io,
    path::{Path, PathBuf},
};

const FOLDER: &str = ".journal";

pub struct Journal<'a> {
    root: &'a Path,
    survives: Survives,
}

/// A file and what it held; `None`: it was not there.
type Line = (String, Option<String>);

impl<'a> Journal<'a> {
    pub fn of(root: &'a Path, survives: Survives) -> Self {
        Self { root, survives }
    }

    fn path(&self, block: u32) -> PathBuf {
        self.root.join(FOLDER).join(format!("{block:010}"))
    }

    /// The blocks of which there is a journal, the newest first.
    fn blocks(&self) -> Result<Vec<u32>> {
        let folder = self.root.join(FOLDER);
        let entries = match fs::read_dir(&folder) {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(io_error(&folder, error)),
        };
        let mut blocks = Vec::new();
        for entry in entries {
            let entry = entry.map_err(|error| io_error(&folder, error))?;
            // What has no number is a part of one that was never begun.
            blocks.extend(entry.file_name().to_str().and_then(|name| name.parse::<u32>().ok()));
        }
        blocks.sort_unstable_by(|one, other| other.cmp(one));
        Ok(blocks)
    }

    /// Notes what these files hold, and the manifest, before a commit up to `block` changes them.
    pub fn begin<'p>(&self, block: u32, paths: impl Iterator<Item = &'p str>) -> Result<()> {
        let mut bytes = Vec::new();
        for path in [MANIFEST].into_iter().chain(paths) {
            let at = self.root.join(path);
            let held = bytes_of(&at)?.map(String::from_utf8).transpose();
            let held = held.map_err(|error| damaged(&at, &error))?;
            let line: Line = (path.to_owned(), held);
            serde_json::to_writer(&mut bytes, &line).map_err(|error| damaged(&at, &error))?;
            bytes.push(b'\n');
        }
        put(&self.path(block), &bytes, self.survives)
    }

    /// Takes back what was begun and not finished: whatever is newer than the last block that was `committed`.
    pub fn recover(&self, committed: &Option<u32>) -> Result<()> {
        for block in self.blocks()? {
            if committed.is_none_or(|committed| block > committed) {
                self.undo(block)?;
            }
        }
        Ok(())
    }

    /// Takes the commit up to `block` back; `false` if there is no journal of it. The manifest goes first, so that whoever is
    /// killed meanwhile finds a commit that was not finished.
    pub fn undo(&self, block: u32) -> Result<bool> {
        let at = self.path(block);
        let Some(bytes) = bytes_of(&at)? else { return Ok(false) };
        let mut paths = Vec::new();
        for line in bytes.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()) {
            let (path, held): Line = serde_json::from_slice(line).map_err(|error| damaged(&at, &error))?;
            let file = self.root.join(&path);
            // The manifest is on the disk before anything else changes.
            let survives = if path == MANIFEST { self.survives } else { Survives::Kill };
            removed(&part_of(&file))?;
            match held {
                Some(text) => put(&file, text.as_bytes(), survives)?,
                None => removed(&file)?,
            }
            paths.push(path);
        }
        settle(self.root, paths.iter().map(String::as_str), self.survives)?;
        removed(&at)?;
        Ok(true)
    }

    /// Forgets what was before this block.
    pub fn forget_before(&self, block: u32) -> Result<()> {
        for old in self.blocks()?.into_iter().filter(|old| *old < block) {
            removed(&self.path(old))?;
        }
        Ok(())
    }
}

fn damaged(path: &Path, reason: &dyn std::fmt::Display) -> Error {
    Error::Damaged { path: path.to_owned(), reason: reason.to_string() }
}

/// Removes a file that may be gone.
fn removed(path: &Path) -> Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(io_error(path, error)),
        _ => Ok(()),
    }
}
