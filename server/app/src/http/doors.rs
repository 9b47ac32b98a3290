//! Every door and the right it asks for: ONE table. A door that is missing here is shut.

use super::Shared;
use axum::http::Method;
use axum::routing::MethodRouter;
use geju_core::people::Action;
use std::collections::HashMap;
use std::sync::LazyLock;

/// What a door asks of whoever knocks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Need {
    /// Nothing.
    Open,
    /// Who they are, even when a new password is due.
    SignedIn,
    /// A right; how far it reaches is looked at behind the door, where the ground is known.
    Right(Action),
}

impl Need {
    pub fn as_str(self) -> &'static str {
        match self {
            Need::Open => "open",
            Need::SignedIn => "signed_in",
            Need::Right(action) => action.as_str(),
        }
    }
}

use Action::*;
use Need::{Open, Right, SignedIn};

/// Method, path as described, need.
pub const TABLE: &[(&str, &str, Need)] = &[
    ("GET", "/", Open),
    ("GET", "/wall", Open),
    ("GET", "/admin", Open),
    ("GET", "/assets/{file}", Open),
    ("GET", "/healthz", Open),
    ("GET", "/readyz", Open),
    ("GET", "/metrics", Right(MapRead)),
    ("GET", "/openapi.json", Right(MapRead)),
    ("GET", "/docs", Right(MapRead)),
    ("GET", "/docs/script", Right(MapRead)),
    ("GET", "/docs/style", Right(MapRead)),
    ("POST", "/api/v1/session", Open),
    ("DELETE", "/api/v1/session", Open),
    ("GET", "/api/v1/me", SignedIn),
    ("POST", "/api/v1/me/password", SignedIn),
    ("GET", "/api/v1/places", Right(MapRead)),
    ("POST", "/api/v1/places", Right(PlaceDraw)),
    ("POST", "/api/v1/places/check", Right(PlaceAmend)),
    ("POST", "/api/v1/places/reshape", Right(PlaceDraw)),
    ("POST", "/api/v1/places/reshape/check", Right(PlaceDraw)),
    ("POST", "/api/v1/places/merge", Right(PlaceDraw)),
    ("POST", "/api/v1/places/{id}/split", Right(PlaceDraw)),
    ("POST", "/api/v1/places/{id}/transfer", Right(PlaceDraw)),
    ("GET", "/api/v1/places/{id}", Right(MapRead)),
    ("PUT", "/api/v1/places/{id}", Right(PlaceAmend)),
    ("POST", "/api/v1/places/{id}/confirm", Right(PlaceAmend)),
    ("DELETE", "/api/v1/places/{id}", Right(PlaceDraw)),
    ("GET", "/api/v1/places/{id}/figures", Right(MapRead)),
    ("GET", "/api/v1/places/{id}/history", Right(MapRead)),
    ("GET", "/api/v1/drafts", Right(PlaceDraw)),
    ("POST", "/api/v1/drafts", Right(PlaceDraw)),
    ("GET", "/api/v1/drafts/{id}", Right(PlaceDraw)),
    ("PUT", "/api/v1/drafts/{id}", Right(PlaceDraw)),
    ("POST", "/api/v1/drafts/{id}/accept", Right(DraftReview)),
    ("POST", "/api/v1/drafts/{id}/return", Right(DraftReview)),
    ("POST", "/api/v1/drafts/{id}/withdraw", Right(PlaceDraw)),
    ("POST", "/api/v1/drafts/{id}/comments", Right(PlaceDraw)),
    ("POST", "/api/v1/presence", Right(PlaceDraw)),
    ("GET", "/api/v1/findings", Right(LedgerRead)),
    ("GET", "/api/v1/locate", Right(MapRead)),
    ("POST", "/api/v1/area", Right(MapRead)),
    ("GET", "/api/v1/figures", Right(MapRead)),
    ("GET", "/api/v1/wall", Right(FiguresRead)),
    ("GET", "/api/v1/nearest", Right(MapRead)),
    ("GET", "/api/v1/hazards", Right(MattersRead)),
    ("POST", "/api/v1/hazards", Right(HazardWrite)),
    ("GET", "/api/v1/hazards/{id}", Right(MattersRead)),
    ("PUT", "/api/v1/hazards/{id}", Right(HazardWrite)),
    ("POST", "/api/v1/hazards/{id}/remove", Right(HazardWrite)),
    ("GET", "/api/v1/alerts", Right(MattersRead)),
    ("POST", "/api/v1/alerts", Right(AlertWrite)),
    ("POST", "/api/v1/alerts/{id}/acknowledge", Right(AlertWrite)),
    ("GET", "/api/v1/alerts/{id}", Right(MattersRead)),
    ("PUT", "/api/v1/alerts/{id}", Right(AlertWrite)),
    ("POST", "/api/v1/alerts/{id}/close", Right(AlertWrite)),
    ("GET", "/api/v1/issues", Right(MattersRead)),
    ("POST", "/api/v1/issues", Right(IssueReport)),
    ("GET", "/api/v1/issues/{id}", Right(MattersRead)),
    ("PUT", "/api/v1/issues/{id}", Right(IssueHandle)),
    ("POST", "/api/v1/issues/{id}/close", Right(IssueHandle)),
    ("GET", "/api/v1/posts", Right(MapRead)),
    ("POST", "/api/v1/posts", Right(PostManage)),
    ("POST", "/api/v1/posts/{id}/appoint", Right(PostManage)),
    ("POST", "/api/v1/posts/{id}/vacate", Right(PostManage)),
    ("GET", "/api/v1/changes", Right(LedgerRead)),
    ("POST", "/api/v1/changes/{seq}/undo", Right(PlaceDraw)),
    ("GET", "/api/v1/feed", Right(MapRead)),
    ("GET", "/tiles/{layers}", Right(MapRead)),
    ("GET", "/tiles/{layers}/{z}/{x}/{y}.mvt", Right(MapRead)),
    ("GET", "/base/{z}/{x}/{y}", Right(MapRead)),
    ("GET", "/ogc", Right(MapRead)),
    ("GET", "/ogc/api", Right(MapRead)),
    ("GET", "/ogc/conformance", Right(MapRead)),
    ("GET", "/ogc/collections", Right(MapRead)),
    ("GET", "/ogc/collections/{collection}", Right(MapRead)),
    ("GET", "/ogc/collections/{collection}/queryables", Right(MapRead)),
    ("GET", "/ogc/collections/{collection}/items", Right(MapRead)),
    ("POST", "/ogc/collections/{collection}/items", Right(PlaceDraw)),
    ("OPTIONS", "/ogc/collections/{collection}/items", Right(MapRead)),
    ("GET", "/ogc/collections/{collection}/items/{id}", Right(MapRead)),
    ("PUT", "/ogc/collections/{collection}/items/{id}", Right(PlaceAmend)),
    ("DELETE", "/ogc/collections/{collection}/items/{id}", Right(PlaceDraw)),
    ("OPTIONS", "/ogc/collections/{collection}/items/{id}", Right(MapRead)),
    ("GET", "/ogc/tileMatrixSets", Right(MapRead)),
    ("GET", "/ogc/tileMatrixSets/{tileMatrixSetId}", Right(MapRead)),
    ("GET", "/ogc/tiles", Right(MapRead)),
    ("GET", "/ogc/tiles/{tileMatrixSetId}", Right(MapRead)),
    (
        "GET",
        "/ogc/tiles/{tileMatrixSetId}/{tileMatrix}/{tileRow}/{tileCol}",
        Right(MapRead),
    ),
    ("GET", "/ogc/collections/{collection}/tiles", Right(MapRead)),
    (
        "GET",
        "/ogc/collections/{collection}/tiles/{tileMatrixSetId}",
        Right(MapRead),
    ),
    (
        "GET",
        "/ogc/collections/{collection}/tiles/{tileMatrixSetId}/{tileMatrix}/{tileRow}/{tileCol}",
        Right(MapRead),
    ),
    ("GET", "/api/v1/accounts", Right(AccountManage)),
    ("POST", "/api/v1/accounts", Right(AccountManage)),
    ("PUT", "/api/v1/accounts/{name}", Right(AccountManage)),
    ("POST", "/api/v1/accounts/{name}/password", Right(AccountManage)),
    ("GET", "/api/v1/tokens", Right(AccountManage)),
    ("POST", "/api/v1/tokens", Right(AccountManage)),
    ("DELETE", "/api/v1/tokens/{name}", Right(AccountManage)),
    ("POST", "/api/v1/imports", Right(Import)),
    ("GET", "/api/v1/export", Right(MapRead)),
    ("POST", "/api/v1/export", Right(MapRead)),
    ("POST", "/api/v1/backup", Right(Backup)),
    ("GET", "/api/v1/audit", Right(AccountManage)),
    ("GET", "/api/v1/settings", Right(LedgerRead)),
];

