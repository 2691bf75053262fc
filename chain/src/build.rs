//! The contracts as release-built Wasm.
//!
//! Artifacts are addressed by the hash of what they are made from: the contract's own sources and those of the crates
//! it shares, the manifests, the lock file and the toolchain file. Every clone, test and command of one user finds them
//! in one cache, and a contract is built again only when its sources changed.
//!
//! `contract-build` copies a contract's manifest to a temporary folder and would leave a workspace's lock file behind.
//! So the contracts are built from a *stage*: a copy of their sources in the cache, where each is a workspace of its
//! own with the project's lock file beside it.

use crate::hash::blake2_256;
use anyhow::{bail, Context, Result};
use contract_build::{
    BuildArtifacts, BuildInfo, BuildMode, BuildResult, CrateMetadata, ExecuteArgs, Features, ManifestPath,
    MetadataArtifacts, Network, OptimizationPasses, Target, UnstableFlags, Verbosity, WasmOptSettings,
};
use fs2::FileExt;
use std::{
    collections::BTreeSet,
    env,
    ffi::OsStr,
    fs::{self, File},
    path::{Path, PathBuf},
    sync::OnceLock,
};
use toml::{Table, Value};

/// Crates that contracts are compiled with, where their manifests say so.
const SHARED_CRATES: [&str; 2] = ["rules", "interfaces"];
/// Files at the top of the workspace that a contract depends on; of the first two, only the parts that concern it.
const SHARED_FILES: [&str; 4] = [MANIFEST, LOCK, ".cargo/config.toml", "rust-toolchain.toml"];
const MANIFEST: &str = "Cargo.toml";
const LOCK: &str = "Cargo.lock";
/// Changes whenever this module builds the same sources into something else.
const RECIPE: &str = "contract-build 5.0.3, release, stage 1";
/// The version of contract-build, which the metadata names as cargo-contract's.
const CONTRACT_BUILD: &str = "5.0.3";
/// The files kept of each contract.
const EXTENSIONS: [&str; 3] = ["contract", "wasm", "json"];
/// How many hexadecimal digits of the hash name a folder of the cache.
const HASH_DIGITS: usize = 32;

/// A package of the workspace that holds a contract.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Package {
    pub name: &'static str,
    /// Where it is in the workspace.
    pub folder: &'static str,
}

impl Package {
    fn folder(self) -> &'static Path {
        Path::new(self.folder)
    }

    /// The name of its artifacts, which cargo makes of the package's.
    fn file_name(self) -> String {
        self.name.replace('-', "_")
    }
}

/// The contracts of the project.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Contract {
    Reputation,
    Obligation,
    Market,
}

impl Contract {
    /// In the order of deployment.
    pub const ALL: [Self; 3] = [Self::Reputation, Self::Obligation, Self::Market];

    /// The name of its package, and of that package's folder.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Reputation => "reputation",
            Self::Obligation => "obligation",
            Self::Market => "market",
        }
    }

    /// Its package.
    pub const fn package(self) -> Package {
        Package { name: self.name(), folder: self.name() }
    }
}

/// One contract's code and files.
#[derive(Clone, Debug)]
pub struct Artifact {
    pub package: Package,
    /// The optimized Wasm.
    pub wasm: Vec<u8>,
    /// Code and metadata in one file, as wallets and explorers take it.
    pub bundle: PathBuf,
}

impl Artifact {
    /// How a chain names the code.
    pub fn code_hash(&self) -> [u8; 32] {
        blake2_256(&self.wasm)
    }
}

/// The three contracts.
#[derive(Clone, Debug)]
pub struct Contracts {
    pub reputation: Artifact,
    pub obligation: Artifact,
    pub market: Artifact,
}

impl Contracts {
    /// In the order of deployment.
    pub fn all(&self) -> [&Artifact; 3] {
        [&self.reputation, &self.obligation, &self.market]
    }

    /// One of them.
    pub fn of(&self, contract: Contract) -> &Artifact {
        match contract {
            Contract::Reputation => &self.reputation,
            Contract::Obligation => &self.obligation,
            Contract::Market => &self.market,
        }
    }
}

