//! The part of DER (X.690 section 10) that private keys, signatures and the fields of a certificate need.
//!
//! The crates `der`, `pkcs8` and `sec1` do the same, but would add nine kilobytes to the download, partly for error
//! details that are never reported. The tests compare this code with `der`.

pub(super) const INTEGER: u8 = 0x02;
pub(super) const OCTET_STRING: u8 = 0x04;
pub(crate) const SEQUENCE: u8 = 0x30;
/// `[0]`, explicit.
pub(super) const CONTEXT_0: u8 = 0xa0;

/// Reads elements one after the other.
pub(crate) struct Elements<'a>(&'a [u8]);

impl<'a> Elements<'a> {
    /// The elements of `der`.
    pub(crate) fn of(der: &'a [u8]) -> Self {
        Self(der)
    }

    /// The elements of `der`, which must be one SEQUENCE.
    pub(crate) fn of_sequence(der: &'a [u8]) -> Option<Self> {
        let mut outer = Self(der);
        let content = outer.next(SEQUENCE)?;
        outer.end()?;
        Some(Self(content))
    }

    /// The content of the next element, which must have this tag.
    pub(crate) fn next(&mut self, tag: u8) -> Option<&'a [u8]> {
        let (&found, rest) = self.0.split_first()?;
        let (&first, rest) = rest.split_first()?;
        // Keys and certificates are shorter than 2^24 bytes.
        let digits = match first {
            0..=0x7f => 0,
            0x81 => 1,
            0x82 => 2,
            0x83 => 3,
            _ => return None,
        };
        let (long, rest) = rest.split_at_checked(digits)?;
        let length = match *long {
            [] => usize::from(first),
            // A length has only one valid encoding, the shortest.
            [a] if a >= 0x80 => usize::from(a),
            [a, b] if a > 0 => usize::from(u16::from_be_bytes([a, b])),
            [a, b, c] if a > 0 => u32::from_be_bytes([0, a, b, c]) as usize,
            _ => return None,
        };
        let (content, rest) = rest.split_at_checked(length)?;
        if found != tag {
            return None;
        }
        self.0 = rest;
        Some(content)
    }

    /// The next INTEGER, which must not be negative, without leading zeros.
    pub(crate) fn next_unsigned(&mut self) -> Option<&'a [u8]> {
        match self.next(INTEGER)? {
            [0] => Some(&[]),
            // A leading zero is for the sign, and only valid where it is needed.
            [0, digits @ ..] => {
                digits.first().is_some_and(|digit| *digit >= 0x80).then_some(digits)
            }
            digits => digits.first().is_some_and(|digit| *digit < 0x80).then_some(digits),
        }
    }

    /// Succeeds at the end.
    pub(crate) fn end(&self) -> Option<()> {
        self.0.is_empty().then_some(())
    }
}

/// An ECDSA signature (RFC 3279 section 2.2.3) from its two numbers, which have the same length and are concatenated.
pub(super) fn ecdsa_signature(numbers: &[u8]) -> Vec<u8> {
    let (r, s) = numbers.split_at(numbers.len() / 2);
    let mut elements = Vec::new();
    for number in [r, s] {
        let zeros = number.iter().take_while(|digit| **digit == 0).count();
        let digits = number.get(zeros..).unwrap_or_default();
        // The first bit is the sign; zero needs a digit, too.
        let padded = digits.first().is_none_or(|digit| *digit >= 0x80);
        elements.extend([INTEGER, digits.len() as u8 + u8::from(padded)]);
        elements.extend(padded.then_some(0));
        elements.extend(digits);
    }
    // With P-384 they have at most 2 * (2 + 49) bytes.
    [&[SEQUENCE, elements.len() as u8], elements.as_slice()].concat()
}

/// The two numbers of an ECDSA signature, each `N` bytes long.
pub(super) fn ecdsa_numbers<const N: usize>(der: &[u8]) -> Option<[[u8; N]; 2]> {
    let mut elements = Elements::of_sequence(der)?;
    let mut numbers = [[0; N]; 2];
    for number in &mut numbers {
        let digits = elements.next_unsigned()?;
        number.get_mut(N.checked_sub(digits.len())?..)?.copy_from_slice(digits);
    }
    elements.end()?;
    Some(numbers)
}

#[cfg(test)]
mod tests {
    use ::der::asn1::{OctetStringRef, UintRef};
    use ::der::{Decode, Reader, SliceReader};

    use super::*;
    use crate::crypto::Random;

    /// A SEQUENCE of two numbers and an OCTET STRING, read by this code and by `der`.
    fn read(der: &[u8]) -> Option<[&[u8]; 3]> {
        let mut elements = Elements::of_sequence(der)?;
        let read =
            [elements.next_unsigned()?, elements.next_unsigned()?, elements.next(OCTET_STRING)?];
        elements.end()?;
        Some(read)
    }

