//! What whoever drew a draft does with it, and words from everybody who sees it.

use super::super::Shared;
use super::super::asked::{Asked, Path};
use super::super::doors::JSON;
use super::super::places::{drawn, gone};
use super::super::problem::{self, Answered, Problem};
use super::super::sent::{MaybeSent, Sent};
use super::super::write::{replayed, reply, respond};
use super::file;
use super::judging::{Judged, tongue};
use super::taken_up::{Taken, taken_up};
use super::told::Teller;
use super::{Moving, comment_of, judged_now, judgement_of, known, move_on, words};
use crate::auth::Asker;
use crate::ids;
use crate::ledger::{Done, Rendered};
use crate::limits;
use axum::Extension;
use axum::extract::{FromRequest, Request, State};
use axum::http::HeaderMap;
use geju_core::draft::{DraftStep, may_draw_all};
use geju_core::{Draft, DraftId, DraftState};
use geju_store::{DraftReply, Drafts, NewDraft};
use jiff::Timestamp;
use serde_json::{Value, json};

/// A draft as it is sent, read and judged.
pub struct Proposed {
    pub name: String,
    pub note: Option<String>,
    pub reshape: Value,
    pub judged: Judged,
}

pub async fn proposed(app: &Shared, asker: &Asker, body: &Value) -> Result<Proposed, Problem> {
    let fields = drawn::object(body, "")?;
    let name = words(fields, "name", limits::DRAFT_NAME_CHARS_MAX)?
        .ok_or_else(|| Problem::field("name", "missing", "a name is needed: what is drawn anew"))?;
    let note = words(fields, "note", limits::DRAFT_WORDS_CHARS_MAX)?;
    let reshape = fields
        .get("reshape")
        .cloned()
        .ok_or_else(|| Problem::field("reshape", "missing", "the gesture is needed"))?;
    if reshape.to_string().len() > limits::DRAFT_BYTES_MAX {
        return Err(Problem::new(
            problem::TOO_LARGE,
            format!("a draft has at most {} bytes", limits::DRAFT_BYTES_MAX),
        ));
    }
    if let Some(id) = app.read(|world| drawn::missing(&reshape, world)) {
        return Err(gone(app, asker, id, &tongue()?).await);
    }
    let mut judged = judged_now(app, &reshape)?;
    if !judged.unreadable.is_empty() {
        return Err(judged.unreadable.swap_remove(0));
    }
    if judged.wish.is_empty() {
        return Err(Problem::field("reshape", "nothing_drawn", "there is nothing to draw"));
    }
    // Who may not draw here may not propose here either.
    app.read(|world| may_draw_all(world, &asker.warrant(), &judged.wish))?;
    Ok(Proposed {
        name,
        note,
        reshape,
        judged,
    })
}

pub async fn submit(
    State(app): State<Shared>,
    Extension(asker): Extension<Asker>,
    asked: Asked,
    request: Request,
) -> Answered {
    match asked.text("from") {
        None => {}
        Some("file") => return file::submit(&app, &asker, &asked, request).await,
        Some(_) => return Err(Problem::parameter("from", "is file, or left out")),
    }
    let sent = Sent::from_request(request, &()).await?;
    if let Some(answer) = replayed(&app, &asker, &sent).await? {
        return Ok(answer);
    }
    let proposed = proposed(&app, &asker, &sent.value).await?;
    keep(&app, &asker, &sent, proposed).await
}