/// The contracts, built first if their sources changed.
///
/// Building sets variables of this process's environment, which the cargo commands of `contract-build` inherit.
pub fn contracts() -> Result<&'static Contracts> {
    static CONTRACTS: OnceLock<Result<Contracts, String>> = OnceLock::new();
    CONTRACTS
        .get_or_init(|| load_or_build().map_err(|error| format!("{error:#}")))
        .as_ref()
        .map_err(|error| anyhow::anyhow!("{error}"))
}

/// A contract of the workspace beside the three, such as those that tests deploy, built first if its sources changed.
/// As with [`contracts`], building sets variables of this process's environment.
pub fn package(package: Package) -> Result<Artifact> {
    build_missing(&[package])?;
    load(package)
}

fn load_or_build() -> Result<Contracts> {
    build_missing(&Contract::ALL.map(Contract::package))?;
    Ok(Contracts {
        reputation: load(Contract::Reputation.package())?,
        obligation: load(Contract::Obligation.package())?,
        market: load(Contract::Market.package())?,
    })
}

fn load(package: Package) -> Result<Artifact> {
    let folder = artifact_folder(package)?;
    let file = |extension: &str| folder.join(package.file_name()).with_extension(extension);
    let wasm = fs::read(file("wasm")).with_context(|| format!("reading {}", file("wasm").display()))?;
    Ok(Artifact { package, wasm, bundle: file("contract") })
}

/// The project's folder.
pub fn workspace() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap_or(Path::new("/"))
}

/// Where everything that can be built again is kept: `$ATOMIC_CACHE`, or `atomic-obligation` in the user's cache.
pub fn cache() -> Result<PathBuf> {
    if let Some(folder) = env::var_os("ATOMIC_CACHE") {
        return Ok(folder.into());
    }
    let user = match env::var_os("XDG_CACHE_HOME") {
        Some(folder) => PathBuf::from(folder),
        None => Path::new(&env::var_os("HOME").context("neither ATOMIC_CACHE nor HOME is set")?).join(".cache"),
    };
    Ok(user.join("atomic-obligation"))
}

fn contracts_cache() -> Result<PathBuf> {
    Ok(cache()?.join("contracts"))
}

fn artifact_folder(package: Package) -> Result<PathBuf> {
    Ok(contracts_cache()?.join(source_hash(package)?))
}

/// The hash of everything that `package` is made from.
fn source_hash(package: Package) -> Result<String> {
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
            Some(LOCK) => locked(package.name, &read_table(LOCK)?)?.into_bytes(),
            _ => bytes,
        };
        add(&file.to_string_lossy(), &bytes);
    }
    let hash = blake2_256(&described);
    let digits: Vec<_> = hash.iter().map(|byte| format!("{byte:02x}")).collect();
    Ok(digits.concat()[..HASH_DIGITS].to_owned())
}

/// What the crates of contracts inherit from the workspace's manifest.
fn shared_settings(manifest: &Table) -> Table {
    let workspace = manifest.get("workspace").and_then(Value::as_table);
    let inherited = |key: &&str| Some(((*key).to_owned(), workspace?.get(*key)?.clone()));
    ["dependencies", "package", "lints"].iter().filter_map(inherited).collect()
}

/// The versions in a lock file of everything that `package` depends on, however far.
fn locked(package: &str, lock: &Table) -> Result<String> {
    let packages = lock.get("package").and_then(Value::as_array).context("the lock file lists no packages")?;
    let text = |package: &Value, key: &str| package.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
    let mut pending = vec![package.to_owned()];
    let mut versions = BTreeSet::new();
    while let Some(dependency) = pending.pop() {
        // `name`, or `name version` if there are several versions.
        let (name, version) = dependency.split_once(' ').unwrap_or((&dependency, ""));
        for package in packages.iter().filter(|package| text(package, "name") == name) {
            if !version.is_empty() && text(package, "version") != version.split(' ').next().unwrap_or_default() {
                continue;
            }
            if versions.insert([text(package, "name"), text(package, "version"), text(package, "checksum")].join(" ")) {
                let dependencies = package.get("dependencies").and_then(Value::as_array);
                pending.extend(dependencies.into_iter().flatten().filter_map(Value::as_str).map(str::to_owned));
            }
        }
    }
    Ok(Vec::from_iter(versions).join("\n"))
}

