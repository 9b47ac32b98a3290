//! Hazards, alerts and issues as they travel.

use super::asked::Tongue;
use super::geojson;
use super::place_json::{need_text, source, text};
use super::problem::Problem;
use geju_core::change::{Effect, Revision};
use geju_core::matter::{Alert, AlertLevel, AlertState, Hazard, HazardState, Issue, IssueState, Matter};
use geju_core::world::{MatterLayer, Standing};
use geju_core::{Command, MatterId, PersonId, Seq, Version, World};
use geju_store::Person;
use jiff::Timestamp;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};
use std::sync::Arc;

/// What a door needs of a matter beyond what the map needs.
pub trait Travels: Matter + Clone + Send + Sync + 'static {
    fn layer(world: &World) -> &MatterLayer<Self>;
    fn of(effect: &Effect) -> Option<&Revision<Self>>;
    fn command(self, base: Option<Version>) -> Command;
    fn own_properties(&self) -> Value;
    /// Who reported it, where people do.
    fn reporter(&self) -> Option<PersonId> {
        None
    }
    /// What a request leaves out stays as it is in `old`, or gets its usual value where there is none.
    fn read(
        id: MatterId,
        common: Common,
        fields: &Map<String, Value>,
        now: Timestamp,
        old: Option<&Self>,
    ) -> Result<Self, Problem>;
    /// Its end: removed or closed.
    fn end(&mut self);
}

/// What all three have.
pub struct Common {
    pub title: Box<str>,
    pub category: Box<str>,
    pub text: Option<Box<str>>,
    pub ground: geju_core::Ground,
    pub source: Option<geju_core::place::SourceRef>,
    pub reporter: Option<PersonId>,
}

/// What a request brings: the common part, all properties, and the person it names.
pub type Brought = (Common, Map<String, Value>, Option<Person>);

/// A Feature's properties as a matter's common part, and the person it names.
pub fn common(feature: &Value, tongue: &Tongue) -> Result<Brought, Problem> {
    let wrong = |why: &str| Problem::field("", "feature_needed", why);
    let fields = feature
        .as_object()
        .ok_or_else(|| wrong("a GeoJSON Feature is needed"))?;
    if fields.get("type").and_then(Value::as_str) != Some("Feature") {
        return Err(Problem::field("type", "feature_needed", "a GeoJSON Feature is needed"));
    }
    let Some(Value::Object(properties)) = fields.get("properties") else {
        return Err(Problem::field("properties", "wrong_type", "properties are an object"));
    };
    let geometry = fields.get("geometry").filter(|g| !g.is_null());
    let geometry =
        geometry.ok_or_else(|| Problem::field("geometry", "geometry_missing", "a place on the map is needed"))?;
    let (ground, _) = geojson::ground(geometry, tongue)?;
    let person = person(properties)?;
    let common = Common {
        title: need_text(properties, "title")?.trim().into(),
        category: need_text(properties, "category")?.trim().into(),
        text: text(properties, "text")?
            .filter(|t| !t.trim().is_empty())
            .map(Into::into),
        ground,
        source: source(properties)?,
        reporter: person.as_ref().map(|p| p.id),
    };
    Ok((common, properties.clone(), person))
}

/// Longest personal value.
const PERSONAL_CHARS_MAX: usize = 200;

/// The reporter's values under a random number: only the number enters the ledger.
fn person(properties: &Map<String, Value>) -> Result<Option<Person>, Problem> {
    let fields = match properties.get("reporter") {
        None | Some(Value::Null) => return Ok(None),
        Some(Value::Object(fields)) => fields,
        Some(_) => return Err(Problem::field("reporter", "wrong_type", "a reporter is an object")),
    };
    let value = |name: &str| match text(fields, name)?.map(str::trim).filter(|t| !t.is_empty()) {
        Some(t) if t.chars().count() > PERSONAL_CHARS_MAX => Err(Problem::field(
            "reporter",
            "text_too_long",
            format!("{name} has more than {PERSONAL_CHARS_MAX} characters"),
        )),
        found => Ok(found.map(str::to_owned)),
    };
    let person = Person {
        id: PersonId(rand::random()),
        name: value("name")?,
        phone: value("phone")?,
        address: value("address")?,
    };
    let empty = person.name.is_none() && person.phone.is_none() && person.address.is_none();
    Ok((!empty).then_some(person))
}

/// A matter with what is told beside it.
pub struct ShownMatter<M> {
    pub matter: Arc<M>,
    pub since: Seq,
    pub at: Timestamp,
}

impl<M: Travels> ShownMatter<M> {
    pub fn of(standing: &Standing<M>) -> Self {
        Self {
            matter: standing.matter.clone(),
            since: standing.since,
            at: standing.at,
        }
    }

    /// Everything that is told of it but persons.
    pub fn properties(&self) -> Value {
        let m = &*self.matter;
        let mut properties = m.own_properties();
        properties["kind"] = json!(M::KIND);
        properties["title"] = json!(m.title());
        properties["category"] = json!(m.category());
        properties["version"] = json!(m.version());
        properties["changed_at"] = json!(self.at);
        properties["changed_seq"] = json!(self.since);
        properties
    }

