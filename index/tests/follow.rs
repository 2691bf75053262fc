//! An index follows a made-up archive: to the end, over kills, and over other histories.

mod support;

use index::{
    check,
    documents::{Account, AccountList, Days, Document, Manifest, Request, RequestList, Stage, Submissions, Totals},
    fold, follow,
    source::Error as Trouble,
    store::{self, read_shared, Survives, REVERSIBLE},
    text::{address, Amount},
    Progress, Source, Store,
};
use std::{
    collections::{BTreeMap, BTreeSet},
    env, fs,
    path::{Path, PathBuf},
    process::Command,
    thread,
    time::Duration,
};
use support::{who, Archive, ENFORCERS};

/// A folder that is gone with the test.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        // These tests are about what is written, not about a disk.
        let memory = Path::new("/dev/shm");
        let place = if memory.is_dir() { memory.to_owned() } else { env::temp_dir() };
        let folder = place.join(format!("atomic-index-{name}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&folder);
        Self(folder)
    }

    fn open(&self, archive: &Archive) -> Store {
        Store::open(&self.0, archive.organization(), None, Survives::Kill).expect("a store")
    }

    fn read<D: Document>(&self, key: D::Key) -> D {
        read_shared(&self.0, &D::path(&key)).expect("a document").expect("there is one")
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// Follows until there is nothing new; returns how many commits that took.
fn follow_all(store: &mut Store, archive: &mut Archive) -> usize {
    let mut commits = 0;
    while follow(store, archive).expect("no trouble") != Progress::Waiting {
        commits += 1;
    }
    commits
}

/// Follows block by block, from where it is up to this one.
fn follow_to(store: &mut Store, archive: &mut Archive, to: u32) {
    for head in store.next()..=to {
        archive.head = head;
        follow_all(store, archive);
    }
}

/// Everything in a folder but its journal.
fn contents(root: &Path) -> BTreeMap<PathBuf, String> {
    let (mut found, mut folders) = (BTreeMap::new(), vec![root.to_owned()]);
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            match (path.is_dir(), path.ends_with(".journal")) {
                (true, true) => {}
                (true, false) => folders.push(path),
                (false, _) => {
                    let text = fs::read_to_string(&path).expect("text");
                    found.insert(path.strip_prefix(root).expect("below it").to_owned(), text);
                }
            }
        }
    }
    found
}

/// An index of the archive that nothing disturbed.
fn undisturbed(archive: &mut Archive) -> BTreeMap<PathBuf, String> {
    let folder = Folder::new(&format!("undisturbed-{:?}", thread::current().id()));
    follow_all(&mut folder.open(archive), archive);
    contents(&folder.0)
}

#[test]
fn every_number_that_the_chain_knows_too_is_the_same_at_any_time() {
    for head in [0, 1, 20, 25, 40, 1_000] {
        let mut archive = Archive::new(60);
        archive.head = head.min(archive.last());
        let folder = Folder::new(&format!("check-{head}"));
        let mut store = folder.open(&archive);
        follow_all(&mut store, &mut archive);
        let report = check(&mut store, &mut archive).expect("a report");
        assert_eq!(report.differences, Vec::<String>::new());
        assert_eq!(report.requests, head.min(60));
        assert!(report.accounts >= ENFORCERS && (head < 20 || report.compared > 100));
    }
}

#[test]
fn a_difference_is_found_and_named() {
    let mut archive = Archive::new(30);
    archive.head = 26;
    let folder = Folder::new("difference");
    let mut store = folder.open(&archive);
    follow_all(&mut store, &mut archive);
    let path = folder.0.join("requests/20.json");
    let text = fs::read_to_string(&path).expect("a request");
    fs::write(&path, text.replace("\"places\":3", "\"places\":4")).expect("written");
    let report = check(&mut store, &mut archive).expect("a report");
    assert_eq!(report.differences, ["request 20, places: 4 here, 3 on the chain"]);
}

