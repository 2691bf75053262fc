//! The contracts as release-built Wasm.
//!
//! [`sources`] says what a contract is made from. Its hash addresses the artifacts: every clone, test and command of one user
//! finds them in one cache, and a contract is built again, as the recipe says, only when its sources changed.

mod recipe;
mod sources;

use crate::hash::{blake2_256, unhex};
use anyhow::{ensure, Context, Result};
pub use recipe::code;
use serde_json::Value as Json;
use std::{
    env, fs,
    path::{Path, PathBuf},
    sync::OnceLock,
};

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

/// A plain PSP22 token: money to try out requests that pay in one, and the yardstick of the benchmark.
pub const TOKEN: Package = Package { name: "test-psp22", folder: "e2e-tests/contracts/psp22" };

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

    /// Those of the `.contract` files in a folder, such as `release/`.
    ///
    /// # Errors
    /// If a file is missing, is no such file, or holds other code than it says.
    pub fn in_folder(folder: &Path) -> Result<Self> {
        Self::from(|contract| {
            let package = contract.package();
            let bundle = folder.join(package.file_name()).with_extension("contract");
            let wasm = code_in(&bundle).with_context(|| format!("reading {}", bundle.display()))?;
            Ok(Artifact { package, wasm, bundle })
        })
    }

    fn from(of: impl Fn(Contract) -> Result<Artifact>) -> Result<Self> {
        Ok(Self {
            reputation: of(Contract::Reputation)?,
            obligation: of(Contract::Obligation)?,
            market: of(Contract::Market)?,
        })
    }
}

/// The contracts, built first if their sources changed.
pub fn contracts() -> Result<&'static Contracts> {
    static CONTRACTS: OnceLock<Result<Contracts, String>> = OnceLock::new();
    CONTRACTS
        .get_or_init(|| load_or_build().map_err(|error| format!("{error:#}")))
        .as_ref()
        .map_err(|error| anyhow::anyhow!("{error}"))
}

/// A contract of the workspace beside the three, such as those that tests deploy, built first if its sources changed.
pub fn package(package: Package) -> Result<Artifact> {
    recipe::build_missing(&[package])?;
    load(package)
}

fn load_or_build() -> Result<Contracts> {
    recipe::build_missing(&Contract::ALL.map(Contract::package))?;
    Contracts::from(|contract| load(contract.package()))
}

fn load(package: Package) -> Result<Artifact> {
    let folder = artifact_folder(package)?;
    let file = |extension: &str| folder.join(package.file_name()).with_extension(extension);
    let wasm = fs::read(file("wasm")).with_context(|| format!("reading {}", file("wasm").display()))?;
    Ok(Artifact { package, wasm, bundle: file("contract") })
}

/// The code in a `.contract` file.
fn code_in(bundle: &Path) -> Result<Vec<u8>> {
    let bundle: Json = serde_json::from_slice(&fs::read(bundle)?)?;
    let bytes =
        |field: &str| bundle.pointer(field).and_then(Json::as_str).and_then(|text| unhex(text.strip_prefix("0x")?));
    let (wasm, hash) = bytes("/source/wasm").zip(bytes("/source/hash")).context("it has no code, or no hash of it")?;
    ensure!(blake2_256(&wasm).as_slice() == hash, "its code has another hash than it says");
    Ok(wasm)
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
    Ok(contracts_cache()?.join(sources::hash(package)?))
}

/// Copies bundles to `folder`, in their order.
pub fn export<'a>(artifacts: impl IntoIterator<Item = &'a Artifact>, folder: &Path) -> Result<Vec<PathBuf>> {
    fs::create_dir_all(folder).with_context(|| format!("creating {}", folder.display()))?;
    let copy = |artifact: &Artifact| {
        let exported = folder.join(artifact.package.file_name()).with_extension("contract");
        fs::copy(&artifact.bundle, &exported).with_context(|| format!("writing {}", exported.display()))?;
        Ok(exported)
    };
    artifacts.into_iter().map(copy).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hash::hex;
    use std::process;

    #[test]
    fn contracts_of_a_folder_are_those_that_were_put_there_and_a_file_that_lies_is_refused() {
        let folder = env::temp_dir().join(format!("atomic-contracts-{}", process::id()));
        fs::create_dir_all(&folder).expect("a folder");
        let write = |contract: Contract, wasm: &[u8], hash: &[u8]| {
            let bundle = serde_json::json!({ "source": { "wasm": hex(wasm), "hash": hex(hash) } });
            fs::write(folder.join(contract.name()).with_extension("contract"), bundle.to_string()).expect("a file");
        };
        for (contract, wasm) in Contract::ALL.into_iter().zip([b"one", b"two", b"all"]) {
            write(contract, wasm, &blake2_256(wasm));
        }
        let contracts = Contracts::in_folder(&folder).expect("contracts");
        assert_eq!(contracts.all().map(|artifact| artifact.wasm.as_slice()), [b"one", b"two", b"all"]);

        let refused = || format!("{:#}", Contracts::in_folder(&folder).expect_err("refused"));
        write(Contract::Market, b"all", &blake2_256(b"any"));
        assert!(refused().ends_with("market.contract: its code has another hash than it says"), "{}", refused());
        fs::write(folder.join("market.contract"), "{}").expect("a file");
        assert!(refused().ends_with("market.contract: it has no code, or no hash of it"), "{}", refused());
        fs::remove_file(folder.join("market.contract")).expect("it is gone");
        assert!(refused().contains("market.contract: No such file"), "{}", refused());
        fs::remove_dir_all(&folder).expect("it is gone");
    }
}
