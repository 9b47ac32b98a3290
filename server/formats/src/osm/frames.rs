//! The blocks a .osm.pbf is made of, looked at by their lengths only.

use std::fs::File;
use std::io::{BufReader, Read, Seek, SeekFrom};
use std::path::Path;

use super::NAME;
use crate::feature::FormatError;
use crate::source::io_error;

/// The format's own cap of a blob header and of a blob.
const BLOB_HEADER_BYTES_MAX: u32 = 64 * 1024;
const BLOB_BYTES_MAX: u64 = 32 * 1024 * 1024;

/// Steps from blob to blob by their declared lengths: a file that is cut off is known before anything is read from it.
pub(super) fn check_frames(path: &Path) -> Result<u64, FormatError> {
    let mut file = BufReader::new(File::open(path).map_err(io_error(path))?);
    let total = file.get_ref().metadata().map_err(io_error(path))?.len();
    let mut at = 0u64;
    while at < total {
        let cut = || FormatError::Truncated(format!("the last block begins at byte {at} and is not complete"));
        let mut size = [0u8; 4];
        file.read_exact(&mut size).map_err(|_| cut())?;
        let size = u32::from_be_bytes(size);
        if size > BLOB_HEADER_BYTES_MAX {
            return Err(FormatError::broken(
                NAME,
                format!("the block at byte {at} has a header of {size} bytes"),
            ));
        }
        let mut header = vec![0; size as usize];
        file.read_exact(&mut header).map_err(|_| cut())?;
        let data = data_size(&header)
            .filter(|data| *data <= BLOB_BYTES_MAX)
            .ok_or_else(|| FormatError::broken(NAME, format!("the block at byte {at} has no sound length")))?;
        let next = at + 4 + u64::from(size) + data;
        if next > total {
            return Err(cut());
        }
        file.seek(SeekFrom::Start(next)).map_err(io_error(path))?;
        at = next;
    }
    Ok(total)
}

/// `datasize` of a blob header: protobuf field 3, a varint.
fn data_size(mut header: &[u8]) -> Option<u64> {
    fn varint(bytes: &mut &[u8]) -> Option<u64> {
        let mut value = 0u64;
        for shift in (0..64).step_by(7) {
            let (byte, rest) = bytes.split_first()?;
            *bytes = rest;
            value |= u64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return Some(value);
            }
        }
        None
    }
    while !header.is_empty() {
        let key = varint(&mut header)?;
        match key & 7 {
            0 => {
                let value = varint(&mut header)?;
                if key >> 3 == 3 {
                    return Some(value);
                }
            }
            2 => {
                let length = usize::try_from(varint(&mut header)?).ok()?;
                header = header.get(length..)?;
            }
            _ => return None,
        }
    }
    None
}
