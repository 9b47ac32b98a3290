//! Finding places, page by page.

use super::super::asked::{Asked, Tongue};
use super::super::doors::GEOJSON;
use super::super::pieces::Pieces;
use super::super::place_json::{Shape, Shown};
use super::super::problem::{self, Answered, Problem};
use super::super::{Shared, then};
use crate::auth::Asker;
use crate::limits;
use crate::past::Then;
use axum::Extension;
use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::response::IntoResponse;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use geju_core::world::{Found, PlaceQuery, best_first};
use geju_core::{PlaceKind, World};
use serde_json::json;
use sha2::{Digest, Sha256};

/// A search looks at every place of its kinds: beyond so many it leaves the async threads.
const SEARCH_ASIDE_FROM: usize = 20_000;

pub(super) async fn list(State(app): State<Shared>, Extension(asker): Extension<Asker>, asked: Asked) -> Answered {
    let tongue = asked.tongue()?;
    let shape = match asked.parsed::<String>("geometry")?.as_deref() {
        None | Some("full") => Shape::Full,
        Some("point") => Shape::Point,
        Some("none") => Shape::None,
        Some(_) => return Err(Problem::parameter("geometry", "is one of none, point, full")),
    };
    let limit = asked.limit(limits::PAGE_USUAL, limits::PAGE_MAX)?;
    let question = PlaceQuery {
        kinds: asked.kinds()?,
        text: asked.search()?,
        envelope: asked.bbox(&tongue)?,
        within: asked.place("parent")?,
    };
    let then = then::of(&app, &asked).await?;
    let asked_for = fingerprint(&question, &then);
    let after = asked
        .parsed::<String>("cursor")?
        .map(|c| Cursor::read(&c, &asked_for))
        .transpose()?;
    let page = pages(&then, asker, question, after, limit, shape != Shape::Full).await?;
    let next = page.next.map(|c| c.write(&asked_for));
    // A few at once: each thread at this work holds memory of its own.
    let turn = app.telling.clone().acquire_owned().await;
    let turn = turn.map_err(|_| Problem::new(problem::BUSY, "the server is stopping"))?;
    let told = tokio::task::block_in_place(|| collection(&page.shown, shape, &tongue, page.matched, next));
    drop(turn);
    Ok(([(CONTENT_TYPE, GEOJSON)], told.into_body()).into_response())
}

fn places_looked_at(world: &World, question: &PlaceQuery) -> usize {
    let kinds = if question.kinds.is_empty() {
        &PlaceKind::ALL[..]
    } else {
        &question.kinds
    };
    kinds.iter().map(|kind| world.count_of(*kind)).sum()
}

/// One page of places.
pub struct Page {
    pub shown: Vec<Shown>,
    pub matched: usize,
    pub next: Option<Cursor>,
}

/// Finds a page; the search itself runs where it may take its time.
async fn pages(
    then: &Then,
    asker: Asker,
    question: PlaceQuery,
    after: Option<Cursor>,
    limit: usize,
    light: bool,
) -> Result<Page, Problem> {
    let many = then.map.read(|w| places_looked_at(w, &question) > SEARCH_ASIDE_FROM);
    let look = {
        let then = then.clone();
        move || page_of(&then, &asker, &question, after, limit, light)
    };
    if !many {
        return Ok(look());
    }
    tokio::task::spawn_blocking(look)
        .await
        .map_err(|_| Problem::new(problem::BUG, "the search ended early"))
}

fn page_of(
    then: &Then,
    asker: &Asker,
    question: &PlaceQuery,
    after: Option<Cursor>,
    limit: usize,
    light: bool,
) -> Page {
    // Names are read outside the lock: a million of them take a moment, and writers would wait for it.
    let found = best_first(then.map.read(|world| world.candidates(question)), question);
    then.map.read(|world| {
        let begin = after.map_or(0, |c| found.partition_point(|f| Cursor::of(f) <= c));
        let mut shown = Vec::with_capacity(limit.min(found.len() - begin));
        let mut vertices = 0;
        let mut last = None;
        for hit in found[begin..].iter().take(limit) {
            let one = Shown::on(then.day, world, &hit.placed, asker);
            vertices += if light { 0 } else { one.vertices() };
            if vertices > limits::PAGE_VERTICES_MAX && !shown.is_empty() {
                break;
            }
            last = Some(Cursor::of(hit));
            shown.push(one);
        }
        let more = begin + shown.len() < found.len();
        Page {
            matched: found.len(),
            next: last.filter(|_| more),
            shown,
        }
    })
}

fn collection(shown: &[Shown], shape: Shape, tongue: &Tongue, matched: usize, next: Option<String>) -> Pieces {
    let mut out = Pieces::new();
    out.push(r#"{"type":"FeatureCollection","features":["#);
    for (n, one) in shown.iter().enumerate() {
        if n > 0 {
            out.push(",");
        }
        out.push(&one.feature(shape, tongue, |_| {}));
    }
    out.push(&format!(
        r#"],"numberReturned":{},"numberMatched":{matched}"#,
        shown.len()
    ));
    if let Some(next) = next {
        out.push(&format!(r#","next":{}"#, json!(next)));
    }
    out.push("}");
    out
}

/// Where a page ended: rank, kind and id, as the search sorts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Cursor(u8, u8, u64);

/// Bytes that tie a cursor to its question, so that one of another question is refused rather than misread.
const TIE_BYTES: usize = 6;

impl Cursor {
    pub fn of(found: &Found) -> Self {
        Self(found.rank, found.placed.place.kind() as u8, found.placed.place.id.0)
    }

    pub fn write(self, asked_for: &[u8]) -> String {
        let mut bytes = vec![self.0, self.1];
        bytes.extend(self.2.to_be_bytes());
        bytes.extend(tie(&bytes, asked_for));
        URL_SAFE_NO_PAD.encode(bytes)
    }

    pub fn read(text: &str, asked_for: &[u8]) -> Result<Self, Problem> {
        let bad = || Problem::new(problem::BAD_CURSOR, "a cursor is `next` of a page of the same question");
        let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| bad())?;
        let (body, tied) = bytes
            .split_at_checked(bytes.len().saturating_sub(TIE_BYTES))
            .ok_or_else(bad)?;
        match body {
            [rank, kind, id @ ..] if tied == tie(body, asked_for) => Ok(Self(
                *rank,
                *kind,
                u64::from_be_bytes(id.try_into().map_err(|_| bad())?),
            )),
            _ => Err(bad()),
        }
    }
}

fn tie(bytes: &[u8], asked_for: &[u8]) -> Vec<u8> {
    Sha256::new()
        .chain_update(bytes)
        .chain_update(asked_for)
        .finalize()
        .into_iter()
        .take(TIE_BYTES)
        .collect()
}

fn fingerprint(question: &PlaceQuery, then: &Then) -> Vec<u8> {
    format!("{question:?}{:?}", then.mark).into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_fits_only_its_own_question() {
        let cursor = Cursor(2, 5, 77);
        let text = cursor.write(b"one");
        assert_eq!(Cursor::read(&text, b"one").ok(), Some(cursor));
        assert!(Cursor::read(&text, b"other").is_err());
        for odd in ["", "A", "AAAA", "not base64!", &text[1..], "\u{0}\u{ff}"] {
            assert!(Cursor::read(odd, b"one").is_err(), "{odd}");
        }
    }
}
