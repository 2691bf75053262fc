//! The contracts as release-built Wasm.
//!
//! Artifacts are addressed by the hash of what they are made from: the contract's own sources and those of the crates
//! it shares, the manifests, its lock file and the toolchain file. Every clone, test and command of one user finds them
//! in one cache, and a contract is built again only when its sources changed.
//!
//! Each contract is a workspace of its own, so that `cargo contract build` in its folder builds the same as this module
//! does. What this module adds is that the same sources become the same bytes in any folder (`scripts/rustc-wrapper.sh`).

use crate::hash::blake2_256;
use anyhow::{Context, Result};
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
    process::Command,
    sync::OnceLock,
};
use toml::{Table, Value};

/// Crates that contracts are compiled with, where their manifests say so.
const SHARED_CRATES: [&str; 3] = ["rules", "interfaces", "documented"];
/// Files at the top of the workspace that decide what a contract becomes; of the first, only what the shared crates inherit.
const SHARED_FILES: [&str; 3] = [MANIFEST, TOOLCHAIN, WRAPPER];
const MANIFEST: &str = "Cargo.toml";
const LOCK: &str = "Cargo.lock";
const TOOLCHAIN: &str = "rust-toolchain.toml";
/// Makes what the compiler writes independent of folders.
const WRAPPER: &str = "scripts/rustc-wrapper.sh";
/// What is compiled. Cargo does not notice another wrapper, so that its results have a folder of their own.
const TARGET: &str = "target-anywhere";
/// Stands for cargo in the contracts' builds.
const CARGO: &str = "scripts/cargo-for-contracts.sh";
/// Changes whenever this module builds the same sources into something else.
const RECIPE: &str = "contract-build 5.0.3, release, in place 3";
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

/// The project's folder: where this was compiled, or `$ATOMIC_WORKSPACE`.
pub fn workspace() -> &'static Path {
    static WORKSPACE: OnceLock<PathBuf> = OnceLock::new();
    WORKSPACE.get_or_init(|| match env::var_os("ATOMIC_WORKSPACE") {
        Some(folder) => folder.into(),
        None => Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap_or(Path::new("/")).to_owned(),
    })
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
            build(package, &folder)?;
        }
    }
    Ok(())
}

/// Sets what the cargo commands of `contract-build` need. They run in temporary folders, without the project's settings.
fn set_build_environment(cache: &Path) -> Result<()> {
    if env::var_os("RUSTUP_TOOLCHAIN").is_none() {
        let toolchain = read_table(TOOLCHAIN)?;
        let channel = toolchain.get("toolchain").and_then(|table| table.get("channel")).and_then(Value::as_str);
        env::set_var("RUSTUP_TOOLCHAIN", channel.context("rust-toolchain.toml names no channel")?);
    }
    // Once it is set, `CARGO` is our own.
    let cargo = env::var_os("ATOMIC_CARGO").or_else(|| env::var_os("CARGO")).unwrap_or("cargo".into());
    let remaps = remaps()?;
    env::set_var("CARGO_TARGET_DIR", cache.join(TARGET));
    env::set_var("ATOMIC_CARGO", cargo);
    env::set_var("CARGO", workspace().join(CARGO));
    env::set_var("RUSTC_WRAPPER", workspace().join(WRAPPER));
    env::set_var("ATOMIC_REMAP", remaps);
    Ok(())
}

/// What the compiler writes for the folders that sources lie in, as lines of `path=instead`.
fn remaps() -> Result<String> {
    let home = |variable: &str, folder: &str| {
        let home = || Some(Path::new(&env::var_os("HOME")?).join(folder));
        env::var_os(variable)
            .map(PathBuf::from)
            .or_else(home)
            .with_context(|| format!("neither {variable} nor HOME is set"))
    };
    let rustc = Command::new("rustc").args(["--print", "sysroot"]).output().context("asking rustc where it is")?;
    let sysroot = String::from_utf8(rustc.stdout)?.trim().to_owned();
    // Of a toolchain that is linked to elsewhere, the compiler names the one place or the other.
    let places = [
        (workspace().to_owned(), "/atomic-obligation"),
        (home("CARGO_HOME", ".cargo")?, "/cargo"),
        (home("RUSTUP_HOME", ".rustup")?, "/rustup"),
        (PathBuf::from(&sysroot), "/rust"),
        (fs::canonicalize(&sysroot)?, "/rust"),
    ];
    Ok(places.map(|(place, instead)| format!("{}={instead}", place.display())).join("\n"))
}

fn build(package: Package, folder: &Path) -> Result<()> {
    let manifest_path = ManifestPath::new(workspace().join(package.folder()).join(MANIFEST))?;
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

fn read(path: &Path) -> Result<Vec<u8>> {
    fs::read(path).with_context(|| format!("reading {}", path.display()))
}

/// A TOML file of the workspace.
fn read_table(file: impl AsRef<Path>) -> Result<Table> {
    let file = file.as_ref();
    let text = String::from_utf8(read(&workspace().join(file))?)?;
    toml::from_str(&text).with_context(|| format!("in {}", file.display()))
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

    #[test]
    fn each_contract_has_a_hash_of_its_own_and_the_same_one_twice() {
        let hash = |contract: Contract| source_hash(contract.package()).expect("a hash");
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
    fn any_other_contract_is_built_like_the_three_and_again_only_when_its_own_sources_change() {
        let token = Package { name: "test-psp22", folder: "e2e-tests/contracts/psp22" };
        let sources = sources(token).expect("sources");
        assert!(sources.contains(Path::new("e2e-tests/contracts/psp22/lib.rs")));
        assert!(!sources.iter().any(|file| SHARED_CRATES.iter().any(|shared| file.starts_with(shared))));
    }
}