#[test]
fn the_whole_life_of_a_request_is_there_after_the_chain_has_forgotten_it() {
    let mut archive = Archive::new(60);
    let folder = Folder::new("life");
    let mut store = folder.open(&archive);
    follow_all(&mut store, &mut archive);
    let request: Request = folder.read(7);
    assert_eq!((request.stage, request.submissions, request.claimed), (Stage::Pruned, 3, 3));
    assert!(request.settled.is_some() && request.pruned.is_some() && request.held.is_zero());
    assert_eq!(request.conditions.as_ref().expect("conditions").quorum, 3, "read before it was pruned");
    let conserved = request.pay.0 + request.fees.0 + request.reclaimed.0;
    assert_eq!(conserved, 3_090, "what was in escrow came out");
    let submissions: Submissions = folder.read((7, 0));
    let first = &submissions.0[&0];
    assert_eq!((first.revisions, first.reviews.len(), first.uri.as_deref()), (1, 3, Some("ipfs://work")));
    let agreed = first.reviews.iter().filter(|review| review.coherent == Some(true)).count();
    assert_eq!(Some(agreed), first.coherent.map(usize::from));
    let log = contents(&folder.0)[Path::new("requests/7/log-0.json")].clone();
    let log: Vec<serde_json::Value> = serde_json::from_str(&log).expect("a log");
    assert_eq!(log.len(), usize::try_from(request.log).expect("few"));
    assert_eq!((log[0]["event"].as_str(), log[0]["request"].as_u64()), (Some("RequestPosted"), Some(7)));
    assert!(log.iter().all(|entry| entry["event"].as_str().is_some_and(|name| !name.is_empty())));
    let list: RequestList = folder.read(0);
    assert_eq!((list.0.len(), list.0[&7].stage, list.0[&7].pay), (60, Stage::Pruned, request.pay));
}

#[test]
fn profiles_days_and_totals_add_up() {
    let mut archive = Archive::new(3_000);
    let folder = Folder::new("sums");
    let mut store = folder.open(&archive);
    assert!(follow_all(&mut store, &mut archive) > 5);
    let (manifest, totals): (Manifest, Totals) = (store.manifest().clone(), folder.read(()));
    assert_eq!((manifest.requests, totals.figures.posted, totals.stages[&Stage::Pruned]), (3_000, 3_000, 3_000));
    assert_eq!(manifest.events, totals.figures.events);
    let mut accounts = BTreeMap::new();
    for page in 0..manifest.accounts.div_ceil(manifest.pages.list) {
        let list: AccountList = folder.read(page);
        accounts.extend(list.0.into_values().map(|row| (row.account.clone(), folder.read::<Account>(row.account))));
    }
    assert_eq!(accounts.len(), usize::try_from(manifest.accounts).expect("few"));
    let sum = |part: &dyn Fn(&Account) -> u128| accounts.values().map(part).sum::<u128>();
    assert_eq!(sum(&|account| account.enforcer.judged.into()), 27_000);
    assert_eq!(sum(&|account| account.enforcer.coherent.into()), u128::from(totals.figures.coherent));
    assert_eq!(sum(&|account| account.provider.claimed.into()), 9_000);
    let money = &totals.figures.money["native"];
    assert_eq!(sum(&|account| account.provider.earned.get("native").map_or(0, |earned| earned.pay.0)), money.pay.0);
    assert_eq!(sum(&|account| account.enforcer.earned.get("native").map_or(0, |fees| fees.0)), money.fees.0);
    assert_eq!(money.reward.0 + money.review_fees.0, money.pay.0 + money.fees.0 + money.returned.0);
    assert_eq!(money.deposits, money.deposits_returned);
    let mut by_day = (0, Amount::default());
    for month in &manifest.months {
        for day in folder.read::<Days>(month.clone()).0.into_values() {
            by_day.0 += day.figures.events;
            by_day.1.add(day.figures.money.get("native").map_or(0, |money| money.pay.0));
            assert_eq!((day.pool.expect("a pool").active, day.members.active), (ENFORCERS, ENFORCERS));
        }
    }
    assert_eq!(by_day, (manifest.events, money.pay));
    let months: u32 = accounts.values().flat_map(|account| account.months.values()).map(|month| month.coherent).sum();
    assert_eq!(months, totals.figures.coherent);
}

#[test]
fn block_by_block_or_all_at_once_the_index_is_the_same() {
    let mut archive = Archive::new(40);
    let folder = Folder::new("blocks");
    let mut store = folder.open(&archive);
    let last = archive.last();
    follow_to(&mut store, &mut archive, last);
    drop(store);
    assert_eq!(contents(&folder.0), undisturbed(&mut archive));
}

