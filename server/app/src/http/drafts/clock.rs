//! What happens to drafts by the clock: news of them is told, and those accepted for today are decided.
//!
//! All of it is read from the store, so a server that was away goes on where it left off, and of several servers on one
//! store each may try: the row of the draft and its Change are kept together, and only from the version that was read.

use super::super::Shared;
use super::super::problem::Problem;
use super::review::{carries_out, order_of, returned};
use super::{Judged, gesture_of, judged_now};
use crate::ledger::{Denied, Rendered, Wish, chain};
use crate::limits;
use geju_core::{Actor, Draft, DraftId, DraftState};
use geju_store::{DraftComment, DraftWrite, Drafts, KeptDraft, StoreError};
use jiff::Timestamp;
use serde_json::Value;
use tokio::time::{Instant, MissedTickBehavior};

/// Findings told in the comment of a draft that was refused on its day.
const TOLD_MAX: usize = 5;

/// Looks for ever, until the server stops.
pub async fn by_the_clock(app: Shared) {
    let mut stopping = app.stopping.clone();
    let mut tick = tokio::time::interval(limits::DRAFTS_LOOK_EVERY);
    tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
    // What was written before the start is no news.
    let mut heard = None;
    let mut days_looked_at = None;
    loop {
        tokio::select! {
            biased;
            _ = stopping.wait_for(|stop| *stop) => return,
            () = app.news_of_drafts.notified() => {}
            _ = tick.tick() => {}
        }
        if let Err(error) = tell(&app, &mut heard).await {
            tracing::debug!(error = %chain(&error), "news of drafts cannot be read now");
        }
        if days_looked_at.is_none_or(|at: Instant| at.elapsed() >= limits::TICK) {
            days_looked_at = Some(Instant::now());
            if let Err(error) = take_effect(&app).await {
                tracing::debug!(error = %chain(&error), "drafts that are due cannot be read now");
            }
        }
    }
}

/// Tells the feed what was written since it was looked last, here or on another server.
async fn tell(app: &Shared, heard: &mut Option<u64>) -> Result<(), StoreError> {
    let now = app.store.draft_stamp().await?;
    let Some(last) = *heard else {
        *heard = Some(now);
        return Ok(());
    };
    if now == last {
        return Ok(());
    }
    let news = app.store.drafts_since(last, limits::DRAFTS_NEWS_MAX).await?;
    let all = news.len() < limits::DRAFTS_NEWS_MAX;
    for (stamp, draft) in news {
        *heard = Some(stamp);
        app.feed.tell_draft(draft);
    }
    if all {
        // What was written in between was written over since.
        *heard = heard.map(|stamp| stamp.max(now));
    }
    Ok(())
}

async fn take_effect(app: &Shared) -> Result<(), StoreError> {
    let today = app.read(|w| w.scheme().day_of(Timestamp::now()));
    for id in app.store.drafts_due(today).await? {
        if let Some(kept) = app
            .store
            .draft(id)
            .await?
            .filter(|k| k.draft.state == DraftState::Accepted)
        {
            decide_today(app, kept).await?;
        }
    }
    Ok(())
}

async fn decide_today(app: &Shared, kept: KeptDraft) -> Result<(), StoreError> {
    let id = kept.draft.id;
    let Some(acceptance) = kept.draft.accepted.clone() else {
        return Ok(());
    };
    let now = Timestamp::now();
    let mut judged = match judged_now(app, &gesture_of(&kept)) {
        Ok(judged) => judged,
        Err(problem) => return send_back(app, &kept, problem.into_findings(), None).await,
    };
    if !judged.unreadable.is_empty() {
        return send_back(app, &kept, judged.judgement.findings.clone(), Some(&judged)).await;
    }
    let next = Draft {
        state: DraftState::InForce,
        version: kept.draft.version + 1,
        changed_at: now,
        ..kept.draft.clone()
    };
    let write = DraftWrite {
        draft: next,
        reshape: None,
        judged: serde_json::to_string(&judged.judgement).ok(),
        comment: None,
        reply: None,
    };
    let order = order_of(&kept.draft, &acceptance, &mut judged, now);
    let silent = |_: &geju_core::World, _: &geju_core::Change| Rendered {
        status: 200,
        location: None,
        etag: None,
        body: Vec::new(),
    };
    let mut wish = Wish::new(order, Box::new(silent));
    wish.draft = Some(carries_out(&kept.draft, write));
    match app.ledger.ask(wish).await {
        Ok(_) => tracing::info!(draft = id.0, "a draft took effect on its day"),
        Err(Denied::Refused(refusal)) => {
            let findings = Problem::from(refusal).into_findings();
            return send_back(app, &kept, findings, Some(&judged)).await;
        }
        // Another server was first, or somebody returned it just now.
        Err(Denied::Overtaken) => {}
        // The next look comes soon.
        Err(Denied::Busy | Denied::Closed | Denied::Store(_) | Denied::Full | Denied::KeyReused) => {
            tracing::debug!(draft = id.0, "a draft waits for its turn");
        }
    }
    app.news_of_drafts.notify_one();
    Ok(())
}

/// Refused on its day: whole, with everything that was found, back to whoever drew it.
async fn send_back(
    app: &Shared,
    kept: &KeptDraft,
    findings: Vec<Value>,
    judged: Option<&Judged>,
) -> Result<(), StoreError> {
    let now = Timestamp::now();
    let judgement = judged.map(|j| {
        let mut judgement = j.judgement.clone();
        let unknown = findings
            .iter()
            .filter(|f| !judgement.findings.iter().any(|g| g["code"] == f["code"]));
        let unknown: Vec<Value> = unknown.cloned().collect();
        judgement.findings.extend(unknown);
        judgement
    });
    let said = findings.iter().filter(|f| f["severity"] == "block").take(TOLD_MAX);
    let said: Vec<&str> = said.filter_map(|f| f["message"].as_str()).collect();
    let text: String = said.join("; ").chars().take(limits::DRAFT_WORDS_CHARS_MAX).collect();
    let write = DraftWrite {
        draft: Draft {
            version: kept.draft.version + 1,
            changed_at: now,
            ..returned(kept)
        },
        reshape: None,
        judged: judgement.and_then(|j| serde_json::to_string(&j).ok()),
        comment: Some(DraftComment {
            by: Actor::Ticker,
            at: now,
            text,
            state: Some(DraftState::Returned),
        }),
        reply: None,
    };
    let id: DraftId = kept.draft.id;
    if app.store.put_draft(&write).await? {
        tracing::info!(draft = id.0, "a draft was refused on its day and returned");
        app.news_of_drafts.notify_one();
    }
    Ok(())
}
