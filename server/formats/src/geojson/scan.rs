//! Walks through JSON text without building it: finds where one value ends, so that a collection of any size can be read
//! one feature at a time. It counts depth and brackets on the way and never calls itself.

use std::io::{BufRead, ErrorKind};

use crate::feature::FormatError;

const NAME: &str = "GeoJSON";

/// Longest member name that is looked at.
const KEY_BYTES_MAX: usize = 64 * 1024;

/// What was learnt about one value while walking over it.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Extent {
    pub start: u64,
    pub bytes: u64,
    pub depth: usize,
    /// Opening square brackets: a little more than there are vertices.
    pub brackets: usize,
    /// False when the value was longer than asked for and only its beginning was kept.
    pub whole: bool,
}

pub(super) struct Scanner<R> {
    reader: R,
    at: u64,
}

impl<R: BufRead> Scanner<R> {
    pub(super) fn new(reader: R) -> Self {
        Scanner { reader, at: 0 }
    }

    fn chunk(&mut self) -> Result<&[u8], FormatError> {
        loop {
            match self.reader.fill_buf() {
                Ok(_) => break,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(FormatError::reading(NAME, error)),
            }
        }
        self.reader
            .fill_buf()
            .map_err(|error| FormatError::reading(NAME, error))
    }

    fn consume(&mut self, bytes: usize) {
        self.reader.consume(bytes);
        self.at += bytes as u64;
    }

    /// The next byte that is not blank, left where it is; `None` at the end.
    pub(super) fn peek(&mut self) -> Result<Option<u8>, FormatError> {
        loop {
            let chunk = self.chunk()?;
            if chunk.is_empty() {
                return Ok(None);
            }
            let blanks = chunk
                .iter()
                .take_while(|byte| byte.is_ascii_whitespace() || **byte == 0x1e)
                .count();
            let next = chunk.get(blanks).copied();
            self.consume(blanks);
            if next.is_some() {
                return Ok(next);
            }
        }
    }

    /// Steps over a byte order mark.
    pub(super) fn skip_mark(&mut self) -> Result<(), FormatError> {
        if self.chunk()?.starts_with(b"\xef\xbb\xbf") {
            self.consume(3);
        }
        Ok(())
    }

    pub(super) fn want(&mut self, byte: u8) -> Result<(), FormatError> {
        match self.peek()? {
            Some(found) if found == byte => {
                self.consume(1);
                Ok(())
            }
            Some(found) => Err(FormatError::broken(
                NAME,
                format!(
                    "{:?} is expected at byte {}, found {:?}",
                    char::from(byte),
                    self.at,
                    char::from(found)
                ),
            )),
            None => Err(self.ends_early()),
        }
    }

    pub(super) fn eat(&mut self, byte: u8) -> Result<bool, FormatError> {
        let there = self.peek()? == Some(byte);
        if there {
            self.consume(1);
        }
        Ok(there)
    }

    fn ends_early(&self) -> FormatError {
        FormatError::Truncated(format!(
            "the JSON text stops at byte {} before its last bracket is closed",
            self.at
        ))
    }

    /// The next member of an object: its name; `None` at the closing brace.
    pub(super) fn key(&mut self, first: bool) -> Result<Option<String>, FormatError> {
        if self.eat(b'}')? {
            return Ok(None);
        }
        if !first {
            self.want(b',')?;
        }
        if self.peek()? != Some(b'"') {
            self.want(b'"')?;
        }
        let mut text = Vec::new();
        self.value(Some((&mut text, KEY_BYTES_MAX)))?;
        let key =
            serde_json::from_slice::<String>(&text).unwrap_or_else(|_| String::from_utf8_lossy(&text).into_owned());
        self.want(b':')?;
        Ok(Some(key))
    }

    /// Walks over one value; keeps its text when asked, up to a number of bytes.
    pub(super) fn value(&mut self, mut keep: Option<(&mut Vec<u8>, usize)>) -> Result<Extent, FormatError> {
        let Some(first) = self.peek()? else {
            return Err(self.ends_early());
        };
        let mut extent = Extent {
            start: self.at,
            whole: true,
            ..Extent::default()
        };
        if matches!(first, b',' | b':' | b']' | b'}') {
            return Err(FormatError::broken(
                NAME,
                format!("a value is missing at byte {}", self.at),
            ));
        }
        let (mut depth, mut quoted, mut escaped) = (0usize, false, false);
        let bare = !matches!(first, b'"' | b'{' | b'[');
        loop {
            let chunk = self.chunk()?;
            if chunk.is_empty() {
                return if bare { Ok(extent) } else { Err(self.ends_early()) };
            }
            let mut used = 0;
            let mut ended = false;
            for &byte in chunk {
                if bare && (byte.is_ascii_whitespace() || matches!(byte, b',' | b']' | b'}' | b':')) {
                    ended = true;
                    break;
                }
                used += 1;
                if quoted {
                    match byte {
                        _ if escaped => escaped = false,
                        b'\\' => escaped = true,
                        b'"' => quoted = false,
                        _ => {}
                    }
                } else {
                    match byte {
                        b'"' => quoted = true,
                        b'{' | b'[' => {
                            depth += 1;
                            extent.depth = extent.depth.max(depth);
                            extent.brackets += usize::from(byte == b'[');
                        }
                        b'}' | b']' => depth = depth.saturating_sub(1),
                        _ => {}
                    }
                }
                if !bare && !quoted && depth == 0 {
                    ended = true;
                    break;
                }
            }
            if let Some((text, cap)) = keep.as_mut() {
                let room = cap.saturating_sub(text.len()).min(used);
                extent.whole &= room == used;
                text.extend_from_slice(&chunk[..room]);
            }
            extent.bytes += used as u64;
            self.consume(used);
            if ended {
                return Ok(extent);
            }
        }
    }
}
