//! What of a parent's ground none of its children covers, 空白.

use crate::ground::overlay::{Combine, RawPart, combine_raw, doubled_area};
use crate::ground::{LonLat, Outline};
use crate::unit::SquareMeters;

/// Ground between the children and their parent's edge.
#[derive(Debug, Clone)]
pub struct Gap {
    pub area: SquareMeters,
    /// The pieces that are ground of their own, largest first; slivers too small to be an outline are only in `area`.
    pub pieces: Vec<Outline>,
    /// Somewhere in it.
    pub spot: Option<LonLat>,
}

/// What of `parent` none of the `children` covers.
///
/// CRS: WGS84 grid in. Units: square metres out (flat at the parent's centre).
pub fn gap<'a>(parent: &Outline, children: impl IntoIterator<Item = &'a Outline>) -> Gap {
    let covered: Vec<RawPart> = children.into_iter().flat_map(Outline::to_raw).collect();
    left_over(parent, &covered)
}

/// What of `whole` lies outside these rings.
pub(crate) fn left_over(whole: &Outline, covered: &[RawPart]) -> Gap {
    let left = combine_raw(&whole.to_raw(), covered, Combine::Difference);
    let share = doubled_area(&left) as f64 / whole.doubled_grid_area() as f64;
    let mut pieces: Vec<Outline> = left
        .iter()
        .filter_map(|part| Outline::mended(vec![part.clone()]).ok())
        .map(|(outline, _)| outline)
        .collect();
    pieces.sort_by_key(|p| std::cmp::Reverse(p.doubled_grid_area()));
    let corner = || left.first()?.first()?.first().copied();
    Gap {
        area: SquareMeters(whole.flat_area().0 * share),
        spot: pieces.first().map(Outline::inner_point).or_else(corner),
        pieces,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::drawn::rectangle;

    #[test]
    fn what_nobody_covers_is_told_piece_by_piece() {
        let parent = rectangle(0, 0, 40_000, 10_000);
        let children = [rectangle(0, 0, 10_000, 10_000), rectangle(15_000, 0, 30_000, 10_000)];
        let left = gap(&parent, &children);
        let sizes: Vec<i128> = left.pieces.iter().map(Outline::doubled_grid_area).collect();
        assert_eq!(sizes, [2 * 10_000 * 10_000, 2 * 5_000 * 10_000]);
        assert!(left.pieces[0].contains(left.spot.unwrap()));
        assert!(gap(&parent, [&parent]).pieces.is_empty());
        assert_eq!(gap(&parent, [&parent]).area.0, 0.0);
    }
}
