//! Drafts 草案 as rows: the gesture as it was sent, where it stands, and what was said about it.

use crate::accounts::step;
use crate::append::put_replies;
use crate::cell::{Cell, Line, maybe_text};
use crate::desk::Desk;
use crate::error::{Damage, StoreError};
use crate::schema::Kind::{self, Int, Text};
use crate::schema::{DRAFT, DRAFT_COMMENT};
use crate::{DraftComment, DraftWrite, DraftsAsked, KeptDraft, NewDraft, Reply};
use geju_core::{Draft, DraftId};
use jiff::civil::Date;

/// Steps with every write of a draft: other servers on the same store see that there is news, and drafts are numbered by it.
const DRAFT_STAMP: &str = "draft_stamp";

pub(crate) async fn stamp(desk: &mut Desk) -> Result<u64, StoreError> {
    let sql = "SELECT value FROM meta WHERE ledger = $1 AND key = $2";
    let found = desk.one(sql, vec![DRAFT_STAMP.into()], &[Int], |mut line| line.id());
    Ok(found.await?.unwrap_or(0))
}

/// Drafts go on numbering after what a restore brought.
pub(crate) async fn settle_stamp(desk: &mut Desk) -> Result<(), StoreError> {
    let sql = "SELECT coalesce(max(stamp), 0) FROM draft WHERE ledger = $1";
    let highest = desk.one(sql, vec![], &[Int], |mut line| line.id()).await?.unwrap_or(0);
    let next = highest.max(stamp(desk).await?) + 1;
    let sql = "INSERT INTO meta (ledger, key, value) VALUES ($1, $2, $3)
               ON CONFLICT (ledger, key) DO UPDATE SET value = excluded.value";
    desk.exec(sql, vec![DRAFT_STAMP.into(), next.into()]).await.map(drop)
}

fn body_of(desk: &Desk, draft: &Draft) -> Result<Cell, StoreError> {
    let text = serde_json::to_string(draft).map_err(|e| desk.damaged(e.into()))?;
    Ok(text.into())
}

fn due_of(draft: &Draft) -> Cell {
    maybe_text(draft.effective_on.map(|day| day.to_string()).as_deref())
}

/// Keeps a new draft and gives it its number; `None` where whoever drew it has too many open already.
pub(crate) async fn add(desk: &mut Desk, new: NewDraft) -> Result<Option<Draft>, StoreError> {
    let NewDraft {
        mut draft,
        reshape,
        open_most,
        reply,
    } = new;
    // The counter's row stays locked until the end, so two hands of one author are counted one after the other.
    let stamp = step(desk, DRAFT_STAMP).await?;
    let author = draft.author.to_string();
    let sql = "SELECT count(*) FROM draft WHERE ledger = $1 AND author = $2
               AND state IN ('submitted', 'accepted', 'returned')";
    let open = desk.one(sql, vec![author.as_str().into()], &[Int], |mut line| line.id());
    if open.await?.unwrap_or(0) >= open_most {
        return Ok(None);
    }
    draft.id = DraftId(stamp);
    let row = vec![
        Cell::from(&*desk.ledger),
        draft.id.0.into(),
        draft.version.into(),
        stamp.into(),
        draft.state.as_str().into(),
        author.into(),
        due_of(&draft),
        body_of(desk, &draft)?,
        reshape.into(),
        maybe_text(None),
    ];
    desk.insert(&DRAFT, vec![row], "").await?;
    if let Some(reply) = reply.and_then(|reply| reply(&draft)) {
        put_replies(desk, &[reply]).await?;
    }
    Ok(Some(draft))
}

/// Moves a draft on from the version before; false where somebody else was first.
pub(crate) async fn put(desk: &mut Desk, write: &DraftWrite) -> Result<bool, StoreError> {
    let stamp = step(desk, DRAFT_STAMP).await?;
    let draft = &write.draft;
    let sql = "UPDATE draft SET version = $3, stamp = $4, state = $5, due = $6, body = $7, judged = $8,
               reshape = coalesce($9, reshape) WHERE ledger = $1 AND id = $2 AND version = $10";
    let cells = vec![
        draft.id.0.into(),
        draft.version.into(),
        stamp.into(),
        draft.state.as_str().into(),
        due_of(draft),
        body_of(desk, draft)?,
        maybe_text(write.judged.as_deref()),
        maybe_text(write.reshape.as_deref()),
        (draft.version.saturating_sub(1)).into(),
    ];
    if desk.exec(sql, cells).await? == 0 {
        return Ok(false);
    }
    if let Some(comment) = &write.comment {
        add_comment(desk, draft.id, comment).await?;
    }
    put_replies(desk, write.reply.as_slice()).await?;
    Ok(true)
}