/// Paths of all the files that `package` is made from, relative to the workspace, in order.
fn sources(package: Package) -> Result<BTreeSet<PathBuf>> {
    let mut files: BTreeSet<_> = SHARED_FILES.iter().map(PathBuf::from).collect();
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

/// Builds those of `packages` whose sources changed. One process at a time; others wait, then find the artifacts.
fn build_missing(packages: &[Package]) -> Result<()> {
    let is_missing = |package: &Package| !artifact_folder(*package).is_ok_and(|folder| folder.is_dir());
    if !packages.iter().any(is_missing) {
        return Ok(());
    }
    let cache = contracts_cache()?;
    fs::create_dir_all(&cache).with_context(|| format!("creating {}", cache.display()))?;
    let lock = File::create(cache.join("lock"))?;
    if lock.try_lock_exclusive().is_err() {
        eprintln!("Waiting for another build of the contracts to end");
        lock.lock_exclusive()?;
    }
    set_build_environment(&cache)?;
    for &package in packages {
        let folder = artifact_folder(package)?;
        if !folder.is_dir() {
            eprintln!("Building the {} contract", package.name);
            build(package, &cache, &folder)?;
        }
    }
    Ok(())
}

/// What the cargo commands of `contract-build` need, which run in temporary folders without the project's settings.
fn set_build_environment(cache: &Path) -> Result<()> {
    env::set_var("CARGO_TARGET_DIR", cache.join("target"));
    env::set_var("CARGO_RESOLVER_INCOMPATIBLE_RUST_VERSIONS", "fallback");
    if env::var_os("RUSTUP_TOOLCHAIN").is_none() {
        let toolchain = read_table("rust-toolchain.toml")?;
        let channel = toolchain.get("toolchain").and_then(|table| table.get("channel")).and_then(Value::as_str);
        env::set_var("RUSTUP_TOOLCHAIN", channel.context("rust-toolchain.toml names no channel")?);
    }
    Ok(())
}

fn build(package: Package, cache: &Path, folder: &Path) -> Result<()> {
    let stage = cache.join("stage");
    fill_stage(package, &stage)?;
    let manifest_path = ManifestPath::new(stage.join(package.folder()).join(MANIFEST))?;
    let passes = OptimizationPasses::default();
    let result = contract_build::execute(ExecuteArgs {
        manifest_path: manifest_path.clone(),
        build_mode: BuildMode::Release,
        build_artifact: BuildArtifacts::CodeOnly,
        optimization_passes: Some(passes),
        ..ExecuteArgs::default()
    })
    .with_context(|| format!("building the {} contract", package.name))?;
    describe(&manifest_path, &result, passes).with_context(|| format!("describing the {} contract", package.name))?;

    // A half-copied folder must never be taken for an artifact.
    let part = folder.with_extension("part");
    if part.exists() {
        fs::remove_dir_all(&part)?;
    }
    fs::create_dir_all(&part)?;
    for extension in EXTENSIONS {
        let built = result.target_directory.join(package.file_name()).with_extension(extension);
        let kept = part.join(package.file_name()).with_extension(extension);
        fs::copy(&built, kept).with_context(|| format!("copying {}", built.display()))?;
    }
    fs::rename(&part, folder)?;
    Ok(())
}

/// Writes the metadata, and the bundle with the code, beside the code.
///
/// The program that prints the metadata runs once: it is not worth the optimization that the contract gets.
fn describe(manifest_path: &ManifestPath, code: &BuildResult, optimization_passes: OptimizationPasses) -> Result<()> {
    const UNOPTIMIZED: [(&str, &str); 2] =
        [("CARGO_PROFILE_RELEASE_LTO", "off"), ("CARGO_PROFILE_RELEASE_OPT_LEVEL", "0")];
    let metadata = CrateMetadata::collect(manifest_path, Target::Wasm)?;
    let wasm = code.dest_wasm.as_ref().context("there is no Wasm")?;
    let artifacts =
        MetadataArtifacts { dest_metadata: metadata.metadata_path(), dest_bundle: metadata.contract_bundle_path() };
    let build_info = BuildInfo {
        rust_toolchain: contract_build::util::rust_toolchain()?,
        cargo_contract_version: CONTRACT_BUILD.parse()?,
        build_mode: code.build_mode,
        wasm_opt_settings: WasmOptSettings { optimization_passes, keep_debug_symbols: false },
    };
    UNOPTIMIZED.iter().for_each(|(name, value)| env::set_var(name, value));
    let described = contract_build::metadata::execute(
        &metadata,
        wasm,
        &artifacts,
        &Features::default(),
        Network::Online,
        Verbosity::Default,
        &UnstableFlags::default(),
        build_info,
    );
    UNOPTIMIZED.iter().for_each(|(name, _)| env::remove_var(name));
    described
}

/// Brings the stage up to date. Files that did not change keep their times, so that cargo compiles only what did.
fn fill_stage(package: Package, stage: &Path) -> Result<()> {
    let sources = sources(package)?;
    let manifest = package.folder().join(MANIFEST);
    let inherited = read_table(MANIFEST)?;
    for file in &sources {
        let bytes = read(&workspace().join(file))?;
        let staged = if file == Path::new(MANIFEST) {
            shared_workspace(inherited.clone())?.into_bytes()
        } else if *file == manifest {
            own_workspace(&String::from_utf8(bytes)?, &inherited)
                .with_context(|| format!("in {}", manifest.display()))?
                .into_bytes()
        } else {
            bytes
        };
        write_changed(&stage.join(file), &staged)?;
    }
    write_changed(&stage.join(package.folder()).join(LOCK), &read(&workspace().join(LOCK))?)?;
    for folder in crates(package)? {
        remove_stale(stage, folder, &sources)?;
    }
    Ok(())
}

/// The workspace's manifest, for the shared crates alone.
fn shared_workspace(mut manifest: Table) -> Result<String> {
    let workspace = manifest.get_mut("workspace").and_then(Value::as_table_mut).context("no [workspace]")?;
    workspace.insert("members".into(), SHARED_CRATES.map(Value::from).to_vec().into());
    Ok(toml::to_string(&manifest)?)
}

/// A contract's manifest as a workspace of its own, with the dependencies it inherits written out.
fn own_workspace(manifest: &str, inherited: &Table) -> Result<String> {
    let mut manifest: Table = toml::from_str(manifest)?;
    let shared = inherited
        .get("workspace")
        .and_then(|workspace| workspace.get("dependencies"))
        .and_then(Value::as_table)
        .context("the workspace's manifest has no [workspace.dependencies]")?;
    manifest.remove("dev-dependencies");
    let dependencies = manifest.get_mut("dependencies").and_then(Value::as_table_mut).context("no [dependencies]")?;
    for (name, dependency) in dependencies.iter_mut() {
        let Some(own) = dependency.as_table().filter(|table| table.contains_key("workspace")) else { continue };
        let mut merged = match shared.get(name) {
            Some(Value::Table(table)) => table.clone(),
            Some(Value::String(version)) => Table::from_iter([("version".to_owned(), version.clone().into())]),
            _ => bail!("`{name}` is not among the workspace's dependencies"),
        };
        for (key, value) in own {
            match (key.as_str(), merged.get_mut("features").and_then(Value::as_array_mut), value.as_array()) {
                ("workspace", ..) => {}
                ("features", Some(features), Some(more)) => features.extend(more.iter().cloned()),
                _ => {
                    merged.insert(key.clone(), value.clone());
                }
            }
        }
        *dependency = Value::Table(merged);
    }
    manifest.insert("workspace".into(), Table::new().into());
    Ok(toml::to_string(&manifest)?)
}

fn read(path: &Path) -> Result<Vec<u8>> {
    fs::read(path).with_context(|| format!("reading {}", path.display()))
}

/// A TOML file of the workspace.
fn read_table(file: impl AsRef<Path>) -> Result<Table> {
    let file = file.as_ref();
    let text = String::from_utf8(read(&workspace().join(file))?)?;
    toml::from_str(&text).with_context(|| format!("in {}", file.display()))
}

fn write_changed(path: &Path, bytes: &[u8]) -> Result<()> {
    if fs::read(path).is_ok_and(|present| present == bytes) {
        return Ok(());
    }
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    fs::write(path, bytes).with_context(|| format!("writing {}", path.display()))
}

/// Removes Rust files of earlier sources from a staged crate.
fn remove_stale(stage: &Path, folder: &Path, sources: &BTreeSet<PathBuf>) -> Result<()> {
    for entry in fs::read_dir(stage.join(folder))? {
        let entry = entry?;
        let path = folder.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            remove_stale(stage, &path, sources)?;
        } else if path.extension() == Some(OsStr::new("rs")) && !sources.contains(&path) {
            fs::remove_file(entry.path())?;
        }
    }
    Ok(())
}

