//! Each contract has a lock file of its own, as it is a workspace of its own. Its versions are those of the project.

use chain::build::workspace;
use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};
use toml::{Table, Value};

/// Contracts, with what their tests alone need.
const CONTRACTS: [(&str, &[&str]); 5] = [
    ("reputation", &[]),
    ("obligation", &[]),
    ("market", &[]),
    ("e2e-tests/contracts/psp22", &["psp22", "test-psp22"]),
    ("e2e-tests/contracts/hostile-token", &["psp22", "test-hostile-token"]),
];

/// The versions of each package, with their checksums.
fn locked(file: &Path) -> BTreeMap<String, BTreeSet<(String, String)>> {
    let lock: Table = toml::from_str(&fs::read_to_string(file).expect("a lock file")).expect("TOML");
    let mut versions = BTreeMap::<_, BTreeSet<_>>::new();
    for package in lock["package"].as_array().expect("packages") {
        let text = |key: &str| package.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
        versions.entry(text("name")).or_default().insert((text("version"), text("checksum")));
    }
    versions
}

#[test]
fn each_contracts_lock_file_has_the_versions_of_the_project() {
    let project = locked(&workspace().join("Cargo.lock"));
    for (folder, own) in CONTRACTS {
        let contract = locked(&workspace().join(folder).join("Cargo.lock"));
        assert!(contract.len() > 100, "{folder} has {} packages", contract.len());
        for (package, versions) in contract.iter().filter(|(package, _)| !own.contains(&package.as_str())) {
            let known = project.get(package).is_some_and(|known| versions.is_subset(known));
            assert!(known, "{folder} has {package} {versions:?}; run scripts/locks.sh");
        }
    }
}

#[test]
fn every_contract_is_built_with_the_dependencies_of_the_project() {
    let table =
        |file: &str| -> Table { toml::from_str(&fs::read_to_string(workspace().join(file)).expect(file)).expect(file) };
    let project = table("Cargo.toml");
    let shared = project["workspace"]["dependencies"].as_table().expect("dependencies");
    for (folder, _) in CONTRACTS {
        let manifest = table(&format!("{folder}/Cargo.toml"));
        let dependencies = manifest["dependencies"].as_table().expect("dependencies");
        for (name, dependency) in dependencies.iter().filter(|(name, _)| shared.contains_key(*name)) {
            let version = |dependency: &Value| {
                dependency.get("version").or(Some(dependency)).and_then(Value::as_str).map(str::to_owned)
            };
            assert_eq!(version(dependency), version(&shared[name]), "{name} of {folder}");
        }
    }
}