/// Notes what was said; the draft's version stays, so nobody's judgement is in the way of a word.
pub(crate) async fn comment(
    desk: &mut Desk,
    id: DraftId,
    comment: &DraftComment,
    reply: Option<&Reply>,
) -> Result<(), StoreError> {
    let stamp = step(desk, DRAFT_STAMP).await?;
    let sql = "UPDATE draft SET stamp = $3 WHERE ledger = $1 AND id = $2";
    desk.exec(sql, vec![id.0.into(), stamp.into()]).await?;
    add_comment(desk, id, comment).await?;
    put_replies(desk, reply.cloned().as_slice()).await
}

async fn add_comment(desk: &mut Desk, id: DraftId, comment: &DraftComment) -> Result<(), StoreError> {
    let sql = "SELECT coalesce(max(n), 0) + 1 FROM draft_comment WHERE ledger = $1 AND draft = $2";
    let n = desk.one(sql, vec![id.0.into()], &[Int], |mut line| line.id()).await?;
    let body = serde_json::to_string(comment).map_err(|e| desk.damaged(e.into()))?;
    let row = vec![
        Cell::from(&*desk.ledger),
        id.0.into(),
        n.unwrap_or(1).into(),
        body.into(),
    ];
    desk.insert(&DRAFT_COMMENT, vec![row], "").await
}

fn read_draft(line: &mut Line) -> Result<Draft, Damage> {
    Ok(serde_json::from_str(&line.text()?)?)
}

/// One draft with everything that belongs to it.
pub(crate) async fn one(desk: &mut Desk, id: DraftId) -> Result<Option<KeptDraft>, StoreError> {
    let sql = "SELECT body, reshape, judged FROM draft WHERE ledger = $1 AND id = $2";
    let found = desk.one(sql, vec![id.0.into()], &[Text, Text, Text], |mut line| {
        Ok(KeptDraft {
            draft: read_draft(&mut line)?,
            reshape: line.text()?,
            judged: line.text_opt()?,
            comments: Vec::new(),
        })
    });
    let Some(mut kept) = found.await? else { return Ok(None) };
    let sql = "SELECT body FROM draft_comment WHERE ledger = $1 AND draft = $2 ORDER BY n";
    kept.comments = desk
        .all(sql, vec![id.0.into()], &[Text], |mut line| {
            Ok(serde_json::from_str(&line.text()?)?)
        })
        .await?;
    Ok(Some(kept))
}

/// Drafts, newest first.
pub(crate) async fn list(desk: &mut Desk, asked: &DraftsAsked, limit: usize) -> Result<Vec<Draft>, StoreError> {
    let mut sql = "SELECT body FROM draft WHERE ledger = $1 AND id < $2".to_owned();
    let before = asked
        .before
        .map_or(i64::MAX, |id| i64::try_from(id.0).unwrap_or(i64::MAX));
    let mut cells: Vec<Cell> = vec![before.into()];
    for (column, wanted) in [
        ("state", asked.state.map(|s| s.as_str().to_owned())),
        ("author", asked.author.as_ref().map(ToString::to_string)),
    ] {
        if let Some(wanted) = wanted {
            cells.push(wanted.into());
            sql.push_str(&format!(" AND {column} = ${}", cells.len() + 1));
        }
    }
    cells.push(i64::try_from(limit).unwrap_or(i64::MAX).into());
    sql.push_str(&format!(" ORDER BY id DESC LIMIT ${}", cells.len() + 1));
    desk.all(&sql, cells, &[Text], |mut line| read_draft(&mut line)).await
}

/// Drafts written after a stamp, in that order, each with its own.
pub(crate) async fn since(desk: &mut Desk, stamp: u64, limit: usize) -> Result<Vec<(u64, Draft)>, StoreError> {
    let sql = "SELECT stamp, body FROM draft WHERE ledger = $1 AND stamp > $2 ORDER BY stamp LIMIT $3";
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    const KINDS: [Kind; 2] = [Int, Text];
    desk.all(sql, vec![stamp.into(), limit.into()], &KINDS, |mut line| {
        Ok((line.id()?, read_draft(&mut line)?))
    })
    .await
}

/// Accepted drafts whose day has come, the oldest first.
pub(crate) async fn due(desk: &mut Desk, today: Date) -> Result<Vec<DraftId>, StoreError> {
    // Dates as text sort as dates.
    let sql = "SELECT id FROM draft WHERE ledger = $1 AND state = 'accepted' AND due <= $2 ORDER BY id";
    let cells = vec![today.to_string().into()];
    desk.all(sql, cells, &[Int], |mut line| line.id().map(DraftId)).await
}
