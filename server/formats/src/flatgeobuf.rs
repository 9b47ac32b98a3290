//! FlatGeobuf: the library checks each table; lengths are checked here before anything is set aside for them.

use std::fs::File;
use std::io::{BufReader, Read, Seek, SeekFrom};
use std::path::Path;

use ::flatgeobuf::{
    Column, ColumnType, Feature, Geometry, GeometryType, Header, size_prefixed_root_as_feature,
    size_prefixed_root_as_header,
};
use geo_types::Coord;

use crate::crs::{Crs, from_wkt};
use crate::feature::{FormatError, RawValue};
use crate::gate::{Draft, Flaw, Shape};
use crate::limits::{COLUMNS_MAX, FLATGEOBUF_FEATURE_BYTES_MAX, FLATGEOBUF_HEADER_BYTES_MAX, VERTICES_PER_FEATURE_MAX};
use crate::sniff::Format;
use crate::source::{Detected, Halt, OpenOptions, Opened, Sink, gate, io_error};

const NAME: &str = "FlatGeobuf";
/// Bytes of one node of the spatial index: a box and an offset.
const INDEX_NODE_BYTES: u64 = 40;
const COLLECTION_DEPTH_MAX: usize = 8;

type Columns = Vec<(String, ColumnType)>;

pub(crate) fn open(path: &Path, options: &OpenOptions) -> Result<Opened, FormatError> {
    let file = File::open(path).map_err(io_error(path))?;
    let bytes_total = file.metadata().map_err(io_error(path))?.len();
    let mut reader = BufReader::new(file);
    let mut magic = [0u8; 8];
    reader
        .read_exact(&mut magic)
        .map_err(|error| FormatError::reading(NAME, error))?;
    let mut head = Vec::new();
    if !sized(&mut reader, FLATGEOBUF_HEADER_BYTES_MAX, &mut head)? {
        return Err(FormatError::Truncated("there is no header".into()));
    }
    let header = size_prefixed_root_as_header(&head).map_err(|error| FormatError::broken(NAME, error))?;
    let columns: Columns = header.columns().into_iter().flatten().map(column).collect();
    if columns.len() > COLUMNS_MAX {
        return Err(FormatError::TooBig(format!(
            "the file has {} columns; at most {COLUMNS_MAX} are taken",
            columns.len()
        )));
    }
    let crs = match options.crs {
        Some(crs) => crs,
        None => declared_crs(&header)?,
    };
    let gate = gate(crs)?;
    let layer = header.name().filter(|name| !name.is_empty()).map(str::to_owned);
    let kind = header.geometry_type();
    let promised = header.features_count();
    let index_bytes = index_bytes(promised, header.index_node_size())
        .filter(|bytes| *bytes <= bytes_total)
        .ok_or_else(|| FormatError::Truncated("the file is shorter than its index".into()))?;
    let mut at = magic.len() as u64 + head.len() as u64 + index_bytes;
    reader
        .seek(SeekFrom::Start(at))
        .map_err(|error| FormatError::reading(NAME, error))?;
    let detected = Detected {
        layers: layer.iter().cloned().collect(),
        crs: Some(crs),
        columns: columns.iter().map(|(name, _)| name.clone()).collect(),
        ..Detected::new(Format::FlatGeobuf)
    };
    let pump = Box::new(move |sink: &mut Sink| {
        let mut bytes = Vec::new();
        let mut count = 0u64;
        while sized(&mut reader, FLATGEOBUF_FEATURE_BYTES_MAX, &mut bytes)? {
            let mut draft = Draft {
                index: count,
                layer: layer.clone(),
                position: Some(format!("byte {at}")),
                ..Draft::default()
            };
            at += bytes.len() as u64;
            sink.at_byte(at);
            count += 1;
            match size_prefixed_root_as_feature(&bytes) {
                Err(error) => {
                    sink.bad(draft.refused(Flaw::new("bad_feature", format!("The record is broken: {error}."))))?
                }
                Ok(feature) => match fill(&feature, kind, &columns, &mut draft) {
                    Ok(()) => sink.give(&gate, draft)?,
                    Err(flaw) => sink.bad(draft.refused(flaw))?,
                },
            }
        }
        if promised > 0 && count < promised {
            return Err(Halt::Broken(FormatError::Truncated(format!(
                "{count} of {promised} features are there"
            ))));
        }
        Ok(())
    });
    Ok(Opened {
        detected,
        bytes_total,
        pump,
    })
}

