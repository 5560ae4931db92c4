//! Imports point down: wasm, stream, dissect, inspect -> connection -> client | server -> endpoint -> psk, record, certificates -> keys ->
//! crypto -> wire -> error. Within a room they may go anywhere but in a circle.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// The layers from the top. A file may use its own layer's room and every room of the lines below.
const LAYERS: [&[&str]; 12] = [
    &["wasm"],
    &["stream"],
    &["dissect"],
    &["inspect"],
    &["connection"],
    &["client", "server"],
    &["endpoint"],
    &["psk", "record", "certificates"],
    &["keys"],
    &["crypto"],
    &["wire"],
    &["error", "role"],
];
/// The macro that declares enumerations stands below everything.
const BOTTOM: &str = "newtype";

/// Dependencies that other rooms than `crypto` may name, by the crate's name in a path. The others are crypto crates.
const OUTSIDE_CRYPTO: [(&str, &[&str]); 8] = [
    ("tokio", &["stream"]),
    ("js_sys", &["wasm"]),
    ("wasm_bindgen", &["wasm"]),
    ("zeroizing_alloc", &["wasm"]),
    ("rustls_pki_types", &["certificates", "crypto"]),
    ("webpki", &["certificates", "crypto"]),
    ("webpki_roots", &["certificates"]),
    (
        "zeroize",
        &[
            "certificates",
            "connection",
            "crypto",
            "dissect",
            "keys",
            "psk",
            "record",
            "server",
            "wasm",
        ],
    ),
];
/// The one dependency that paths call by another name than Cargo.toml.
const RENAMED: (&str, &str) = ("rustls_webpki", "webpki");

fn level(room: &str) -> usize {
    if room == BOTTOM {
        return LAYERS.len();
    }
    LAYERS
        .iter()
        .position(|rooms| rooms.contains(&room))
        .unwrap_or_else(|| panic!("src/{room} is on no layer: place it in LAYERS"))
}

/// The files of src without their comments, by their place: `server/cookie` for src/server/cookie.rs, `server` for
/// src/server/mod.rs, and nothing at all for src/lib.rs, the front door, which names every room.
fn files() -> BTreeMap<String, String> {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut paths = Vec::new();
    rust_files(&src, &mut paths);
    let place = |path: &Path| {
        let inside = path.strip_prefix(&src).unwrap().with_extension("");
        let inside = inside.to_str().unwrap().replace('\\', "/");
        inside.strip_suffix("/mod").map_or(inside.clone(), str::to_owned)
    };
    let text = |path: &Path| {
        let text = fs::read_to_string(path).unwrap();
        let lines = text.lines().map(|line| line.split("//").next().unwrap());
        lines.collect::<Vec<_>>().join("\n")
    };
    let mut files: BTreeMap<_, _> = paths.iter().map(|path| (place(path), text(path))).collect();
    assert!(files.remove("lib").is_some(), "src/lib.rs is not where it was");
    files
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
fn room(place: &str) -> &str {
    place.split('/').next().unwrap()
}

/// Every path that a text names, whether it imports it or uses it in passing: `crate::a::{b, c::d}` is `crate::a::b` and
/// `crate::a::c::d`.
fn paths(text: &str) -> Vec<Vec<&str>> {
    let is_word = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let mut found = Vec::new();
    let mut rest = text;
    while let Some(start) = rest.find(is_word) {
        rest = &rest[start..];
        let length = tree(rest, &mut Vec::new(), &mut found);
        rest = &rest[length..];
    }
    found.retain(|path| path.len() > 1);
    found
}

/// Reads one path from the start of `text`, with all its branches, and says how long it is.
fn tree<'a>(text: &'a str, before: &mut Vec<&'a str>, found: &mut Vec<Vec<&'a str>>) -> usize {
    let is_word = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let depth = before.len();
    let mut at = 0;
    loop {
        let rest = &text[at..];
        if rest.starts_with('{') && depth < before.len() {
            at += 1;
            while !text[at..].starts_with('}') {
                match text[at..].find(|c| is_word(c) || c == '}') {
                    Some(0) if text[at..].starts_with('}') => {}
                    Some(0) => at += tree(&text[at..], before, found),
                    Some(gap) => at += gap,
                    None => panic!("a brace is left open"),
                }
            }
            at += 1;
            break;
        }
        let word = rest.find(|c| !is_word(c)).unwrap_or(rest.len());
        before.push(&rest[..word]);
        at += word;
        match text[at..].strip_prefix("::") {
            Some(next) if next.starts_with(|c| is_word(c) || c == '{') => at += 2,
            _ => {
                found.push(before.clone());
                break;
            }
        }
    }
    before.truncate(depth);
    at
}

