//! How the contracts are built: by cargo-contract if it is here, or else by the project's own `builder/`, which is compiled first.
//!
//! Each contract is a workspace of its own, so that `cargo contract build` in its folder builds the same sources with the same
//! versions. What this adds is that they become the same bytes in any folder (`scripts/rustc-wrapper.sh`), and that the metadata
//! lists only events that the contract can emit.

use super::{
    artifact_folder, cache, contracts_cache,
    sources::{read_table, MANIFEST, TOOLCHAIN, WRAPPER},
    workspace, Package,
};
use crate::hash::unhex;
use anyhow::{ensure, Context, Result};
use fs2::FileExt;
use ink::metadata::{collect_events, EventSpec};
use serde_json::{json, Value as Json};
use std::{
    env,
    ffi::OsString,
    fs::{self, File},
    path::{Path, PathBuf},
    process::Command,
};
use toml::Value;

/// What is compiled. Cargo does not notice another wrapper, so that its results have a folder of their own.
const TARGET: &str = "target-anywhere";
/// Where cargo-contract puts what it made, there.
const BUILT: &str = "ink";
/// Stands for cargo in the contracts' builds.
const CARGO: &str = "scripts/cargo-for-contracts.sh";
/// The version of cargo-contract that builds the contracts, and of the library that `builder/` uses.
const VERSION: &str = "5.0.3";
/// The files kept of each contract.
const EXTENSIONS: [&str; 3] = ["contract", "wasm", "json"];
/// Asks for no metadata.
const CODE_ONLY: [&str; 2] = ["--generate", "code-only"];
/// Where pendzl declares the events of its own PSP22 token. A contract that takes no more than the interface from it cannot
/// emit them, and ink! lists every event that is linked.
const NOT_EMITTED: &str = "pendzl_contracts::token::psp22";

/// Builds those of `packages` whose sources changed. One process at a time; others wait, then find the artifacts.
pub fn build_missing(packages: &[Package]) -> Result<()> {
    let is_missing = |package: &Package| !artifact_folder(*package).is_ok_and(|folder| folder.is_dir());
    if !packages.iter().any(is_missing) {
        return Ok(());
    }
    let _alone = take_turns()?;
    let missing: Vec<_> = packages.iter().filter(|package| is_missing(package)).collect();
    if missing.is_empty() {
        return Ok(());
    }
    let recipe = Recipe::new()?;
    for package in missing {
        eprintln!("Building the {} contract", package.name);
        recipe.build(*package).with_context(|| format!("building the {} contract", package.name))?;
    }
    Ok(())
}

/// The code that a contract becomes, built from what the sources are now; nothing is kept of it.
pub fn code(package: Package) -> Result<Vec<u8>> {
    let _alone = take_turns()?;
    let recipe = Recipe::new()?;
    recipe.make(package, &CODE_ONLY).with_context(|| format!("building the {} contract", package.name))?;
    Ok(fs::read(recipe.made(package, "wasm"))?)
}

/// Waits until nobody else builds contracts, and keeps others from it until the file is closed.
fn take_turns() -> Result<File> {
    let contracts = contracts_cache()?;
    fs::create_dir_all(&contracts).with_context(|| format!("creating {}", contracts.display()))?;
    let lock = File::create(contracts.join("lock"))?;
    if lock.try_lock_exclusive().is_err() {
        eprintln!("Waiting for another build of the contracts to end");
        lock.lock_exclusive()?;
    }
    Ok(lock)
}

/// What builds contracts, and with which settings. It works in temporary folders, away from the project's settings.
struct Recipe {
    program: PathBuf,
    /// What comes before the manifest.
    arguments: &'static [&'static str],
    environment: Vec<(&'static str, OsString)>,
    /// What it makes is there.
    target: PathBuf,
}

impl Recipe {
    fn new() -> Result<Self> {
        let target = contracts_cache()?.join(TARGET);
        let cargo = env::var_os("CARGO").unwrap_or("cargo".into());
        let (program, arguments) = match cargo_contract() {
            Some(program) => (program, &["contract", "build", "--release", "--quiet", "--manifest-path"][..]),
            None => (builder(&cargo)?, &[][..]),
        };
        let mut environment = vec![
            ("CARGO_TARGET_DIR", target.clone().into()),
            ("ATOMIC_CARGO", cargo),
            ("CARGO", workspace().join(CARGO).into()),
            ("RUSTC_WRAPPER", workspace().join(WRAPPER).into()),
            ("ATOMIC_REMAP", remaps()?.into()),
        ];
        if env::var_os("RUSTUP_TOOLCHAIN").is_none() {
            let toolchain = read_table(TOOLCHAIN)?;
            let channel = toolchain.get("toolchain").and_then(|table| table.get("channel")).and_then(Value::as_str);
            environment.push(("RUSTUP_TOOLCHAIN", channel.context("rust-toolchain.toml names no channel")?.into()));
        }
        Ok(Self { program, arguments, environment, target })
    }