/// Reads a length and as many bytes, length kept in front; false at the end of the file.
fn sized(reader: &mut impl Read, bytes_max: u32, into: &mut Vec<u8>) -> Result<bool, FormatError> {
    into.clear();
    let failed = |error| FormatError::reading(NAME, error);
    reader.by_ref().take(4).read_to_end(into).map_err(failed)?;
    let Some(size) = into.first_chunk::<4>().map(|bytes| u32::from_le_bytes(*bytes)) else {
        return if into.is_empty() {
            Ok(false)
        } else {
            Err(FormatError::Truncated("a length stops in the middle".into()))
        };
    };
    if size > bytes_max {
        return Err(FormatError::TooBig(format!(
            "a record has {size} bytes; at most {bytes_max} are taken"
        )));
    }
    let read = reader.by_ref().take(size.into()).read_to_end(into).map_err(failed)?;
    if read < size as usize {
        return Err(FormatError::Truncated("a record stops in the middle".into()));
    }
    if size < 8 {
        return Err(FormatError::broken(NAME, "a record is too short to be one"));
    }
    Ok(true)
}

fn column(column: Column<'_>) -> (String, ColumnType) {
    (column.name().to_owned(), column.type_())
}

fn index_bytes(features: u64, node_size: u16) -> Option<u64> {
    if features == 0 || node_size == 0 {
        return Some(0);
    }
    let fan = u64::from(node_size.max(2));
    let (mut level, mut nodes) = (features, features);
    while level > 1 {
        level = level.div_ceil(fan);
        nodes = nodes.checked_add(level)?;
    }
    if features == 1 {
        nodes = 2;
    }
    nodes.checked_mul(INDEX_NODE_BYTES)
}

fn declared_crs(header: &Header<'_>) -> Result<Crs, FormatError> {
    let unknown = |what: String| FormatError::UnknownCrs(what);
    let Some(crs) = header.crs() else { return Ok(Crs::Wgs84) };
    let authority = crs.org().unwrap_or("EPSG").to_ascii_uppercase();
    if crs.code() > 0 && authority == "EPSG" {
        return Crs::from_epsg(crs.code().unsigned_abs()).map_err(|error| unknown(error.to_string()));
    }
    if authority == "OGC" && crs.code_string().is_some_and(|code| code.eq_ignore_ascii_case("crs84")) {
        return Ok(Crs::Wgs84);
    }
    match crs.wkt() {
        Some(wkt) => from_wkt(wkt).map_err(|error| unknown(error.to_string())),
        None => Err(unknown(crs.name().unwrap_or("the header names none").to_owned())),
    }
}

fn fill(feature: &Feature<'_>, kind: GeometryType, columns: &Columns, draft: &mut Draft) -> Result<(), Flaw> {
    let own: Columns;
    let columns = match feature.columns() {
        Some(list) => {
            own = list.iter().map(column).collect();
            &own
        }
        None => columns,
    };
    if let Some(bytes) = feature.properties() {
        draft.properties = properties(bytes.bytes(), columns)
            .ok_or_else(|| Flaw::new("bad_properties", "The attributes of the record are broken."))?;
    }
    match feature.geometry() {
        None => draft.note("null_geometry", "The feature has no geometry."),
        Some(geometry) => draft.shape = Some(shape(&geometry, kind, 0)?),
    }
    Ok(())
}

