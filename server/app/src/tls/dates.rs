//! When a certificate is valid: the two times in its middle, and nothing else of X.509.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

/// Tags of DER that are met on the way.
const SEQUENCE: u8 = 0x30;
const VERSION: u8 = 0xa0;
const UTC_TIME: u8 = 0x17;
const GENERALIZED_TIME: u8 = 0x18;
/// A UTCTime has two digits of the year: those from 50 on belong to the last century, says RFC 5280.
const CENTURY_TURNS_AT: i16 = 50;

/// From when until when. `None` where this is no certificate.
pub fn validity(certificate: &[u8]) -> Option<(Timestamp, Timestamp)> {
    let (signed, _) = part(certificate, SEQUENCE)?;
    let (mut rest, _) = part(signed, SEQUENCE)?;
    // The version may be left out.
    if rest.first() == Some(&VERSION) {
        rest = any(rest)?.2;
    }
    // Serial number, algorithm, issuer.
    for _ in 0..3 {
        rest = any(rest)?.2;
    }
    let (validity, _) = part(rest, SEQUENCE)?;
    let (tag, from, rest) = any(validity)?;
    let from = time(tag, from)?;
    let (tag, until, _) = any(rest)?;
    Some((from, time(tag, until)?))
}

/// Tag and content of the first value, and what follows it.
fn any(bytes: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let (&tag, rest) = bytes.split_first()?;
    let (&first, rest) = rest.split_first()?;
    let (length, rest) = match first {
        0..=0x7f => (usize::from(first), rest),
        // Two bytes of length reach 64 KiB, more than TLS lets a certificate have.
        0x81 | 0x82 => {
            let (length, rest) = rest.split_at_checked(usize::from(first & 0x0f))?;
            let length = length.iter().fold(0, |sum, byte| sum << 8 | usize::from(*byte));
            (length, rest)
        }
        _ => return None,
    };
    let (content, rest) = rest.split_at_checked(length)?;
    Some((tag, content, rest))
}

fn part(bytes: &[u8], wanted: u8) -> Option<(&[u8], &[u8])> {
    let (tag, content, rest) = any(bytes)?;
    (tag == wanted).then_some((content, rest))
}

/// `YYMMDDHHMMSSZ` or `YYYYMMDDHHMMSSZ`.
fn time(tag: u8, text: &[u8]) -> Option<Timestamp> {
    let digits = text.strip_suffix(b"Z")?;
    let (year_digits, century) = match tag {
        UTC_TIME => (2, 1900),
        GENERALIZED_TIME => (4, 0),
        _ => return None,
    };
    if digits.len() != year_digits + 10 || !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let number = |digits: &[u8]| {
        digits
            .iter()
            .fold(0i16, |sum, digit| sum * 10 + i16::from(digit - b'0'))
    };
    let (year, rest) = digits.split_at(year_digits);
    let mut year = number(year) + century;
    if tag == UTC_TIME && year < 1900 + CENTURY_TURNS_AT {
        year += 100;
    }
    let two = |at: usize| i8::try_from(number(&rest[at..at + 2])).ok();
    let civil = DateTime::new(year, two(0)?, two(2)?, two(4)?, two(6)?, two(8)?, 0).ok()?;
    Some(civil.to_zoned(TimeZone::UTC).ok()?.timestamp())
}

#[cfg(test)]
mod tests {
    use super::*;
    use rcgen::{CertificateParams, KeyPair, date_time_ymd};

    fn made(from: (i32, u8, u8), until: (i32, u8, u8)) -> Vec<u8> {
        let mut params = CertificateParams::new(vec!["map.example".to_owned()]).unwrap();
        params.not_before = date_time_ymd(from.0, from.1, from.2);
        params.not_after = date_time_ymd(until.0, until.1, until.2);
        let key = KeyPair::generate().unwrap();
        params.self_signed(&key).unwrap().der().to_vec()
    }

    #[test]
    fn both_ways_to_write_a_time_are_read() {
        let (from, until) = validity(&made((1999, 12, 31), (2051, 2, 28))).unwrap();
        assert_eq!(from.to_string(), "1999-12-31T00:00:00Z");
        assert_eq!(until.to_string(), "2051-02-28T00:00:00Z");
    }

    #[test]
    fn a_certificate_cut_anywhere_is_none_and_breaks_nothing() {
        let whole = made((2020, 1, 1), (2049, 12, 31));
        for end in 0..whole.len() {
            assert_eq!(validity(&whole[..end]), None, "{end}");
        }
        // A flipped byte may make another date, never a panic.
        for at in 0..whole.len() {
            let mut odd = whole.clone();
            odd[at] ^= 0xff;
            let _ = validity(&odd);
        }
    }
}
