//! The same sources become the same bytes, wherever they lie and whoever builds them.

use chain::build::{cache, code, package, workspace, Contract};
use std::{
    env, fs,
    os::unix::fs::symlink,
    path::{Path, PathBuf},
    process::{self, Command},
};

/// What is not a part of the project: what was built, and where it came from.
const NOT_COPIED: [&str; 4] = ["target", "node_modules", ".git", ".atomic"];
/// Where the code goes that the other process built.
const OUT: &str = "ATOMIC_TEST_OUT";

fn copy(from: &Path, to: &Path) {
    if !from.is_dir() {
        fs::copy(from, to).expect("a copy");
        return;
    }
    fs::create_dir_all(to).expect("a folder");
    for entry in fs::read_dir(from).expect("a folder") {
        let name = entry.expect("an entry").file_name();
        if !NOT_COPIED.iter().any(|other| name == *other) {
            copy(&from.join(&name), &to.join(&name));
        }
    }
}

fn home(variable: &str, folder: &str) -> PathBuf {
    env::var_os(variable).map_or_else(|| Path::new(&env::var_os("HOME").expect("a home")).join(folder), PathBuf::from)
}

#[test]
fn the_same_sources_become_the_same_bytes_in_another_folder_and_for_another_user() {
    let here = package(Contract::Reputation.package()).expect("the contract").wasm;

    let elsewhere = env::temp_dir().join(format!("atomic bytes {}", process::id()));
    let project = elsewhere.join("a project");
    copy(workspace(), &project);
    // Another user has the same packages and the same compiler, under other names.
    fs::create_dir_all(elsewhere.join("home")).expect("a folder");
    fs::create_dir_all(elsewhere.join("cache")).expect("a folder");
    // What builds contracts, where there is no cargo-contract, is no part of what is built.
    let builder = cache().expect("a cache").join("builder");
    fs::create_dir_all(&builder).expect("a folder");
    symlink(builder, elsewhere.join("cache/builder")).expect("a link");
    // What runs on this machine while it is compiled, and is compiled for longer than the contract: so it is the first build's.
    let host = Path::new("contracts/target-anywhere/ink/release");
    let built = cache().expect("a cache").join(host);
    if built.is_dir() {
        let there = elsewhere.join("cache").join(host);
        fs::create_dir_all(there.parent().expect("a folder")).expect("a folder");
        // Cargo takes what is newer than what it was made from.
        let copied = Command::new("cp").args(["--archive", "--reflink=auto"]).args([built, there]).status();
        assert!(copied.expect("cp").success());
    }
    symlink(home("CARGO_HOME", ".cargo"), elsewhere.join("cargo")).expect("a link");
    symlink(home("RUSTUP_HOME", ".rustup"), elsewhere.join("rustup")).expect("a link");
    let out = elsewhere.join("reputation.wasm");
    let built = Command::new(env::current_exe().expect("this program"))
        .args(["--ignored", "--exact", "builds_the_contract_for_the_other_test", "--nocapture"])
        .env("ATOMIC_WORKSPACE", &project)
        .env("ATOMIC_CACHE", elsewhere.join("cache"))
        .env("HOME", elsewhere.join("home"))
        .env("CARGO_HOME", elsewhere.join("cargo"))
        .env("RUSTUP_HOME", elsewhere.join("rustup"))
        .env(OUT, &out)
        .env_remove("CARGO_TARGET_DIR")
        .output()
        .expect("it runs");
    assert!(built.status.success(), "{}", String::from_utf8_lossy(&built.stderr));
    let there = fs::read(&out).expect("the code");
    fs::remove_dir_all(&elsewhere).expect("the folder is gone");
    assert!(here == there, "{} bytes here and {} there differ", here.len(), there.len());
}

#[test]
#[ignore = "another process of the test above runs it"]
fn builds_the_contract_for_the_other_test() {
    let Some(out) = env::var_os(OUT) else { return };
    fs::write(out, code(Contract::Reputation.package()).expect("the contract")).expect("a file");
}
