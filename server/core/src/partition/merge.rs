//! Neighbours become one, 合并.

use super::{Nearness, all_noded, vertices};
use crate::ground::overlay::{Combine, combine, is_tangled};
use crate::ground::{InvalidOutline, LonLat, Outline};

/// Why grounds do not become one.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum CannotMerge {
    #[error("there is nothing to merge it with")]
    Nothing,
    #[error("the two share no edge")]
    NotNeighbours { which: usize, at: LonLat },
    #[error("the edges are too many to compare")]
    Tangled,
    #[error("{0}")]
    Unsound(InvalidOutline),
}

impl CannotMerge {
    /// Stable code for findings.
    pub fn code(&self) -> &'static str {
        match self {
            CannotMerge::Nothing => "merge_nothing",
            CannotMerge::NotNeighbours { .. } => "merge_not_neighbours",
            CannotMerge::Tangled => "outline_tangled",
            CannotMerge::Unsound(bad) => bad.why.code(),
        }
    }

    pub fn mend(&self) -> &'static str {
        match self {
            CannotMerge::Nothing => "choose at least two neighbours",
            CannotMerge::NotNeighbours { .. } => {
                "choose neighbours that share an edge, or merge what lies between them too"
            }
            CannotMerge::Tangled => "simplify the outlines",
            CannotMerge::Unsound(bad) => bad.why.mend(),
        }
    }
}

/// One outline of several that hang together by shared edges; a shared corner is not enough.
pub fn merge(into: &Outline, others: &[&Outline]) -> Result<Outline, CannotMerge> {
    if others.is_empty() {
        return Err(CannotMerge::Nothing);
    }
    let mut shapes = vec![into.to_raw()];
    shapes.extend(others.iter().map(|o| o.to_raw()));
    if is_tangled(&shapes) {
        return Err(CannotMerge::Tangled);
    }
    let all: Vec<LonLat> = vertices(into).chain(others.iter().flat_map(|o| vertices(o))).collect();
    let plain = std::iter::once(into).chain(others.iter().copied()).cloned().collect();
    let mut noded = all_noded(plain, &all, Nearness::Any).into_iter();
    let Some(mut whole) = noded.next() else {
        return Err(CannotMerge::Nothing);
    };
    let mut waiting: Vec<(usize, Outline)> = noded.enumerate().collect();
    while !waiting.is_empty() {
        let mut found = None;
        for (at, (_, other)) in waiting.iter().enumerate() {
            if let Some(joined) = joined(&whole, other)? {
                found = Some((at, joined));
                break;
            }
        }
        let Some((at, joined)) = found else {
            let (which, apart) = &waiting[0];
            return Err(CannotMerge::NotNeighbours {
                which: *which,
                at: apart.inner_point(),
            });
        };
        whole = joined;
        waiting.remove(at);
    }
    let mut whole = all_noded(vec![whole], &all, Nearness::Straight);
    whole.pop().ok_or(CannotMerge::Nothing)
}

/// The two as one, where that leaves fewer parts than they have apart.
fn joined(a: &Outline, b: &Outline) -> Result<Option<Outline>, CannotMerge> {
    if !a.envelope().meets(&b.envelope()) {
        return Ok(None);
    }
    let union = combine(a, b, Combine::Union).map_err(CannotMerge::Unsound)?;
    Ok(union.filter(|u| u.parts().len() < a.parts().len() + b.parts().len()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::drawn::rectangle;

    #[test]
    fn neighbours_become_one_in_whatever_order_they_are_named() {
        let [a, b, c] = [0, 1, 2].map(|i| rectangle(i * 10_000, 0, (i + 1) * 10_000, 10_000));
        let one = merge(&a, &[&c, &b]).unwrap();
        assert_eq!(one.doubled_grid_area(), 3 * a.doubled_grid_area());
        assert_eq!(one.vertex_count(), 8, "corners that others share stay vertices");
    }

    #[test]
    fn who_shares_no_edge_is_no_neighbour() {
        let a = rectangle(0, 0, 10_000, 10_000);
        let corner = rectangle(10_000, 10_000, 20_000, 20_000);
        let far = rectangle(50_000, 0, 60_000, 10_000);
        for other in [corner, far] {
            let at = other.inner_point();
            assert_eq!(merge(&a, &[&other]), Err(CannotMerge::NotNeighbours { which: 0, at }));
        }
        assert_eq!(merge(&a, &[]), Err(CannotMerge::Nothing));
    }
}