/// The file where the thing is declared that the file `from` calls by this path; `None` for what is of another crate.
fn resolve(files: &BTreeMap<String, String>, from: &str, path: &[&str]) -> Option<String> {
    let (first, mut rest) = path.split_first()?;
    let mut here = match *first {
        "crate" => String::new(),
        "self" => from.to_owned(),
        "super" => from.rsplit_once('/').map_or("", |(folder, _)| folder).to_owned(),
        child => Some(join(from, child)).filter(|child| files.contains_key(child))?,
    };
    while let Some((name, behind)) = rest.split_first() {
        let below = join(&here, name);
        if files.contains_key(&below) {
            (here, rest) = (below, behind);
            continue;
        }
        // What a mod.rs re-exports is declared below it.
        let children = files.get(&here).map(|text| paths(text)).unwrap_or_default();
        let exported = children
            .iter()
            .find(|path| path.last() == Some(name) && files.contains_key(&join(&here, path[0])));
        return match exported {
            Some(path) => resolve(files, &here, path),
            None => Some(here).filter(|here| !here.is_empty()),
        };
    }
    Some(here)
}

fn join(folder: &str, name: &str) -> String {
    if folder.is_empty() { name.to_owned() } else { format!("{folder}/{name}") }
}

/// Which files each file uses. What its own folder's mod.rs declares is for all of the folder, and no arrow: there the
/// states of a role are listed, and each returns the next.
fn arrows(files: &BTreeMap<String, String>) -> BTreeMap<String, BTreeSet<String>> {
    let uses = |place: &String, text: &String| {
        let targets = paths(text).into_iter().filter_map(|path| resolve(files, place, &path));
        let is_front = |to: &String| place.strip_prefix(to).is_some_and(|p| p.starts_with('/'));
        targets.filter(|to| to != place && !is_front(to)).collect()
    };
    files.iter().map(|(place, text)| (place.clone(), uses(place, text))).collect()
}

/// A way from a file back to itself, if there is one.
fn circle(arrows: &BTreeMap<String, BTreeSet<String>>) -> Option<Vec<String>> {
    /// Files that lead back to themselves are found on the way; those that do not are never looked at twice.
    fn visit<'a>(
        arrows: &'a BTreeMap<String, BTreeSet<String>>,
        file: &'a str,
        way: &mut Vec<&'a str>,
        done: &mut BTreeSet<&'a str>,
    ) -> Option<Vec<String>> {
        if let Some(start) = way.iter().position(|before| *before == file) {
            return Some(way[start..].iter().copied().chain([file]).map(str::to_owned).collect());
        }
        if done.contains(file) {
            return None;
        }
        way.push(file);
        let mut next = arrows.get(file).into_iter().flatten();
        let found = next.find_map(|to| visit(arrows, to, way, done));
        way.pop();
        done.insert(file);
        found
    }
    let mut done = BTreeSet::new();
    arrows.keys().find_map(|file| visit(arrows, file, &mut Vec::new(), &mut done))
}

#[test]
fn no_import_points_up_or_sideways() {
    let mut seen = 0;
    for (place, text) in &files() {
        let from = room(place);
        for path in paths(text).iter().filter(|path| path[0] == "crate" && path[1] != from) {
            seen += 1;
            assert!(
                level(path[1]) > level(from),
                "src/{place}.rs: src/{from} may not use {}",
                path.join("::")
            );
        }
    }
    assert!(seen > 500, "only {seen} imports were seen: does the test still read them?");
}

#[test]
fn no_file_imports_itself_by_way_of_others() {
    let arrows = arrows(&files());
    let count: usize = arrows.values().map(BTreeSet::len).sum();
    assert!(count > 500, "only {count} arrows were seen: does the test still read them?");
    let circle = circle(&arrows);
    assert!(circle.is_none(), "a circle of files: {}", circle.unwrap().join(" -> "));
}

/// The lines `STATE file -> files` of ARCHITECTURE.md, by their role; a state that leads nowhere has no arrow.
fn pictures() -> Vec<(&'static str, String, Vec<String>)> {
    let document = Path::new(env!("CARGO_MANIFEST_DIR")).join("ARCHITECTURE.md");
    let text = fs::read_to_string(document).unwrap();
    let mut role = None;
    let mut pictures = Vec::new();
    for line in text.lines() {
        role = match line {
            "client (A.1)" => Some("client"),
            "server (A.2)" => Some("server"),
            "```" => None,
            _ => role,
        };
        let Some((role, (left, right))) = role.zip(line.split_once("->")) else { continue };
        let file = left.split_whitespace().last().unwrap();
        // Words of the sentence have no underscore, and the file of another room has a slash.
        let is_file = |word: &&str| {
            let named = ["flight", "negotiated"].contains(word);
            named || word.len() > 1 && word.contains('_') && !word.contains('/')
        };
        let words = right.split(|c: char| !(c.is_ascii_lowercase() || "_/".contains(c)));
        pictures.push((role, file.to_owned(), words.filter(is_file).map(str::to_owned).collect()));
    }
    pictures
}

