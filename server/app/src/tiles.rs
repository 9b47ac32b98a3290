//! Which layers go into which tile, and how a place is drawn there: outlines, names and kinds only, so one byte stream
//! serves every role.

use crate::base_pack::LoadedPack;
use crate::map::Map;
use geju_core::change::BaseLayer;
use geju_core::{Archive, Envelope, Ground, LonLat, Place, PlaceId, PlaceKind, Placed};
use geju_tiles::{
    CachedTile, Env, FieldType, LayerDescription, Limits, Ring, TileBuilder, TileId, TileJson, Value, WorldPoint,
    mercator,
};
use std::ops::Range;
use std::sync::Arc;

/// Deepest zoom described; clients draw on from its tiles. A unit there is 1.5 cm at the equator, the grain of the ground.
pub const MAX_ZOOM: u8 = 17;
/// A layer's tiles are asked for at most this deep; beyond [`MAX_ZOOM`] clients overzoom.
const BUILDING_ATTRIBUTES_FROM: u8 = 14;

/// A layer that comes as tiles. Hazards, alerts and issues never do: who sees them depends on who asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum TileLayer {
    Base(BaseLayer),
    Place(PlaceKind),
}

impl TileLayer {
    /// In canonical order: the ground first, then large before small.
    pub fn all() -> impl Iterator<Item = TileLayer> {
        let base = [
            BaseLayer::BaseGreen,
            BaseLayer::BaseWater,
            BaseLayer::BaseRoad,
            BaseLayer::BaseRail,
        ];
        base.into_iter()
            .map(TileLayer::Base)
            .chain(PlaceKind::ALL.into_iter().map(TileLayer::Place))
    }

    pub fn name(self) -> &'static str {
        match self {
            TileLayer::Base(layer) => layer.as_str(),
            TileLayer::Place(kind) => kind.as_str(),
        }
    }

    /// The zoom from which the layer is in tiles.
    pub fn min_zoom(self) -> u8 {
        match self {
            TileLayer::Place(PlaceKind::District | PlaceKind::Street) => 0,
            TileLayer::Place(PlaceKind::Community) => 10,
            TileLayer::Place(PlaceKind::Grid) => 11,
            TileLayer::Place(PlaceKind::Compound) => 12,
            TileLayer::Place(PlaceKind::MicroGrid | PlaceKind::Building | PlaceKind::ResourceSite) => 13,
            TileLayer::Base(BaseLayer::BaseWater) => 6,
            TileLayer::Base(BaseLayer::BaseGreen | BaseLayer::BaseRail) => 9,
            TileLayer::Base(BaseLayer::BaseRoad) => 8,
        }
    }

    /// Layers named in an address, each once, in canonical order. `None` when one is unknown or none is named.
    pub fn parse_set(text: &str) -> Option<Vec<TileLayer>> {
        let names: Vec<&str> = text.split(',').take(crate::limits::TILE_LAYERS_MAX + 1).collect();
        if names.len() > crate::limits::TILE_LAYERS_MAX
            || !names.iter().all(|n| TileLayer::all().any(|l| l.name() == *n))
        {
            return None;
        }
        Some(TileLayer::all().filter(|l| names.contains(&l.name())).collect())
    }
}

/// The canonical name of a set.
pub fn set_name(layers: &[TileLayer]) -> String {
    layers.iter().map(|l| l.name()).collect::<Vec<_>>().join(",")
}

/// Road classes by the zoom they appear at: at street level everything, from afar the big ones.
fn road_from(class: &str) -> u8 {
    match class.trim_end_matches("_link") {
        "motorway" | "trunk" => 8,
        "primary" => 9,
        "secondary" => 11,
        "tertiary" => 12,
        "residential" | "unclassified" | "living_street" => 13,
        _ => 14,
    }
}

/// The tile as it stands: from the cache, or cut from the map as it is now and offered to the cache.
pub fn tile(map: &Map, layers: &[TileLayer], set: &str, tile: TileId) -> Arc<CachedTile> {
    if let Some(cached) = map.tiles.get(set, tile) {
        return cached;
    }
    let picture = Picture::take(map, layers, tile);
    let cut = Arc::new(CachedTile::new(&picture.cut(tile), picture.seq));
    map.tiles.insert_if_untouched(set, tile, &cut);
    cut
}

/// What a tile shows, taken under the lock in one moment; cutting happens outside.
struct Picture {
    seq: u64,
    layers: Vec<Shown>,
}

enum Shown {
    Places(PlaceKind, Vec<Arc<Placed>>),
    Base(BaseLayer, Arc<LoadedPack>),
}

