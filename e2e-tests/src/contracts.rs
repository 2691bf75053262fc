//! Contracts that only the tests and the benchmark deploy.

use chain::build::Package;
pub use chain::build::TOKEN as PSP22;

/// A PSP22 token that turns against whoever trusts it.
pub const HOSTILE_TOKEN: Package = Package { name: "test-hostile-token", folder: "e2e-tests/contracts/hostile-token" };
