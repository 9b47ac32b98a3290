//! Places, matters and records as rows, and back.

use crate::cell::{Cell, Line, maybe_id, maybe_text};
use crate::error::Damage;
use crate::schema::Kind::{self, Date as Day, Ground as Shape, Int, Text};
use geju_core::change::BaseLayer;
use geju_core::matter::Matter;
use geju_core::place::SourceRef;
use geju_core::world::{Parents, Row, Rows};
use geju_core::{
    Alert, Archive, Change, Code, Effect, Ground, Hazard, Issue, MatterKind, Place, PlaceId, Revision, Seq,
};
use jiff::civil::Date;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// What of a place has no column of its own.
#[derive(Serialize)]
struct PlaceBody<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    address: &'a Option<Box<str>>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    tags: &'a [Box<str>],
    #[serde(skip_serializing_if = "Option::is_none")]
    source: &'a Option<SourceRef>,
    #[serde(skip_serializing_if = "Option::is_none")]
    checked_on: &'a Option<Date>,
    archive: &'a Archive,
}

#[derive(Deserialize)]
struct ReadPlaceBody {
    #[serde(default)]
    address: Option<Box<str>>,
    #[serde(default)]
    tags: Box<[Box<str>]>,
    #[serde(default)]
    source: Option<SourceRef>,
    #[serde(default)]
    checked_on: Option<Date>,
    archive: Archive,
}

/// The columns [`read_place`] wants, in its order.
pub(crate) const PLACE_COLUMNS: &str = "p.id, p.version, p.from_seq, p.at, p.name, p.code, p.up, p.compound, p.effective_from, p.effective_to, p.geom, p.body";
pub(crate) const PLACE_KINDS: [Kind; 12] = [Int, Int, Int, Text, Text, Text, Int, Int, Day, Day, Shape, Text];

/// A row of `place_version`.
pub(crate) fn place_cells(
    ledger: &str,
    change: &Change,
    batch: Option<u64>,
    place: &Place,
    into: Parents,
) -> Result<Vec<Cell>, Damage> {
    // Taken apart without `..`: a field added to places does not compile until it is kept here.
    let Place {
        id,
        version,
        name,
        code,
        address,
        tags,
        ground,
        effective_from,
        effective_to,
        source,
        checked_on,
        archive,
    } = place;
    let body = PlaceBody {
        address,
        tags,
        source,
        checked_on,
        archive,
    };
    Ok(vec![
        ledger.into(),
        id.0.into(),
        (*version).into(),
        change.seq.0.into(),
        Cell::Int(None),
        change.at.to_string().into(),
        maybe_id(batch),
        archive.kind().as_str().into(),
        (&**name).into(),
        maybe_text(code.as_ref().map(Code::as_str)),
        maybe_id(into.up.map(|p| p.0)),
        maybe_id(into.compound.map(|p| p.0)),
        effective_from.to_string().into(),
        Cell::Text(effective_to.map(|d| d.to_string())),
        ground.into(),
        serde_json::to_string(&body)?.into(),
    ])
}

fn parents(line: &mut Line) -> Result<Parents, Damage> {
    Ok(Parents {
        up: line.id_opt()?.map(PlaceId),
        compound: line.id_opt()?.map(PlaceId),
    })
}

/// A row of `place_version` as it comes, in the order of [`PLACE_COLUMNS`].
pub(crate) struct PlaceFields<'a> {
    pub id: u64,
    pub version: i64,
    pub since: u64,
    pub at: &'a str,
    pub name: &'a str,
    pub code: Option<&'a str>,
    pub up: Option<u64>,
    pub compound: Option<u64>,
    pub effective_from: &'a str,
    pub effective_to: Option<&'a str>,
    pub ground: Ground,
    pub body: &'a str,
}

