//! Zip archives from strangers: every entry is measured by unpacking it under a cap before anybody else opens it.

use std::fs::File;
use std::io::{BufReader, Read, Write};
use std::path::Path;

use zip::ZipArchive;
use zip::result::ZipError;

use crate::feature::FormatError;
use crate::limits::{ZIP_ENTRIES_MAX, ZIP_RATIO_FREE_BYTES, ZIP_RATIO_MAX};
use crate::source::io_error;

pub(crate) type Archive = ZipArchive<BufReader<File>>;

pub(crate) fn archive(path: &Path) -> Result<Archive, FormatError> {
    let file = File::open(path).map_err(io_error(path))?;
    // The directory of an archive stands at its end: where it is missing, the end of the file is.
    let archive = ZipArchive::new(BufReader::new(file)).map_err(|error| match error {
        ZipError::InvalidArchive(_) => FormatError::Truncated(
            "the archive has no directory at its end; the file is not complete, copy it again".into(),
        ),
        other => broken(&other),
    })?;
    if archive.len() > ZIP_ENTRIES_MAX {
        return Err(FormatError::TooBig(format!(
            "the archive has {} entries; at most {ZIP_ENTRIES_MAX} are taken",
            archive.len()
        )));
    }
    Ok(archive)
}

/// Names of all entries, with `/` between folders.
pub(crate) fn names(path: &Path) -> Result<Vec<String>, FormatError> {
    let archive = archive(path)?;
    Ok(archive
        .file_names_raw()
        .map(|name| String::from_utf8_lossy(name).replace('\\', "/"))
        .collect())
}

/// Unpacks one entry into `target`, refusing it as soon as it outgrows `bytes_max` or unpacks to hundreds of times its size.
pub(crate) fn unpack(
    archive: &mut Archive,
    index: usize,
    bytes_max: u64,
    target: &mut impl Write,
) -> Result<u64, FormatError> {
    let mut entry = archive.by_index(index).map_err(|error| broken(&error))?;
    let name = String::from_utf8_lossy(entry.name_raw()).into_owned();
    let packed = entry.compressed_size().max(1);
    let mut total = 0u64;
    let mut buffer = vec![0u8; 64 * 1024];
    loop {
        let read = entry
            .read(&mut buffer)
            .map_err(|error| FormatError::broken("zip", format!("{name} is damaged ({error}); copy the file again")))?;
        if read == 0 {
            return Ok(total);
        }
        total += read as u64;
        if total > bytes_max {
            return Err(FormatError::TooBig(format!(
                "{name} unpacks to more than {} MB",
                bytes_max / 1024 / 1024
            )));
        }
        if total > ZIP_RATIO_FREE_BYTES && total / packed > ZIP_RATIO_MAX {
            return Err(FormatError::TooBig(format!(
                "{name} unpacks to more than {ZIP_RATIO_MAX} times its size, as a zip bomb does"
            )));
        }
        target.write_all(&buffer[..read]).map_err(|source| FormatError::Io {
            path: "temporary file".into(),
            source,
        })?;
    }
}

fn broken(error: &ZipError) -> FormatError {
    FormatError::broken("zip", error)
}
