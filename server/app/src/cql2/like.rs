//! LIKE: `%` stands for any letters, `_` for one, a backslash takes the next letter as it is.

use super::value::fold;
use super::{PATTERN_CHARS_MAX, Slip, WILDCARDS_MAX};

#[derive(Debug, Clone, PartialEq)]
pub struct Pattern {
    parts: Vec<Part>,
    folded: bool,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Part {
    Any,
    One,
    Letter(char),
}

impl Pattern {
    pub fn read(text: &str, folded: bool) -> Result<Self, Slip> {
        if text.chars().count() > PATTERN_CHARS_MAX {
            return Err(Slip::new(format!(
                "a LIKE pattern has at most {PATTERN_CHARS_MAX} characters"
            )));
        }
        let text = if folded { fold(text) } else { text.to_owned() };
        let mut letters = text.chars();
        let mut parts = Vec::new();
        while let Some(letter) = letters.next() {
            let part = match letter {
                '%' => Part::Any,
                '_' => Part::One,
                '\\' => Part::Letter(letters.next().unwrap_or('\\')),
                letter => Part::Letter(letter),
            };
            // Several in a row say no more than one.
            if part != Part::Any || parts.last() != Some(&Part::Any) {
                parts.push(part);
            }
        }
        let wild = parts.iter().filter(|p| !matches!(p, Part::Letter(_))).count();
        if wild > WILDCARDS_MAX {
            return Err(Slip::new(format!(
                "a LIKE pattern has at most {WILDCARDS_MAX} wildcards, not {wild}"
            )));
        }
        Ok(Self { parts, folded })
    }

    pub fn matches(&self, text: &str) -> bool {
        if self.folded {
            self.fits(&fold(text))
        } else {
            self.fits(text)
        }
    }

    /// Only the last `%` is ever tried again, so the work is at most text times pattern.
    fn fits(&self, text: &str) -> bool {
        let letters: Vec<char> = text.chars().collect();
        let (mut at, mut part) = (0, 0);
        let mut again: Option<(usize, usize)> = None;
        while at < letters.len() {
            match self.parts.get(part) {
                Some(Part::Any) => {
                    again = Some((part, at));
                    part += 1;
                    continue;
                }
                Some(Part::One) => {
                    at += 1;
                    part += 1;
                    continue;
                }
                Some(Part::Letter(letter)) if *letter == letters[at] => {
                    at += 1;
                    part += 1;
                    continue;
                }
                _ => {}
            }
            match again {
                Some((any, from)) => {
                    again = Some((any, from + 1));
                    part = any + 1;
                    at = from + 1;
                }
                None => return false,
            }
        }
        self.parts[part..].iter().all(|p| *p == Part::Any)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wildcards_stand_for_letters_and_a_backslash_takes_them_back() {
        for (pattern, text, fits) in [
            ("%", "", true),
            ("_%", "", false),
            ("", "", true),
            ("", "a", false),
            ("桐梓林%", "桐梓林社区", true),
            ("_梓林", "桐梓林", true),
            ("%林%区", "桐梓林社区", true),
            ("%林%区", "桐梓林社", false),
            ("%ab%ab", "abxabab", true),
            (r"100\%", "100%", true),
            (r"100\%", "1000", false),
            (r"a\_b", "axb", false),
            ("Abc", "abc", false),
        ] {
            let pattern_read = Pattern::read(pattern, false).unwrap();
            assert_eq!(pattern_read.matches(text), fits, "{text:?} LIKE {pattern:?}");
        }
        assert!(Pattern::read("STRASSE%", true).unwrap().matches("Straße 1"));
    }

    #[test]
    fn wild_patterns_are_refused_or_quick() {
        assert!(Pattern::read(&"_%".repeat(50), false).is_err());
        assert!(Pattern::read(&"a".repeat(201), false).is_err());
        let worst = Pattern::read(&format!("{}b", "%aaaaaaaaaa".repeat(15)), false).unwrap();
        let began = std::time::Instant::now();
        assert!(!worst.matches(&"a".repeat(4_000)));
        assert!(began.elapsed().as_millis() < 500);
    }
}