pub(crate) fn read_place(line: &mut Line) -> Result<Row<Place>, Damage> {
    let (id, version, since, at, name) = (line.id()?, line.int()?, line.id()?, line.text()?, line.text()?);
    let (code, up, compound) = (line.text_opt()?, line.id_opt()?, line.id_opt()?);
    let (effective_from, effective_to) = (line.text()?, line.text_opt()?);
    let (ground, body) = (line.ground()?, line.text()?);
    place_of(PlaceFields {
        id,
        version,
        since,
        at: &at,
        name: &name,
        code: code.as_deref(),
        up,
        compound,
        effective_from: &effective_from,
        effective_to: effective_to.as_deref(),
        ground,
        body: &body,
    })
}

pub(crate) fn place_of(fields: PlaceFields<'_>) -> Result<Row<Place>, Damage> {
    let id = fields.id;
    let read = |fields: PlaceFields<'_>| -> Result<Row<Place>, Damage> {
        let ReadPlaceBody {
            address,
            tags,
            source,
            checked_on,
            archive,
        } = serde_json::from_str(fields.body)?;
        let code = fields.code.map(Code::new).transpose();
        let place = Place {
            id: PlaceId(id),
            version: u32::try_from(fields.version)?,
            name: fields.name.into(),
            code: code.map_err(|e| Damage(e.to_string()))?,
            address,
            tags,
            ground: fields.ground,
            effective_from: fields.effective_from.parse()?,
            effective_to: fields.effective_to.map(|d| d.parse()).transpose()?,
            source,
            checked_on,
            archive,
        };
        Ok(Row {
            value: Arc::new(place),
            parents: Parents {
                up: fields.up.map(PlaceId),
                compound: fields.compound.map(PlaceId),
            },
            since: Seq(fields.since),
            at: fields.at.parse()?,
        })
    };
    read(fields).map_err(|d| Damage(format!("place {id}: {}", d.0)))
}

/// The columns [`read_matter`] wants, in its order.
pub(crate) const MATTER_COLUMNS: &str = "m.id, m.kind, m.from_seq, m.at, m.up, m.compound, m.geom, m.body";
pub(crate) const MATTER_KINDS: [Kind; 8] = [Int, Text, Int, Text, Int, Int, Shape, Text];

/// A row of `matter_version`.
pub(crate) fn matter_cells<M: Matter + Serialize>(
    ledger: &str,
    change: &Change,
    batch: Option<u64>,
    matter: &M,
    into: Parents,
) -> Result<Vec<Cell>, Damage> {
    let mut body = serde_json::to_value(matter)?;
    body.as_object_mut()
        .ok_or("a matter is no JSON object")?
        .remove("ground");
    Ok(vec![
        ledger.into(),
        matter.id().0.into(),
        matter.version().into(),
        change.seq.0.into(),
        Cell::Int(None),
        change.at.to_string().into(),
        maybe_id(batch),
        M::KIND.as_str().into(),
        matter.title().into(),
        matter.category().into(),
        matter.is_live().into(),
        maybe_id(into.up.map(|p| p.0)),
        maybe_id(into.compound.map(|p| p.0)),
        matter.ground().into(),
        body.to_string().into(),
    ])
}

/// A matter of any kind with its row.
pub(crate) enum AnyMatter {
    Hazard(Row<Hazard>),
    Alert(Row<Alert>),
    Issue(Row<Issue>),
}

impl AnyMatter {
    /// As an effect without `before`.
    pub fn into_effect(self) -> Effect {
        match self {
            AnyMatter::Hazard(row) => Effect::Hazard(standing(row)),
            AnyMatter::Alert(row) => Effect::Alert(standing(row)),
            AnyMatter::Issue(row) => Effect::Issue(standing(row)),
        }
    }

    pub fn put_into(self, rows: &mut Rows) {
        match self {
            AnyMatter::Hazard(row) => rows.hazards.push(row),
            AnyMatter::Alert(row) => rows.alerts.push(row),
            AnyMatter::Issue(row) => rows.issues.push(row),
        }
    }
}

