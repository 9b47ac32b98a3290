//! Numbers of tiles: zoom by zoom, within each along a Hilbert curve, so that neighbours lie near each other in the file.

use crate::TileId;

/// The number of a tile in a PMTiles directory.
pub fn tile_number(tile: TileId) -> u64 {
    let before: u64 = (0..tile.z()).map(|z| 1u64 << (2 * z)).sum();
    let (mut x, mut y) = (tile.x(), tile.y());
    let mut along = 0u64;
    let mut side = if tile.z() == 0 { 0 } else { 1u32 << (tile.z() - 1) };
    while side > 0 {
        let (right, low) = (u32::from(x & side > 0), u32::from(y & side > 0));
        along += u64::from(side) * u64::from(side) * u64::from((3 * right) ^ low);
        if low == 0 {
            if right == 1 {
                // Only the bits below `side` are looked at from here on.
                x = (side - 1) & !x;
                y = (side - 1) & !y;
            }
            std::mem::swap(&mut x, &mut y);
        }
        side >>= 1;
    }
    before + along
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    fn number(z: u8, x: u32, y: u32) -> u64 {
        tile_number(TileId::new(z, x, y).unwrap())
    }

    #[test]
    fn the_first_numbers_are_those_of_the_standard() {
        let first = [
            (0, 0, 0),
            (1, 0, 0),
            (1, 0, 1),
            (1, 1, 1),
            (1, 1, 0),
            (2, 0, 0),
            (2, 1, 0),
            (2, 1, 1),
            (2, 0, 1),
        ];
        for (at, (z, x, y)) in first.into_iter().enumerate() {
            assert_eq!(number(z, x, y), at as u64, "{z}/{x}/{y}");
        }
        // From the test cases of the reference implementation.
        assert_eq!(number(12, 3423, 1763), 19_078_479);
    }

    #[test]
    fn every_tile_of_a_zoom_has_its_own_number_and_the_next_is_a_neighbour() {
        let mut all: Vec<(u64, u32, u32)> = (0..32u32)
            .flat_map(|x| (0..32u32).map(move |y| (number(5, x, y), x, y)))
            .collect();
        all.sort_unstable();
        assert_eq!(all.iter().map(|(n, ..)| n).collect::<BTreeSet<_>>().len(), 1024);
        assert_eq!(all[0].0, number(4, 15, 0) + 1, "one zoom follows the other");
        for two in all.windows(2) {
            assert_eq!(two[0].1.abs_diff(two[1].1) + two[0].2.abs_diff(two[1].2), 1);
        }
    }
}