/// The path as the router knows it: it cannot match a part of a segment, so the tile's ending is looked at behind the door.
pub fn routed(path: &str) -> &str {
    match path {
        "/tiles/{layers}/{z}/{x}/{y}.mvt" => "/tiles/{layers}/{z}/{x}/{y}",
        "/assets/{file}" => "/assets/{*file}",
        other => other,
    }
}

static NEEDS: LazyLock<HashMap<(&str, &str), Need>> = LazyLock::new(|| {
    TABLE
        .iter()
        .map(|(method, path, need)| ((*method, routed(path)), *need))
        .collect()
});

/// What a door asks for; `None`: it is in no table and stays shut.
pub fn need(method: &Method, routed_path: &str) -> Option<Need> {
    let method = if *method == Method::HEAD {
        "GET"
    } else {
        method.as_str()
    };
    NEEDS.get(&(method, routed_path)).copied()
}

/// One door with its handler and its description.
pub struct Door {
    pub method: &'static str,
    pub path: &'static str,
    pub handler: MethodRouter<Shared>,
    pub says: &'static str,
    pub parameters: Vec<Parameter>,
    /// Schema of the JSON body, and whether it may be left out.
    pub body: Option<(&'static str, bool)>,
    /// The body is a file, whatever it is.
    pub upload: bool,
    /// What it answers was compressed before, or is told uncompressed on purpose.
    pub untouched: bool,
    pub answers: Vec<Answer>,
    pub refuses: Vec<u16>,
}

/// A parameter; its schema as JSON text.
#[derive(Debug, Clone, Copy)]
pub struct Parameter {
    pub place: &'static str,
    pub name: &'static str,
    pub required: bool,
    pub schema: &'static str,
    pub says: &'static str,
}

pub const fn query(name: &'static str, schema: &'static str, says: &'static str) -> Parameter {
    Parameter {
        place: "query",
        name,
        required: false,
        schema,
        says,
    }
}

pub const fn needed(name: &'static str, schema: &'static str, says: &'static str) -> Parameter {
    Parameter {
        place: "query",
        name,
        required: true,
        schema,
        says,
    }
}

pub const fn header(name: &'static str, schema: &'static str, says: &'static str) -> Parameter {
    Parameter {
        place: "header",
        name,
        required: false,
        schema,
        says,
    }
}

/// An answer that is no refusal.
#[derive(Debug, Clone, Copy)]
pub struct Answer {
    pub status: u16,
    /// Media type and schema name; absent: no body.
    pub body: Option<(&'static str, &'static str)>,
}

pub const JSON: &str = "application/json";
pub const GEOJSON: &str = "application/geo+json";

impl Door {
    pub fn new(method: &'static str, path: &'static str, handler: MethodRouter<Shared>, says: &'static str) -> Self {
        Self {
            method,
            path,
            handler,
            says,
            parameters: Vec::new(),
            body: None,
            upload: false,
            untouched: false,
            answers: Vec::new(),
            refuses: Vec::new(),
        }
    }