#[test]
fn one_block_writes_what_it_touches_and_nothing_else() {
    let mut archive = Archive::new(600);
    archive.head = 500;
    let folder = Folder::new("touched");
    let mut store = folder.open(&archive);
    follow_all(&mut store, &mut archive);
    let before = contents(&folder.0);
    archive.head = 501;
    let Progress::Read { files, .. } = follow(&mut store, &mut archive).expect("a block") else { panic!("a block") };
    let after = contents(&folder.0);
    let changed: BTreeSet<_> = after.iter().filter(|(path, text)| before.get(*path) != Some(*text)).collect();
    // The manifest is not counted.
    assert_eq!(changed.len(), files + 1);
    assert!(files < 120 && before.len() > 2_000, "{files} of {}", before.len());
    let events = archive.events(501);
    let named: BTreeSet<String> = events.iter().flat_map(|event| event.accounts()).map(|who| address(&who)).collect();
    for (path, _) in changed {
        let path = path.to_string_lossy();
        let account = path.strip_prefix("accounts/").filter(|path| !path.starts_with("list-"));
        if let Some(account) = account {
            let account = account.split(['.', '/']).next().expect("a name");
            let is_requester = (0..100).any(|number| address(&who(3, number)) == account);
            let is_party = (0..500).any(|number| address(&who(2, number)) == account)
                || (0..20).any(|number| address(&who(1, number)) == account);
            assert!(named.contains(account) || is_requester || is_party, "{path}");
        }
    }
    archive.requests = 0;
    let report = follow(&mut store, &mut archive).expect("nothing new");
    assert_eq!(report, Progress::Waiting);
}

#[test]
fn a_block_without_events_writes_the_manifest_alone() {
    let mut archive = Archive::new(5);
    let folder = Folder::new("quiet");
    let mut store = folder.open(&archive);
    follow_all(&mut store, &mut archive);
    archive.head += 1;
    let progress = follow(&mut store, &mut archive).expect("a block");
    assert!(matches!(progress, Progress::Read { events: 0, files: 0, .. }), "{progress:?}");
}

#[test]
fn blocks_that_leave_the_chain_are_taken_back() {
    let mut archive = Archive::new(40);
    let folder = Folder::new("reorganized");
    let mut store = folder.open(&archive);
    follow_to(&mut store, &mut archive, 35);
    archive.fork = Some(29);
    let progress = follow(&mut store, &mut archive).expect("taken back");
    assert_eq!(progress, Progress::TookBack { from: 29 });
    archive.head = archive.last();
    follow_all(&mut store, &mut archive);
    drop(store);
    let forked = undisturbed(&mut archive);
    assert_eq!(contents(&folder.0), forked);
    archive.fork = None;
    assert_ne!(undisturbed(&mut archive), forked, "it is another history");
}

#[test]
fn a_node_that_lags_behind_is_waited_for() {
    let mut archive = Archive::new(40);
    archive.head = 30;
    let folder = Folder::new("lags");
    let mut store = folder.open(&archive);
    follow_all(&mut store, &mut archive);
    archive.head = 20;
    assert_eq!(follow(&mut store, &mut archive).expect("nothing"), Progress::Waiting);
}

#[test]
fn a_history_that_differs_for_too_long_is_named() {
    let mut archive = Archive::new(200);
    let folder = Folder::new("too-long");
    let mut store = folder.open(&archive);
    follow_to(&mut store, &mut archive, 20 + REVERSIBLE + 10);
    assert!(fs::read_dir(folder.0.join(".journal")).expect("journals").count() <= REVERSIBLE as usize + 1);
    archive.fork = Some(5);
    let error = follow(&mut store, &mut archive).expect_err("too long");
    assert!(matches!(error, fold::Error::Store(store::Error::OtherHistory(_))), "{error}");
    assert!(error.to_string().contains("make it again, in an empty folder"), "{error}");
}

#[test]
fn what_a_lost_connection_interrupts_is_read_again() {
    let mut archive = Archive::new(200);
    let folder = Folder::new("lost");
    let mut store = folder.open(&archive);
    let mut losses = 0;
    archive.fails_after = Some(50);
    loop {
        match follow(&mut store, &mut archive) {
            Ok(Progress::Waiting) => break,
            Ok(_) => archive.fails_after = Some(50),
            Err(fold::Error::Source(Trouble::Lost(_))) => {
                losses += 1;
                archive.fails_after = if losses < 5 { Some(losses * 40) } else { None };
            }
            Err(error) => panic!("{error}"),
        }
    }
    assert!(losses >= 1);
    drop(store);
    archive.fails_after = None;
    assert_eq!(contents(&folder.0), undisturbed(&mut archive));
}