/// A tile of chosen places and base layers, as an export has it: the same as everybody sees, but for what was not chosen.
pub fn cut(
    tile: TileId,
    places: impl IntoIterator<Item = (PlaceKind, Vec<Arc<Placed>>)>,
    base: impl IntoIterator<Item = (BaseLayer, Arc<LoadedPack>)>,
) -> Vec<u8> {
    let base = base.into_iter().map(|(layer, pack)| Shown::Base(layer, pack));
    let places = places.into_iter().map(|(kind, places)| Shown::Places(kind, places));
    Picture {
        seq: 0,
        layers: base.chain(places).collect(),
    }
    .cut(tile)
}

/// The box of a place in tile units: which tiles it may show in.
pub fn env_of_ground(ground: &Ground) -> Env {
    crate::map::env_of(&ground.envelope())
}

impl Picture {
    fn take(map: &Map, layers: &[TileLayer], tile: TileId) -> Self {
        let window = envelope_of(tile.buffered());
        let shown: Vec<TileLayer> = layers.iter().copied().filter(|l| tile.z() >= l.min_zoom()).collect();
        let bases: Vec<Shown> = shown
            .iter()
            .filter_map(|l| match l {
                TileLayer::Base(layer) => map.base(*layer).map(|pack| Shown::Base(*layer, pack)),
                TileLayer::Place(_) => None,
            })
            .collect();
        map.read(|world| {
            let places = shown.iter().filter_map(|l| match l {
                TileLayer::Place(kind) => Some(Shown::Places(
                    *kind,
                    world.places_meeting(*kind, window).cloned().collect(),
                )),
                TileLayer::Base(_) => None,
            });
            Picture {
                seq: world.head().0,
                layers: bases.into_iter().chain(places).collect(),
            }
        })
    }

    fn cut(&self, tile: TileId) -> Vec<u8> {
        let sketches: Vec<Sketch<'_>> = self
            .layers
            .iter()
            .map(|shown| match shown {
                Shown::Places(_, places) => Sketch::of(places),
                Shown::Base(..) => Sketch::default(),
            })
            .collect();
        let mut builder = TileBuilder::new(tile);
        for (shown, sketch) in self.layers.iter().zip(&sketches) {
            match shown {
                Shown::Places(kind, _) => {
                    let mut layer = builder.layer(kind.as_str());
                    layer.attribute_levels(&[usize::MAX, 4, 2, 1, 0]);
                    layer.keep_tiny(!matches!(kind, PlaceKind::Building));
                    let bare = *kind == PlaceKind::Building && tile.z() < BUILDING_ATTRIBUTES_FROM;
                    for drawn in sketch.in_order() {
                        let said = Attributes::of(drawn.place);
                        let attributes = if bare { &[][..] } else { said.all() };
                        let id = drawn.place.id.0;
                        let rings = &sketch.rings[drawn.rings.clone()];
                        if let Ground::Point(_) = drawn.place.ground {
                            let points = rings
                                .first()
                                .map_or(&[][..], |(points, _)| &sketch.points[points.clone()]);
                            layer.points(id, points, attributes);
                        } else {
                            let rings = rings.iter().map(|(points, hole)| {
                                let points = &sketch.points[points.clone()];
                                if *hole { Ring::Hole(points) } else { Ring::Outer(points) }
                            });
                            layer.polygon(id, rings, attributes);
                        }
                    }
                }
                Shown::Base(name, pack) => {
                    let mut layer = builder.layer(name.as_str());
                    layer.attribute_levels(&[usize::MAX, 1]);
                    for (id, feature) in pack.meeting(tile.buffered()) {
                        let class = pack.class(feature);
                        if *name == BaseLayer::BaseRoad && tile.z() < road_from(class) {
                            continue;
                        }
                        let mut attributes = vec![("class", Value::Str(class))];
                        attributes.extend(pack.name(feature).map(|n| ("name", Value::Str(n))));
                        layer.shape(id, &feature.shape, &attributes);
                    }
                }
            }
        }
        builder.encode(&Limits::default()).bytes
    }
}

/// Places of one layer as they are drawn, in few pieces of memory: a place is looked at once, its corners lie side by side
/// with its neighbours'.
#[derive(Default)]
struct Sketch<'p> {
    points: Vec<WorldPoint>,
    /// Of each ring its points, and whether it is a hole.
    rings: Vec<(Range<usize>, bool)>,
    drawn: Vec<Drawn<'p>>,
}

struct Drawn<'p> {
    place: &'p Place,
    rings: Range<usize>,
}