    pub fn takes(mut self, parameters: &[Parameter]) -> Self {
        self.parameters.extend_from_slice(parameters);
        self
    }

    pub fn body(mut self, schema: &'static str) -> Self {
        self.body = Some((schema, true));
        self
    }

    pub fn body_or_none(mut self, schema: &'static str) -> Self {
        self.body = Some((schema, false));
        self
    }

    /// Its answers go out as they are: the compressor is not asked.
    pub fn untouched(mut self) -> Self {
        self.untouched = true;
        self
    }

    pub fn upload(mut self) -> Self {
        self.upload = true;
        self
    }

    pub fn answers(mut self, status: u16, media: &'static str, schema: &'static str) -> Self {
        self.answers.push(Answer {
            status,
            body: Some((media, schema)),
        });
        self
    }

    pub fn says_nothing(mut self, status: u16) -> Self {
        self.answers.push(Answer { status, body: None });
        self
    }

    pub fn refuses(mut self, statuses: &[u16]) -> Self {
        self.refuses.extend_from_slice(statuses);
        self
    }
}

/// Parameters that many doors take.
pub const CRS: Parameter = query(
    "crs",
    r#"{"type":"string","enum":["wgs84","gcj02","bd09","EPSG:4490","EPSG:3857","EPSG:4547"],"default":"wgs84"}"#,
    "Coordinate system of all coordinates in the request and its answer; any EPSG:n known is taken",
);
pub const BBOX: Parameter = query(
    "bbox",
    r#"{"type":"string","example":"104.0,30.6,104.1,30.7"}"#,
    "west,south,east,north in the request's crs",
);
pub const CURSOR: Parameter = query("cursor", r#"{"type":"string"}"#, "`next` of the page before");
pub const IF_MATCH: Parameter = header("If-Match", r#"{"type":"string"}"#, "ETag of the version that was read");
pub const IF_NONE_MATCH: Parameter = header("If-None-Match", r#"{"type":"string"}"#, "ETag of what is known already");
pub const KEY: Parameter = header(
    "Idempotency-Key",
    r#"{"type":"string","minLength":1,"maxLength":200}"#,
    "The same request with the same key is carried out once; kept 30 days",
);

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_door_stands_in_the_table_and_every_row_has_its_door() {
        let doors: BTreeSet<(&str, &str)> = crate::http::all_doors().iter().map(|d| (d.method, d.path)).collect();
        let rows: BTreeSet<(&str, &str)> = TABLE.iter().map(|(m, p, _)| (*m, *p)).collect();
        assert_eq!(
            doors.difference(&rows).collect::<Vec<_>>(),
            Vec::<&(&str, &str)>::new(),
            "doors without a row"
        );
        assert_eq!(
            rows.difference(&doors).collect::<Vec<_>>(),
            Vec::<&(&str, &str)>::new(),
            "rows without a door"
        );
        assert_eq!(rows.len(), TABLE.len(), "a row stands twice");
    }

    #[test]
    fn what_stands_in_no_table_is_shut() {
        assert_eq!(need(&Method::GET, "/api/v1/secrets"), None);
        assert_eq!(need(&Method::PATCH, "/api/v1/places"), None);
        assert_eq!(need(&Method::HEAD, "/api/v1/places"), Some(Right(MapRead)));
        assert_eq!(need(&Method::GET, "/tiles/{layers}/{z}/{x}/{y}"), Some(Right(MapRead)));
    }

    #[test]
    fn only_the_front_door_is_open() {
        let open: Vec<&str> = TABLE.iter().filter(|(.., n)| *n == Open).map(|(_, p, _)| *p).collect();
        assert_eq!(
            open,
            [
                "/",
                "/wall",
                "/admin",
                "/assets/{file}",
                "/healthz",
                "/readyz",
                "/api/v1/session",
                "/api/v1/session"
            ]
        );
    }
}
