//! Nothing: `ink_e2e` uses it with its own feature `sandbox` alone.
