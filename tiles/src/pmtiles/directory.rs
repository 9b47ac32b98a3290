//! Directories: which number lies where. Columns of varints, numbers as differences.

use super::PmTilesError;

/// A run of tiles with one content; `run` 0: a directory of its own, among the leaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Entry {
    pub number: u64,
    pub at: u64,
    pub len: u32,
    pub run: u32,
}

/// Entries of one directory: a leaf of the reference writer has 4,096, a root that holds everything some 10,000.
const ENTRIES_MAX: u64 = 1 << 20;

pub(super) fn write(entries: &[Entry]) -> Vec<u8> {
    let mut out = Vec::with_capacity(entries.len() * 6);
    put(&mut out, entries.len() as u64);
    let mut last = 0;
    for entry in entries {
        put(&mut out, entry.number - last);
        last = entry.number;
    }
    entries.iter().for_each(|e| put(&mut out, e.run.into()));
    entries.iter().for_each(|e| put(&mut out, e.len.into()));
    let mut end = None;
    for entry in entries {
        // 0: right behind the one before.
        put(&mut out, if end == Some(entry.at) { 0 } else { entry.at + 1 });
        end = Some(entry.at + u64::from(entry.len));
    }
    out
}

pub(super) fn read(bytes: &[u8]) -> Result<Vec<Entry>, PmTilesError> {
    let mut bytes = bytes;
    let broken = PmTilesError::Broken("a directory breaks off");
    let Some(count) = take(&mut bytes) else {
        return Err(broken);
    };
    // Each entry takes four varints, one byte each at least.
    if count > ENTRIES_MAX || count * 4 > bytes.len() as u64 {
        return Err(PmTilesError::Broken("a directory promises more than it holds"));
    }
    let mut column = || -> Result<Vec<u64>, PmTilesError> {
        (0..count)
            .map(|_| take(&mut bytes).ok_or(PmTilesError::Broken("a directory breaks off")))
            .collect()
    };
    let (steps, runs, lengths, places) = (column()?, column()?, column()?, column()?);
    let overflow = || PmTilesError::Broken("a directory counts beyond its numbers");
    let mut entries: Vec<Entry> = Vec::with_capacity(steps.len());
    let mut number = 0u64;
    for (((step, run), len), place) in steps.into_iter().zip(runs).zip(lengths).zip(places) {
        number = number.checked_add(step).ok_or_else(overflow)?;
        let at = match (place, entries.last()) {
            (0, Some(before)) => before.at.checked_add(before.len.into()).ok_or_else(overflow)?,
            (0, None) => return Err(PmTilesError::Broken("a directory does not say where it begins")),
            (place, _) => place - 1,
        };
        entries.push(Entry {
            number,
            at,
            len: u32::try_from(len).map_err(|_| overflow())?,
            run: u32::try_from(run).map_err(|_| overflow())?,
        });
    }
    Ok(entries)
}

/// The entry in which a number lies: its run, or the leaf to look in.
pub(super) fn find(entries: &[Entry], number: u64) -> Option<&Entry> {
    let after = entries.partition_point(|e| e.number <= number);
    let entry = entries.get(after.checked_sub(1)?)?;
    (entry.run == 0 || number - entry.number < u64::from(entry.run)).then_some(entry)
}

fn put(out: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        out.push((value & 0x7f) as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

fn take(bytes: &mut &[u8]) -> Option<u64> {
    let mut value = 0u64;
    for shift in (0..64).step_by(7) {
        let (first, rest) = bytes.split_first()?;
        *bytes = rest;
        value |= u64::from(first & 0x7f) << shift;
        if first & 0x80 == 0 {
            return Some(value);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(number: u64, at: u64, len: u32, run: u32) -> Entry {
        Entry { number, at, len, run }
    }

    #[test]
    fn a_directory_comes_back_as_it_was() {
        let all = [
            entry(5, 0, 300, 1),
            entry(6, 300, 20, 4),
            entry(42, 0, 300, 1),
            entry(1 << 40, 9000, 7, 0),
        ];
        assert_eq!(read(&write(&all)).unwrap(), all);
        assert_eq!(find(&all, 9), Some(&all[1]), "inside a run");
        assert_eq!(find(&all, 10), None, "behind it");
        assert_eq!(find(&all, 4), None, "before everything");
        assert_eq!(find(&all, u64::MAX), Some(&all[3]), "a leaf reaches as far as it likes");
    }

    #[test]
    fn what_lies_about_its_length_is_refused() {
        let good = write(&[entry(1, 0, 3, 1), entry(2, 3, 3, 1)]);
        for end in 0..good.len() {
            assert!(read(&good[..end]).is_err(), "cut at {end}");
        }
        let mut many = Vec::new();
        put(&mut many, u64::MAX);
        assert!(read(&many).is_err());
        assert!(read(&[0xff; 40]).is_err());
        assert!(
            read(&[1, 0, 1, 1, 0]).is_err(),
            "the first says that it follows another"
        );
    }
}
