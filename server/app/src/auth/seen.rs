//! Who was met, and when last: remembered for every request, written down together once in a while.

use super::{Asker, Doorkeeper, Who};
use crate::ledger::chain;
use crate::limits;
use crate::steady::steady;
use geju_store::{Account, Accounts, Seen, StoreError, Token, Whose};
use jiff::Timestamp;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

/// Names met since they were last written down. Only accounts and tokens that exist get here, so it is no longer than they
/// are many.
#[derive(Default)]
pub(super) struct SeenLately {
    accounts: Mutex<HashMap<String, Timestamp>>,
    tokens: Mutex<HashMap<String, Timestamp>>,
}

impl SeenLately {
    pub(super) fn met(&self, asker: &Asker, now: Timestamp) {
        let (names, name) = match &asker.who {
            Who::Account { name, .. } => (&self.accounts, name),
            Who::Token { name } => (&self.tokens, name),
            Who::Console => return,
        };
        let mut names = names.lock().unwrap_or_else(PoisonError::into_inner);
        match names.get_mut(name) {
            Some(at) => *at = now,
            None => drop(names.insert(name.clone(), now)),
        }
    }

    /// Takes what was noted, so that each name is written once.
    fn take(&self) -> Vec<Seen> {
        let taken = |names: &Mutex<HashMap<String, Timestamp>>, who| {
            let names = std::mem::take(&mut *names.lock().unwrap_or_else(PoisonError::into_inner));
            names.into_iter().map(move |(name, at)| Seen { who, name, at })
        };
        let accounts = taken(&self.accounts, Whose::Account);
        accounts.chain(taken(&self.tokens, Whose::Token)).collect()
    }
}

impl Doorkeeper {
    /// Writes down who was met since the last time.
    pub async fn write_down_seen(&self) -> Result<(), StoreError> {
        let seen = self.seen.take();
        if seen.is_empty() {
            return Ok(());
        }
        let store = self.store.clone();
        let written = steady(async move { store.note_seen(&seen).await }).await;
        written.unwrap_or(Ok(()))
    }

    /// Writes down who was met, and sweeps out what expired, for ever.
    pub async fn keep_house(self: Arc<Self>) {
        let mut until_sweep = std::time::Duration::ZERO;
        loop {
            if let Err(error) = self.write_down_seen().await {
                tracing::debug!(error = %chain(&error), "who was here is not written down");
            }
            if until_sweep.is_zero() {
                if let Err(error) = self.sweep().await {
                    tracing::warn!(error = %chain(&error), "what expired is not swept out");
                }
                until_sweep = limits::SWEEP_EVERY;
            }
            tokio::time::sleep(limits::SEEN_EVERY).await;
            until_sweep = until_sweep.saturating_sub(limits::SEEN_EVERY);
        }
    }

    async fn sweep(&self) -> Result<(), StoreError> {
        self.store.sweep(Timestamp::now()).await?;
        self.store.let_accesses_go(limits::ACCESS_KEPT).await
    }

    /// Every account by name, with when it was last met by any server.
    pub async fn accounts(&self) -> Result<Vec<Account>, StoreError> {
        self.write_down_seen().await?;
        self.store.accounts().await
    }

    /// Every token by name, with when it was last met by any server.
    pub async fn tokens(&self) -> Result<Vec<Token>, StoreError> {
        self.write_down_seen().await?;
        self.store.tokens().await
    }
}
