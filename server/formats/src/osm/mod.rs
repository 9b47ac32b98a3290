//! OpenStreetMap extracts (.osm.pbf), 开放街图: nodes, ways and relations become points, lines and areas with a class each.
//!
//! The file is walked four times so that memory holds only what is needed: relations that are areas; ways, to learn which
//! nodes matter; the places of those nodes (16 bytes each, at most [`OSM_NODES_MAX`]); and the reading itself. Identifiers
//! are those osmium gives: `n1`, `w2`, and for areas `a` with twice the way's number, or twice the relation's plus one.

mod classify;
mod frames;
mod places;
mod rings;
mod shapes;

use std::collections::{HashMap, HashSet};
use std::fs::File;
use std::io::BufReader;
use std::path::{Path, PathBuf};

use osmpbf::{BlobDecode, BlobReader, Element, RelMemberType};

use self::classify::{Kind, Tags, classes};
use self::frames::check_frames;
use self::places::{Places, UNKNOWN};
use self::rings::Spot;
use self::shapes::{area, at_edge, coord};
use crate::crs::Crs;
use crate::feature::{FormatError, RawValue};
use crate::gate::{Draft, Flaw, Gate, Shape};
use crate::limits::{OSM_MEMBER_REFS_MAX, OSM_NODES_MAX};
use crate::sniff::Format;
use crate::source::{Detected, Halt, OpenOptions, Opened, Sink, gate, io_error};

pub(crate) use self::classify::CLASSES;

const NAME: &str = "OSM PBF";
const WALKS: u64 = 4;

type TagList = Vec<(String, String)>;

pub(crate) fn open(path: &Path, options: &OpenOptions) -> Result<Opened, FormatError> {
    let file_bytes = check_frames(path)?;
    if let Some(layer) = &options.layer
        && !CLASSES.contains(&layer.as_str())
    {
        return Err(FormatError::NoSuchLayer(format!(
            "there is no class {layer:?}; the classes are: {}",
            CLASSES.join(", ")
        )));
    }
    let crs = options.crs.unwrap_or(Crs::Wgs84);
    let layers: Vec<String> = CLASSES
        .iter()
        .filter(|class| options.layer.as_ref().is_none_or(|layer| layer == *class))
        .map(|class| (*class).to_owned())
        .collect();
    let detected = Detected {
        layers,
        crs: Some(crs),
        ..Detected::new(Format::OsmPbf)
    };
    let mut extract = Extract {
        path: path.to_owned(),
        file_bytes,
        walk: 0,
        only: options.layer.clone(),
        gate: gate(crs)?,
        relations: Vec::new(),
        members: HashMap::new(),
        places: Places::default(),
        index: 0,
    };
    let pump = Box::new(move |sink: &mut Sink| {
        extract.find_relations(sink)?;
        extract.find_nodes(sink)?;
        extract.place_nodes(sink)?;
        extract.read(sink)
    });
    Ok(Opened {
        detected,
        bytes_total: file_bytes * WALKS,
        pump,
    })
}

struct AreaRelation {
    id: i64,
    tags: TagList,
    ways: Vec<i64>,
}

struct Extract {
    path: PathBuf,
    file_bytes: u64,
    walk: u64,
    only: Option<String>,
    gate: Gate,
    relations: Vec<AreaRelation>,
    members: HashMap<i64, Vec<i64>>,
    places: Places,
    index: u64,
}

