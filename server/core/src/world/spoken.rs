//! Names by ear: pinyin in full (`nancheng`), by initials (`ncjd`), or mixed as people type it (`nanchengjd`).
//!
//! A character with several readings matches by any of them: nobody who looks for 重庆路 should have to know which of `chong`
//! and `zhong` the program takes it for.

use pinyin::{Pinyin, ToPinyinMulti};

/// Letters of a text that is looked for by ear; longer than any name is typed, and as many as the mask below has bits.
const MAX_LETTERS: usize = 64;

/// How much of a name a typed text stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Heard {
    Whole,
    Start,
    Inside,
}

/// Which readings of a character count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Readings {
    /// The one that nearly everybody means.
    Usual,
    /// Also rare ones.
    Any,
}

/// A text that may be pinyin: its letters and digits in lower case.
#[derive(Debug, Clone)]
pub(super) struct Spelled(Vec<u8>);

impl Spelled {
    /// `None` where it can be no pinyin: another script, digits alone, or too long.
    pub(super) fn of(text: &str) -> Option<Self> {
        let gap = |c: &char| c.is_whitespace() || matches!(c, '\'' | '’' | '-');
        let letters: Option<Vec<u8>> = text
            .chars()
            .filter(|c| !gap(c))
            .map(|c| match c {
                'ü' | 'Ü' => Some(b'v'),
                c if c.is_ascii_alphanumeric() => u8::try_from(c.to_ascii_lowercase()).ok(),
                _ => None,
            })
            .collect();
        letters
            .filter(|l| (1..=MAX_LETTERS).contains(&l.len()) && l.iter().any(u8::is_ascii_alphabetic))
            .map(Self)
    }

    /// Walks the name once, keeping as bits how many letters may be used up after each character: several readings cost no
    /// more than their number, whatever the name.
    pub(super) fn heard_in(&self, name: &str, readings: Readings) -> Option<Heard> {
        let letters = &self.0[..];
        let done = 1u128 << letters.len();
        // One letter begins a name in every street; inside one it tells nothing.
        let anywhere = u128::from(letters.len() > 1);
        let (mut from_start, mut from_inside) = (1u128, 0u128);
        let mut best = None;
        let mut spoken_before = false;
        let mut chars = name.chars().peekable();
        while let Some(c) = chars.next() {
            if !c.is_alphanumeric() {
                continue;
            }
            let begin_here = if spoken_before { anywhere } else { 0 };
            from_start = after(from_start, c, letters, readings);
            from_inside = after(from_inside | begin_here, c, letters, readings);
            spoken_before = true;
            if from_start & done != 0 {
                let rest_is_silent = !chars.clone().any(char::is_alphanumeric);
                return Some(if rest_is_silent { Heard::Whole } else { Heard::Start });
            }
            if from_inside & done != 0 {
                best = Some(Heard::Inside);
            }
            if from_start == 0 && (best.is_some() || anywhere == 0) {
                return best;
            }
        }
        best
    }
}

/// Which numbers of letters may be used up after this character, given those before it.
fn after(before: u128, c: char, letters: &[u8], readings: Readings) -> u128 {
    let mut reached = 0;
    let mut left = before;
    while left != 0 {
        let used = left.trailing_zeros() as usize;
        left &= left - 1;
        let Some(rest) = letters.get(used..).filter(|rest| !rest.is_empty()) else {
            continue;
        };
        for eaten in eaten(c, rest, readings) {
            reached |= 1 << (used + eaten);
        }
    }
    reached
}

/// In how many ways a character stands for the first letters of `rest`: as itself, by its initial, by a whole syllable, or,
/// where typing stopped, by the beginning of one.
fn eaten(c: char, rest: &[u8], readings: Readings) -> impl Iterator<Item = usize> {
    let itself = c.is_ascii() && c.to_ascii_lowercase() as u32 == u32::from(rest[0]);
    let counted = match readings {
        Readings::Usual => 1,
        Readings::Any => usize::MAX,
    };
    let readings = c.to_pinyin_multi().into_iter().flatten().take(counted);
    let spoken = readings.flat_map(move |reading| by_syllable(reading, rest));
    itself.then_some(1).into_iter().chain(spoken)
}

