//! One group: orders decided against the same map whose footprints do not meet, kept in one transaction.

use super::{Denied, Done, Key, Rendered, Waiting, Writer, chain};
use crate::limits;
use geju_core::{Change, Command, Seq, World, decide};
use geju_store::{Accounts, AppendError, DraftWrite, Drafts, Entry, Head, Reply, Store};
use std::collections::{HashSet, VecDeque};
use std::sync::Arc;
use std::sync::atomic::Ordering;

/// An order that was decided and waits to be kept.
pub(super) struct Decided {
    pub waiting: Waiting,
    pub change: Change,
    pub rendered: Rendered,
    /// How the draft it carries out stands afterwards.
    pub draft: Option<DraftWrite>,
}

impl Decided {
    fn entry(&self) -> Entry {
        let reply = self
            .waiting
            .wish
            .key
            .as_ref()
            .map(|key| reply_of(key, &self.rendered, &self.change));
        Entry {
            change: self.change.clone(),
            persons: self.waiting.wish.persons.clone(),
            reply,
            draft: self.draft.clone(),
        }
    }

    /// Takes its position in the ledger, on which the answer and the draft depend.
    fn settle_at(&mut self, seq: Seq, world: &World) {
        self.change.seq = seq;
        self.rendered = (self.waiting.wish.render)(world, &self.change);
        self.draft = draft_of(&self.waiting, &self.change);
    }

    /// Tells of a Change that is in the ledger already under this order's number: an earlier attempt made it. The number of a
    /// draft's Change is the draft's own, so another reviewer's attempt may have been the earlier one.
    pub(super) fn is_there_as(&self, world: &World, there: &Arc<Change>) -> Result<Done, Denied> {
        let wish = &self.waiting.wish;
        if wish.draft.is_some() && there.actor != wish.order.actor {
            return Err(Denied::Overtaken);
        }
        Ok(Done {
            rendered: (wish.render)(world, there),
            change: Some(there.clone()),
        })
    }
}

fn draft_of(waiting: &Waiting, change: &Change) -> Option<DraftWrite> {
    waiting.wish.draft.as_ref().map(|draft| (draft.then)(change))
}

fn reply_of(key: &Key, rendered: &Rendered, change: &Change) -> Reply {
    Reply {
        owner: key.owner.clone(),
        key: key.key.clone(),
        request_hash: key.request_hash.clone(),
        status: rendered.status,
        location: rendered.location.clone(),
        etag: rendered.etag.clone(),
        body: rendered.body.clone(),
        at: change.at,
    }
}

impl Writer {
    /// Takes orders from the front of the queue, keeps what can be kept together, and answers.
    pub(super) async fn write_group(&mut self, queue: &mut VecDeque<Waiting>) {
        let mut group: Vec<Decided> = Vec::new();
        let mut later: VecDeque<Waiting> = VecDeque::new();
        let mut keys: HashSet<(String, String)> = HashSet::new();
        while let Some(waiting) = queue.pop_front() {
            if let Some(key) = &waiting.wish.key {
                // The same request twice at once: the second hears what became of the first.
                if keys.contains(&(key.owner.clone(), key.key.clone())) {
                    later.push_back(waiting);
                    continue;
                }
                match self.store.reply(&key.owner, &key.key).await {
                    Ok(None) => {}
                    Ok(Some(reply)) => {
                        let told = if reply.request_hash == key.request_hash {
                            Ok(again(reply))
                        } else {
                            Err(Denied::KeyReused)
                        };
                        let _ = waiting.answer.send(told);
                        continue;
                    }
                    Err(error) => {
                        let _ = waiting.answer.send(Err(error.into()));
                        continue;
                    }
                }
            }
            match self.is_spoiled(&waiting).await {
                Ok(false) => {}
                Ok(true) => {
                    let _ = waiting.answer.send(Err(Denied::Overtaken));
                    continue;
                }
                Err(error) => {
                    let _ = waiting.answer.send(Err(error.into()));
                    continue;
                }
            }
            if let Some(decided) = self.decide_one(waiting, &group, &mut later).await {
                if let Some(key) = &decided.waiting.wish.key {
                    keys.insert((key.owner.clone(), key.key.clone()));
                }
                group.push(decided);
            }
        }
        *queue = later;
        if !group.is_empty() {
            self.counts.groups.fetch_add(1, Ordering::Relaxed);
            self.keep(group, queue).await;
        }
    }

