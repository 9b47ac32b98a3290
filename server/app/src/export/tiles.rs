//! PMTiles: the tiles everybody sees, of what was chosen, in one file.

use super::wanted::min_zoom;
use super::{Chosen, ExportFailure, GivenUp, LeftOut, Plan, Told};
use crate::base_pack::LoadedPack;
use crate::limits;
use crate::map::Map;
use crate::tiles::{self, TileLayer};
use geju_core::change::BaseLayer;
use geju_core::{PlaceKind, Placed};
use geju_tiles::pmtiles::{Compression, Description, PmTilesError, PmTilesWriter, TileKind, tile_number};
use geju_tiles::{Env, TileId, mercator};
use std::collections::BTreeMap;
use std::fs::File;
use std::io::BufWriter;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::Ordering;

impl From<PmTilesError> for ExportFailure {
    fn from(error: PmTilesError) -> Self {
        match error {
            PmTilesError::Io(error) => error.into(),
            other => ExportFailure::Broken(other.to_string()),
        }
    }
}

/// A layer of places with the box of each.
type Layer = (PlaceKind, Vec<(Arc<Placed>, Env)>);

pub(super) fn write(
    map: &Map,
    plan: &Plan,
    chosen: Vec<Chosen>,
    path: &Path,
    given_up: &GivenUp,
    told: &mut Told,
) -> Result<(), ExportFailure> {
    let mut layers: Vec<Layer> = Vec::new();
    for one in chosen {
        if let Chosen::Places(kind, places) = one {
            told.rows.insert(kind.as_str().into(), places.len() as u64);
            let boxed = |p: Arc<Placed>| {
                let env = tiles::env_of_ground(&p.place.ground);
                (p, env)
            };
            layers.push((kind, places.into_iter().map(boxed).collect()));
        }
    }
    // With an area or a filter the ground beneath reaches as far as what was chosen.
    let frame = plan
        .is_narrowed()
        .then(|| {
            Env::around(
                layers
                    .iter()
                    .flat_map(|(_, all)| all.iter().flat_map(|(_, e)| [&e.min, &e.max])),
            )
        })
        .map(|frame| frame.unwrap_or(Env::WORLD));
    let base: Vec<(BaseLayer, Arc<LoadedPack>)> = plan
        .base
        .iter()
        .filter_map(|layer| map.base(*layer).map(|pack| (*layer, pack)))
        .collect();
    let mut bounds: Option<Env> = None;
    let mut all = PmTilesWriter::new(BufWriter::new(File::create(path)?))?;
    for z in plan.zooms.0..=plan.zooms.1 {
        for (tile, places) in tiles_of(&layers, &base, frame, z, all.tiles())? {
            if given_up.load(Ordering::Relaxed) {
                return Err(ExportFailure::GivenUp);
            }
            let shown = places.into_iter().map(|(layer, members)| {
                let (kind, all) = &layers[layer];
                let members = members.into_iter().map(|n| all[n].0.clone()).collect();
                (*kind, members)
            });
            let under = base
                .iter()
                .filter(|(l, _)| z >= TileLayer::Base(*l).min_zoom())
                .cloned();
            let bytes = tiles::cut(tile, shown, under);
            if bytes.is_empty() {
                continue;
            }
            all.put(tile, &geju_tiles::gzip(&bytes))?;
            let shown = tile.bounds();
            bounds = match bounds {
                None => Some(shown),
                Some(so_far) => Env::around([&so_far.min, &so_far.max, &shown.min, &shown.max]),
            };
        }
    }
    told.tiles = Some(all.tiles());
    told.left_out.push(LeftOut {
        code: "names_and_kinds_only".into(),
        count: told.rows.values().sum(),
        message: "tiles hold id, name, code, kind, floors and version; archives and figures do not travel in them"
            .into(),
    });
    let attribution: Vec<String> = base.iter().filter_map(|(_, pack)| pack.attribution.clone()).collect();
    all.finish(&describe(plan, bounds, &attribution))?;
    Ok(())
}