impl Extract {
    fn classes(&self, kind: Kind, tags: &TagList) -> Vec<&'static str> {
        let mut found = classes(kind, &Tags(tags));
        found.retain(|class| self.only.as_ref().is_none_or(|only| only == class));
        found
    }

    /// One walk over all elements of the file.
    fn walk(
        &mut self,
        sink: &mut Sink,
        mut each: impl FnMut(&mut Self, Element<'_>, &mut Sink) -> Result<(), Halt>,
    ) -> Result<(), Halt> {
        let file = BufReader::new(File::open(&self.path).map_err(io_error(&self.path))?);
        let blobs = BlobReader::new_seekable(file).map_err(|error| FormatError::broken(NAME, error))?;
        for blob in blobs {
            let blob = blob.map_err(|error| FormatError::broken(NAME, error))?;
            sink.at_byte(self.walk * self.file_bytes + blob.offset().map_or(0, |offset| offset.0));
            if let BlobDecode::OsmData(block) = blob.decode().map_err(|error| FormatError::broken(NAME, error))? {
                for element in block.elements() {
                    each(self, element, sink)?;
                }
            }
        }
        self.walk += 1;
        Ok(())
    }

    fn find_relations(&mut self, sink: &mut Sink) -> Result<(), Halt> {
        let mut wanted = HashSet::new();
        self.walk(sink, |extract, element, _| {
            let Element::Relation(relation) = element else {
                return Ok(());
            };
            let tags: TagList = relation.tags().map(own).collect();
            if !matches!(Tags(&tags).get("type"), Some("multipolygon" | "boundary"))
                || extract.classes(Kind::Relation, &tags).is_empty()
            {
                return Ok(());
            }
            let ways: Vec<i64> = relation
                .members()
                .filter(|member| member.member_type == RelMemberType::Way)
                .map(|member| member.member_id)
                .collect();
            wanted.extend(ways.iter().copied());
            extract.relations.push(AreaRelation {
                id: relation.id(),
                tags,
                ways,
            });
            Ok(())
        })?;
        self.members = wanted.into_iter().map(|way| (way, Vec::new())).collect();
        Ok(())
    }

    fn find_nodes(&mut self, sink: &mut Sink) -> Result<(), Halt> {
        let (mut ids, mut member_refs) = (Vec::new(), 0usize);
        self.walk(sink, |extract, element, _| {
            let Element::Way(way) = element else { return Ok(()) };
            let tags: TagList = way.tags().map(own).collect();
            let refs: Vec<i64> = way.refs().collect();
            let is_member = extract.members.contains_key(&way.id());
            if !is_member
                && way_kinds(&refs, &tags)
                    .into_iter()
                    .all(|kind| extract.classes(kind, &tags).is_empty())
            {
                return Ok(());
            }
            ids.extend_from_slice(&refs);
            // Neighbouring ways share nodes: sort repeats away before they fill memory.
            if ids.len() > OSM_NODES_MAX {
                ids.sort_unstable();
                ids.dedup();
                if ids.len() > OSM_NODES_MAX / 4 * 3 {
                    return Err(FormatError::TooBig(format!(
                        "the extract needs the places of more than {OSM_NODES_MAX} nodes; cut a smaller one"
                    ))
                    .into());
                }
            }
            if is_member {
                member_refs += refs.len();
                if member_refs > OSM_MEMBER_REFS_MAX {
                    return Err(FormatError::TooBig(
                        "the relations of the extract have too many members; cut a smaller one".into(),
                    )
                    .into());
                }
                extract.members.insert(way.id(), refs);
            }
            Ok(())
        })?;
        ids.sort_unstable();
        ids.dedup();
        ids.shrink_to_fit();
        self.places.spots = vec![UNKNOWN; ids.len()];
        self.places.ids = ids;
        Ok(())
    }

    fn place_nodes(&mut self, sink: &mut Sink) -> Result<(), Halt> {
        self.walk(sink, |extract, element, _| {
            match element {
                Element::Node(node) => extract
                    .places
                    .set(node.id(), [node.decimicro_lon(), node.decimicro_lat()]),
                Element::DenseNode(node) => extract
                    .places
                    .set(node.id(), [node.decimicro_lon(), node.decimicro_lat()]),
                Element::Way(_) | Element::Relation(_) => {}
            }
            Ok(())
        })
    }

    fn read(&mut self, sink: &mut Sink) -> Result<(), Halt> {
        self.walk(sink, |extract, element, sink| match element {
            Element::Node(node) => {
                let tags: TagList = node.tags().map(own).collect();
                extract.node(node.id(), [node.decimicro_lon(), node.decimicro_lat()], tags, sink)
            }
            Element::DenseNode(node) => {
                let tags: TagList = node.tags().map(own).collect();
                extract.node(node.id(), [node.decimicro_lon(), node.decimicro_lat()], tags, sink)
            }
            Element::Way(way) => {
                let tags: TagList = way.tags().map(own).collect();
                if tags.is_empty() {
                    return Ok(());
                }
                let refs: Vec<i64> = way.refs().collect();
                extract.way(way.id(), &refs, &tags, sink)
            }
            Element::Relation(_) => Ok(()),
        })?;
        for relation in std::mem::take(&mut self.relations) {
            self.relation(relation, sink)?;
        }
        Ok(())
    }

    fn node(&mut self, id: i64, spot: Spot, tags: TagList, sink: &mut Sink) -> Result<(), Halt> {
        if tags.is_empty() {
            return Ok(());
        }
        let classes = self.classes(Kind::Node, &tags);
        self.give(
            &classes,
            format!("n{id}"),
            format!("node {id}"),
            &tags,
            Ok(Shape::Point(coord(spot))),
            sink,
        )
    }

    fn way(&mut self, id: i64, refs: &[i64], tags: &TagList, sink: &mut Sink) -> Result<(), Halt> {
        for kind in way_kinds(refs, tags) {
            let classes = self.classes(kind, tags);
            if classes.is_empty() {
                continue;
            }
            let shape = match self.places.line(refs) {
                Err((missing, at)) => Err(at_edge(
                    format!("{missing} of its {} nodes are not in the extract.", refs.len()),
                    at,
                )),
                Ok(line) if kind.is_area() => area(&[line]),
                Ok(line) => Ok(Shape::Line(line.into_iter().map(coord).collect())),
            };
            let name = if kind.is_area() {
                format!("a{}", id.wrapping_mul(2))
            } else {
                format!("w{id}")
            };
            self.give(&classes, name, format!("way {id}"), tags, shape, sink)?;
        }
        Ok(())
    }

    fn relation(&mut self, relation: AreaRelation, sink: &mut Sink) -> Result<(), Halt> {
        let classes = self.classes(Kind::Relation, &relation.tags);
        let tags: TagList = relation.tags.into_iter().filter(|(key, _)| key != "type").collect();
        let (mut lines, mut missing, mut first) = (Vec::new(), 0usize, None);
        for way in &relation.ways {
            match self
                .members
                .get(way)
                .filter(|refs| !refs.is_empty())
                .map(|refs| self.places.line(refs))
            {
                Some(Ok(line)) => {
                    first = first.or_else(|| line.first().copied());
                    lines.push(line);
                }
                Some(Err((_, at))) => {
                    first = first.or(at);
                    missing += 1;
                }
                None => missing += 1,
            }
        }
        let shape = if missing > 0 || lines.is_empty() {
            Err(at_edge(
                format!(
                    "{missing} of its {} ways are not in the extract, or not whole.",
                    relation.ways.len()
                ),
                first,
            ))
        } else {
            area(&lines)
        };
        let id = relation.id;
        self.give(
            &classes,
            format!("a{}", id.wrapping_mul(2).wrapping_add(1)),
            format!("relation {id}"),
            &tags,
            shape,
            sink,
        )
    }

    /// Hands an object out once for each of its classes.
    fn give(
        &mut self,
        classes: &[&'static str],
        id: String,
        object: String,
        tags: &TagList,
        shape: Result<Shape, Flaw>,
        sink: &mut Sink,
    ) -> Result<(), Halt> {
        for class in classes {
            let mut draft = Draft {
                index: self.index,
                layer: Some((*class).to_owned()),
                source_id: Some(id.clone()),
                position: Some(object.clone()),
                properties: tags
                    .iter()
                    .map(|(key, value)| (key.clone(), RawValue::Text(value.clone())))
                    .collect(),
                ..Draft::default()
            };
            self.index += 1;
            match shape.clone() {
                Ok(shape) => {
                    draft.shape = Some(shape);
                    sink.give(&self.gate, draft)?;
                }
                Err(flaw) => sink.bad(draft.refused(flaw))?,
            }
        }
        Ok(())
    }
}

/// A closed way may be a line, an area, or both (a roundabout with grass in it): `area=yes` or `no` settles it.
fn way_kinds(refs: &[i64], tags: &TagList) -> Vec<Kind> {
    let closed = refs.len() > 3 && refs.first() == refs.last();
    match (closed, Tags(tags).get("area")) {
        (true, Some("yes")) => vec![Kind::Ring],
        (true, Some("no")) | (false, _) => vec![Kind::Line],
        (true, _) => vec![Kind::Line, Kind::Ring],
    }
}

fn own((key, value): (&str, &str)) -> (String, String) {
    (key.to_owned(), value.to_owned())
}
