//! Who comes in, how, and for how long: sessions for browsers, tokens for machines, Basic for map programs.

mod asker;
mod changing;
mod limiter;
pub mod password;
mod secret;
mod seen;
mod tries;

pub use asker::{Asker, Who};
pub use changing::{Amended, Amendment};
pub use limiter::Limiter;
pub use secret::{address_of, hash_secret, new_secret};

use crate::limits;
use axum::http::HeaderMap;
use axum::http::header::AUTHORIZATION;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use geju_store::{Account, Accounts, AnyStore, Session, StoreError, Token};
use jiff::Timestamp;
use password::{HashTrouble, Hasher};
use secret::{Shown, mark, session_shown};
use seen::SeenLately;
use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, Instant};
use tokio::sync::{Mutex, watch};
use tries::Tries;

pub const COOKIE_NAME: &str = "geju_session";
/// Bits of chance in a session or token: nobody guesses 256.
const SECRET_BYTES: usize = 32;
/// How long a checked Basic password is remembered: map programs send it with every tile.
const BASIC_REMEMBERED: Duration = Duration::from_secs(60);
/// Checked Basic passwords remembered at once.
const BASIC_REMEMBERED_MAX: usize = 1_000;

/// Why somebody is not let in.
#[derive(Debug)]
pub enum Denied {
    /// Nothing said who they are, or it is worth nothing (any more).
    Unknown,
    /// Too many wrong passwords; come again after so long.
    TooMany(Duration),
    Busy,
    Store(StoreError),
}

impl From<HashTrouble> for Denied {
    fn from(trouble: HashTrouble) -> Self {
        match trouble {
            HashTrouble::Busy | HashTrouble::Failed => Denied::Busy,
        }
    }
}

/// Everybody who may come in, in memory; read anew within a second of any change on any server.
#[derive(Default)]
struct Known {
    stamp: u64,
    accounts: HashMap<String, Account>,
    tokens: HashMap<[u8; 32], Token>,
    /// Sessions met lately, with the stamp at which the store last knew them.
    sessions: HashMap<[u8; 32], (Session, u64)>,
    /// Basic credentials that were right, by their hash.
    basics: HashMap<[u8; 32], Right>,
}

/// Credentials that were right, under the password that was in force then.
struct Right {
    account: String,
    password_mark: u64,
    until: Instant,
}

/// 门卫: tells who asks.
pub struct Doorkeeper {
    store: Arc<AnyStore>,
    known: RwLock<Known>,
    /// Steps whenever somebody may have lost a right: open feeds look again.
    changed: watch::Sender<u64>,
    hasher: Hasher,
    tries: Tries,
    seen: SeenLately,
    /// One change of accounts at a time, from reading to writing.
    turn: Arc<Mutex<()>>,
    /// One reading of everybody at a time: a slow one must not put back what a later one replaced.
    reading: Mutex<()>,
    /// The console's own secret, for commands that find the store served.
    console: [u8; 32],
}

impl Doorkeeper {
    /// `console` is the hash of the secret that commands on this machine show.
    pub async fn new(store: Arc<AnyStore>, console: [u8; 32]) -> anyhow::Result<Self> {
        let keeper = Self {
            store,
            known: RwLock::default(),
            changed: watch::Sender::new(0),
            hasher: Hasher::new()?,
            tries: Tries::new(),
            seen: SeenLately::default(),
            turn: Arc::default(),
            reading: Mutex::default(),
            console,
        };
        keeper.reload().await?;
        Ok(keeper)
    }

    /// Looks for changes made by other servers and commands, for ever.
    pub async fn watch(self: Arc<Self>) {
        let mut failing = false;
        loop {
            tokio::time::sleep(limits::AUTH_POLL).await;
            let found = match self.store.auth_stamp().await {
                Ok(stamp) if stamp == self.known(|k| k.stamp) => Ok(()),
                Ok(_) => self.reload().await,
                Err(error) => Err(error),
            };
            match found {
                Ok(()) => failing = false,
                Err(error) if !failing => {
                    failing = true;
                    tracing::warn!(error = %error, "accounts cannot be read; the last known ones stay in force");
                }
                Err(_) => {}
            }
        }
    }