/// Keeps a new draft.
pub async fn keep(app: &Shared, asker: &Asker, sent: &Sent, proposed: Proposed) -> Answered {
    let teller = Teller::new(app, asker).await?;
    let now = Timestamp::now();
    let Proposed {
        name,
        note,
        reshape,
        judged,
    } = proposed;
    let draft = Draft {
        id: DraftId(0),
        version: 1,
        state: DraftState::Submitted,
        name: name.into(),
        note: note.map(Into::into),
        author: asker.actor(),
        role: asker.role,
        at: now,
        changed_at: now,
        change_id: ids::change_id(),
        parent: judged.parent,
        grounds: judged.grounds,
        effective_on: None,
        accepted: None,
        change: None,
    };
    let mut told = teller.whole(app, &draft, &reshape, &judged.judgement, &[]);
    let etag = teller.etag(&draft);
    let rendered = move |draft: &Draft| {
        told["id"] = json!(draft.id);
        Rendered {
            status: 201,
            location: Some(format!("/api/v1/drafts/{}", draft.id)),
            etag: Some(etag.clone()),
            body: told.to_string().into_bytes(),
        }
    };
    let mut kept = rendered.clone();
    let (whose, key, hash) = (asker.clone(), sent.key.clone(), sent.hash.clone());
    let answer: DraftReply = Box::new(move |draft| {
        let sent = Sent {
            value: Value::Null,
            hash,
            key,
        };
        reply(&whose, &sent, &kept(draft))
    });
    let new = NewDraft {
        draft,
        reshape: reshape.to_string(),
        open_most: limits::DRAFTS_OPEN_MAX,
        reply: Some(answer),
    };
    let Some(draft) = app.store.add_draft(new).await? else {
        return Err(Problem::new(
            problem::TOO_MANY_DRAFTS,
            format!(
                "{} drafts are open already: withdraw what is no longer wanted",
                limits::DRAFTS_OPEN_MAX
            ),
        ));
    };
    app.news_of_drafts.notify_one();
    let mut rendered = rendered;
    let done = Done {
        rendered: rendered(&draft),
        change: None,
    };
    Ok(respond(done, JSON))
}

pub async fn amend(
    State(app): State<Shared>,
    Extension(asker): Extension<Asker>,
    Path(id): Path<String>,
    headers: HeaderMap,
    sent: Sent,
) -> Answered {
    let (kept, teller) = match taken_up(&app, &asker, &id, &headers, &sent, DraftStep::Amend).await? {
        Taken::Answered(answer) => return Ok(answer),
        Taken::Up(both) => *both,
    };
    let proposed = proposed(&app, &asker, &sent.value).await?;
    let next = Draft {
        state: DraftState::Submitted,
        name: proposed.name.into(),
        note: proposed.note.map(Into::into),
        role: asker.role,
        parent: proposed.judged.parent,
        grounds: proposed.judged.grounds,
        effective_on: None,
        accepted: None,
        ..kept.draft.clone()
    };
    let moving = Moving {
        sent: &sent,
        next,
        reshape: Some(proposed.reshape),
        judgement: proposed.judged.judgement,
        comment: None,
    };
    move_on(&app, &teller, kept, moving).await
}

pub async fn withdraw(
    State(app): State<Shared>,
    Extension(asker): Extension<Asker>,
    Path(id): Path<String>,
    headers: HeaderMap,
    MaybeSent(sent): MaybeSent,
) -> Answered {
    let (kept, teller) = match taken_up(&app, &asker, &id, &headers, &sent, DraftStep::Withdraw).await? {
        Taken::Answered(answer) => return Ok(answer),
        Taken::Up(both) => *both,
    };
    let moving = Moving {
        sent: &sent,
        next: Draft {
            state: DraftState::Withdrawn,
            ..kept.draft.clone()
        },
        reshape: None,
        judgement: judgement_of(&app, &kept)?,
        comment: None,
    };
    move_on(&app, &teller, kept, moving).await
}

pub async fn comment(
    State(app): State<Shared>,
    Extension(asker): Extension<Asker>,
    Path(id): Path<String>,
    sent: Sent,
) -> Answered {
    if let Some(answer) = replayed(&app, &asker, &sent).await? {
        return Ok(answer);
    }
    let mut kept = known(&app, &asker, &id).await?;
    if kept.comments.len() >= limits::DRAFT_COMMENTS_MAX {
        return Err(Problem::field(
            "text",
            "too_many_comments",
            format!("a draft has at most {} comments", limits::DRAFT_COMMENTS_MAX),
        ));
    }
    let comment = comment_of(&asker, drawn::object(&sent.value, "")?, "text", None)?
        .ok_or_else(|| Problem::field("text", "missing", "a text is needed"))?;
    let teller = Teller::new(&app, &asker).await?;
    let judgement = judgement_of(&app, &kept)?;
    kept.comments.push(comment.clone());
    let told = teller.whole(&app, &kept.draft, &super::gesture_of(&kept), &judgement, &kept.comments);
    let rendered = Rendered {
        status: 201,
        location: None,
        etag: Some(teller.etag(&kept.draft)),
        body: told.to_string().into_bytes(),
    };
    let kept_answer = reply(&asker, &sent, &rendered);
    app.store.comment_draft(kept.draft.id, &comment, kept_answer).await?;
    app.news_of_drafts.notify_one();
    Ok(respond(Done { rendered, change: None }, JSON))
}
