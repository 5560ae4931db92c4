//! Nothing: the package is a list of what `cargo fetch` has to get.
