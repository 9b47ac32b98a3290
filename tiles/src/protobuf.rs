//! The few protobuf forms a vector tile needs.

/// Field numbers and wire types of `vector_tile.proto` (MVT 2.1), joined as they are written.
pub(crate) mod tag {
    const fn varint(field: u8) -> u8 {
        field << 3
    }
    const fn bytes(field: u8) -> u8 {
        field << 3 | 2
    }
    pub const TILE_LAYER: u8 = bytes(3);
    pub const LAYER_NAME: u8 = bytes(1);
    pub const LAYER_FEATURE: u8 = bytes(2);
    pub const LAYER_KEY: u8 = bytes(3);
    pub const LAYER_VALUE: u8 = bytes(4);
    pub const LAYER_EXTENT: u8 = varint(5);
    pub const LAYER_VERSION: u8 = varint(15);
    pub const FEATURE_ID: u8 = varint(1);
    pub const FEATURE_TAGS: u8 = bytes(2);
    pub const FEATURE_TYPE: u8 = varint(3);
    pub const FEATURE_GEOMETRY: u8 = bytes(4);
    pub const VALUE_STRING: u8 = bytes(1);
    pub const VALUE_DOUBLE: u8 = 3 << 3 | 1;
    pub const VALUE_UINT: u8 = varint(5);
    pub const VALUE_SINT: u8 = varint(6);
    pub const VALUE_BOOL: u8 = varint(7);
}

#[inline]
pub(crate) fn varint(out: &mut Vec<u8>, mut n: u64) {
    while n >= 0x80 {
        out.push(n as u8 | 0x80);
        n >>= 7;
    }
    out.push(n as u8);
}

pub(crate) fn varint_len(n: u64) -> usize {
    (63 - (n | 1).leading_zeros() as usize) / 7 + 1
}

#[inline]
pub(crate) fn zigzag(n: i64) -> u64 {
    ((n << 1) ^ (n >> 63)) as u64
}

pub(crate) fn bytes(out: &mut Vec<u8>, tag: u8, content: &[u8]) {
    out.push(tag);
    varint(out, content.len() as u64);
    out.extend_from_slice(content);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn varints_are_as_long_as_said() {
        for n in [0, 1, 127, 128, 16_383, 16_384, u64::from(u32::MAX), u64::MAX] {
            let mut out = Vec::new();
            varint(&mut out, n);
            assert_eq!(out.len(), varint_len(n), "{n}");
        }
        assert_eq!(
            [0, -1, 1, -2, i64::MAX, i64::MIN].map(zigzag),
            [0, 1, 2, 3, u64::MAX - 1, u64::MAX]
        );
    }
}