    /// What is made of a contract is in this file.
    fn made(&self, package: Package, extension: &str) -> PathBuf {
        self.target.join(BUILT).join(package.file_name()).with_extension(extension)
    }

    fn make(&self, package: Package, artifacts: &[&str]) -> Result<()> {
        // Where the code is as it was, cargo-contract would leave the metadata as it was.
        for extension in EXTENSIONS {
            let _ = fs::remove_file(self.made(package, extension));
        }
        let status = Command::new(&self.program)
            .args(self.arguments)
            .arg(workspace().join(package.folder()).join(MANIFEST))
            .args(artifacts)
            .envs(self.environment.iter().map(|(name, value)| (name, value)))
            // `make` has clippy look at what it compiles: that would change the code a little.
            .env_remove("RUSTC_WORKSPACE_WRAPPER")
            .status()
            .with_context(|| format!("running {}", self.program.display()))?;
        ensure!(status.success(), "{} failed", self.program.display());
        Ok(())
    }

    /// Builds one contract, and keeps what it became.
    fn build(&self, package: Package) -> Result<()> {
        self.make(package, &[])?;
        let made = |extension| self.made(package, extension);
        tidy(&made("json"), &made("contract")).context("reading the metadata")?;

        // A half-copied folder must never be taken for an artifact.
        let folder = artifact_folder(package)?;
        let part = folder.with_extension("part");
        if part.exists() {
            fs::remove_dir_all(&part)?;
        }
        fs::create_dir_all(&part)?;
        for extension in EXTENSIONS {
            let kept = part.join(package.file_name()).with_extension(extension);
            fs::copy(made(extension), kept).with_context(|| format!("copying {}", made(extension).display()))?;
        }
        fs::rename(&part, folder)?;
        Ok(())
    }
}

/// cargo-contract, if it is here in the right version: `$CARGO_CONTRACT`, or the one that is found on the path.
fn cargo_contract() -> Option<PathBuf> {
    let program = PathBuf::from(env::var_os("CARGO_CONTRACT").unwrap_or("cargo-contract".into()));
    let told = Command::new(&program).args(["contract", "--version"]).output().ok()?;
    let version = String::from_utf8_lossy(&told.stdout).split_whitespace().nth(1)?.to_owned();
    (version.split('-').next() == Some(VERSION)).then_some(program)
}

/// The project's own builder, compiled if need be.
fn builder(cargo: &OsString) -> Result<PathBuf> {
    let target = cache()?.join("builder");
    let program = target.join("debug/builder");
    if !program.exists() {
        eprintln!(
            "Compiling what builds the contracts, as there is no cargo-contract {VERSION} here (about ten minutes)"
        );
    }
    let status = Command::new(cargo)
        .args(["build", "--locked", "--quiet", "--manifest-path"])
        .arg(workspace().join("builder").join(MANIFEST))
        .env("CARGO_TARGET_DIR", &target)
        .current_dir(workspace())
        .status()
        .context("running cargo")?;
    ensure!(status.success(), "what builds the contracts does not compile");
    Ok(program)
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
    let rustc = Command::new("rustc")
        .args(["--print", "sysroot"])
        .current_dir(workspace())
        .output()
        .context("asking rustc where it is")?;
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

/// Takes out of the metadata the events that the contract cannot emit, and says what those are that pendzl emits for it.
fn tidy(metadata_file: &Path, bundle_file: &Path) -> Result<()> {
    let known = collect_events();
    let read = |path: &Path| -> Result<Json> { Ok(serde_json::from_slice(&fs::read(path)?)?) };
    let mut metadata = read(metadata_file)?;
    let mut bundle = read(bundle_file)?;
    for described in [&mut metadata, &mut bundle] {
        let events =
            described.pointer_mut("/spec/events").and_then(Json::as_array_mut).context("there are no events")?;
        events.retain(|event| !event["module_path"].as_str().unwrap_or_default().starts_with(NOT_EMITTED));
        events.iter_mut().for_each(|event| document(event, &known));
    }
    fs::write(metadata_file, serde_json::to_string_pretty(&metadata)?)?;
    fs::write(bundle_file, serde_json::to_string(&bundle)?)?;
    Ok(())
}

/// Gives an event and its fields the docs that `interfaces/` has for it, if it has none.
fn document(event: &mut Json, known: &[EventSpec]) {
    let Some(topic) = event["signature_topic"].as_str().and_then(|topic| unhex(topic.strip_prefix("0x")?)) else {
        return;
    };
    let documented = |spec: &&EventSpec| {
        spec.signature_topic().is_some_and(|known| known.as_bytes() == topic) && !spec.docs().is_empty()
    };
    let Some(spec) = known.iter().find(documented) else { return };
    let empty = |item: &Json| item["docs"].as_array().is_none_or(Vec::is_empty);
    if empty(event) {
        event["docs"] = json!(spec.docs());
    }
    let fields = event["args"].as_array_mut().into_iter().flatten();
    for (field, known) in fields.zip(spec.args()).filter(|(field, _)| empty(field)) {
        field["docs"] = json!(known.docs());
    }
}