    async fn decide_one(
        &self,
        mut waiting: Waiting,
        group: &[Decided],
        later: &mut VecDeque<Waiting>,
    ) -> Option<Decided> {
        let wish = &mut waiting.wish;
        if let Some(condition) = &wish.condition {
            self.map.read(|world| condition.settle(world, &mut wish.order.command));
        }
        let order = &waiting.wish.order;
        let heavy = matches!(order.command, Command::Import(_) | Command::Undo(_));
        if heavy && !group.is_empty() {
            later.push_back(waiting);
            return None;
        }
        let work = || self.map.read(|world| decide(world, order));
        let decided = if heavy {
            tokio::task::block_in_place(work)
        } else {
            work()
        };
        match decided {
            Ok(change) if change.effects.is_empty() => {
                self.say_it_stands(waiting, &change).await;
                None
            }
            Ok(mut change) => {
                if group.iter().any(|d| d.change.footprint.meets(&change.footprint)) {
                    later.push_back(waiting);
                    return None;
                }
                change.seq = Seq(self.map.head().0 + 1 + group.len() as u64);
                change.draft = waiting.wish.draft.as_ref().map(|draft| draft.from.clone());
                let rendered = self.map.read(|world| (waiting.wish.render)(world, &change));
                let draft = draft_of(&waiting, &change);
                Some(Decided {
                    waiting,
                    change,
                    rendered,
                    draft,
                })
            }
            Err(refusal) => {
                self.counts.refused.fetch_add(1, Ordering::Relaxed);
                // Whoever hung up does not hear it.
                let _ = waiting.answer.send(Err(Denied::Refused(refusal)));
                None
            }
        }
    }

    /// What is wished for stands already: nothing is kept but the answer, so that its key fits no other request.
    async fn say_it_stands(&self, waiting: Waiting, change: &Change) {
        let rendered = self.map.read(|world| (waiting.wish.render)(world, change));
        let reply = waiting.wish.key.as_ref().map(|key| reply_of(key, &rendered, change));
        let kept = match (draft_of(&waiting, change), reply) {
            (Some(write), reply) => match self.store.put_draft(&DraftWrite { reply, ..write }).await {
                Ok(true) => Ok(()),
                Ok(false) => {
                    let _ = waiting.answer.send(Err(Denied::Overtaken));
                    return;
                }
                Err(error) => Err(error),
            },
            (None, Some(reply)) => self.store.put_reply(&reply).await,
            (None, None) => Ok(()),
        };
        let told = kept.map(|()| Done { rendered, change: None }).map_err(Denied::from);
        // Whoever hung up does not hear it.
        let _ = waiting.answer.send(told);
    }

    /// Appends, again and again while others are faster and nothing of theirs meets ours.
    async fn keep(&mut self, mut group: Vec<Decided>, queue: &mut VecDeque<Waiting>) {
        if let Err(error) = self.put_packs(&group).await {
            return self.fail(group, error);
        }
        if self.ack_early {
            return self.acknowledge_and_hope(group).await;
        }
        loop {
            let expected = self.map.read(|w| Head {
                epoch: w.epoch(),
                seq: w.head(),
            });
            let entries: Vec<Entry> = group.iter().map(Decided::entry).collect();
            match self.store.append(expected, &entries).await {
                Ok(_) => {
                    self.note_room(false);
                    return self.finish(group).await;
                }
                Err(AppendError::Stale(_)) => {
                    self.counts.lost_races.fetch_add(1, Ordering::Relaxed);
                    match self.catch_up().await {
                        Ok(_) if self.map.read(|w| w.epoch()) != expected.epoch => {
                            // Decided in another past: everything is decided anew.
                            group.into_iter().rev().for_each(|d| queue.push_front(d.waiting));
                            return;
                        }
                        Ok(new) => group = self.sift(group, &new, queue),
                        Err(error) => return self.fail(group, error),
                    }
                    if group.is_empty() {
                        return;
                    }
                }
                Err(AppendError::DraftMoved(id)) => {
                    let of_it = |d: &Decided| d.draft.as_ref().is_some_and(|write| write.draft.id == id);
                    let (moved, rest) = group.into_iter().partition::<Vec<Decided>, _>(of_it);
                    for decided in moved {
                        // Whoever hung up does not hear it.
                        let _ = decided.waiting.answer.send(Err(Denied::Overtaken));
                    }
                    group = self.sift(rest, &[], queue);
                    if group.is_empty() {
                        return;
                    }
                }
                Err(AppendError::Already(_)) => return self.settle(group, None).await,
                Err(AppendError::Store(error)) => return self.settle(group, Some(error)).await,
            }
        }
    }

