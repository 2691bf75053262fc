//! The rules at the top of `lib.rs`: each floor imports only from those below it, and only the top one knows a terminal.

use std::{
    fs,
    path::{Path, PathBuf},
};

/// The floors, from the ground up; those of one floor know nothing of each other.
const FLOORS: [&[&str]; 3] = [&["client"], &["setup", "keeper", "story"], &["commands"]];
/// What parses arguments, prints, or asks what the terminal is like.
const TERMINAL: [&str; 12] = [
    "clap",
    "crossterm",
    "println!",
    "print!",
    "eprintln!",
    "eprint!",
    "dbg!",
    "stdout",
    "stderr",
    "stdin",
    "IsTerminal",
    "\\x1b",
];

fn sources(folder: &Path) -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).expect("a folder of sources") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            found.extend(sources(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let text = fs::read_to_string(&path).expect("a source file");
            found.push((path, text));
        }
    }
    found
}

fn room(name: &str) -> Vec<(PathBuf, String)> {
    let found = sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src").join(name));
    assert!(!found.is_empty(), "there is no {name}");
    found
}

/// Whether `text` holds `word`, and not as a part of a longer one.
fn mentions(text: &str, word: &str) -> bool {
    let is_part = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '_');
    text.match_indices(word)
        .any(|(at, _)| !is_part(text[..at].chars().next_back()) && !is_part(text[at + word.len()..].chars().next()))
}

/// The rooms that a file names in a path of this crate, `crate::{client::x, keeper}` included.
fn rooms_named(text: &str) -> Vec<&'static str> {
    let code: String = text.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n");
    let mut named = Vec::new();
    for part in code.split("crate::").skip(1) {
        let statement = part.split(';').next().unwrap_or_default();
        let list = match statement.strip_prefix('{') {
            Some(list) => list,
            None => statement.split(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap_or_default(),
        };
        named.extend(FLOORS.iter().copied().flatten().filter(|room| mentions(list, room)));
    }
    named
}

#[test]
fn every_floor_imports_only_from_those_below_it() {
    for (height, floor) in FLOORS.iter().enumerate() {
        for room_name in *floor {
            let below: Vec<_> = FLOORS[..height].iter().copied().flatten().collect();
            for (path, text) in room(room_name) {
                for named in rooms_named(&text) {
                    let allowed = named == *room_name || below.contains(&&named);
                    assert!(allowed, "{} of {room_name} imports from {named}", path.display());
                }
            }
        }
    }
}

#[test]
fn only_the_commands_know_a_terminal() {
    for room_name in FLOORS[..2].iter().copied().flatten() {
        for (path, text) in room(room_name) {
            for word in TERMINAL {
                assert!(!mentions(&text, word), "{} of {room_name} mentions {word}", path.display());
            }
        }
    }
}

#[test]
fn every_room_has_its_floor() {
    let mut rooms: Vec<_> = FLOORS.iter().copied().flatten().map(|room| (*room).to_owned()).collect();
    rooms.extend(["lib.rs".to_owned(), "main.rs".to_owned()]);
    rooms.sort();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut found: Vec<_> = fs::read_dir(folder)
        .expect("the sources")
        .map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned())
        .collect();
    found.sort();
    assert_eq!(found, rooms);
}

#[test]
fn an_import_from_above_would_be_noticed() {
    assert_eq!(rooms_named("use crate::{client::files, commands::{paint, table}};"), ["client", "commands"]);
    assert_eq!(rooms_named("let x = crate::keeper::plan::due();\n// crate::story is not imported"), ["keeper"]);
    assert!(mentions("use clap::Args;", "clap") && !mentions("clapped(fingerprint!())", "clap"));
}
