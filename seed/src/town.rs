//! One street laid out, built on and divided, before it becomes places.

use crate::cells::{GridCell, LEAST, MOST, cut_parcel, govern};
use crate::chance::Chance;
use crate::clearance::Clearance;
use crate::houses::{House, Style, build};
use crate::layout::{Layout, lay_out};
use crate::mesh::FaceId;
use crate::names::Names;
use crate::parcels::{Parcel, Use, divide};
use crate::plane::contains;
use crate::shops::along_roads;

/// Compounds of the street, 小区院落.
pub const COMPOUNDS: usize = 514;

/// Leaves walls around exactly so many grounds: the smallest are open to the lane and make no compound. `None` when there
/// are not enough.
pub fn demote(parcels: &mut [Parcel], grids: &[GridCell], houses: &[House], count: usize) -> Option<()> {
    let mut built = vec![0_u32; parcels.len()];
    for house in grids.iter().flat_map(|g| &g.micro).flat_map(|m| &m.houses) {
        built[houses[*house].parcel] += u32::from(houses[*house].inside);
    }
    let mut walled: Vec<usize> = (0..parcels.len())
        .filter(|p| parcels[*p].what.is_lived_in() && parcels[*p].yard.len() > 2 && built[*p] > 0)
        .collect();
    walled.sort_by_key(|p| std::cmp::Reverse((built[*p], *p)));
    if walled.len() < count {
        return None;
    }
    for extra in walled.split_off(count) {
        parcels[extra].open = true;
    }
    Some(())
}

pub struct Town {
    pub plan: Layout,
    pub parcels: Vec<Parcel>,
    pub houses: Vec<House>,
    pub grids: Vec<GridCell>,
    pub way_names: Vec<Option<String>>,
    pub names: Names,
}

impl Town {
    /// `None` when this seed's lines leave ground nobody could govern; the next number then does better.
    pub fn found(seed: u64) -> Option<Town> {
        let chance = Chance::new(seed);
        let mut plan = lay_out(&chance);
        let (blocks, mut parcels) = divide(&mut plan, &chance);
        let mut houses: Vec<House> = Vec::new();
        let mut cells: Vec<(FaceId, Vec<usize>)> = Vec::new();
        let mut building = chance.fork(6);
        let clearance = Clearance::of(&plan.mesh);
        let style = Style::street();
        for (index, parcel) in parcels.iter().enumerate() {
            let from = houses.len();
            houses.extend(build(parcel, index, &style, &mut building));
            let own = (from..houses.len()).collect();
            cells.extend(cut_parcel(&mut plan.mesh, parcel, &houses, own));
        }
        for (face, own) in &mut cells {
            // A building on two grounds is left out: better a gap than a lie.
            let ring = plan.mesh.ring(*face);
            own.retain(|h| houses[*h].ring.iter().all(|p| contains(&ring, *p)));
            let parcel = plan.mesh.faces[*face].tag.parcel - 1;
            let mut shops = along_roads(&plan.mesh, *face, parcel, &parcels, &style, &mut building);
            shops.retain(|s| clearance.is_clear(&s.ring));
            own.extend(houses.len()..houses.len() + shops.len());
            houses.extend(shops);
        }
        let grids = govern(&plan, &blocks, &parcels, &mut houses, &cells, &chance);
        demote(&mut parcels, &grids, &houses, COMPOUNDS)?;
        let mut names = Names::new(&chance);
        let way_names = plan.ways.iter().map(|w| names.way(w.class)).collect();
        let town = Town {
            plan,
            parcels,
            houses,
            grids,
            way_names,
            names,
        };
        town.is_governable().then_some(town)
    }

    fn is_governable(&self) -> bool {
        self.is_whole()
            && self.grids.iter().flat_map(|g| &g.micro).all(|m| {
                let sum = |of: fn(&House) -> u32| m.houses.iter().map(|h| of(&self.houses[*h])).sum::<u32>();
                let homes = sum(|h| h.households);
                let size = if homes > 0 { homes } else { sum(|h| h.shops) };
                (LEAST..=MOST).contains(&size)
            })
    }

    /// Is every place of every level in one piece, without holes?
    pub fn is_whole(&self) -> bool {
        let mesh = &self.plan.mesh;
        let streets = self.plan.quarters.iter().map(|q| q.street).max().map_or(0, |s| s + 1);
        let mut by_street: Vec<Vec<FaceId>> = vec![Vec::new(); streets];
        let mut by_community: Vec<Vec<FaceId>> = vec![Vec::new(); self.plan.quarters.len()];
        for grid in &self.grids {
            by_community[grid.community].extend(grid.faces());
            by_street[self.plan.quarters[grid.community].street].extend(grid.faces());
        }
        mesh.is_one_piece(&by_street.concat())
            && by_street
                .iter()
                .chain(&by_community)
                .all(|faces| mesh.is_one_piece(faces))
            && self.grids.iter().all(|g| mesh.is_one_piece(&g.faces()))
            && self
                .grids
                .iter()
                .flat_map(|g| &g.micro)
                .all(|m| mesh.is_one_piece(&m.faces))
    }

    /// Is this parcel a compound with people in it?
    pub fn is_compound(&self, parcel: usize) -> bool {
        let site = &self.parcels[parcel];
        site.what.is_lived_in() && !site.open && site.yard.len() > 2 && site.what != Use::Park
    }
}
