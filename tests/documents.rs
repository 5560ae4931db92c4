//! `docs/conformance.md` names only existing tests, and all tests of tests/conformance.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

fn read(path: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The names of the tests in a file.
fn tests_of(path: &str) -> BTreeSet<String> {
    let source = read(path);
    if path.ends_with(".rs") {
        // Between the attribute and the function there may be other attributes.
        let tests = source.split("#[test]\n").skip(1);
        let name = |test: &str| {
            let line = test.lines().find(|line| !line.trim_start().starts_with("#["))?;
            Some(line.trim_start().strip_prefix("fn ")?.split_once('(')?.0.to_owned())
        };
        return tests.filter_map(name).collect();
    }
    let tests = source.split("test(\"").skip(1);
    tests.filter_map(|test| Some(test.split_once("\",")?.0.to_owned())).collect()
}

struct Row {
    /// Number, case, section, outcome, tests.
    cells: Vec<String>,
    /// The tests as file and name.
    tests: Vec<(String, String)>,
}

/// The rows of the tables.
fn rows() -> Vec<Row> {
    let document = read("docs/conformance.md");
    let lines = document.lines().filter(|line| {
        line.strip_prefix("| ").is_some_and(|row| row.starts_with(|first: char| first.is_numeric()))
    });
    let row = |line: &str| {
        let cells: Vec<String> =
            line.trim_matches('|').split(" | ").map(|cell| cell.trim().to_owned()).collect();
        assert_eq!(cells.len(), 5, "{line}");
        let tests = cells[4].split('`').skip(1).step_by(2);
        let test = |test: &str| {
            let (file, name) = test.split_once(": ").unwrap_or_else(|| panic!("{test}: no file"));
            (file.to_owned(), name.to_owned())
        };
        let tests = tests.map(test).collect();
        Row { cells, tests }
    };
    lines.map(row).collect()
}

#[test]
fn every_row_names_tests_and_all_of_them_exist() {
    let rows = rows();
    assert!(rows.len() >= 167, "{} rows", rows.len());
    for (at, Row { cells, tests }) in rows.iter().enumerate() {
        assert_eq!(cells[0], (at + 1).to_string());
        assert!(cells[1..4].iter().all(|cell| !cell.is_empty()), "{cells:?}");
        assert!(!tests.is_empty(), "no test for: {}", cells[1]);
        for (file, name) in tests {
            assert!(tests_of(file).contains(name), "{file} has no test {name}");
        }
    }
}

#[test]
fn every_test_of_conformance_is_named_by_a_row_or_proves_the_tests() {
    // The inputs that refusals are made from.
    let proofs =
        ["what_the_refusals_are_made_from_is_accepted", "what_the_refusals_are_made_from_connects"];
    let named: BTreeSet<(String, String)> = rows().into_iter().flat_map(|row| row.tests).collect();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/conformance");
    let mut left_out = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let file = format!("tests/conformance/{}", entry.unwrap().file_name().to_string_lossy());
        for name in tests_of(&file) {
            if !proofs.contains(&&*name) && !named.contains(&(file.clone(), name.clone())) {
                left_out.push(format!("{file}: {name}"));
            }
        }
    }
    assert!(left_out.is_empty(), "{left_out:#?}");
}
