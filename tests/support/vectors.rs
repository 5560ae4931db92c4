//! Published values by name, and how many of them a test compared.
#![allow(dead_code, reason = "each test binary uses a part of it")]

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

/// Values by name. What was compared is counted by name, so comparing a value twice counts once.
pub struct Vectors {
    values: BTreeMap<String, Vec<u8>>,
    compared: BTreeSet<String>,
}

impl Vectors {
    /// Reads lines of `name: hex`; a `#` makes a line a comment.
    pub fn from_lines(text: &str) -> Self {
        let mut values = BTreeMap::new();
        for line in text.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
            let (name, hex) = line.split_once(": ").unwrap_or_else(|| panic!("no name: {line}"));
            let bytes = decode_hex(hex).unwrap_or_else(|| panic!("{name} is not hex"));
            assert!(values.insert(name.to_owned(), bytes).is_none(), "{name} is there twice");
        }
        Self { values, compared: BTreeSet::new() }
    }

    /// Takes the fields of a JSON object that are strings of hex.
    pub fn from_json(object: &Value) -> Self {
        let fields = object.as_object().expect("an object").iter();
        let values = fields
            .filter_map(|(name, value)| Some((name.clone(), decode_hex(value.as_str()?)?)))
            .collect();
        Self { values, compared: BTreeSet::new() }
    }

    /// A value that the source has for sure.
    pub fn get(&self, name: &str) -> &[u8] {
        self.find(name).unwrap_or_else(|| panic!("there is no {name}"))
    }

    /// A value of fixed length.
    pub fn array<const N: usize>(&self, name: &str) -> [u8; N] {
        self.get(name).try_into().unwrap_or_else(|_| panic!("{name} does not have {N} bytes"))
    }

    /// A value that may be absent.
    pub fn find(&self, name: &str) -> Option<&[u8]> {
        self.values.get(name).map(Vec::as_slice)
    }

    /// Compares a value with what we made of it.
    pub fn expect(&mut self, name: &str, ours: &[u8]) {
        assert_eq!(hex(ours), hex(self.get(name)), "ours on the left: {name}");
        self.compared.insert(name.to_owned());
    }

    /// How many values were compared.
    pub fn compared(&self) -> usize {
        self.compared.len()
    }

    /// The values that were not compared.
    pub fn left_out(&self) -> Vec<&str> {
        let names = self.values.keys().filter(|name| !self.compared.contains(*name));
        names.map(String::as_str).collect()
    }
}

/// RFC 8448 section 3: a full handshake.
pub fn rfc8448_simple() -> Vectors {
    Vectors::from_lines(include_str!("../vectors/rfc8448-section-3-simple-1-rtt.txt"))
}

/// RFC 8448 section 4: the handshake that resumes the one of section 3.
pub fn rfc8448_resumed() -> Vectors {
    Vectors::from_lines(include_str!("../vectors/rfc8448-section-4-resumed-0-rtt.txt"))
}

/// RFC 8448 section 5: a full handshake with a HelloRetryRequest.
pub fn rfc8448_retried() -> Vectors {
    Vectors::from_lines(include_str!("../vectors/rfc8448-section-5-hello-retry-request.txt"))
}

fn decode_hex(hex: &str) -> Option<Vec<u8>> {
    let nibbles: Option<Vec<_>> = hex.chars().map(|digit| digit.to_digit(16)).collect();
    let (pairs, []) = nibbles.as_ref()?.as_chunks() else { return None };
    Some(pairs.iter().map(|[high, low]| (high << 4 | low) as u8).collect())
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
