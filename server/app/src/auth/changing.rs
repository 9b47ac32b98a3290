//! What the doorkeeper writes: sessions, accounts, tokens.

use super::secret::{hash_secret, mark, new_session_secret, session_shown};
use super::{Denied, Doorkeeper};
use crate::limits;
use crate::steady::steady;
use axum::http::HeaderMap;
use geju_core::{PlaceId, Role};
use geju_store::{Account, Accounts, AnyStore, Session, StoreError, Token};
use jiff::{SignedDuration, Timestamp};
use std::sync::Arc;

/// What an administrator changes of an account; the rest stays as it is.
#[derive(Debug, Default)]
pub struct Amendment {
    pub role: Option<Role>,
    pub places: Option<Vec<PlaceId>>,
    pub display_name: Option<String>,
    pub disabled: Option<bool>,
}

impl Amendment {
    fn on(self, account: Account) -> Account {
        Account {
            role: self.role.unwrap_or(account.role),
            places: self.places.unwrap_or(account.places),
            display_name: self.display_name.unwrap_or(account.display_name),
            disabled: self.disabled.unwrap_or(account.disabled),
            ..account
        }
    }
}

/// What became of an amendment.
#[derive(Debug, PartialEq, Eq)]
pub enum Amended {
    Done(Account),
    NoSuchAccount,
    /// Nobody would be left who can let anybody in.
    LastAdmin,
}

fn is_admin(account: &Account) -> bool {
    account.role == Role::Admin && !account.disabled
}

impl Doorkeeper {
    /// Opens a session for whoever gave this account's password; the secret for the cookie. Nothing is opened when the
    /// password was changed or the account shut out meanwhile.
    pub async fn open_session(&self, account: &Account) -> Result<String, Denied> {
        let secret = new_session_secret(&account.password_hash);
        let now = Timestamp::now();
        let session = Session {
            token_hash: hash_secret(&secret),
            account: account.name.clone(),
            created_at: now,
            expires_at: now + SignedDuration::from_hours(24 * limits::SESSION_DAYS),
        };
        let checked = mark(&account.password_hash);
        // Nobody's rights change: what is remembered of others stays, here and on every other server.
        let stands = self
            .write_quietly(move |store| async move {
                store.put_session(&session).await?;
                // After the session is kept: a change before this is seen here, one after it ends the session.
                let current = store.account(&session.account).await?;
                let stands = current.is_some_and(|a| !a.disabled && mark(&a.password_hash) == checked);
                if !stands {
                    store.end_session(&session.token_hash).await?;
                }
                Ok(stands)
            })
            .await?;
        if stands { Ok(secret) } else { Err(Denied::Unknown) }
    }

    pub async fn close_session(&self, headers: &HeaderMap) -> Result<(), Denied> {
        let Some(shown) = session_shown(headers) else {
            return Ok(());
        };
        let hash = shown.hash;
        self.write(move |store| async move { store.end_session(&hash).await })
            .await?;
        self.forget_session(&hash);
        Ok(())
    }

    /// Adds an account; `false` when the name is taken.
    pub async fn add_account(&self, account: Account) -> Result<bool, Denied> {
        self.write_alone(move |store| async move {
            if store.account(&account.name).await?.is_some() {
                return Ok(false);
            }
            store.put_account(&account).await?;
            Ok(true)
        })
        .await
    }

    /// Changes what is asked of the account as it is now, and nothing else: a password set meanwhile stays.
    pub async fn amend_account(&self, name: &str, amendment: Amendment) -> Result<Amended, Denied> {
        let name = name.to_owned();
        self.write_alone(move |store| async move {
            let all = store.accounts().await?;
            let Some(before) = all.iter().find(|a| a.name == name) else {
                return Ok(Amended::NoSuchAccount);
            };
            let after = amendment.on(before.clone());
            let another = || all.iter().any(|a| a.name != name && is_admin(a));
            if is_admin(before) && !is_admin(&after) && !another() {
                return Ok(Amended::LastAdmin);
            }
            store.put_account(&after).await?;
            if after.disabled {
                store.end_sessions_of(&name).await?;
            }
            Ok(Amended::Done(after))
        })
        .await
    }

    /// A new password; every session of the account ends. `None` when there is no such account, or when `checked` is no
    /// longer the hash of its password: two changes at once do not undo each other.
    pub async fn set_password(
        &self,
        name: &str,
        checked: Option<String>,
        password: &str,
        must_change: bool,
    ) -> Result<Option<Account>, Denied> {
        let name = name.to_owned();
        let password_hash = self.hash(password).await?;
        self.write_alone(move |store| async move {
            let current = store.account(&name).await?;
            let Some(current) = current.filter(|a| checked.is_none_or(|hash| a.password_hash == hash)) else {
                return Ok(None);
            };
            let account = Account {
                password_hash,
                must_change_password: must_change,
                ..current
            };
            store.put_account(&account).await?;
            store.end_sessions_of(&name).await?;
            Ok(Some(account))
        })
        .await
    }

    pub async fn put_token(&self, token: Token) -> Result<(), Denied> {
        self.write(move |store| async move { store.put_token(&token).await })
            .await
    }

    pub async fn drop_token(&self, name: String) -> Result<bool, Denied> {
        self.write(move |store| async move { store.drop_token(&name).await })
            .await
    }

    /// Writes when nobody else here changes accounts, so that what was read is what is changed.
    async fn write_alone<T, F>(&self, work: impl FnOnce(Arc<AnyStore>) -> F + Send + 'static) -> Result<T, Denied>
    where
        T: Send + 'static,
        F: Future<Output = Result<T, StoreError>> + Send,
    {
        let turn = self.turn.clone();
        self.write(move |store| async move {
            let turn = turn.lock_owned().await;
            let done = work(store).await;
            drop(turn);
            done
        })
        .await
    }

    /// Writes to its end even when nobody waits any more.
    async fn write_quietly<T, F>(&self, work: impl FnOnce(Arc<AnyStore>) -> F + Send + 'static) -> Result<T, Denied>
    where
        T: Send + 'static,
        F: Future<Output = Result<T, StoreError>> + Send,
    {
        let store = self.store.clone();
        steady(async move { work(store).await })
            .await
            .map_err(|_| Denied::Busy)?
            .map_err(Denied::Store)
    }

    /// The same, and takes note of it at once.
    async fn write<T, F>(&self, work: impl FnOnce(Arc<AnyStore>) -> F + Send + 'static) -> Result<T, Denied>
    where
        T: Send + 'static,
        F: Future<Output = Result<T, StoreError>> + Send,
    {
        let done = self.write_quietly(work).await?;
        self.reload().await.map_err(Denied::Store)?;
        Ok(done)
    }
}
