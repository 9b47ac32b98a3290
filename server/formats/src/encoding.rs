//! Encodings of text, 字符编码: a Chinese spreadsheet saved as CSV is GBK more often than UTF-8, and a .dbf rarely says.

use std::fmt;
use std::io::{self, BufRead, BufReader, Read};
use std::str::FromStr;

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{BIG5, Encoding, GB18030, GBK, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};

use crate::limits::{ENCODING_LOOK_BYTES_MAX, ENCODING_SAMPLE_BYTES};

/// How the bytes of a text file are to be read.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct TextEncoding(&'static Encoding);

impl TextEncoding {
    pub const UTF8: TextEncoding = TextEncoding(UTF_8);
    /// GB18030 contains GBK and GB2312.
    pub const GB18030: TextEncoding = TextEncoding(GB18030);

    pub fn name(self) -> &'static str {
        self.0.name()
    }

    pub(crate) fn rules(self) -> &'static Encoding {
        self.0
    }

    /// Bytes to text, and whether all of them made sense.
    pub(crate) fn decode(self, bytes: &[u8]) -> (String, bool) {
        let (text, wrong) = self.0.decode_without_bom_handling(bytes);
        (text.into_owned(), !wrong)
    }
}

impl fmt::Debug for TextEncoding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.name())
    }
}

impl fmt::Display for TextEncoding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.name())
    }
}

impl FromStr for TextEncoding {
    type Err = String;

    /// Names of the web's list, and what .cpg files hold: `UTF-8`, `GBK`, `936`, `CP936`, `65001`, `ANSI 936`.
    fn from_str(text: &str) -> Result<Self, String> {
        let name = text.trim().trim_start_matches('\u{feff}').to_ascii_lowercase();
        let digits: String = name.chars().filter(char::is_ascii_digit).collect();
        let found = match digits.as_str() {
            "936" | "54936" | "18030" | "2312" => Some(GB18030),
            "65001" => Some(UTF_8),
            "950" => Some(BIG5),
            "1252" | "88591" => Some(WINDOWS_1252),
            _ => Encoding::for_label(name.as_bytes()).or_else(|| (name == "utf8").then_some(UTF_8)),
        };
        found
            .map(|rules| TextEncoding(if rules == GBK { GB18030 } else { rules }))
            .ok_or_else(|| format!("{text:?} is no encoding we know; UTF-8, GBK, GB18030, Big5 and UTF-16 are"))
    }
}

/// The encoding of text by a byte order mark, and how long that mark is.
pub(crate) fn marked(head: &[u8]) -> Option<(TextEncoding, usize)> {
    Encoding::for_bom(head).map(|(rules, length)| (TextEncoding(rules), length))
}

/// Guesses the encoding of a whole file without a mark: a table may begin with thousands of rows of plain digits before its
/// first Chinese name, so the lines that tell anything are looked for.
pub(crate) fn look(head: &[u8], file: &mut impl Read) -> io::Result<TextEncoding> {
    if let Some(rules) = utf16_by_zeros(head) {
        return Ok(TextEncoding(rules));
    }
    let mut reader = BufReader::new(file).take(ENCODING_LOOK_BYTES_MAX);
    let (mut sample, mut line, mut whole) = (Vec::new(), Vec::new(), true);
    while whole {
        line.clear();
        if reader.read_until(b'\n', &mut line)? == 0 {
            break;
        }
        // In every encoding met here a line feed is no part of a character, and the first high byte begins one.
        if let Some(first) = line.iter().position(|byte| *byte >= 0x80) {
            let room = ENCODING_SAMPLE_BYTES - sample.len();
            let telling = &line[first..];
            whole = telling.len() < room;
            sample.extend_from_slice(&telling[..telling.len().min(room)]);
        }
    }
    Ok(detect(&sample, whole && reader.limit() > 0))
}

/// Text that is UTF-8 but for a few broken places: bytes of another encoding are rarely UTF-8 by chance.
fn mostly_utf8(sample: &[u8]) -> bool {
    const SOUND_PER_BROKEN: usize = 4;
    let (mut sound, mut broken) = (0, 0);
    for chunk in sample.utf8_chunks() {
        sound += chunk.valid().chars().filter(|c| !c.is_ascii()).count();
        broken += usize::from(!chunk.invalid().is_empty());
    }
    sound > broken * SOUND_PER_BROKEN
}

/// Guesses the encoding of text without a mark. Valid UTF-8 is UTF-8; else the statistics of chardetng decide, with a
/// preference for Chinese, and single-byte guesses are believed only where nothing else decodes.
pub(crate) fn detect(sample: &[u8], whole: bool) -> TextEncoding {
    if let Some(rules) = utf16_by_zeros(sample) {
        return TextEncoding(rules);
    }
    match std::str::from_utf8(sample) {
        Ok(_) => return TextEncoding::UTF8,
        // A cut in the middle of the last character is no proof against UTF-8.
        Err(error) if !whole && error.error_len().is_none() && sample.len() - error.valid_up_to() < 4 => {
            return TextEncoding::UTF8;
        }
        Err(_) if mostly_utf8(sample) => return TextEncoding::UTF8,
        Err(_) => {}
    }
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
    detector.feed(sample, whole);
    let guess = detector.guess(Some(b"cn"), Utf8Detection::Deny);
    if guess == GBK {
        return TextEncoding::GB18030;
    }
    if guess == BIG5 || !guess.is_single_byte() {
        return TextEncoding(guess);
    }
    // Short Chinese text is easily taken for a Cyrillic or Western page.
    let cut = sample.len() - usize::from(!whole && sample.last().is_some_and(|byte| *byte >= 0x80));
    let (text, wrong) = GB18030.decode_without_bom_handling(&sample[..cut]);
    let han = text.chars().filter(|c| ('\u{4e00}'..='\u{9fff}').contains(c)).count();
    let high = text.chars().filter(|c| !c.is_ascii()).count();
    if !wrong && han * 2 > high {
        TextEncoding::GB18030
    } else {
        TextEncoding(guess)
    }
}

fn utf16_by_zeros(sample: &[u8]) -> Option<&'static Encoding> {
    let pairs = sample.chunks_exact(2).take(200);
    let count = pairs.len();
    let (even, odd) = pairs.fold((0, 0), |(even, odd), pair| {
        (even + usize::from(pair[0] == 0), odd + usize::from(pair[1] == 0))
    });
    if count < 4 {
        return None;
    }
    if odd * 3 > count && even == 0 {
        return Some(UTF_16LE);
    }
    (even * 3 > count && odd == 0).then_some(UTF_16BE)
}

/// The first bytes of a file as text, `None` when they are binary.
pub(crate) fn readable_head(head: &[u8]) -> Option<String> {
    let (rules, skip) = marked(head).unwrap_or_else(|| (detect(head, false), 0));
    let body = head.get(skip..)?;
    let (text, _) = rules.decode(body);
    let control = text
        .chars()
        .take(4096)
        .filter(|c| c.is_control() && !matches!(c, '\n' | '\r' | '\t' | '\u{1e}' | '\u{c}'))
        .count();
    let seen = text.chars().take(4096).count();
    // Hostile strings in a table may hold a few control characters; data that are not text hold many.
    (control * 20 <= seen).then_some(text)
}
