//! Tiles as they travel: gzip, and an ETag that changes with the bytes.

use std::cell::RefCell;
use std::io::{self, Read};

use flate2::read::GzDecoder;
use flate2::{Compress, Compression, Crc, FlushCompress, Status};
use xxhash_rust::xxh3::xxh3_128;

/// Measured with zlib-rs on a tile of 90 kB (`benches/tiles.rs`): level 1 makes 54 kB in 0.26 ms, level 2 42 kB in 0.75 ms,
/// level 6 42 kB in 1.6 ms. At level 1 compressing costs less than cutting, so the first look after an edit stays quick.
const LEVEL: u32 = 1;

/// RFC 1952: deflate, no flags, no time (equal tiles are equal bytes), "fastest algorithm", unknown system.
const HEADER: [u8; 10] = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 4, 255];

thread_local! {
    /// Kept, because its tables are larger than most tiles.
    static DEFLATE: RefCell<Compress> = RefCell::new(Compress::new(Compression::new(LEVEL), false));
}

/// `raw` as one gzip member; the same bytes every time.
pub fn gzip(raw: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(raw.len() / 2 + 128);
    out.extend_from_slice(&HEADER);
    DEFLATE.with_borrow_mut(|deflate| {
        deflate.reset();
        loop {
            let rest = &raw[deflate.total_in() as usize..];
            match deflate.compress_vec(rest, &mut out, FlushCompress::Finish) {
                Ok(Status::StreamEnd) => break,
                Ok(Status::Ok | Status::BufError) => out.reserve(raw.len() / 4 + 1024),
                // Deflate refuses only calls in the wrong order, never data.
                Err(wrong) => unreachable!("deflate: {wrong}"),
            }
        }
    });
    let mut crc = Crc::new();
    crc.update(raw);
    out.extend_from_slice(&crc.sum().to_le_bytes());
    out.extend_from_slice(&(raw.len() as u32).to_le_bytes());
    out.shrink_to_fit();
    out
}

/// The tile inside a gzip member, for the rare client that does not take gzip. Never more than `raw_len` bytes.
pub fn gunzip(compressed: &[u8], raw_len: usize) -> io::Result<Vec<u8>> {
    let mut raw = Vec::with_capacity(raw_len);
    GzDecoder::new(compressed).take(raw_len as u64).read_to_end(&mut raw)?;
    Ok(raw)
}

/// A strong ETag with its quotes: 128 bits of XXH3 over the bytes sent. It guards against accidents, not against
/// somebody who builds two equal-hashed tiles on purpose; all they could do is to see the older one.
pub fn etag(sent: &[u8]) -> String {
    format!("\"{:032x}\"", xxh3_128(sent))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn gzip_comes_back(seed in prop::collection::vec(any::<u8>(), 0..300), times in 0usize..400) {
            let raw = seed.repeat(times);
            let packed = gzip(&raw);
            prop_assert_eq!(&gzip(&raw), &packed);
            // The standard reader also checks the checksum and length at the end.
            let mut all = Vec::new();
            GzDecoder::new(&packed[..]).read_to_end(&mut all).unwrap();
            prop_assert_eq!(&all, &raw);
            prop_assert_eq!(gunzip(&packed, raw.len()).unwrap(), raw);
        }
    }

    #[test]
    fn an_etag_is_quoted_and_changes_with_the_bytes() {
        assert_eq!(etag(b""), "\"99aa06d3014798d86001c324468d497f\"");
        assert_ne!(etag(b"a"), etag(b"b"));
    }
}