/// Copies the contracts' bundles to `folder`, in the order of deployment.
pub fn export(contracts: &Contracts, folder: &Path) -> Result<Vec<PathBuf>> {
    fs::create_dir_all(folder).with_context(|| format!("creating {}", folder.display()))?;
    let copy = |artifact: &Artifact| {
        let exported = folder.join(artifact.package.file_name()).with_extension("contract");
        fs::copy(&artifact.bundle, &exported).with_context(|| format!("writing {}", exported.display()))?;
        Ok(exported)
    };
    contracts.all().map(copy).into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(text: &str) -> Table {
        toml::from_str(text).expect("valid TOML")
    }

    #[test]
    fn a_staged_contract_is_a_workspace_of_its_own_with_its_dependencies_written_out() {
        let inherited = table(
            "[workspace.dependencies]\nink = { version = '=5.1.1', default-features = false }\nserde = '1'\n\
             pendzl = { version = '1', features = ['a'] }",
        );
        let manifest = "[dependencies]\nink.workspace = true\nserde = { workspace = true, optional = true }\n\
                        pendzl = { workspace = true, features = ['b'] }\nrules = { path = '../rules' }\n\
                        [dev-dependencies]\nproptest = '1'";
        let staged = table(&own_workspace(manifest, &inherited).expect("a staged manifest"));
        let expected = table(
            "workspace = {}\n[dependencies]\nink = { version = '=5.1.1', default-features = false }\n\
             serde = { version = '1', optional = true }\npendzl = { version = '1', features = ['a', 'b'] }\n\
             rules = { path = '../rules' }",
        );
        assert_eq!(staged, expected);
    }

    #[test]
    fn a_dependency_that_the_workspace_does_not_have_is_named() {
        let error = own_workspace("[dependencies]\nx.workspace = true", &table("[workspace.dependencies]\ny = '1'"))
            .expect_err("x is unknown");
        assert!(error.to_string().contains("`x`"), "{error}");
    }

    #[test]
    fn each_contract_has_a_hash_of_its_own_and_the_same_one_twice() {
        let hash = |contract: Contract| source_hash(contract.package()).expect("a hash");
        assert_eq!(hash(Contract::Market), hash(Contract::Market));
        assert_ne!(hash(Contract::Market), hash(Contract::Obligation));
        assert_eq!(hash(Contract::Market).len(), HASH_DIGITS);
    }

    #[test]
    fn of_the_lock_file_only_what_the_contract_depends_on_counts() {
        let lock = table(
            "[[package]]\nname = 'market'\nversion = '1'\ndependencies = ['ink', 'syn 2']\n\
             [[package]]\nname = 'ink'\nversion = '5'\nchecksum = 'c'\n\
             [[package]]\nname = 'syn'\nversion = '1'\n[[package]]\nname = 'syn'\nversion = '2'\n\
             [[package]]\nname = 'clap'\nversion = '4'",
        );
        assert_eq!(locked("market", &lock).expect("versions"), "ink 5 c\nmarket 1 \nsyn 2 ");
    }

    #[test]
    fn the_lock_file_the_shared_crates_and_the_contract_decide_its_hash_and_tests_do_not() {
        let sources = sources(Contract::Obligation.package()).expect("sources");
        for file in ["Cargo.lock", "rules/src/lib.rs", "interfaces/src/market/mod.rs", "obligation/lib.rs"] {
            assert!(sources.contains(Path::new(file)), "{file}");
        }
        assert!(!sources.iter().any(|file| file.starts_with("market") || file.starts_with("rules/tests")));
    }

    #[test]
    fn any_other_contract_is_built_like_the_three_and_again_only_when_its_own_sources_change() {
        let token = Package { name: "test-psp22", folder: "e2e-tests/contracts/psp22" };
        let sources = sources(token).expect("sources");
        assert!(sources.contains(Path::new("e2e-tests/contracts/psp22/lib.rs")));
        assert!(!sources.iter().any(|file| SHARED_CRATES.iter().any(|shared| file.starts_with(shared))));
    }
}
