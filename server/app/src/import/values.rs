//! Reading numbers, years, days and words as people write them.

use geju_core::place::{CompoundKind, GridTier};
use geju_formats::RawValue;
use jiff::Timestamp;
use jiff::civil::Date;

/// A count such as `1,234`, `１２ 户`, `12.0`, `约30`. `None` for what is no count.
pub fn count(value: &RawValue) -> Option<u32> {
    match value {
        RawValue::Int(n) => u32::try_from(*n).ok(),
        RawValue::Float(f) if f.is_finite() && *f >= 0.0 && *f <= f64::from(u32::MAX) => Some(f.round() as u32),
        RawValue::Text(text) => {
            let plain: String = text
                .trim()
                .chars()
                .map(half_width)
                .filter(|c| !matches!(c, ',' | ' ' | '约'))
                .collect();
            let digits = plain.trim_end_matches(|c: char| !c.is_ascii_digit() && c != '.');
            let number: f64 = digits.parse().ok()?;
            count(&RawValue::Float(number))
        }
        RawValue::Null | RawValue::Bool(_) | RawValue::Float(_) => None,
    }
}

/// What people write into a cell to say nothing.
const NOTHING: [&str; 12] = [
    "-", "--", "—", "——", "－", "/", "\\", "N/A", "n/a", "null", "NULL", "未知",
];

/// The text, unless it only says that there is none.
pub fn meant(value: &RawValue) -> Option<String> {
    value.text().filter(|text| !NOTHING.contains(&text.as_str()))
}

/// A code as it was meant: full-width digits made plain, a spreadsheet's leading apostrophe and trailing `.00` dropped.
pub fn code_text(value: &RawValue) -> Option<String> {
    let text: String = meant(value)?.chars().map(half_width).collect();
    let text = text.trim().trim_start_matches(['\'', '’', '‘']);
    let plain = match text.split_once('.') {
        Some((whole, zeros))
            if !zeros.is_empty() && zeros.bytes().all(|b| b == b'0') && whole.bytes().all(|b| b.is_ascii_digit()) =>
        {
            whole
        }
        _ => text,
    };
    (!plain.is_empty()).then(|| plain.to_owned())
}

/// `5.10105E+14`: digits are lost for good.
pub fn is_ruined_number(text: &str) -> bool {
    let Some((digits, power)) = text.split_once(['E', 'e']) else {
        return false;
    };
    digits.bytes().all(|b| b.is_ascii_digit() || b == b'.')
        && digits.contains('.')
        && power.trim_start_matches('+').bytes().all(|b| b.is_ascii_digit())
}

/// Floors as OSM writes them too: `6`, `6.5`, `6;8` (the highest), `6层`.
pub fn floors(value: &RawValue) -> Option<u32> {
    match value {
        RawValue::Text(text) => text
            .split([';', '-', '/', '~', '至'])
            .filter_map(|part| count(&RawValue::Text(part.to_owned())))
            .max(),
        other => count(other),
    }
}

/// A year out of `1998`, `1998年`, `1998-05-01`.
pub fn year(value: &RawValue) -> Option<u32> {
    let text = value.text()?;
    let digits: String = text
        .trim()
        .chars()
        .map(half_width)
        .take_while(char::is_ascii_digit)
        .collect();
    (digits.len() == 4).then(|| digits.parse().ok()).flatten()
}

/// Yes or no in either language.
pub fn truth(value: &RawValue) -> Option<bool> {
    if let RawValue::Bool(b) = value {
        return Some(*b);
    }
    match value.text()?.to_lowercase().as_str() {
        "yes" | "y" | "true" | "1" | "是" | "有" | "已成立" | "√" => Some(true),
        "no" | "n" | "false" | "0" | "否" | "无" | "未成立" | "×" => Some(false),
        _ => None,
    }
}

/// Words as an export writes them, so that [`words`] reads them as they were.
pub fn joined<'a>(words: impl Iterator<Item = &'a str> + Clone) -> Option<String> {
    let cuts = |c: char| matches!(c, ';' | '；' | '、' | '|' | ',' | '，' | '[');
    let plain =
        |word: &str| !word.contains(cuts) && word.trim() == word && !word.is_empty() && !NOTHING.contains(&word);
    let all: Vec<&str> = words.clone().collect();
    match all[..] {
        [] => None,
        _ if words.clone().all(plain) => Some(all.join(";")),
        _ => serde_json::to_string(&all).ok(),
    }
}

/// Words cut at `;`, `；`, `、`, `|` or `,`.
pub fn words(value: &RawValue) -> Vec<String> {
    let Some(text) = meant(value) else { return Vec::new() };
    // A list as an export writes it where a word itself holds one of these.
    if text.starts_with('[')
        && let Ok(words) = serde_json::from_str::<Vec<String>>(&text)
    {
        return words;
    }
    let parts = text
        .split([';', '；', '、', '|', ',', '，'])
        .map(str::trim)
        .filter(|p| !p.is_empty());
    parts.map(str::to_owned).collect()
}

