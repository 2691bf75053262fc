//! Contracts that only the tests and the benchmark deploy.

use chain::build::Package;

/// A plain PSP22 token.
pub const PSP22: Package = Package { name: "test-psp22", folder: "e2e-tests/contracts/psp22" };
/// A PSP22 token that turns against whoever trusts it.
pub const HOSTILE_TOKEN: Package = Package { name: "test-hostile-token", folder: "e2e-tests/contracts/hostile-token" };
