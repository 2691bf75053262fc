//! What `ink_e2e` names of `contract-build`. `cli/tests/ink_e2e` hands the framework contracts that are built already, so that
//! nothing here ever builds.

use std::path::{Path, PathBuf};

pub const DEFAULT_MAX_MEMORY_PAGES: u64 = 16;

/// Where a contract's manifest is.
pub struct ManifestPath(PathBuf);

impl ManifestPath {
    /// The manifest at this path.
    pub fn new(path: impl AsRef<Path>) -> Result<Self, &'static str> {
        Ok(Self(path.as_ref().to_owned()))
    }
}

pub enum BuildArtifacts {
    All,
}

pub enum BuildMode {
    Debug,
}

#[derive(Default)]
pub struct Features;

pub enum ImageVariant {
    Default,
}

pub enum Network {
    Online,
}

#[derive(Default)]
pub struct OptimizationPasses;

pub enum OutputType {
    HumanReadable,
}

pub enum Target {
    Wasm,
}

#[derive(Default)]
pub struct UnstableFlags;

pub enum Verbosity {
    Default,
}

/// What is to be built, and how.
pub struct ExecuteArgs {
    pub manifest_path: ManifestPath,
    pub verbosity: Verbosity,
    pub build_mode: BuildMode,
    pub features: Features,
    pub network: Network,
    pub build_artifact: BuildArtifacts,
    pub unstable_flags: UnstableFlags,
    pub optimization_passes: Option<OptimizationPasses>,
    pub keep_debug_symbols: bool,
    pub extra_lints: bool,
    pub output_type: OutputType,
    pub skip_wasm_validation: bool,
    pub target: Target,
    pub max_memory_pages: u64,
    pub image: ImageVariant,
}

/// What was built.
pub struct BuildResult {
    pub dest_wasm: Option<PathBuf>,
}

/// Refuses.
///
/// # Errors
/// Always: `chain::build` builds contracts.
pub fn execute(arguments: ExecuteArgs) -> Result<BuildResult, String> {
    let manifest = arguments.manifest_path.0;
    Err(format!("{} is built by chain::build, and handed to the framework", manifest.display()))
}