pub fn compound_kind(value: &RawValue) -> Option<CompoundKind> {
    let text = value.text()?.to_lowercase();
    if let Some(kind) = CompoundKind::ALL.into_iter().find(|k| k.as_str() == text) {
        return Some(kind);
    }
    let known = [
        ("商品", CompoundKind::Commodity),
        ("保障", CompoundKind::Affordable),
        ("公租", CompoundKind::Affordable),
        ("经济适用", CompoundKind::Affordable),
        ("安置", CompoundKind::Resettlement),
        ("拆迁", CompoundKind::Resettlement),
        ("老旧", CompoundKind::Old),
        ("单位", CompoundKind::WorkUnit),
        ("家属院", CompoundKind::WorkUnit),
        ("院落", CompoundKind::Courtyard),
        ("临街", CompoundKind::StreetFront),
        ("商住", CompoundKind::StreetFront),
    ];
    known
        .into_iter()
        .find(|(word, _)| text.contains(word))
        .map(|(_, kind)| kind)
}

pub fn grid_tier(value: &RawValue) -> Option<GridTier> {
    match value.text()?.to_lowercase().as_str() {
        "general" | "一般" | "一般网格" | "普通" => Some(GridTier::General),
        "exclusive" | "专属" | "专属网格" => Some(GridTier::Exclusive),
        _ => None,
    }
}

/// A moment: RFC 3339, `2018-04-12 11:11[:26]`, `2018/4/12`, or American `04/12/2018 11:11:26 AM`; without a zone by the
/// city's clock.
pub fn moment(value: &RawValue, offset_minutes: i32) -> Option<Timestamp> {
    let text = value.text()?;
    if let Ok(at) = text.parse::<Timestamp>() {
        return Some(at);
    }
    let offset = jiff::tz::Offset::from_seconds(offset_minutes * 60).ok()?;
    let text = text.replace('T', " ");
    let (day, time) = text.split_once(' ').unwrap_or((&text, ""));
    let day = date_of(day)?;
    let (hour, minute, second) = clock_of(time.trim())?;
    let local = day.at(hour, minute, second, 0);
    offset.to_timestamp(local).ok()
}

fn date_of(text: &str) -> Option<Date> {
    let plain: String = text
        .chars()
        .map(|c| if matches!(c, '/' | '.' | '年' | '月') { '-' } else { c })
        .collect();
    let numbers: Vec<i16> = plain
        .trim_end_matches('日')
        .split('-')
        .map(|p| p.trim().parse().ok())
        .collect::<Option<_>>()?;
    match numbers[..] {
        [year, month, day] if year > 31 => Date::new(year, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok(),
        [month, day, year] => Date::new(year, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok(),
        _ => None,
    }
}

fn clock_of(text: &str) -> Option<(i8, i8, i8)> {
    if text.is_empty() {
        return Some((0, 0, 0));
    }
    let (clock, half) = match text.split_once(' ') {
        Some((clock, half)) => (clock, half.to_lowercase()),
        None => (text, String::new()),
    };
    let parts: Vec<i8> = clock
        .split(':')
        .map(|p| p.split('.').next().unwrap_or(p).parse().ok())
        .collect::<Option<_>>()?;
    let (mut hour, minute, second) = match parts[..] {
        [h, m] => (h, m, 0),
        [h, m, s] => (h, m, s),
        _ => return None,
    };
    match half.as_str() {
        "pm" if hour < 12 => hour += 12,
        "am" if hour == 12 => hour = 0,
        _ => {}
    }
    ((0..24).contains(&hour) && (0..60).contains(&minute) && (0..60).contains(&second))
        .then_some((hour, minute, second))
}

fn half_width(c: char) -> char {
    match c {
        '０'..='９' | '．' | '，' => char::from_u32(c as u32 - 0xFEE0).unwrap_or(c),
        '　' => ' ',
        _ => c,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(t: &str) -> RawValue {
        RawValue::Text(t.to_owned())
    }

    #[test]
    fn counts_are_read_as_clerks_write_them() {
        for (written, meant) in [("1,234", 1234), ("１２户", 12), ("12.0", 12), ("约30", 30), (" 7 ", 7)] {
            assert_eq!(count(&text(written)), Some(meant), "{written}");
        }
        for nonsense in ["", "无", "-3", "1e400", "abc"] {
            assert_eq!(count(&text(nonsense)), None, "{nonsense}");
        }
        assert_eq!(count(&RawValue::Float(f64::NAN)), None);
        assert_eq!(count(&RawValue::Int(-1)), None);
    }

    #[test]
    fn words_come_back_as_they_were_written() {
        for list in [
            &["老旧小区", "加装电梯"][..],
            &["a;b", "c，d"],
            &["-"],
            &["[1]"],
            &["单"],
            &["\"quoted\"", "x"],
        ] {
            let written = joined(list.iter().copied()).unwrap();
            assert_eq!(words(&text(&written)), list, "{written}");
        }
        assert_eq!(joined(std::iter::empty()), None);
        assert_eq!(words(&text("一；二、三|四")), ["一", "二", "三", "四"]);
    }

    #[test]
    fn floors_take_the_highest() {
        assert_eq!(floors(&text("6;8")), Some(8));
        assert_eq!(floors(&text("6层")), Some(6));
    }

    #[test]
    fn moments_are_read_by_the_citys_clock() {
        let eight = "2018-04-12T03:11:26Z".parse::<Timestamp>().ok();
        assert_eq!(moment(&text("04/12/2018 11:11:26 AM"), 480), eight);
        assert_eq!(moment(&text("2018-04-12 11:11:26"), 480), eight);
        assert_eq!(moment(&text("2018年4月12日 11:11:26"), 480), eight);
        assert_eq!(moment(&text("昨天"), 480), None);
        assert_eq!(moment(&text("2018-13-40"), 480), None);
    }
}
