//! Every committed input, played once: what a fuzzer has found stays mended.

use std::fs;
use std::path::PathBuf;

/// The inputs of a target, which are never none.
fn inputs(target: &str) -> Vec<Vec<u8>> {
    let directory = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("corpus").join(target);
    let files =
        fs::read_dir(directory).unwrap().map(|file| fs::read(file.unwrap().path()).unwrap());
    let inputs: Vec<_> = files.collect();
    assert!(!inputs.is_empty(), "{target} has no corpus");
    inputs
}

macro_rules! replay {
    ($($target:ident)*) => {
        $(#[test]
        fn $target() {
            inputs(stringify!($target)).iter().for_each(|input| tls_psk_fuzz::$target(input));
        })*
    };
}

replay!(calls codec conversation differential flights stored);

/// Writes the first inputs: real messages and real stored bytes, which mutation then bends.
#[test]
#[ignore = "it writes into the corpus"]
fn seed() {
    for (target, name, bytes) in tls_psk_fuzz::seeds() {
        let directory = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("corpus").join(target);
        fs::create_dir_all(&directory).unwrap();
        fs::write(directory.join(name), bytes).unwrap();
    }
}