fn properties(mut bytes: &[u8], columns: &Columns) -> Option<Vec<(String, RawValue)>> {
    fn take<'a, const N: usize>(bytes: &mut &'a [u8]) -> Option<&'a [u8; N]> {
        let (head, tail) = bytes.split_first_chunk::<N>()?;
        *bytes = tail;
        Some(head)
    }
    fn counted<'a>(bytes: &mut &'a [u8]) -> Option<&'a [u8]> {
        let length = u32::from_le_bytes(*take(bytes)?) as usize;
        let (head, tail) = bytes.split_at_checked(length)?;
        *bytes = tail;
        Some(head)
    }
    let mut found = Vec::new();
    while bytes.len() > 1 {
        let (name, kind) = columns.get(usize::from(u16::from_le_bytes(*take(&mut bytes)?)))?;
        let value = match *kind {
            ColumnType::Bool => RawValue::Bool(take::<1>(&mut bytes)?[0] != 0),
            ColumnType::Byte => RawValue::Int(i8::from_le_bytes(*take(&mut bytes)?).into()),
            ColumnType::UByte => RawValue::Int(take::<1>(&mut bytes)?[0].into()),
            ColumnType::Short => RawValue::Int(i16::from_le_bytes(*take(&mut bytes)?).into()),
            ColumnType::UShort => RawValue::Int(u16::from_le_bytes(*take(&mut bytes)?).into()),
            ColumnType::Int => RawValue::Int(i32::from_le_bytes(*take(&mut bytes)?).into()),
            ColumnType::UInt => RawValue::Int(u32::from_le_bytes(*take(&mut bytes)?).into()),
            ColumnType::Long => RawValue::Int(i64::from_le_bytes(*take(&mut bytes)?)),
            ColumnType::ULong => {
                let value = u64::from_le_bytes(*take(&mut bytes)?);
                i64::try_from(value).map_or_else(|_| RawValue::Text(value.to_string()), RawValue::Int)
            }
            ColumnType::Float => RawValue::Float(f32::from_le_bytes(*take(&mut bytes)?).into()),
            ColumnType::Double => RawValue::Float(f64::from_le_bytes(*take(&mut bytes)?)),
            ColumnType::String | ColumnType::Json | ColumnType::DateTime => {
                RawValue::Text(String::from_utf8_lossy(counted(&mut bytes)?).into_owned())
            }
            ColumnType::Binary => {
                counted(&mut bytes)?;
                RawValue::Null
            }
            _ => return None,
        };
        found.push((name.clone(), value));
    }
    Some(found)
}

fn shape(geometry: &Geometry<'_>, kind: GeometryType, depth: usize) -> Result<Shape, Flaw> {
    if depth > COLLECTION_DEPTH_MAX {
        return Err(Flaw::new(
            "too_deep",
            format!("The geometry nests more than {COLLECTION_DEPTH_MAX} collections."),
        ));
    }
    // The header gives the type for all features; "unknown" there means each says its own.
    let kind = if kind == GeometryType::Unknown || depth > 0 {
        geometry.type_()
    } else {
        kind
    };
    let parts = || geometry.parts().into_iter().flatten();
    Ok(match kind {
        GeometryType::Point => match coords(geometry)?.first() {
            Some(point) => Shape::Point(*point),
            None => Shape::MultiPoint(Vec::new()),
        },
        GeometryType::MultiPoint => Shape::MultiPoint(coords(geometry)?),
        GeometryType::LineString => Shape::Line(coords(geometry)?),
        GeometryType::MultiLineString => Shape::MultiLine(lines(geometry)?),
        GeometryType::Polygon => Shape::Polygon(lines(geometry)?),
        GeometryType::MultiPolygon => Shape::MultiPolygon(parts().map(|part| lines(&part)).collect::<Result<_, _>>()?),
        GeometryType::GeometryCollection => Shape::Collection(
            parts()
                .map(|part| shape(&part, GeometryType::Unknown, depth + 1))
                .collect::<Result<_, _>>()?,
        ),
        GeometryType::Unknown => return Err(Flaw::new("bad_geometry", "The geometry does not say what it is.")),
        _ => {
            return Err(Flaw::new("curved_geometry", "The geometry is curved or a surface.")
                .mend("Turn curves into straight segments before exporting."));
        }
    })
}

fn coords(geometry: &Geometry<'_>) -> Result<Vec<Coord<f64>>, Flaw> {
    let Some(xy) = geometry.xy() else { return Ok(Vec::new()) };
    if xy.len() / 2 > VERTICES_PER_FEATURE_MAX {
        return Err(Flaw::too_many_vertices(xy.len() / 2));
    }
    Ok((0..xy.len() / 2)
        .map(|at| Coord {
            x: xy.get(2 * at),
            y: xy.get(2 * at + 1),
        })
        .collect())
}

fn lines(geometry: &Geometry<'_>) -> Result<Vec<Vec<Coord<f64>>>, Flaw> {
    let points = coords(geometry)?;
    let Some(ends) = geometry.ends().filter(|ends| !ends.is_empty()) else {
        return Ok(if points.is_empty() { Vec::new() } else { vec![points] });
    };
    let mut start = 0;
    ends.iter()
        .map(|end| {
            let end = end as usize;
            let line = points.get(start..end).map(<[_]>::to_vec);
            start = end;
            line.ok_or_else(|| Flaw::new("bad_geometry", "The ends of the rings do not fit the coordinates."))
        })
        .collect()
}