fn by_syllable(reading: Pinyin, rest: &[u8]) -> impl Iterator<Item = usize> {
    let syllable = reading.plain();
    let agreed = syllable
        .chars()
        .zip(rest)
        .take_while(|(spoken, typed)| same_sound(*spoken, **typed))
        .count();
    let length = syllable.chars().count();
    let initial = (agreed >= 1).then_some(1);
    // 知 is z to most and zh to some.
    let two = (agreed >= 2 && ["zh", "ch", "sh"].iter().any(|i| syllable.starts_with(i))).then_some(2);
    let whole = (agreed == length || agreed == rest.len()).then_some(agreed);
    [initial, two, whole].into_iter().flatten()
}

/// ü is typed as v, and as u by those who do not know that.
fn same_sound(spoken: char, typed: u8) -> bool {
    match spoken {
        'ü' => matches!(typed, b'v' | b'u'),
        spoken => spoken as u32 == u32::from(typed),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn heard(typed: &str, name: &str) -> Option<Heard> {
        Spelled::of(typed).and_then(|s| s.heard_in(name, Readings::Any))
    }

    #[test]
    fn a_name_is_found_by_its_sound_in_full_by_initials_and_mixed() {
        for typed in [
            "nanchengjiedao",
            "ncjd",
            "nanchengjd",
            "ncjiedao",
            "NCJD",
            "nan cheng jie dao",
        ] {
            assert_eq!(heard(typed, "南城街道"), Some(Heard::Whole), "{typed}");
        }
        for typed in ["nc", "nanch", "n", "nanchengji"] {
            assert_eq!(heard(typed, "南城街道"), Some(Heard::Start), "{typed}");
        }
        assert_eq!(heard("jd", "南城街道"), Some(Heard::Inside));
        assert_eq!(heard("jiedao", "南城街道"), Some(Heard::Inside));
        for typed in ["d", "ncd", "nanchang", "jdx", "南城"] {
            assert_eq!(heard(typed, "南城街道"), None, "{typed}");
        }
    }

    #[test]
    fn a_character_with_several_readings_is_found_by_each() {
        for typed in ["chongqinglu", "zhongqinglu", "cql", "zql", "zhql"] {
            assert_eq!(heard(typed, "重庆路"), Some(Heard::Whole), "{typed}");
        }
        for typed in ["changshou", "zhangshou"] {
            assert_eq!(heard(typed, "长寿社区"), Some(Heard::Start), "{typed}");
        }
        let usual = |typed: &str, name: &str| Spelled::of(typed).and_then(|s| s.heard_in(name, Readings::Usual));
        assert_eq!(usual("tanxi", "檀溪"), Some(Heard::Whole));
        assert_eq!(usual("sq", "檀溪"), None, "rare readings stand apart");
        for typed in ["lvdi", "ludi", "lüdi", "ld"] {
            assert_eq!(heard(typed, "绿地"), Some(Heard::Whole), "{typed}");
        }
    }

    #[test]
    fn letters_and_digits_in_a_name_stand_for_themselves() {
        assert_eq!(heard("3d", "3栋"), Some(Heard::Whole));
        assert_eq!(heard("a3dong", "A座-3栋"), None, "座 is not to be passed over");
        assert_eq!(heard("az3dong", "A座-3栋"), Some(Heard::Whole), "a dash is silent");
        assert_eq!(heard("33", "33栋"), None, "digits alone are no pinyin");
    }

    #[test]
    fn hostile_names_and_texts_cost_no_more_than_long_ones() {
        let name = "啊那".repeat(100);
        let typed = "an".repeat(32);
        let begun = std::time::Instant::now();
        for _ in 0..1_000 {
            std::hint::black_box(heard(&typed, &name));
        }
        assert!(begun.elapsed().as_secs() < 10);
        assert_eq!(heard(&"a".repeat(MAX_LETTERS + 1), "啊"), None);
        assert_eq!(
            heard(&"a".repeat(MAX_LETTERS), &"啊".repeat(MAX_LETTERS)),
            Some(Heard::Whole)
        );
    }
}