#[test]
fn the_pictures_of_the_states_are_drawn_by_the_imports() {
    let arrows = arrows(&files());
    let pictures = pictures();
    assert!(pictures.len() >= 13, "{} states", pictures.len());
    for (role, from, to) in &pictures {
        let imported = &arrows[&format!("{role}/{from}")];
        // What the states import of each other is in the picture, and nothing else.
        let states = pictures.iter().filter(|(other, ..)| other == role).map(|(_, file, _)| file);
        let last = ["wait_finished".to_owned(), "flight".to_owned()];
        let expected: BTreeSet<_> = to.iter().collect();
        let found: BTreeSet<_> = states
            .chain(&last)
            .filter(|state| imported.contains(&format!("{role}/{state}")))
            .collect();
        assert_eq!(found, expected, "{role}/{from}");
    }
}

#[test]
fn a_circle_is_found_and_a_diamond_is_none() {
    let arrows = |pairs: &[(&str, &[&str])]| {
        let to = |to: &[&str]| to.iter().map(|to| (*to).to_owned()).collect();
        pairs.iter().map(|(from, targets)| ((*from).to_owned(), to(targets))).collect()
    };
    let diamond = [("a", &["b", "c"][..]), ("b", &["d"]), ("c", &["d"]), ("d", &[])];
    assert_eq!(circle(&arrows(&diamond)), None);
    let ring = [("a", &["b"][..]), ("b", &["c", "d"]), ("c", &[]), ("d", &["b"])];
    assert_eq!(circle(&arrows(&ring)).unwrap(), ["b", "d", "b"]);
}

#[test]
fn imports_are_found_where_they_lead() {
    let file = |place: &str, text: &str| (place.to_owned(), text.to_owned());
    let files = BTreeMap::from([
        file(
            "server",
            "mod cookie; pub use cookie::{Cookie, Keys as CookieKeys}; pub enum State {}",
        ),
        file("server/cookie", ""),
        file(
            "server/retry",
            "use super::{State, Keys};\nfn f() { super::cookie::seal(super::State) }",
        ),
        file("server/accept", "use std::sync::Arc;\nuse crate::{server::{retry::Retry, Cookie}};"),
    ]);
    let arrows = arrows(&files);
    assert_eq!(Vec::from_iter(&arrows["server"]), ["server/cookie"]);
    assert!(arrows["server/cookie"].is_empty());
    assert_eq!(Vec::from_iter(&arrows["server/retry"]), ["server/cookie"]);
    assert_eq!(Vec::from_iter(&arrows["server/accept"]), ["server/cookie", "server/retry"]);
}

/// The dependencies of Cargo.toml, as paths call them.
fn dependencies() -> BTreeSet<String> {
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.toml");
    let mut section = String::new();
    let mut names = BTreeSet::new();
    for line in fs::read_to_string(manifest).unwrap().lines() {
        if line.starts_with('[') {
            line.clone_into(&mut section);
        } else if let Some((name, _)) = line.split_once(" = ")
            && section.ends_with("dependencies]")
            && !section.ends_with("dev-dependencies]")
        {
            let name = name.replace('-', "_");
            names.insert(if name == RENAMED.0 { RENAMED.1.to_owned() } else { name });
        }
    }
    names
}

#[test]
fn only_the_crypto_layer_names_crypto_crates() {
    let dependencies = dependencies();
    for (name, _) in OUTSIDE_CRYPTO {
        assert!(dependencies.contains(name), "{name} is no dependency any more");
    }
    let mut seen = BTreeSet::new();
    for (place, text) in &files() {
        for path in paths(text).iter().filter(|path| dependencies.contains(path[0])) {
            let exception = OUTSIDE_CRYPTO.iter().find(|(name, _)| *name == path[0]);
            let rooms = exception.map_or(&["crypto"][..], |(_, rooms)| rooms);
            assert!(rooms.contains(&room(place)), "src/{place}.rs: {}", path.join("::"));
            seen.insert(path[0].to_owned());
        }
    }
    assert_eq!(
        seen, dependencies,
        "a dependency that no path names, or that the test does not see"
    );
}