    pub fn feature(&self, tongue: &Tongue, person: Option<&Person>) -> String {
        let m = &*self.matter;
        let mut properties = self.properties();
        if let Some(person) = person {
            properties["reporter"] = json!({ "name": person.name, "phone": person.phone, "address": person.address });
        }
        let mut out = format!(r#"{{"type":"Feature","id":{},"geometry":"#, m.id());
        geojson::write_ground(&mut out, m.ground(), tongue);
        out.push_str(&format!(r#","properties":{properties}}}"#));
        out
    }
}

fn value<T: DeserializeOwned>(fields: &Map<String, Value>, name: &str, what: &str) -> Result<Option<T>, Problem> {
    match fields.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(value) => serde_json::from_value(value.clone())
            .map(Some)
            .map_err(|_| Problem::field(name, "wrong_value", format!("{name} is {what}"))),
    }
}

/// A value as it is brought, else as it was, else as it usually is.
fn kept<T: DeserializeOwned>(
    fields: &Map<String, Value>,
    name: &str,
    what: &str,
    old: Option<T>,
    usual: T,
) -> Result<T, Problem> {
    Ok(value(fields, name, what)?.or(old).unwrap_or(usual))
}

const A_TIME: &str = "a time like 2026-05-01T08:30:00Z";

impl Travels for Hazard {
    fn layer(world: &World) -> &MatterLayer<Self> {
        world.hazards()
    }

    fn of(effect: &Effect) -> Option<&Revision<Self>> {
        if let Effect::Hazard(r) = effect { Some(r) } else { None }
    }

    fn command(self, base: Option<Version>) -> Command {
        Command::PutHazard {
            hazard: Box::new(self),
            base,
        }
    }

    fn own_properties(&self) -> Value {
        json!({
            "text": self.text, "state": self.state, "found_at": self.found_at, "removed_at": self.removed_at,
            "source": self.source,
        })
    }

    fn read(
        id: MatterId,
        common: Common,
        fields: &Map<String, Value>,
        now: Timestamp,
        old: Option<&Self>,
    ) -> Result<Self, Problem> {
        Ok(Hazard {
            id,
            version: 1,
            title: common.title,
            category: common.category,
            text: common.text,
            ground: common.ground,
            state: kept(
                fields,
                "state",
                "standing or removed",
                old.map(|o| o.state),
                Default::default(),
            )?,
            found_at: kept(fields, "found_at", A_TIME, old.map(|o| o.found_at), now)?,
            removed_at: None,
            source: common.source,
        })
    }

    fn end(&mut self) {
        self.state = HazardState::Removed;
    }
}

impl Travels for Alert {
    fn layer(world: &World) -> &MatterLayer<Self> {
        world.alerts()
    }

    fn of(effect: &Effect) -> Option<&Revision<Self>> {
        if let Effect::Alert(r) = effect { Some(r) } else { None }
    }

    fn command(self, base: Option<Version>) -> Command {
        Command::PutAlert {
            alert: Box::new(self),
            base,
        }
    }

    fn own_properties(&self) -> Value {
        json!({
            "text": self.text, "level": self.level, "state": self.state, "onset": self.onset, "expires": self.expires,
            "closed_at": self.closed_at, "acknowledged_at": self.acknowledged_at, "source": self.source,
        })
    }

    fn read(
        id: MatterId,
        common: Common,
        fields: &Map<String, Value>,
        now: Timestamp,
        old: Option<&Self>,
    ) -> Result<Self, Problem> {
        let level: Option<AlertLevel> = value(fields, "level", "1 (red), 2 (orange), 3 (yellow) or 4 (blue)")?;
        Ok(Alert {
            id,
            version: 1,
            title: common.title,
            category: common.category,
            level: level.ok_or_else(|| Problem::field("level", "missing", "a level is needed"))?,
            text: common.text,
            ground: common.ground,
            state: kept(
                fields,
                "state",
                "active, expired or closed",
                old.map(|o| o.state),
                Default::default(),
            )?,
            onset: kept(fields, "onset", A_TIME, old.map(|o| o.onset), now)?,
            expires: value(fields, "expires", A_TIME)?,
            closed_at: None,
            acknowledged_at: None,
            source: common.source,
        })
    }

    fn end(&mut self) {
        self.state = AlertState::Closed;
    }
}

impl Travels for Issue {
    fn layer(world: &World) -> &MatterLayer<Self> {
        world.issues()
    }

    fn of(effect: &Effect) -> Option<&Revision<Self>> {
        if let Effect::Issue(r) = effect { Some(r) } else { None }
    }

    fn command(self, base: Option<Version>) -> Command {
        Command::PutIssue {
            issue: Box::new(self),
            base,
        }
    }

    fn own_properties(&self) -> Value {
        json!({
            "text": self.text, "state": self.state, "rung": self.rung, "reported_at": self.reported_at,
            "closed_at": self.closed_at, "source": self.source,
        })
    }

    fn reporter(&self) -> Option<PersonId> {
        self.reporter
    }

    fn read(
        id: MatterId,
        common: Common,
        fields: &Map<String, Value>,
        now: Timestamp,
        old: Option<&Self>,
    ) -> Result<Self, Problem> {
        Ok(Issue {
            id,
            version: 1,
            title: common.title,
            category: common.category,
            text: common.text,
            ground: common.ground,
            state: kept(
                fields,
                "state",
                "open or closed",
                old.map(|o| o.state),
                Default::default(),
            )?,
            rung: kept(
                fields,
                "rung",
                "compound, community or street",
                old.map(|o| o.rung),
                Default::default(),
            )?,
            reported_at: kept(fields, "reported_at", A_TIME, old.map(|o| o.reported_at), now)?,
            closed_at: None,
            reporter: common.reporter,
            source: common.source,
        })
    }

    fn end(&mut self) {
        self.state = IssueState::Closed;
    }
}
