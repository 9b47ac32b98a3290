//! CQL2 text cut into words.

use super::Slip;

#[derive(Debug, Clone, PartialEq)]
pub enum Token {
    /// A name or keyword; in double quotes it is never a keyword.
    Word {
        text: String,
        quoted: bool,
    },
    Text(String),
    Number(f64),
    /// One of `( ) , = <> < <= > >=`.
    Sign(&'static str),
}

/// A token and the character it begins at.
pub type Placed = (usize, Token);

const SIGNS: [&str; 9] = ["<>", "<=", ">=", "=", "<", ">", "(", ")", ","];

pub fn tokens(filter: &str) -> Result<Vec<Placed>, Slip> {
    let letters: Vec<char> = filter.chars().collect();
    let mut out = Vec::new();
    let mut at = 0;
    while let Some(&letter) = letters.get(at) {
        let begin = at;
        let token = match letter {
            c if c.is_whitespace() => {
                at += 1;
                continue;
            }
            '\'' => Token::Text(quoted(&letters, &mut at, '\'')?),
            '"' => Token::Word {
                text: quoted(&letters, &mut at, '"')?,
                quoted: true,
            },
            c if begins_name(c) => {
                while letters.get(at).is_some_and(|c| in_name(*c)) {
                    at += 1;
                }
                Token::Word {
                    text: letters[begin..at].iter().collect(),
                    quoted: false,
                }
            }
            c if c.is_ascii_digit() || matches!(c, '.' | '-' | '+') => number(&letters, &mut at)?,
            _ => {
                let sign = SIGNS.into_iter().find(|s| starts_with(&letters[at..], s));
                let sign = sign.ok_or_else(|| Slip::at(begin, format!("{letter:?} means nothing here")))?;
                at += sign.len();
                Token::Sign(sign)
            }
        };
        out.push((begin, token));
    }
    Ok(out)
}

fn begins_name(c: char) -> bool {
    c.is_alphabetic() || matches!(c, '_' | ':')
}

fn in_name(c: char) -> bool {
    begins_name(c) || c.is_numeric() || c == '.'
}

fn starts_with(letters: &[char], sign: &str) -> bool {
    sign.chars().enumerate().all(|(n, c)| letters.get(n) == Some(&c))
}

/// What stands between two quotation marks; a mark inside is doubled, or in a text has a backslash before it.
fn quoted(letters: &[char], at: &mut usize, mark: char) -> Result<String, Slip> {
    let begin = *at;
    let mut out = String::new();
    *at += 1;
    loop {
        let next = letters.get(*at + 1).copied();
        match letters.get(*at).copied() {
            None => return Err(Slip::at(begin, format!("the closing {mark} is missing"))),
            Some(c) if c == mark && next == Some(mark) => {
                out.push(mark);
                *at += 2;
            }
            Some('\\') if mark == '\'' && next == Some(mark) => {
                out.push(mark);
                *at += 2;
            }
            Some(c) if c == mark => {
                *at += 1;
                return Ok(out);
            }
            Some(c) => {
                out.push(c);
                *at += 1;
            }
        }
    }
}

fn number(letters: &[char], at: &mut usize) -> Result<Token, Slip> {
    let begin = *at;
    let mut before = ' ';
    while let Some(&c) = letters.get(*at) {
        let sign = matches!(c, '+' | '-') && (*at == begin || matches!(before, 'e' | 'E'));
        if !(c.is_ascii_digit() || matches!(c, '.' | 'e' | 'E') || sign) {
            break;
        }
        before = c;
        *at += 1;
    }
    let text: String = letters[begin..*at].iter().collect();
    match text.parse::<f64>() {
        Ok(number) if number.is_finite() => Ok(Token::Number(number)),
        _ => Err(Slip::at(
            begin,
            format!(
                "{} is not a number; sums and products are not taken",
                super::told(&text)
            ),
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cut(filter: &str) -> Vec<Token> {
        tokens(filter).unwrap().into_iter().map(|(_, t)| t).collect()
    }

    #[test]
    fn words_texts_numbers_and_signs_are_told_apart() {
        assert_eq!(
            cut(r#"楼.x>=-1.5e3 AND "a ""b" <>'it''s \'so\''"#),
            [
                Token::Word {
                    text: "楼.x".into(),
                    quoted: false
                },
                Token::Sign(">="),
                Token::Number(-1500.0),
                Token::Word {
                    text: "AND".into(),
                    quoted: false
                },
                Token::Word {
                    text: "a \"b".into(),
                    quoted: true
                },
                Token::Sign("<>"),
                Token::Text("it's 'so'".into()),
            ]
        );
    }

    #[test]
    fn what_cannot_be_cut_says_where() {
        for (odd, at) in [
            ("a = 'b", 5),
            ("a = \"b", 5),
            ("a ; b", 3),
            ("a = 1e999", 5),
            ("a = -", 5),
        ] {
            let slip = tokens(odd).map(|t| panic!("{odd}: {t:?}")).unwrap_err();
            let said = slip.to_string();
            let wanted = format!("(at character {at})");
            assert!(said.ends_with(&wanted), "{odd}: {said}");
        }
    }
}
