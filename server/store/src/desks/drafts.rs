//! Drafts, kept beside the ledger.

use super::{Chair, Desks, Purpose, apart, aside};
use crate::error::StoreError;
use crate::{DraftComment, DraftWrite, Drafts, DraftsAsked, KeptDraft, NewDraft, Reply, drafts};
use geju_core::{Draft, DraftId};
use jiff::civil::Date;

impl<D: Desks> Drafts for D {
    async fn draft_stamp(&self) -> Result<u64, StoreError> {
        at_desk!(self, "looking for news of drafts", Read, |desk| drafts::stamp(desk)).await
    }

    async fn add_draft(&self, new: NewDraft) -> Result<Option<Draft>, StoreError> {
        at_desk!(self, "keeping a draft", Write, |desk| drafts::add(desk, new)).await
    }

    async fn put_draft(&self, write: &DraftWrite) -> Result<bool, StoreError> {
        let write = write.clone();
        at_desk!(self, "moving a draft on", Write, |desk| drafts::put(desk, &write)).await
    }

    async fn comment_draft(&self, id: DraftId, comment: &DraftComment, reply: Option<Reply>) -> Result<(), StoreError> {
        let comment = comment.clone();
        at_desk!(self, "keeping a comment", Write, |desk| drafts::comment(
            desk,
            id,
            &comment,
            reply.as_ref()
        ))
        .await
    }

    async fn draft(&self, id: DraftId) -> Result<Option<KeptDraft>, StoreError> {
        at_desk!(self, "reading a draft", Read, |desk| drafts::one(desk, id)).await
    }

    async fn drafts(&self, asked: &DraftsAsked, limit: usize) -> Result<Vec<Draft>, StoreError> {
        let asked = asked.clone();
        at_desk!(self, "listing drafts", Read, |desk| drafts::list(desk, &asked, limit)).await
    }

    async fn drafts_since(&self, stamp: u64, limit: usize) -> Result<Vec<(u64, Draft)>, StoreError> {
        at_desk!(self, "reading news of drafts", Read, |desk| drafts::since(
            desk, stamp, limit
        ))
        .await
    }

    async fn drafts_due(&self, today: Date) -> Result<Vec<DraftId>, StoreError> {
        at_desk!(self, "looking for drafts that are due", Read, |desk| drafts::due(
            desk, today
        ))
        .await
    }
}
