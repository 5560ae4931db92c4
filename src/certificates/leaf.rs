//! Fields of a certificate that path validation does not check (RFC 5280 sections 4.1.2.5 and 4.2.1.3).

use crate::crypto::signature::{Elements, SEQUENCE};

const BOOLEAN: u8 = 0x01;
const INTEGER: u8 = 0x02;
const BIT_STRING: u8 = 0x03;
const OCTET_STRING: u8 = 0x04;
const OBJECT_IDENTIFIER: u8 = 0x06;
const UTC_TIME: u8 = 0x17;
const GENERALIZED_TIME: u8 = 0x18;
/// `[0]`, explicit: the version.
const VERSION: u8 = 0xa0;
/// `[1]` and `[2]`, implicit: the unique identifiers.
const UNIQUE_IDS: [u8; 2] = [0x81, 0x82];
/// `[3]`, explicit: the extensions.
const EXTENSIONS: u8 = 0xa3;

/// id-ce-keyUsage, 2.5.29.15.
const KEY_USAGE: &[u8] = &[0x55, 0x1d, 0x0f];
/// The bit of keyUsage for signatures other than those on certificates, in its first byte.
const DIGITAL_SIGNATURE: u8 = 0x80;

/// The fields that are checked here.
struct Fields<'a> {
    validity: &'a [u8],
    key_usage: Option<&'a [u8]>,
}

/// Whether the certificate's key may sign a handshake: keyUsage has digitalSignature, or is absent
/// (RFC 9846 section 4.5.1.2). `None` if the certificate cannot be read.
pub fn may_sign(certificate: &[u8]) -> Option<bool> {
    let Some(value) = fields(certificate)?.key_usage else { return Some(true) };
    let mut elements = Elements::of(value);
    // The first byte is the number of unused bits in the last byte.
    let [_, bits @ ..] = elements.next(BIT_STRING)? else { return None };
    Some(bits.first().is_some_and(|bits| bits & DIGITAL_SIGNATURE != 0))
}

/// The end of the certificate's validity, in milliseconds since the Unix epoch. `None` if it cannot be read.
pub fn not_after(certificate: &[u8]) -> Option<u64> {
    let mut validity = Elements::of(fields(certificate)?.validity);
    time(&mut validity)?;
    time(&mut validity)
}

fn fields(certificate: &[u8]) -> Option<Fields<'_>> {
    let mut outer = Elements::of_sequence(certificate)?;
    let mut tbs = Elements::of(outer.next(SEQUENCE)?);
    let _ = tbs.next(VERSION);
    tbs.next(INTEGER)?;
    let (_signature, _issuer) = (tbs.next(SEQUENCE)?, tbs.next(SEQUENCE)?);
    let validity = tbs.next(SEQUENCE)?;
    let (_subject, _public_key) = (tbs.next(SEQUENCE)?, tbs.next(SEQUENCE)?);
    for tag in UNIQUE_IDS {
        let _ = tbs.next(tag);
    }
    let key_usage = match tbs.next(EXTENSIONS) {
        Some(extensions) => extension(extensions, KEY_USAGE)?,
        None => None,
    };
    Some(Fields { validity, key_usage })
}

/// The value of the extension with this identifier, if present; the outer `None` means that the list cannot be read.
fn extension<'a>(extensions: &'a [u8], wanted: &[u8]) -> Option<Option<&'a [u8]>> {
    let mut list = Elements::of_sequence(extensions)?;
    while let Some(extension) = list.next(SEQUENCE) {
        let mut parts = Elements::of(extension);
        let identifier = parts.next(OBJECT_IDENTIFIER)?;
        let _critical = parts.next(BOOLEAN);
        let value = parts.next(OCTET_STRING)?;
        if identifier == wanted {
            return Some(Some(value));
        }
    }
    list.end()?;
    Some(None)
}

/// A Time, in milliseconds since the Unix epoch.
fn time(elements: &mut Elements<'_>) -> Option<u64> {
    let (year, rest) = match elements.next(UTC_TIME) {
        Some(text) => {
            let (year, rest) = number(text, 2)?;
            (if year < 50 { 2000 + year } else { 1900 + year }, rest)
        }
        None => number(elements.next(GENERALIZED_TIME)?, 4)?,
    };
    let (month, rest) = number(rest, 2)?;
    let (day, rest) = number(rest, 2)?;
    let (hour, rest) = number(rest, 2)?;
    let (minute, rest) = number(rest, 2)?;
    let (second, rest) = number(rest, 2)?;
    if rest != b"Z" || !(1..=12).contains(&month) || day == 0 {
        return None;
    }
    let seconds = ((days_before(year, month)? + day - 1) * 24 + hour) * 3600 + minute * 60 + second;
    Some(seconds * 1000)
}

/// The days from the Unix epoch to the first of a month, in the Gregorian calendar.
fn days_before(year: u64, month: u64) -> Option<u64> {
    const BEFORE_MONTH: [u64; 12] = [0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334];
    let leap_days = |year: u64| year / 4 - year / 100 + year / 400;
    let is_leap = leap_days(year) > leap_days(year.checked_sub(1)?);
    let before_year = (year.checked_sub(1970)?) * 365 + leap_days(year - 1) - leap_days(1969);
    let before_month = BEFORE_MONTH.get(usize::try_from(month - 1).ok()?)?;
    Some(before_year + before_month + u64::from(is_leap && month > 2))
}

/// The number in the first `digits` digits, and the rest.
fn number(text: &[u8], digits: usize) -> Option<(u64, &[u8])> {
    let (digits, rest) = text.split_at_checked(digits)?;
    if !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let value = digits.iter().fold(0, |value, digit| value * 10 + u64::from(digit - b'0'));
    Some((value, rest))
}

#[cfg(test)]
mod tests {
    use super::days_before;

    #[test]
    fn days_are_counted_as_the_calendar_does() {
        assert_eq!(days_before(1970, 1), Some(0));
        assert_eq!(days_before(1972, 3), Some(2 * 365 + 31 + 29));
        assert_eq!(days_before(2000, 3), Some(11_017));
        assert_eq!(days_before(2100, 3), Some(47_541));
        assert_eq!(days_before(1969, 12), None);
    }
}
