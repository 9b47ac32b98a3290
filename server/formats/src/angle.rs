//! A longitude or latitude as people type it into a cell, 经纬度写法: decimal degrees, or degrees, minutes and seconds; with the
//! full-width digits of a Chinese keyboard, or the apostrophe that keeps a spreadsheet from reading a number.

/// Names of the half of the globe, before or behind the number, and whether they turn the sign.
const HALVES: [(&str, bool); 8] = [
    ("东经", false),
    ("北纬", false),
    ("西经", true),
    ("南纬", true),
    ("e", false),
    ("n", false),
    ("w", true),
    ("s", true),
];
const DEGREES: [char; 3] = ['°', 'º', '度'];
const MINUTES: [char; 4] = ['′', '\'', '’', '分'];
const SECONDS: [char; 4] = ['″', '"', '”', '秒'];
const PER_DEGREE: f64 = 60.0;

/// Lower case, without a leading apostrophe, full-width characters made narrow.
pub(crate) fn plain(text: &str) -> String {
    let narrow: String = text
        .chars()
        .map(|c| match c {
            '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c),
            '\u{3000}' => ' ',
            '。' => '.',
            '−' => '-',
            other => other,
        })
        .collect();
    narrow
        .trim()
        .trim_start_matches(['\'', '‘', '’', '`'])
        .trim()
        .to_ascii_lowercase()
}

/// The number of a text that went through [`plain`]; `None` when it is none.
pub(crate) fn read(text: &str) -> Option<f64> {
    let mut rest = text;
    let mut turned = false;
    for (name, turns) in HALVES {
        let inner = rest.strip_prefix(name).or_else(|| rest.strip_suffix(name));
        if let Some(inner) = inner {
            rest = inner.trim().trim_start_matches([':', ' ']);
            turned = turns;
            break;
        }
    }
    let value = match rest.parse() {
        Ok(value) => value,
        Err(_) => degrees(rest)?,
    };
    Some(if turned { -value } else { value })
}

/// `104°3′45″`, its seconds or minutes may be missing.
fn degrees(text: &str) -> Option<f64> {
    let text = text.replace("''", "″").replace("′′", "″").replace("’’", "″");
    let (negative, text) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.as_str()),
    };
    let (whole, rest) = text.split_once(DEGREES)?;
    let (minutes, rest) = part(rest, &MINUTES)?;
    let (seconds, rest) = part(rest, &SECONDS)?;
    if !rest.trim().is_empty() {
        return None;
    }
    let value = number(whole)? + minutes / PER_DEGREE + seconds / (PER_DEGREE * PER_DEGREE);
    Some(if negative { -value } else { value })
}

/// Minutes or seconds up to their mark, zero when they are missing.
fn part<'a>(text: &'a str, marks: &[char]) -> Option<(f64, &'a str)> {
    match text.split_once(marks) {
        None => Some((0.0, text)),
        Some((value, rest)) => number(value)
            .filter(|value| *value < PER_DEGREE)
            .map(|value| (value, rest)),
    }
}

/// Digits and a point; no sign, no exponent.
fn number(text: &str) -> Option<f64> {
    let text = text.trim();
    if text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.') {
        text.parse().ok()
    } else {
        None
    }
}