/// A version alone: what it is, not what it was.
pub(crate) fn standing<T>(row: Row<T>) -> Revision<T> {
    Revision {
        before: None,
        after: row.value,
        from: Parents::default(),
        into: row.parents,
    }
}

pub(crate) fn read_matter(line: &mut Line) -> Result<AnyMatter, Damage> {
    let id = line.id()?;
    let read = |line: &mut Line| -> Result<AnyMatter, Damage> {
        let kind = line.text()?;
        let kind = MatterKind::parse(&kind).ok_or_else(|| format!("kind {kind:?} is unknown"))?;
        Ok(match kind {
            MatterKind::Hazard => AnyMatter::Hazard(matter_row(line)?),
            MatterKind::Alert => AnyMatter::Alert(matter_row(line)?),
            MatterKind::Issue => AnyMatter::Issue(matter_row(line)?),
        })
    };
    read(line).map_err(|d| Damage(format!("matter {id}: {}", d.0)))
}

fn matter_row<M: DeserializeOwned>(line: &mut Line) -> Result<Row<M>, Damage> {
    let since = Seq(line.id()?);
    let at = line.text()?.parse()?;
    let parents = parents(line)?;
    let ground = line.ground()?;
    let mut body: serde_json::Value = serde_json::from_str(&line.text()?)?;
    let fields = body.as_object_mut().ok_or("a matter is no JSON object")?;
    fields.insert("ground".into(), serde_json::to_value(&ground)?);
    Ok(Row {
        value: Arc::new(serde_json::from_value(body)?),
        parents,
        since,
        at,
    })
}

/// What has no ground of its own, as it stands after an effect.
pub(crate) struct Record {
    pub kind: &'static str,
    pub key: String,
    /// Absent: it is gone.
    pub body: Option<String>,
    pub live: bool,
}

pub(crate) const POST: &str = "post";
pub(crate) const APPOINTMENT: &str = "appointment";
pub(crate) const BASE: &str = "base";
pub(crate) const SCHEME: &str = "scheme";

/// The record an effect leaves, if it is about one.
pub(crate) fn record_of(effect: &Effect) -> Result<Option<Record>, Damage> {
    let record = |kind, key: String, body: Option<String>, live| Ok(Some(Record { kind, key, body, live }));
    match effect {
        Effect::Post(r) => record(
            POST,
            r.after.id.to_string(),
            Some(serde_json::to_string(&r.after)?),
            r.after.standing,
        ),
        Effect::Appointment(r) => record(
            APPOINTMENT,
            r.after.id.to_string(),
            Some(serde_json::to_string(&r.after)?),
            r.after.until.is_none(),
        ),
        Effect::Base { before, after } => {
            let layer: Option<BaseLayer> = after.as_ref().or(before.as_ref()).map(|p| p.layer);
            let body = after.as_ref().map(serde_json::to_string).transpose()?;
            match layer {
                Some(layer) => record(BASE, layer.as_str().into(), body, true),
                None => Ok(None),
            }
        }
        Effect::Scheme { after, .. } => record(SCHEME, String::new(), Some(serde_json::to_string(after)?), true),
        Effect::Place(_) | Effect::Hazard(_) | Effect::Alert(_) | Effect::Issue(_) | Effect::Reparent { .. } => {
            Ok(None)
        }
    }
}

/// Puts a record read from the store where a World wants it.
pub(crate) fn put_record(line: &mut Line, rows: &mut Rows) -> Result<(), Damage> {
    let (kind, body) = (line.text()?, line.text()?);
    match &*kind {
        POST => rows.posts.push(serde_json::from_str(&body)?),
        APPOINTMENT => rows.appointments.push(serde_json::from_str(&body)?),
        BASE => rows.base.push(serde_json::from_str(&body)?),
        SCHEME => rows.scheme = Some(serde_json::from_str(&body)?),
        other => return Err(format!("record kind {other:?} is unknown").into()),
    }
    Ok(())
}
