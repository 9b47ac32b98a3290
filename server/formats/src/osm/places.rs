//! Where the nodes of an extract are.

use super::rings::Spot;

/// Place of a node that the extract does not hold.
pub(super) const UNKNOWN: Spot = [i32::MAX, i32::MAX];

/// Where the nodes are: identifiers in order, and a place for each.
#[derive(Default)]
pub(super) struct Places {
    pub(super) ids: Vec<i64>,
    pub(super) spots: Vec<Spot>,
}

impl Places {
    pub(super) fn get(&self, id: i64) -> Option<Spot> {
        let at = self.ids.binary_search(&id).ok()?;
        self.spots.get(at).copied().filter(|spot| *spot != UNKNOWN)
    }

    pub(super) fn set(&mut self, id: i64, spot: Spot) {
        if let Ok(at) = self.ids.binary_search(&id) {
            self.spots[at] = spot;
        }
    }

    /// Places of all nodes, or how many are missing and where the first known one is.
    pub(super) fn line(&self, refs: &[i64]) -> Result<Vec<Spot>, (usize, Option<Spot>)> {
        let line: Vec<Spot> = refs.iter().filter_map(|id| self.get(*id)).collect();
        if line.len() == refs.len() {
            Ok(line)
        } else {
            Err((refs.len() - line.len(), line.first().copied()))
        }
    }
}
