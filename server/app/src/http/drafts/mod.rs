//! Drafts 草案: drawn by one, looked at by another, in force on their day.

mod clock;
mod file;
mod judging;
mod read;
mod review;
mod taken_up;
mod told;
mod write;

pub use clock::by_the_clock;

use super::asked::number_in_path;
use super::doors::{CURSOR, Door, IF_MATCH, JSON, KEY, query};
use super::place_json::text;
use super::problem::{self, Problem};
use super::sent::Sent;
use super::write::{self as answering, respond};
use super::{App, Shared};
use crate::auth::Asker;
use crate::ledger::{Done, Rendered};
use crate::limits;
use axum::response::Response;
use axum::routing::{get, post};
use geju_core::{Draft, DraftId, DraftState};
use geju_store::{DraftComment, DraftWrite, Drafts, KeptDraft};
use jiff::Timestamp;
use judging::{Judged, Judgement, judge};
use serde_json::{Map, Value};
use told::Teller;

pub fn doors() -> Vec<Door> {
    let listed = [
        query(
            "state",
            r#"{"type":"string","enum":["submitted","accepted","in_force","returned","withdrawn"]}"#,
            "Only drafts that stand there",
        ),
        query(
            "mine",
            r#"{"type":"boolean","default":false}"#,
            "Only those the asker drew",
        ),
        query(
            "limit",
            r#"{"type":"integer","minimum":1,"maximum":200,"default":50}"#,
            "Drafts on one page",
        ),
        CURSOR,
    ];
    let text = r#"{"type":"string"}"#;
    let filed = [
        query(
            "from",
            r#"{"type":"string","enum":["file"]}"#,
            "The body is no gesture but the bytes of a file with proposed boundaries: GeoJSON, KML, a Shapefile as ZIP, whatever an import reads",
        ),
        query(
            "parent",
            r#"{"type":"integer","minimum":1}"#,
            "With a file: the place whose children it redraws",
        ),
        query("kind", text, "With a file: what its boundaries are"),
        query("name", text, "With a file: its name"),
        query(
            "title",
            text,
            "With a file: what the draft is called; its name where none is said",
        ),
        query("crs", text, "With a file: its coordinate system, where it does not say"),
        KEY,
    ];
    let step = |path, handler, says, body| {
        Door::new("POST", path, handler, says)
            .takes(&[IF_MATCH, KEY])
            .body(body)
            .answers(200, JSON, "Draft")
            .refuses(&[404, 409, 412, 428])
    };
    vec![
        Door::new(
            "GET",
            "/api/v1/drafts",
            get(read::list),
            "Drafts one may see, newest first",
        )
        .takes(&listed)
        .answers(200, JSON, "DraftPage"),
        Door::new(
            "POST",
            "/api/v1/drafts",
            post(write::submit),
            "Send a gesture for review",
        )
        .takes(&filed)
        .body("NewDraft")
        .answers(201, JSON, "Draft")
        .refuses(&[404, 410]),
        Door::new(
            "GET",
            "/api/v1/drafts/{id}",
            get(read::one),
            "A draft: before, after, what is found in it, what was said",
        )
        .answers(200, JSON, "Draft")
        .refuses(&[404]),
        Door::new(
            "PUT",
            "/api/v1/drafts/{id}",
            axum::routing::put(write::amend),
            "Amend one's own draft and send it for review again",
        )
        .takes(&[IF_MATCH, KEY])
        .body("NewDraft")
        .answers(200, JSON, "Draft")
        .refuses(&[404, 409, 410, 412, 428]),
        step(
            "/api/v1/drafts/{id}/accept",
            post(review::accept),
            "Accept a draft: in force at once, or on a day to come",
            "DraftAccepted",
        ),
        step(
            "/api/v1/drafts/{id}/return",
            post(review::give_back),
            "Return a draft to whoever drew it",
            "DraftReturned",
        ),
        Door::new(
            "POST",
            "/api/v1/drafts/{id}/withdraw",
            post(write::withdraw),
            "Take one's own draft back",
        )
        .takes(&[IF_MATCH, KEY])
        .body_or_none("Nothing")
        .answers(200, JSON, "Draft")
        .refuses(&[404, 409, 412, 428]),
        Door::new(
            "POST",
            "/api/v1/drafts/{id}/comments",
            post(write::comment),
            "Say something about a draft",
        )
        .takes(&[KEY])
        .body("NewDraftComment")
        .answers(201, JSON, "Draft")
        .refuses(&[404]),
    ]
}