    async fn put_packs(&self, group: &[Decided]) -> Result<(), geju_store::StoreError> {
        for (pack, bytes) in group.iter().flat_map(|d| &d.waiting.wish.packs) {
            self.store.put_pack(pack, bytes).await?;
        }
        Ok(())
    }

    /// What may be appended again without deciding; the rest goes back to be decided on the new ground.
    fn sift(&self, group: Vec<Decided>, new: &[Arc<Change>], queue: &mut VecDeque<Waiting>) -> Vec<Decided> {
        let mut kept: Vec<Decided> = Vec::with_capacity(group.len());
        for mut decided in group {
            if let Some(there) = new.iter().find(|c| c.change_id == decided.change.change_id) {
                let answer = self.map.read(|world| decided.is_there_as(world, there));
                let _ = decided.waiting.answer.send(answer);
                continue;
            }
            if new.iter().any(|c| c.footprint.meets(&decided.change.footprint)) {
                decided.waiting.losses += 1;
                if decided.waiting.losses >= limits::LOSSES_MAX {
                    let _ = decided.waiting.answer.send(Err(Denied::Busy));
                } else {
                    queue.push_front(decided.waiting);
                }
                continue;
            }
            let seq = Seq(self.map.head().0 + 1 + kept.len() as u64);
            self.map.read(|world| decided.settle_at(seq, world));
            kept.push(decided);
        }
        kept
    }

    /// Everything is durable: fold, tell, answer.
    pub(super) async fn finish(&mut self, group: Vec<Decided>) {
        let mut shown = true;
        for Decided {
            waiting,
            change,
            rendered,
            ..
        } in group
        {
            let change = Arc::new(change);
            if shown && let Err(error) = self.publish(&change).await {
                // Kept but not shown: this and what follows is folded from the store before the next order.
                tracing::warn!(error = %chain(&error), "a kept Change cannot be folded yet");
                (shown, self.behind) = (false, true);
            }
            let _ = waiting.answer.send(Ok(Done {
                rendered,
                change: Some(change),
            }));
        }
    }

    pub(super) fn fail(&mut self, group: Vec<Decided>, error: geju_store::StoreError) {
        self.behind = true;
        tracing::warn!(error = %chain(&error), orders = group.len(), "nothing could be kept");
        if error.is_full() {
            self.note_room(true);
        }
        let mut denied = Denied::for_each(error);
        for decided in group {
            let _ = decided.waiting.answer.send(Err(denied()));
        }
    }

    /// The control of the durability test: answers first, keeps a moment later.
    async fn acknowledge_and_hope(&mut self, group: Vec<Decided>) {
        let expected = self.map.read(|w| Head {
            epoch: w.epoch(),
            seq: w.head(),
        });
        let entries: Vec<Entry> = group.iter().map(Decided::entry).collect();
        self.finish(group).await;
        tokio::time::sleep(std::time::Duration::from_millis(200)).await;
        if let Err(error) = self.store.append(expected, &entries).await {
            tracing::warn!(error = %error, "an acknowledged Change was not kept, as asked for");
        }
    }
}

fn again(reply: Reply) -> Done {
    let rendered = Rendered {
        status: reply.status,
        location: reply.location,
        etag: reply.etag,
        body: reply.body,
    };
    Done { rendered, change: None }
}
