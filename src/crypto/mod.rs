//! Hashes, key derivation, AEADs, groups and randomness.
