//! A layer's keys and values, each stored once and found in constant time.

use std::hash::{BuildHasher, Hasher};

use hashbrown::{DefaultHashBuilder, HashMap, HashTable};

use crate::builder::Value;
use crate::protobuf::{bytes, tag, varint, zigzag};

/// Whole numbers below this are looked up by index instead of by hash: floors, versions, small codes.
const SMALL: usize = 256;
const UNSEEN: u32 = u32::MAX;

/// Values are kept as the protobuf bytes that go into the tile: equal bytes, equal value.
pub(crate) struct Dictionary {
    keys: Vec<Box<str>>,
    key_of: HashMap<Box<str>, u32>,
    values: Vec<u8>,
    /// Where each value ends in `values`.
    ends: Vec<u32>,
    /// Hash and index.
    table: HashTable<(u32, u32)>,
    hasher: DefaultHashBuilder,
    small: Box<[u32; SMALL]>,
    /// The key last seen at each position of an attribute list: features of a layer mostly repeat the list.
    usual: Vec<u32>,
    scratch: Vec<u8>,
}

impl Dictionary {
    pub fn new() -> Dictionary {
        Dictionary {
            keys: Vec::new(),
            key_of: HashMap::new(),
            values: Vec::new(),
            ends: Vec::new(),
            table: HashTable::new(),
            hasher: DefaultHashBuilder::default(),
            small: Box::new([UNSEEN; SMALL]),
            usual: Vec::new(),
            scratch: Vec::new(),
        }
    }

    pub fn keys(&self) -> &[Box<str>] {
        &self.keys
    }

    pub fn value_count(&self) -> usize {
        self.ends.len()
    }

    pub fn value(&self, index: u32) -> &[u8] {
        slice(&self.values, &self.ends, index)
    }

    /// The index of the key at `position` of an attribute list.
    pub fn key(&mut self, position: usize, key: &str) -> u32 {
        if let Some(&usual) = self.usual.get(position)
            && &*self.keys[usual as usize] == key
        {
            return usual;
        }
        let index = match self.key_of.get(key) {
            Some(&index) => index,
            None => {
                let index = self.keys.len() as u32;
                self.keys.push(key.into());
                self.key_of.insert(key.into(), index);
                index
            }
        };
        if self.usual.len() == position {
            self.usual.push(index);
        } else if let Some(slot) = self.usual.get_mut(position) {
            *slot = index;
        }
        index
    }

    /// The index of a value; `None` for a number that is not finite, which has no meaning on a map. `feature` is the
    /// id of the feature that carries it.
    pub fn index_of(&mut self, value: &Value<'_>, feature: u64) -> Option<u32> {
        let mut encoded = std::mem::take(&mut self.scratch);
        encoded.clear();
        let index = self.index_with(value, feature, &mut encoded);
        self.scratch = encoded;
        index
    }

    fn index_with(&mut self, value: &Value<'_>, feature: u64, encoded: &mut Vec<u8>) -> Option<u32> {
        match *value {
            Value::U64(n) if n < SMALL as u64 => {
                let seen = self.small[n as usize];
                if seen != UNSEEN {
                    return Some(seen);
                }
                encoded.push(tag::VALUE_UINT);
                varint(encoded, n);
                let index = self.push(encoded);
                self.small[n as usize] = index;
                return Some(index);
            }
            // An id repeated as an attribute is new by nature: no other feature has it, so there is nothing to look
            // up. (Were another attribute to hold the same number, it would be stored twice, which is allowed.)
            Value::U64(n) if n == feature => {
                encoded.push(tag::VALUE_UINT);
                varint(encoded, n);
                return Some(self.push(encoded));
            }
            Value::U64(n) => {
                encoded.push(tag::VALUE_UINT);
                varint(encoded, n);
            }
            Value::Str(text) => bytes(encoded, tag::VALUE_STRING, text.as_bytes()),
            Value::I64(n) => {
                encoded.push(tag::VALUE_SINT);
                varint(encoded, zigzag(n));
            }
            Value::F64(n) if n.is_finite() => {
                encoded.push(tag::VALUE_DOUBLE);
                encoded.extend_from_slice(&n.to_le_bytes());
            }
            Value::F64(_) => return None,
            Value::Bool(yes) => encoded.extend_from_slice(&[tag::VALUE_BOOL, u8::from(yes)]),
        }
        let mut hasher = self.hasher.build_hasher();
        hasher.write(encoded);
        let hash = hasher.finish() as u32;
        let (values, ends) = (&self.values, &self.ends);
        let same = |&(seen, index): &(u32, u32)| seen == hash && slice(values, ends, index) == &encoded[..];
        if let Some(&(_, index)) = self.table.find(spread(hash), same) {
            return Some(index);
        }
        let index = self.push(encoded);
        self.table
            .insert_unique(spread(hash), (hash, index), |&(hash, _)| spread(hash));
        Some(index)
    }

    /// Empties it for the next layer, keeping its memory.
    pub fn clear(&mut self) {
        self.keys.clear();
        self.key_of.clear();
        self.values.clear();
        self.ends.clear();
        self.table.clear();
        self.small.fill(UNSEEN);
        self.usual.clear();
    }

    fn push(&mut self, encoded: &[u8]) -> u32 {
        self.values.extend_from_slice(encoded);
        self.ends.push(self.values.len() as u32);
        self.ends.len() as u32 - 1
    }
}

/// The table takes its position from the low bits and its tag from the high ones, so a kept half must fill both.
fn spread(hash: u32) -> u64 {
    u64::from(hash) | u64::from(hash) << 32
}

fn slice<'v>(values: &'v [u8], ends: &[u32], index: u32) -> &'v [u8] {
    let index = index as usize;
    let start = if index == 0 { 0 } else { ends[index - 1] as usize };
    &values[start..ends[index] as usize]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_values_share_an_index_and_unequal_ones_do_not() {
        let mut d = Dictionary::new();
        let all = [
            Value::Str("1"),
            Value::Str(""),
            Value::U64(1),
            Value::U64(300),
            Value::I64(1),
            Value::I64(-1),
            Value::F64(1.0),
            Value::F64(-0.0),
            Value::F64(0.0),
            Value::Bool(true),
            Value::Bool(false),
        ];
        let first: Vec<_> = all.iter().map(|v| d.index_of(v, 9).unwrap()).collect();
        let again: Vec<_> = all.iter().map(|v| d.index_of(v, 9).unwrap()).collect();
        assert_eq!(first, again);
        assert_eq!(first, (0..all.len() as u32).collect::<Vec<_>>());
        assert_eq!(d.index_of(&Value::F64(f64::NAN), 9), None);
        assert_eq!(d.index_of(&Value::F64(f64::INFINITY), 9), None);
    }

    #[test]
    fn keys_are_found_at_any_position() {
        let mut d = Dictionary::new();
        assert_eq!(
            [
                d.key(0, "id"),
                d.key(1, "name"),
                d.key(0, "name"),
                d.key(7, "id"),
                d.key(0, "name")
            ],
            [0, 1, 1, 0, 1]
        );
        assert_eq!(d.keys().len(), 2);
    }
}
