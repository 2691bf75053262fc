//! Nothing: `ink_e2e` never calls it without its own feature `sandbox`.