    fn read_by_the_crate(der: &[u8]) -> Option<[&[u8]; 3]> {
        let mut reader = SliceReader::new(der).ok()?;
        let read = reader.sequence(|inner| {
            let (a, b) = (UintRef::decode(inner)?, UintRef::decode(inner)?);
            let octets = <&OctetStringRef>::decode(inner)?;
            ::der::Result::Ok([a.as_bytes(), b.as_bytes(), octets.as_bytes()])
        });
        let [a, b, octets] = read.ok()?;
        reader.finish().ok()?;
        // `der` keeps the digit of zero.
        let [a, b] = [a, b].map(|number| if number == [0] { &[] } else { number });
        Some([a, b, octets])
    }

    #[test]
    fn it_reads_what_the_crate_reads_and_nothing_else() {
        let mut random = Random::from_seed([7; 32]);
        let mut byte = move || {
            let mut byte = [0];
            random.fill(&mut byte);
            usize::from(byte[0])
        };
        let (mut taken, mut refused) = (0, 0);
        for _ in 0..200_000 {
            let mut der = Vec::new();
            for tag in [INTEGER, INTEGER, OCTET_STRING] {
                let length = if byte() < 16 { byte() * byte() / 100 } else { byte() % 5 };
                der.push(tag);
                match length {
                    0..=0x7f => der.push(length as u8),
                    0x80..=0xff => der.extend([0x81, length as u8]),
                    _ => der.extend([0x82, (length >> 8) as u8, length as u8]),
                }
                let mask = [0, 0x7f, 0xff][byte() % 3];
                der.extend(
                    (0..length).map(|place| (byte() & if place < 2 { mask } else { 0xff }) as u8),
                );
            }
            let length = der.len();
            let mut whole = match length {
                0..=0x7f => vec![SEQUENCE, length as u8],
                0x80..=0xff => vec![SEQUENCE, 0x81, length as u8],
                _ => vec![SEQUENCE, 0x82, (length >> 8) as u8, length as u8],
            };
            whole.extend(der);
            for _ in 0..byte() % 3 {
                let place = byte() * 256 + byte();
                let place =
                    if byte() < 128 { place % whole.len() } else { place % whole.len().min(12) };
                match byte() % 3 {
                    0 => whole[place] = byte() as u8,
                    1 => whole.insert(place, byte() as u8),
                    _ => drop(whole.remove(place)),
                }
                if whole.is_empty() {
                    whole.push(SEQUENCE);
                }
            }
            let read = read(&whole);
            assert_eq!(read, read_by_the_crate(&whole), "{whole:x?}");
            *if read.is_some() { &mut taken } else { &mut refused } += 1;
        }
        assert!(taken > 10_000 && refused > 10_000, "{taken} taken, {refused} refused");
    }

    #[test]
    fn lengths_are_written_in_the_shortest_way() {
        let next = |der: &[u8]| Elements::of(der).next(OCTET_STRING).map(<[u8]>::len);
        let long = |head: &[u8], length| [head, &vec![7; length]].concat();
        assert_eq!(next(&[4, 0]), Some(0));
        assert_eq!(next(&[4, 2, 7, 7]), Some(2));
        assert_eq!(next(&long(&[4, 0x81, 0x80], 0x80)), Some(0x80));
        assert_eq!(next(&long(&[4, 0x82, 1, 0], 0x100)), Some(0x100));
        let bad = [&[4][..], &[4, 1], &[4, 0x81, 1, 7], &[4, 0x80], &[4, 0x83, 0, 0, 0], &[2, 0]];
        for bad in bad {
            assert_eq!(next(bad), None, "{bad:x?}");
        }
        assert_eq!(next(&long(&[4, 0x82, 0, 0x80], 0x80)), None);
    }

    #[test]
    fn numbers_are_not_negative_and_have_no_zeros_to_spare() {
        let number = |content: &[u8]| {
            let der = [&[INTEGER, content.len() as u8], content].concat();
            Elements::of(&der).next_unsigned().map(<[u8]>::to_vec)
        };
        assert_eq!(number(&[0]), Some(vec![]));
        assert_eq!(number(&[1, 2]), Some(vec![1, 2]));
        assert_eq!(number(&[0, 0x80]), Some(vec![0x80]));
        for bad in [&[][..], &[0x80], &[0, 0x7f], &[0, 0], &[0xff, 0xff]] {
            assert_eq!(number(bad), None, "{bad:x?}");
        }
    }

    #[test]
    fn ecdsa_signatures_go_there_and_back() {
        for numbers in [[[0xff; 48]; 2], [[0; 48]; 2], [[1; 48], [0x80; 48]]] {
            let der = ecdsa_signature(&numbers.concat());
            assert_eq!(ecdsa_numbers(&der), Some(numbers));
            assert_eq!(ecdsa_numbers::<48>(&[&der[..], &[0]].concat()), None);
        }
        assert_eq!(ecdsa_numbers::<32>(&ecdsa_signature(&[0xff; 96])), None);
    }
}