impl<'p> Sketch<'p> {
    fn of(places: &'p [Arc<Placed>]) -> Self {
        let mut sketch = Sketch {
            drawn: Vec::with_capacity(places.len()),
            ..Sketch::default()
        };
        for placed in places {
            sketch.add(&placed.place);
        }
        sketch
    }

    /// By id: the same places in the same order give the same bytes, on every server.
    fn in_order(&self) -> impl Iterator<Item = &Drawn<'p>> {
        let mut order: Vec<(PlaceId, usize)> = self.drawn.iter().map(|d| d.place.id).zip(0..).collect();
        order.sort_unstable();
        order.into_iter().map(|(_, at)| &self.drawn[at])
    }

    fn add(&mut self, place: &'p Place) {
        let from = self.rings.len();
        match &place.ground {
            Ground::Point(spot) => self.ring(std::slice::from_ref(spot), false),
            Ground::Outline(outline) => {
                for part in outline.parts() {
                    for (n, ring) in part.rings().enumerate() {
                        self.ring(ring.vertices(), n > 0);
                    }
                }
            }
        }
        self.drawn.push(Drawn {
            place,
            rings: from..self.rings.len(),
        });
    }

    fn ring(&mut self, nodes: &[LonLat], hole: bool) {
        let from = self.points.len();
        self.points
            .extend(nodes.iter().map(|p| mercator::project(p.lon, p.lat)));
        self.rings.push((from..self.points.len(), hole));
    }
}

/// What a feature says of itself, the most important first: when a tile is too big, the last go first.
struct Attributes<'p> {
    list: [(&'static str, Value<'p>); 6],
    len: usize,
}

impl<'p> Attributes<'p> {
    fn of(place: &'p Place) -> Self {
        let floors = match &place.archive {
            Archive::Building(building) => building.floors,
            _ => None,
        };
        let said = [
            Some(("id", Value::U64(place.id.0))),
            Some(("name", Value::Str(&place.name))),
            place.archive.subkind().map(|kind| ("kind", Value::Str(kind))),
            floors.map(|floors| ("floors", Value::U64(floors.into()))),
            Some(("version", Value::U64(place.version.into()))),
            place.code.as_ref().map(|code| ("code", Value::Str(code.as_str()))),
        ];
        let mut all = Attributes {
            list: [("", Value::Bool(false)); 6],
            len: 0,
        };
        for one in said.into_iter().flatten() {
            all.list[all.len] = one;
            all.len += 1;
        }
        all
    }

    fn all(&self) -> &[(&'static str, Value<'p>)] {
        &self.list[..self.len]
    }
}

/// The box in grid steps around a box in tile units.
fn envelope_of(env: Env) -> Envelope {
    let ((west, north), (east, south)) = (mercator::unproject(env.min), mercator::unproject(env.max));
    // Rounding to the grid may lose half a step on each side.
    Envelope::from([west, south, east, north]).padded(1)
}

/// What a map program needs to know before it asks.
pub fn describe(
    layers: &[TileLayer],
    tiles: String,
    bounds: Option<[f64; 4]>,
    attribution: Option<String>,
) -> TileJson {
    let described = layers.iter().map(|layer| {
        let mut fields = match layer {
            TileLayer::Base(_) => vec![("class".to_owned(), FieldType::String)],
            TileLayer::Place(_) => vec![
                ("id".to_owned(), FieldType::Number),
                ("kind".to_owned(), FieldType::String),
                ("code".to_owned(), FieldType::String),
                ("version".to_owned(), FieldType::Number),
            ],
        };
        fields.push(("name".to_owned(), FieldType::String));
        if *layer == TileLayer::Place(PlaceKind::Building) {
            fields.push(("floors".to_owned(), FieldType::Number));
        }
        LayerDescription {
            id: layer.name().into(),
            description: None,
            minzoom: layer.min_zoom(),
            maxzoom: MAX_ZOOM,
            fields,
        }
    });
    TileJson {
        name: set_name(layers),
        tiles: vec![tiles],
        attribution,
        bounds,
        layers: described.collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_layer_set_has_one_name_however_it_is_asked_for() {
        let set = |text| TileLayer::parse_set(text).map(|l| set_name(&l));
        assert_eq!(set("building,compound").as_deref(), Some("compound,building"));
        assert_eq!(
            set("building,building,base_road").as_deref(),
            Some("base_road,building")
        );
        for odd in ["", "nothing", "building,nothing", "hazard", &"building,".repeat(5000)] {
            assert_eq!(set(odd), None, "{odd:.40}");
        }
    }
}
