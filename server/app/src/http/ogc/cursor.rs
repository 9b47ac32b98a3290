//! Where a page ended: the id of its last item, tied to the question, so that one of another question is refused rather than
//! misread. Items come by id, so an edit between two pages moves nothing.

use crate::http::problem::{self, Problem};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};

const ID_BYTES: usize = 8;
/// Bytes that tie a cursor to its question.
const TIE_BYTES: usize = 6;

pub fn write(after: u64, question: &str) -> String {
    let id = after.to_be_bytes();
    URL_SAFE_NO_PAD.encode([&id[..], &tie(&id, question)].concat())
}

pub fn read(text: &str, question: &str) -> Result<u64, Problem> {
    let bad = || {
        Problem::new(
            problem::BAD_CURSOR,
            "a cursor is part of the link to the next page; follow the link as it is",
        )
    };
    let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| bad())?;
    let (id, tied) = bytes.split_at_checked(ID_BYTES).ok_or_else(bad)?;
    if tied != tie(id, question) {
        return Err(bad());
    }
    id.try_into().map(u64::from_be_bytes).map_err(|_| bad())
}

fn tie(id: &[u8], question: &str) -> Vec<u8> {
    let hash = Sha256::new().chain_update(id).chain_update(question).finalize();
    hash.into_iter().take(TIE_BYTES).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_fits_only_its_own_question_and_only_unchanged() {
        let text = write(77, "building?floors=3");
        assert_eq!(read(&text, "building?floors=3").ok(), Some(77));
        assert!(read(&text, "building?floors=4").is_err());
        for odd in [
            "",
            "A",
            "not base64!",
            &text[1..],
            &write(77, "")[..],
            "AAAAAAAAAAAAAAAAAAA",
        ] {
            assert!(read(odd, "building?floors=3").is_err(), "{odd}");
        }
    }
}
