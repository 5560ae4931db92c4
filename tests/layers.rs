//! Imports point down: wasm, dissect, inspect -> connection -> client | server -> endpoint -> psk, record, certificates -> keys ->
//! crypto -> wire -> error.

use std::fs;
use std::path::{Path, PathBuf};

/// The layers from the top. A file may use its own layer's room and every room of the lines below.
const LAYERS: [&[&str]; 11] = [
    &["wasm"],
    &["dissect"],
    &["inspect"],
    &["connection"],
    &["client", "server"],
    &["endpoint"],
    &["psk", "record", "certificates"],
    &["keys"],
    &["crypto"],
    &["wire"],
    &["error"],
];
/// The macro that declares enumerations stands below everything.
const BOTTOM: &str = "newtype";

fn level(room: &str) -> usize {
    if room == BOTTOM {
        return LAYERS.len();
    }
    LAYERS
        .iter()
        .position(|rooms| rooms.contains(&room))
        .unwrap_or_else(|| panic!("src/{room} is on no layer: place it in LAYERS"))
}

fn rust_files(dir: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            rust_files(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
}

/// The room of a file: its folder under src, or its own name.
fn room(src: &Path, file: &Path) -> String {
    let inside = file.strip_prefix(src).unwrap();
    let first = inside.components().next().unwrap().as_os_str().to_str().unwrap();
    first.trim_end_matches(".rs").to_owned()
}

/// The rooms that a line names by `crate::room`.
fn rooms_used(line: &str) -> impl Iterator<Item = &str> {
    line.split("crate::").skip(1).map(|rest| {
        let end = rest.find(|c: char| !c.is_ascii_lowercase() && c != '_').unwrap_or(rest.len());
        &rest[..end]
    })
}

#[test]
fn no_import_points_up_or_sideways() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    rust_files(&src, &mut files);
    let mut arrows = 0;
    for file in &files {
        let from = room(&src, file);
        // lib.rs is the front door: it names every room.
        if from == "lib" {
            continue;
        }
        for line in fs::read_to_string(file).unwrap().lines() {
            if line.trim_start().starts_with("//") {
                continue;
            }
            for to in rooms_used(line).filter(|to| !to.is_empty() && *to != from) {
                arrows += 1;
                assert!(
                    level(to) > level(&from),
                    "{}: src/{from} may not use crate::{to}: {line}",
                    file.display()
                );
            }
        }
    }
    assert!(arrows > 50, "only {arrows} imports were seen: does the test still read them?");
}

#[test]
fn only_the_crypto_layer_names_crypto_crates() {
    const CRATES: [&str; 9] = [
        "aes_gcm",
        "chacha20",
        "chacha20poly1305",
        "getrandom",
        "hkdf::",
        "hmac::",
        "ml_kem",
        "p256",
        "x25519_dalek",
    ];
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    rust_files(&src, &mut files);
    for file in files.iter().filter(|file| room(&src, file) != "crypto") {
        for line in fs::read_to_string(file).unwrap().lines() {
            let names =
                CRATES.iter().any(|name| line.trim_start().starts_with(&format!("use {name}")));
            assert!(!names, "{}: {line}", file.display());
        }
    }
}
