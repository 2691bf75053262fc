//! How fast an archive of a million events is indexed, and with how much memory.

#[path = "../tests/support/mod.rs"]
mod support;

use index::{follow, store::Survives, Progress, Source, Store};
use std::{env, fs, time::Instant};
use support::Archive;

/// Events of the archive, unless the command line says another number.
const EVENTS: u64 = 1_000_000;
/// About how many there are of a request.
const EACH: u64 = 30;

/// The most memory that this process had, in KiB; `None` where the system does not say.
fn peak() -> Option<u64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    line.split_whitespace().nth(1)?.parse().ok()
}

fn main() {
    let wanted = env::args().filter_map(|argument| argument.parse().ok()).next().unwrap_or(EVENTS);
    let folder = env::temp_dir().join(format!("atomic-index-speed-{}", std::process::id()));
    let mut archive = Archive::new(u32::try_from(wanted / EACH).expect("a number of requests"));
    let organization = archive.organization().clone();
    let mut store = Store::open(&folder, &organization, None, Survives::PowerLoss).expect("a folder");
    let (begun, mut written, mut commits, mut told) = (Instant::now(), 0, 0_u64, 0);
    while let Progress::Read { to, of, files, .. } = follow(&mut store, &mut archive).expect("no trouble") {
        (written, commits) = (written + files, commits + 1);
        if u64::from(to.number) * 4 / u64::from(of) > told {
            told = u64::from(to.number) * 4 / u64::from(of);
            println!("{} events, at most {} KiB", store.manifest().events, peak().unwrap_or(0));
        }
    }
    let (took, events) = (begun.elapsed(), store.manifest().events);
    let each = u128::from(events) * 1_000 / took.as_millis().max(1);
    println!("{events} events in {took:.1?}: {each} a second; {commits} commits, {written} files written");
    fs::remove_dir_all(&folder).expect("the folder is gone");
}
