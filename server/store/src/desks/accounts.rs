//! Who may come in, kept beside the ledger.

use super::{Chair, Desks, Purpose, apart, aside};
use crate::error::StoreError;
use crate::{Access, Account, Accounts, Reply, Seen, Session, Token, accounts, append, read};
use jiff::Timestamp;

impl<D: Desks> Accounts for D {
    async fn auth_stamp(&self) -> Result<u64, StoreError> {
        at_desk!(self, "reading the auth stamp", Read, |desk| accounts::auth_stamp(desk)).await
    }

    async fn accounts(&self) -> Result<Vec<Account>, StoreError> {
        at_desk!(self, "listing accounts", Read, |desk| accounts::accounts(desk)).await
    }

    async fn account(&self, name: &str) -> Result<Option<Account>, StoreError> {
        let name = name.to_owned();
        at_desk!(self, "reading an account", Read, |desk| accounts::account(desk, &name)).await
    }

    async fn put_account(&self, account: &Account) -> Result<(), StoreError> {
        let account = account.clone();
        at_desk!(self, "keeping an account", Write, |desk| accounts::put_account(
            desk, &account
        ))
        .await
    }

    async fn put_session(&self, session: &Session) -> Result<(), StoreError> {
        let session = session.clone();
        at_desk!(self, "keeping a session", Write, |desk| accounts::put_session(
            desk, &session
        ))
        .await
    }

    async fn session(&self, token_hash: &[u8; 32]) -> Result<Option<Session>, StoreError> {
        let hash = *token_hash;
        at_desk!(self, "reading a session", Read, |desk| accounts::session(desk, &hash)).await
    }

    async fn end_session(&self, token_hash: &[u8; 32]) -> Result<(), StoreError> {
        let hash = *token_hash;
        at_desk!(self, "ending a session", Write, |desk| accounts::end_session(
            desk, &hash
        ))
        .await
    }

    async fn end_sessions_of(&self, account: &str) -> Result<(), StoreError> {
        let account = account.to_owned();
        at_desk!(self, "ending sessions", Write, |desk| accounts::end_sessions_of(
            desk, &account
        ))
        .await
    }

    async fn sweep(&self, now: Timestamp) -> Result<(), StoreError> {
        at_desk!(self, "sweeping what expired", Write, |desk| accounts::sweep(desk, now)).await
    }

    async fn tokens(&self) -> Result<Vec<Token>, StoreError> {
        at_desk!(self, "listing tokens", Read, |desk| accounts::tokens(desk)).await
    }

    async fn token(&self, token_hash: &[u8; 32]) -> Result<Option<Token>, StoreError> {
        let hash = *token_hash;
        at_desk!(self, "reading a token", Read, |desk| accounts::token(desk, &hash)).await
    }

    async fn put_token(&self, token: &Token) -> Result<(), StoreError> {
        let token = token.clone();
        at_desk!(self, "keeping a token", Write, |desk| accounts::put_token(desk, &token)).await
    }

    async fn drop_token(&self, name: &str) -> Result<bool, StoreError> {
        let name = name.to_owned();
        at_desk!(self, "dropping a token", Write, |desk| accounts::drop_token(
            desk, &name
        ))
        .await
    }

    async fn reply(&self, owner: &str, key: &str) -> Result<Option<Reply>, StoreError> {
        let (owner, key) = (owner.to_owned(), key.to_owned());
        at_desk!(self, "reading a reply", Read, |desk| read::reply(desk, &owner, &key)).await
    }

    async fn put_reply(&self, reply: &Reply) -> Result<(), StoreError> {
        let reply = reply.clone();
        at_desk!(self, "keeping a reply", Write, |desk| append::put_replies(
            desk,
            std::slice::from_ref(&reply)
        ))
        .await
    }

    async fn note_seen(&self, seen: &[Seen]) -> Result<(), StoreError> {
        let seen = seen.to_vec();
        at_desk!(self, "noting who was here", Write, |desk| accounts::note_seen(
            desk, &seen
        ))
        .await
    }

    async fn log_accesses(&self, lines: &[Access]) -> Result<(), StoreError> {
        let lines = lines.to_vec();
        at_desk!(self, "writing the access log", Write, |desk| accounts::log_accesses(
            desk, &lines
        ))
        .await
    }

    async fn let_accesses_go(&self, kept: u64) -> Result<(), StoreError> {
        at_desk!(self, "shortening the access log", Write, |desk| {
            accounts::let_accesses_go(desk, kept)
        })
        .await
    }

    async fn accesses(&self, before: Option<u64>, limit: usize) -> Result<Vec<(u64, Access)>, StoreError> {
        at_desk!(self, "reading the access log", Read, |desk| accounts::accesses(
            desk, before, limit
        ))
        .await
    }
}