/// A draft this asker may see; whoever may not does not learn that it is there.
async fn known(app: &Shared, asker: &Asker, id: &str) -> Result<KeptDraft, Problem> {
    let id = DraftId(number_in_path("id", id)?);
    let kept = app.store.draft(id).await?;
    kept.filter(|kept| kept.draft.is_seen_by(&asker.actor(), &asker.warrant()))
        .ok_or_else(|| Problem::new(problem::NO_SUCH_DRAFT, format!("there is no draft {id}")))
}

/// What is judged now, or was judged when the draft was closed.
fn judgement_of(app: &App, kept: &KeptDraft) -> Result<Judgement, Problem> {
    let then = kept.judged.as_deref().filter(|_| !kept.draft.state.is_judged_now());
    match then.and_then(|text| serde_json::from_str(text).ok()) {
        Some(judgement) => Ok(judgement),
        None => Ok(judged_now(app, &gesture_of(kept))?.judgement),
    }
}

fn judged_now(app: &App, reshape: &Value) -> Result<Judged, Problem> {
    tokio::task::block_in_place(|| app.read(|world| judge(app, world, reshape)))
}

fn gesture_of(kept: &KeptDraft) -> Value {
    serde_json::from_str(&kept.reshape).unwrap_or_default()
}

/// A step on its way into the store.
struct Moving<'a> {
    sent: &'a Sent,
    /// The draft as it will be, its version not stepped yet.
    next: Draft,
    /// The gesture, where it was drawn anew.
    reshape: Option<Value>,
    judgement: Judgement,
    comment: Option<DraftComment>,
}

/// Keeps a step and answers with the draft as it is then.
async fn move_on(app: &Shared, teller: &Teller, kept: KeptDraft, moving: Moving<'_>) -> Result<Response, Problem> {
    let (write, rendered) = prepared(app, teller, &kept, moving, Timestamp::now())?;
    if !app.store.put_draft(&write).await? {
        return Err(overtaken(app, teller, &kept).await);
    }
    app.news_of_drafts.notify_one();
    Ok(respond(Done { rendered, change: None }, JSON))
}

async fn overtaken(app: &Shared, teller: &Teller, kept: &KeptDraft) -> Problem {
    match app.store.draft(kept.draft.id).await {
        Ok(Some(now)) => teller.stale(app, &now.draft),
        Ok(None) => teller.stale(app, &kept.draft),
        Err(error) => error.into(),
    }
}

/// The row and the answer of a step.
fn prepared(
    app: &App,
    teller: &Teller,
    kept: &KeptDraft,
    moving: Moving<'_>,
    at: Timestamp,
) -> Result<(DraftWrite, Rendered), Problem> {
    let draft = Draft {
        version: moving.next.version + 1,
        changed_at: at,
        ..moving.next
    };
    let mut comments = kept.comments.clone();
    comments.extend(moving.comment.clone());
    let gesture = moving.reshape.clone().unwrap_or_else(|| gesture_of(kept));
    let told = teller.whole(app, &draft, &gesture, &moving.judgement, &comments);
    let rendered = Rendered {
        status: 200,
        location: None,
        etag: Some(teller.etag(&draft)),
        body: told.to_string().into_bytes(),
    };
    let judged = (!draft.state.is_judged_now()).then(|| serde_json::to_string(&moving.judgement));
    let judged = judged
        .transpose()
        .map_err(|_| Problem::new(problem::BUG, "what was judged could not be written"))?;
    let write = DraftWrite {
        draft,
        reshape: moving.reshape.map(|reshape| reshape.to_string()),
        judged,
        comment: moving.comment,
        reply: answering::reply(&teller.asker, moving.sent, &rendered),
    };
    Ok((write, rendered))
}

/// A text of a body, within its limit: lines of people, no control characters.
fn words(fields: &Map<String, Value>, name: &str, most: usize) -> Result<Option<String>, Problem> {
    let Some(said) = text(fields, name)?.map(str::trim).filter(|t| !t.is_empty()) else {
        return Ok(None);
    };
    if said.chars().count() > most {
        return Err(Problem::field(
            name,
            "text_too_long",
            format!("{name} has at most {most} characters"),
        ));
    }
    if said.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\t')) {
        return Err(Problem::field(
            name,
            "text_control_character",
            format!("{name} holds a control character"),
        ));
    }
    Ok(Some(said.to_owned()))
}

/// What is said while a step is taken.
fn comment_of(
    asker: &Asker,
    fields: &Map<String, Value>,
    name: &str,
    state: Option<DraftState>,
) -> Result<Option<DraftComment>, Problem> {
    let said = words(fields, name, limits::DRAFT_WORDS_CHARS_MAX)?;
    Ok(said.map(|text| DraftComment {
        by: asker.actor(),
        at: Timestamp::now(),
        text,
        state,
    }))
}
