//! What a contract is made from: its own sources and those of the crates it shares, the manifests, its lock file and the
//! toolchain file.

use super::{workspace, Package};
use crate::hash::blake2_256;
use anyhow::{Context, Result};
use std::{
    collections::BTreeSet,
    ffi::OsStr,
    fs,
    path::{Path, PathBuf},
};
use toml::{Table, Value};

/// Crates that contracts are compiled with, where their manifests say so.
const SHARED_CRATES: [&str; 3] = ["rules", "interfaces", "documented"];
/// Files at the top of the workspace that decide what a contract becomes; of the first, only what the shared crates inherit.
const SHARED_FILES: [&str; 3] = [MANIFEST, TOOLCHAIN, WRAPPER];
pub const MANIFEST: &str = "Cargo.toml";
const LOCK: &str = "Cargo.lock";
pub const TOOLCHAIN: &str = "rust-toolchain.toml";
/// Makes what the compiler writes independent of folders.
pub const WRAPPER: &str = "scripts/rustc-wrapper.sh";
/// Changes whenever the recipe makes something else of the same sources.
const RECIPE: &str = "cargo-contract 5.0.3, release, in place 5";
/// How many hexadecimal digits of the hash name a folder of the cache.
const HASH_DIGITS: usize = 32;

/// The hash of everything that `package` is made from.
pub fn hash(package: Package) -> Result<String> {
    let mut described = Vec::new();
    let mut add = |name: &str, bytes: &[u8]| {
        for part in [name.as_bytes(), bytes] {
            described.extend((part.len() as u64).to_le_bytes());
            described.extend(part);
        }
    };
    add(RECIPE, package.name.as_bytes());
    for file in sources(package)? {
        let bytes = read(&workspace().join(&file))?;
        let bytes = match file.to_str() {
            Some(MANIFEST) => toml::to_string(&shared_settings(&read_table(MANIFEST)?))?.into_bytes(),
            _ => bytes,
        };
        add(&file.to_string_lossy(), &bytes);
    }
    let digits: Vec<_> = blake2_256(&described).iter().map(|byte| format!("{byte:02x}")).collect();
    Ok(digits.concat()[..HASH_DIGITS].to_owned())
}

/// What the crates of contracts inherit from the workspace's manifest.
fn shared_settings(manifest: &Table) -> Table {
    let workspace = manifest.get("workspace").and_then(Value::as_table);
    let inherited = |key: &&str| Some(((*key).to_owned(), workspace?.get(*key)?.clone()));
    ["dependencies", "package", "lints"].iter().filter_map(inherited).collect()
}

/// Paths of all the files that `package` is made from, relative to the workspace, in order.
fn sources(package: Package) -> Result<BTreeSet<PathBuf>> {
    let mut files: BTreeSet<_> = SHARED_FILES.iter().map(PathBuf::from).collect();
    files.insert(package.folder().join(LOCK));
    for folder in crates(package)? {
        collect_sources(folder, &mut files)?;
    }
    Ok(files)
}

/// Folders of the crates that `package` is made from: its own, and the shared ones if its manifest names any of them.
fn crates(package: Package) -> Result<Vec<&'static Path>> {
    let manifest = read_table(package.folder().join(MANIFEST))?;
    let dependencies = manifest.get("dependencies").and_then(Value::as_table);
    let shares = SHARED_CRATES.iter().any(|name| dependencies.is_some_and(|names| names.contains_key(*name)));
    let shared = SHARED_CRATES.iter().filter(|_| shares).map(Path::new);
    Ok(shared.chain([package.folder()]).collect())
}

/// Adds a crate's manifest and Rust files, integration tests left out.
fn collect_sources(folder: &Path, files: &mut BTreeSet<PathBuf>) -> Result<()> {
    let absolute = workspace().join(folder);
    for entry in fs::read_dir(&absolute).with_context(|| format!("reading {}", absolute.display()))? {
        let entry = entry?;
        let path = folder.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            if !["target", "tests"].iter().any(|skipped| entry.file_name() == *skipped) {
                collect_sources(&path, files)?;
            }
        } else if path.extension() == Some(OsStr::new("rs")) || entry.file_name() == "Cargo.toml" {
            files.insert(path);
        }
    }
    Ok(())
}

fn read(path: &Path) -> Result<Vec<u8>> {
    fs::read(path).with_context(|| format!("reading {}", path.display()))
}

/// A TOML file of the workspace.
pub fn read_table(file: impl AsRef<Path>) -> Result<Table> {
    let file = file.as_ref();
    let text = String::from_utf8(read(&workspace().join(file))?)?;
    toml::from_str(&text).with_context(|| format!("in {}", file.display()))
}

#[cfg(test)]
mod tests {
    use super::{super::Contract, *};
    use std::process::Command;

    #[test]
    fn each_contract_has_a_hash_of_its_own_and_the_same_one_twice() {
        let hash = |contract: Contract| super::hash(contract.package()).expect("a hash");
        assert_eq!(hash(Contract::Market), hash(Contract::Market));
        assert_ne!(hash(Contract::Market), hash(Contract::Obligation));
        assert_eq!(hash(Contract::Market).len(), HASH_DIGITS);
    }

    #[test]
    fn the_lock_file_the_shared_crates_and_the_contract_decide_its_hash_and_tests_do_not() {
        let sources = sources(Contract::Obligation.package()).expect("sources");
        for file in ["obligation/Cargo.lock", "rules/src/lib.rs", "interfaces/src/market/mod.rs", "obligation/lib.rs"] {
            assert!(sources.contains(Path::new(file)), "{file}");
        }
        assert!(!sources.iter().any(|file| file.starts_with("market") || file.starts_with("rules/tests")));
    }

    #[test]
    fn what_decides_whether_the_release_is_of_these_sources_is_what_decides_the_hash() {
        let script = Command::new(workspace().join("scripts/release.sh")).arg("sources").output().expect("it runs");
        let listed = String::from_utf8(script.stdout).expect("text");
        let listed: BTreeSet<_> =
            listed.lines().filter_map(|line| Some(PathBuf::from(line.split_once("  ")?.1))).collect();
        let sources = Contract::ALL.into_iter().flat_map(|contract| sources(contract.package()).expect("sources"));
        assert_eq!(listed, sources.collect());
    }

    #[test]
    fn any_other_contract_is_built_like_the_three_and_again_only_when_its_own_sources_change() {
        let token = Package { name: "test-psp22", folder: "e2e-tests/contracts/psp22" };
        let sources = sources(token).expect("sources");
        assert!(sources.contains(Path::new("e2e-tests/contracts/psp22/lib.rs")));
        assert!(!sources.iter().any(|file| SHARED_CRATES.iter().any(|shared| file.starts_with(shared))));
    }
}