    /// Reads everybody anew.
    pub async fn reload(&self) -> Result<(), StoreError> {
        let _reading = self.reading.lock().await;
        // The stamp first: what changes meanwhile is read once more, never missed.
        let stamp = self.store.auth_stamp().await?;
        let accounts = self.store.accounts().await?;
        let tokens = self.store.tokens().await?;
        self.remember(|known| {
            known.stamp = stamp;
            known.accounts = accounts.into_iter().map(|a| (a.name.clone(), a)).collect();
            known.tokens = tokens.into_iter().map(|t| (t.token_hash, t)).collect();
        });
        self.changed.send_modify(|n| *n += 1);
        Ok(())
    }

    fn known<T>(&self, look: impl FnOnce(&Known) -> T) -> T {
        look(&self.known.read().unwrap_or_else(PoisonError::into_inner))
    }

    fn remember(&self, note: impl FnOnce(&mut Known)) {
        note(&mut self.known.write().unwrap_or_else(PoisonError::into_inner));
    }

    /// Steps whenever rights may have changed.
    pub fn changes(&self) -> watch::Receiver<u64> {
        self.changed.subscribe()
    }

    /// Who sends these headers? Whoever it is was met just now.
    pub async fn identify(&self, headers: &HeaderMap, from: IpAddr) -> Result<Asker, Denied> {
        let asker = self.recognise(headers, from).await?;
        self.seen.met(&asker, Timestamp::now());
        Ok(asker)
    }

    async fn recognise(&self, headers: &HeaderMap, from: IpAddr) -> Result<Asker, Denied> {
        if let Some(value) = headers.get(AUTHORIZATION) {
            let value = value.to_str().map_err(|_| Denied::Unknown)?;
            let (scheme, rest) = value.split_once(' ').ok_or(Denied::Unknown)?;
            let rest = rest.trim();
            return if scheme.eq_ignore_ascii_case("bearer") {
                self.by_token(rest).ok_or(Denied::Unknown)
            } else if scheme.eq_ignore_ascii_case("basic") {
                self.by_basic(rest, from).await
            } else {
                Err(Denied::Unknown)
            };
        }
        let shown = session_shown(headers).ok_or(Denied::Unknown)?;
        self.by_session(&shown).await
    }

    fn by_token(&self, token: &str) -> Option<Asker> {
        let hash = hash_secret(token);
        if bool::from(subtle::ConstantTimeEq::ct_eq(&hash[..], &self.console[..])) {
            return Some(Asker::console());
        }
        self.known(|k| k.tokens.get(&hash).map(asker_of_token))
    }

    /// Whom a request names by HTTP Basic: `None` when it does not, `Some(None)` when there is no such account.
    pub fn named_by_basic(&self, headers: &HeaderMap) -> Option<Option<Account>> {
        let value = headers.get(AUTHORIZATION)?.to_str().ok()?;
        let (scheme, rest) = value.split_once(' ')?;
        if !scheme.eq_ignore_ascii_case("basic") {
            return None;
        }
        let decoded = STANDARD.decode(rest.trim()).unwrap_or_default();
        let decoded = String::from_utf8(decoded).unwrap_or_default();
        let name = decoded.split_once(':').map_or("", |(name, _)| name);
        Some(self.account(name))
    }

    async fn by_basic(&self, encoded: &str, from: IpAddr) -> Result<Asker, Denied> {
        let decoded = STANDARD.decode(encoded).map_err(|_| Denied::Unknown)?;
        let decoded = String::from_utf8(decoded).map_err(|_| Denied::Unknown)?;
        let (name, secret) = decoded.split_once(':').ok_or(Denied::Unknown)?;
        if let Some(asker) = self.by_token(secret) {
            return Ok(asker);
        }
        let key = hash_secret(encoded);
        let now = Instant::now();
        let remembered = self.known(|k| {
            let right = k.basics.get(&key).filter(|right| right.until > now)?;
            Some((right.account.clone(), right.password_mark))
        });
        if let Some(asker) = remembered.and_then(|(name, mark)| self.asker_under(&name, mark)) {
            return Ok(asker);
        }
        let account = self.check_password(name, secret, from).await?;
        let password_mark = mark(&account.password_hash);
        self.remember(|k| {
            if k.basics.len() >= BASIC_REMEMBERED_MAX {
                k.basics.clear();
            }
            let right = Right {
                account: account.name.clone(),
                password_mark,
                until: now + BASIC_REMEMBERED,
            };
            k.basics.insert(key, right);
        });
        self.asker_under(&account.name, password_mark).ok_or(Denied::Unknown)
    }