#[test]
fn a_commit_that_was_not_finished_is_taken_back_whatever_of_it_was_written() {
    let mut archive = Archive::new(40);
    archive.head = 24;
    let (folder, later) = (Folder::new("half"), Folder::new("half-later"));
    follow_all(&mut folder.open(&archive), &mut archive);
    let before = contents(&folder.0);
    follow_all(&mut later.open(&archive), &mut archive);
    archive.head = 25;
    follow_all(&mut later.open(&archive), &mut archive);
    let after = contents(&later.0);
    let changed: Vec<_> = after.keys().filter(|path| after.get(*path) != before.get(*path)).collect();
    for written in 0..changed.len() {
        let journal = "0000000025";
        fs::copy(later.0.join(".journal").join(journal), folder.0.join(".journal").join(journal)).expect("a journal");
        let files = changed.iter().filter(|path| !path.ends_with("manifest.json"));
        for path in files.take(written) {
            fs::create_dir_all(folder.0.join(path).parent().expect("a folder")).expect("a folder");
            fs::copy(later.0.join(path), folder.0.join(path)).expect("a file");
        }
        let store = folder.open(&archive);
        assert_eq!(store.last().expect("a block").number, 24);
        assert_eq!(contents(&folder.0), before, "after {written} files");
    }
}

/// The child of the next test: it follows until it is killed.
#[test]
#[ignore = "started by another test"]
fn child() {
    let Ok(folder) = env::var("ATOMIC_INDEX_FOLDER") else { return };
    let mut archive = Archive::new(400);
    let mut store = Store::open(Path::new(&folder), archive.organization(), None, Survives::Kill).expect("a store");
    let last = archive.last();
    follow_to(&mut store, &mut archive, last);
}

#[test]
fn killed_at_any_moment_it_goes_on_to_the_same_end() {
    let folder = Folder::new("killed");
    let program = env::current_exe().expect("this program");
    let start = || {
        let mut child = Command::new(&program);
        child.args(["--exact", "child", "--ignored"]).env("ATOMIC_INDEX_FOLDER", &folder.0);
        child.stdout(std::process::Stdio::null()).spawn().expect("a child")
    };
    let mut kills = 0;
    for round in 0.. {
        let mut child = start();
        // Longer and longer, and never the same.
        thread::sleep(Duration::from_millis(5 + 7 * round));
        if child.try_wait().expect("a child").is_some_and(|status| status.success()) {
            break;
        }
        child.kill().expect("killed");
        child.wait().expect("gone");
        kills += 1;
    }
    assert!(kills >= 3, "killed {kills} times");
    let mut archive = Archive::new(400);
    drop(folder.open(&archive));
    assert_eq!(contents(&folder.0), undisturbed(&mut archive));
}

#[test]
fn a_folder_of_another_chain_or_format_or_a_damaged_one_is_refused() {
    let mut archive = Archive::new(5);
    let folder = Folder::new("refused");
    follow_all(&mut folder.open(&archive), &mut archive);
    let mut other = archive.organization().clone();
    other.genesis = [4; 32];
    let error = Store::open(&folder.0, &other, None, Survives::Kill).err().expect("another chain");
    assert!(matches!(error, store::Error::Elsewhere("chain")), "{error}");
    let path = folder.0.join("manifest.json");
    let text = fs::read_to_string(&path).expect("a manifest");
    fs::write(&path, text.replace("\"format\":1", "\"format\":9")).expect("written");
    let error = Store::open(&folder.0, archive.organization(), None, Survives::Kill).err().expect("another format");
    assert!(matches!(error, store::Error::Format(9)), "{error}");
    fs::write(&path, &text[..text.len() / 2]).expect("written");
    let error = Store::open(&folder.0, archive.organization(), None, Survives::Kill).err().expect("damaged");
    assert!(matches!(error, store::Error::Damaged { .. }), "{error}");
}

#[test]
fn an_index_that_begins_later_says_so_and_knows_the_conditions_of_what_was_there() {
    let mut archive = Archive::new(60);
    archive.head = 40;
    let folder = Folder::new("later");
    let mut store = Store::open(&folder.0, archive.organization(), Some(30), Survives::Kill).expect("a store");
    follow_all(&mut store, &mut archive);
    assert!(!store.manifest().complete && store.manifest().from.block == 30);
    assert_eq!(store.manifest().from.time, Archive::time(30));
    let request: Request = folder.read(20);
    assert!(request.posted.is_none() && request.conditions.is_some());
    let report = check(&mut store, &mut archive).expect("a report");
    assert_eq!(report.differences, Vec::<String>::new());
}
