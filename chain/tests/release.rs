//! What `release/` holds for people who only want to deploy.

use chain::build::{contracts, workspace, Artifact, Contracts};
use serde_json::Value;
use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

fn folder() -> PathBuf {
    workspace().join("release")
}

fn bundle(artifact: &Artifact) -> Value {
    serde_json::from_slice(&fs::read(&artifact.bundle).expect("a file")).expect("JSON")
}

fn succeeds(program: impl AsRef<Path>, arguments: &[&str]) -> bool {
    let run = Command::new(program.as_ref()).args(arguments).current_dir(folder()).output();
    run.expect("it runs").status.success()
}

#[test]
fn the_release_is_of_the_present_version_and_its_files_are_whole() {
    for artifact in Contracts::in_folder(&folder()).expect("the release").all() {
        let bundle = bundle(artifact);
        assert_eq!(bundle["contract"]["version"], env!("CARGO_PKG_VERSION"), "run scripts/release.sh make");
        assert_eq!(bundle["contract"]["name"], artifact.package.name);
    }
    assert!(succeeds("sha256sum", &["--check", "--strict", "contracts.sha256"]));
}

#[test]
fn the_release_is_what_its_sources_become_or_they_have_moved_on() {
    if !succeeds(workspace().join("scripts/release.sh"), &["same"]) {
        eprintln!("The sources have moved on since the release.");
        return;
    }
    let rustc = Command::new("rustc").arg("-vV").current_dir(workspace()).output().expect("rustc");
    let known = fs::read(folder().join("rustc.txt")).expect("which compiler it was");
    if rustc.stdout != known {
        eprintln!("The release was built by another compiler: {}", String::from_utf8_lossy(&known));
        return;
    }
    let released = Contracts::in_folder(&folder()).expect("the release");
    for (built, released) in contracts().expect("the contracts build").all().into_iter().zip(released.all()) {
        assert!(built.wasm == released.wasm, "{}: other code", built.package.name);
        assert_eq!(bundle(built), bundle(released), "{}", built.package.name);
    }
}