    async fn by_session(&self, shown: &Shown) -> Result<Asker, Denied> {
        let hash = &shown.hash;
        let stamp = self.known(|k| k.stamp);
        let session = match self.known(|k| k.sessions.get(hash).cloned()) {
            Some((session, seen)) if seen == stamp => session,
            // Met for the first time, or something changed since: the store says whether it still stands.
            _ => match self.store.session(hash).await.map_err(Denied::Store)? {
                Some(session) => {
                    self.remember(|k| {
                        if k.sessions.len() >= limits::SESSIONS_CACHED_MAX {
                            k.sessions.clear();
                        }
                        k.sessions.insert(*hash, (session.clone(), stamp));
                    });
                    session
                }
                None => {
                    self.forget_session(hash);
                    return Err(Denied::Unknown);
                }
            },
        };
        if session.expires_at <= Timestamp::now() {
            return Err(Denied::Unknown);
        }
        self.asker_under(&session.account, shown.password_mark)
            .ok_or(Denied::Unknown)
    }

    /// A session that ended: feeds that lean on it are told to look.
    fn forget_session(&self, hash: &[u8; 32]) {
        let mut known = false;
        self.remember(|k| known = k.sessions.remove(hash).is_some());
        if known {
            self.changed.send_modify(|n| *n += 1);
        }
    }

    fn asker_named(&self, name: &str) -> Option<Asker> {
        self.known(|k| k.accounts.get(name).filter(|a| !a.disabled).map(asker_of))
    }

    /// The account, while the password of this mark is in force.
    fn asker_under(&self, name: &str, password_mark: u64) -> Option<Asker> {
        self.asker_named(name).filter(|a| a.password_mark == password_mark)
    }

    /// Is this asker still who they were, with the same rights?
    ///
    /// Thousands of feeds ask this at once when anything changes, so a session met before is judged from memory: a new
    /// password or a lost right shows in the account, and one that ended here is forgotten here.
    pub async fn still_stands(&self, headers: &HeaderMap, from: IpAddr, before: &Asker) -> bool {
        let by_session = !headers.contains_key(AUTHORIZATION);
        let met = session_shown(headers)
            .and_then(|shown| self.known(|k| k.sessions.get(&shown.hash).map(|(s, _)| s.clone())));
        if let (true, Some(session)) = (by_session, met) {
            let standing = session.expires_at > Timestamp::now();
            return standing && self.asker_named(&session.account).as_ref() == Some(before);
        }
        match self.recognise(headers, from).await {
            Ok(now) => now == *before,
            // A store that is away revokes nobody.
            Err(Denied::Store(_) | Denied::Busy | Denied::TooMany(_)) => true,
            Err(Denied::Unknown) => false,
        }
    }

    /// The account, when the password is right. Wrong ones are counted.
    pub async fn check_password(&self, name: &str, password: &str, from: IpAddr) -> Result<Account, Denied> {
        let begun = self.tries.begin(name, from, Instant::now()).map_err(Denied::TooMany)?;
        let account = self.known(|k| k.accounts.get(name).cloned());
        let hash = account
            .as_ref()
            .filter(|a| !a.disabled)
            .map(|a| a.password_hash.as_str());
        let fits = if password.chars().count() > limits::PASSWORD_CHARS_MAX {
            Ok(false)
        } else {
            self.hasher.fits(password, hash).await
        };
        match (fits, account) {
            (Ok(true), Some(account)) => {
                self.tries.was_right(begun, Instant::now());
                Ok(account)
            }
            (Err(busy), _) => {
                self.tries.give_back(begun, Instant::now());
                Err(busy.into())
            }
            _ => Err(self.tries.was_wrong(begun).map_or(Denied::Unknown, Denied::TooMany)),
        }
    }

    pub fn account(&self, name: &str) -> Option<Account> {
        self.known(|k| k.accounts.get(name).cloned())
    }

    pub fn knows_token(&self, name: &str) -> bool {
        self.known(|k| k.tokens.values().any(|t| t.name == name))
    }

    pub async fn hash(&self, password: &str) -> Result<String, Denied> {
        Ok(self.hasher.hash(password).await?)
    }
}

pub fn asker_of(account: &Account) -> Asker {
    Asker {
        who: Who::Account {
            name: account.name.clone(),
            display_name: account.display_name.clone(),
        },
        role: account.role,
        places: account.places.clone().into(),
        must_change_password: account.must_change_password,
        password_mark: mark(&account.password_hash),
    }
}

fn asker_of_token(token: &Token) -> Asker {
    Asker {
        who: Who::Token {
            name: token.name.clone(),
        },
        role: token.role,
        places: token.places.clone().into(),
        must_change_password: false,
        password_mark: 0,
    }
}

#[cfg(test)]
mod tests;