fn describe(plan: &Plan, bounds: Option<Env>, attribution: &[String]) -> Description {
    let bounds = bounds.map_or([0; 4], |env| {
        let ((west, north), (east, south)) = (mercator::unproject(env.min), mercator::unproject(env.max));
        [west, south, east, north]
    });
    let layers: Vec<TileLayer> = TileLayer::all()
        .filter(|l| plan.layer_names().any(|n| n == l.name()))
        .collect();
    let mut thanks = attribution.to_vec();
    thanks.sort();
    thanks.dedup();
    let thanks = (!thanks.is_empty()).then(|| thanks.join(", "));
    let mut metadata = tiles::describe(&layers, String::new(), None, thanks).to_value();
    if let Some(fields) = metadata.as_object_mut() {
        // A file has no address.
        fields.retain(|name, _| matches!(name.as_str(), "name" | "attribution" | "vector_layers"));
        fields.insert("name".into(), "Geju".into());
        fields.insert("type".into(), "overlay".into());
    }
    Description {
        kind: TileKind::Mvt,
        packed: Compression::Gzip,
        bounds,
        metadata: metadata.to_string(),
    }
}

/// What shows in a tile: per layer the numbers of its places.
type Members = BTreeMap<usize, Vec<usize>>;

/// The tiles of one zoom in which anything may show, in the order of the file.
fn tiles_of(
    layers: &[Layer],
    base: &[(BaseLayer, Arc<LoadedPack>)],
    frame: Option<Env>,
    z: u8,
    before: u64,
) -> Result<impl Iterator<Item = (TileId, Members)>, ExportFailure> {
    let too_many = || {
        ExportFailure::TooBig(format!(
            "more than {} tiles; take fewer zooms or less ground",
            limits::EXPORT_TILES_MAX
        ))
    };
    let left = limits::EXPORT_TILES_MAX.saturating_sub(before);
    let touched = |env: &Env| -> Result<Vec<TileId>, ExportFailure> {
        geju_tiles::tiles_touched(env, z..=z, left).map_err(|_| too_many())
    };
    // Tile, layer, place: 24 bytes for each, and a place shows in one or two tiles of a zoom.
    let mut shown: Vec<(u64, TileId, usize, usize)> = Vec::new();
    for (layer, (kind, places)) in layers.iter().enumerate() {
        if z < min_zoom(*kind) {
            continue;
        }
        for (n, (_, env)) in places.iter().enumerate() {
            shown.extend(touched(env)?.into_iter().map(|t| (tile_number(t), t, layer, n)));
        }
    }
    let mut found: BTreeMap<u64, (TileId, Members)> = BTreeMap::new();
    for (layer, pack) in base {
        if z < TileLayer::Base(*layer).min_zoom() {
            continue;
        }
        for env in pack.envelopes().filter(|e| frame.is_none_or(|f| f.meets(e))) {
            let env = frame.map_or(env, |f| meeting(f, env));
            for tile in touched(&env)? {
                found.entry(tile_number(tile)).or_insert_with(|| (tile, Members::new()));
            }
        }
    }
    for (number, tile, layer, n) in shown {
        let (_, members) = found.entry(number).or_insert_with(|| (tile, Members::new()));
        members.entry(layer).or_default().push(n);
    }
    if found.len() as u64 > left {
        return Err(too_many());
    }
    Ok(found.into_values())
}

/// What two boxes have in common, where they meet.
fn meeting(a: Env, b: Env) -> Env {
    Env {
        min: geju_tiles::WorldPoint {
            x: a.min.x.max(b.min.x),
            y: a.min.y.max(b.min.y),
        },
        max: geju_tiles::WorldPoint {
            x: a.max.x.min(b.max.x),
            y: a.max.y.min(b.max.y),
        },
    }
}
