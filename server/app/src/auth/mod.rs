//! Who comes in, how, and for how long: sessions for browsers, tokens for machines, Basic for map programs.

mod asker;
mod limiter;
pub mod password;

pub use asker::{Asker, Who};
pub use limiter::Limiter;

use crate::limits;
use crate::steady::steady;
use axum::http::HeaderMap;
use axum::http::header::{AUTHORIZATION, COOKIE};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use geju_store::{Account, Accounts, AnyStore, Session, StoreError, Token};
use jiff::{SignedDuration, Timestamp};
use password::{HashTrouble, Hasher};
use sha2::{Digest, Sha256};
use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, Instant};
use tokio::sync::watch;

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
    basics: HashMap<[u8; 32], (String, Instant)>,
}

/// 门卫: tells who asks.
pub struct Doorkeeper {
    store: Arc<AnyStore>,
    known: RwLock<Known>,
    /// Steps whenever somebody may have lost a right: open feeds look again.
    changed: watch::Sender<u64>,
    hasher: Hasher,
    by_account: Limiter<String>,
    by_address: Limiter<IpAddr>,
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
            by_account: Limiter::new(
                limits::LOGINS_PER_ACCOUNT,
                limits::LOGIN_PER_ACCOUNT_EVERY,
                limits::LIMITER_KEYS_MAX,
            ),
            by_address: Limiter::new(
                limits::LOGINS_PER_ADDRESS,
                limits::LOGIN_PER_ADDRESS_EVERY,
                limits::LIMITER_KEYS_MAX,
            ),
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

    /// Reads everybody anew and forgets what was remembered.
    pub async fn reload(&self) -> Result<(), StoreError> {
        // The stamp first: what changes meanwhile is read once more, never missed.
        let stamp = self.store.auth_stamp().await?;
        let accounts = self.store.accounts().await?;
        let tokens = self.store.tokens().await?;
        self.remember(|known| {
            known.stamp = stamp;
            known.accounts = accounts.into_iter().map(|a| (a.name.clone(), a)).collect();
            known.tokens = tokens.into_iter().map(|t| (t.token_hash, t)).collect();
            known.basics.clear();
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

    /// Who sends these headers?
    pub async fn identify(&self, headers: &HeaderMap, from: IpAddr) -> Result<Asker, Denied> {
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
        let hash = session_hash(headers).ok_or(Denied::Unknown)?;
        self.by_session(&hash).await
    }

    fn by_token(&self, token: &str) -> Option<Asker> {
        let hash = hash_secret(token);
        if bool::from(subtle::ConstantTimeEq::ct_eq(&hash[..], &self.console[..])) {
            return Some(Asker::console());
        }
        self.known(|k| k.tokens.get(&hash).map(asker_of_token))
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
            k.basics
                .get(&key)
                .filter(|(_, until)| *until > now)
                .map(|(name, _)| name.clone())
        });
        if let Some(asker) = remembered.and_then(|name| self.asker_named(&name)) {
            return Ok(asker);
        }
        let account = self.check_password(name, secret, from).await?;
        self.remember(|k| {
            if k.basics.len() >= BASIC_REMEMBERED_MAX {
                k.basics.clear();
            }
            k.basics.insert(key, (account.name.clone(), now + BASIC_REMEMBERED));
        });
        Ok(asker_of(&account))
    }

    async fn by_session(&self, hash: &[u8; 32]) -> Result<Asker, Denied> {
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
        self.asker_named(&session.account).ok_or(Denied::Unknown)
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

    /// Is this asker still who they were, with the same rights?
    ///
    /// Thousands of feeds ask this at once when anything changes, so a session met before is judged from memory: a new
    /// password or a lost right shows in the account, and one that ended here is forgotten here.
    pub async fn still_stands(&self, headers: &HeaderMap, from: IpAddr, before: &Asker) -> bool {
        let by_session = !headers.contains_key(AUTHORIZATION);
        let met = session_hash(headers).and_then(|hash| self.known(|k| k.sessions.get(&hash).map(|(s, _)| s.clone())));
        if let (true, Some(session)) = (by_session, met) {
            let standing = session.expires_at > Timestamp::now();
            return standing && self.asker_named(&session.account).as_ref() == Some(before);
        }
        match self.identify(headers, from).await {
            Ok(now) => now == *before,
            // A store that is away revokes nobody.
            Err(Denied::Store(_) | Denied::Busy | Denied::TooMany(_)) => true,
            Err(Denied::Unknown) => false,
        }
    }

    /// The account, when the password is right. Wrong ones are counted per account and per address.
    pub async fn check_password(&self, name: &str, password: &str, from: IpAddr) -> Result<Account, Denied> {
        let now = Instant::now();
        let key = name
            .chars()
            .take(limits::ACCOUNT_NAME_MAX)
            .collect::<String>()
            .to_lowercase();
        self.by_address.take(from, now).map_err(Denied::TooMany)?;
        if let Err(wait) = self.by_account.take(key.clone(), now) {
            return Err(Denied::TooMany(wait));
        }
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
                self.by_account.give_back(&key, Instant::now());
                self.by_address.give_back(&from, Instant::now());
                Ok(account)
            }
            (Err(busy), _) => {
                self.by_account.give_back(&key, Instant::now());
                self.by_address.give_back(&from, Instant::now());
                Err(busy.into())
            }
            _ => Err(Denied::Unknown),
        }
    }

    /// Opens a session; the secret for the cookie.
    pub async fn open_session(&self, account: &Account) -> Result<String, Denied> {
        let secret = new_secret();
        let now = Timestamp::now();
        let session = Session {
            token_hash: hash_secret(&secret),
            account: account.name.clone(),
            created_at: now,
            expires_at: now + SignedDuration::from_hours(24 * limits::SESSION_DAYS),
        };
        self.write(move |store| async move { store.put_session(&session).await })
            .await?;
        Ok(secret)
    }

    pub async fn close_session(&self, headers: &HeaderMap) -> Result<(), Denied> {
        let Some(hash) = session_hash(headers) else {
            return Ok(());
        };
        self.write(move |store| async move { store.end_session(&hash).await })
            .await?;
        self.forget_session(&hash);
        Ok(())
    }

    pub fn accounts(&self) -> Vec<Account> {
        let mut all: Vec<Account> = self.known(|k| k.accounts.values().cloned().collect());
        all.sort_by(|a, b| a.name.cmp(&b.name));
        all
    }

    pub fn account(&self, name: &str) -> Option<Account> {
        self.known(|k| k.accounts.get(name).cloned())
    }

    pub fn tokens(&self) -> Vec<Token> {
        let mut all: Vec<Token> = self.known(|k| k.tokens.values().cloned().collect());
        all.sort_by(|a, b| a.name.cmp(&b.name));
        all
    }

    pub async fn hash(&self, password: &str) -> Result<String, Denied> {
        Ok(self.hasher.hash(password).await?)
    }

    pub async fn put_account(&self, account: Account) -> Result<(), Denied> {
        self.write(move |store| async move { store.put_account(&account).await })
            .await
    }

    /// A new password; every session of the account ends.
    pub async fn set_password(&self, account: Account, password: &str, must_change: bool) -> Result<(), Denied> {
        let account = Account {
            password_hash: self.hash(password).await?,
            must_change_password: must_change,
            ..account
        };
        self.write(move |store| async move {
            store.put_account(&account).await?;
            store.end_sessions_of(&account.name).await
        })
        .await
    }

    pub async fn end_sessions_of(&self, name: String) -> Result<(), Denied> {
        self.write(move |store| async move { store.end_sessions_of(&name).await })
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

    /// Writes to its end even when nobody waits any more, then takes note at once.
    async fn write<T, F>(&self, work: impl FnOnce(Arc<AnyStore>) -> F + Send + 'static) -> Result<T, Denied>
    where
        T: Send + 'static,
        F: Future<Output = Result<T, StoreError>> + Send,
    {
        let store = self.store.clone();
        let done = steady(async move { work(store).await })
            .await
            .map_err(|_| Denied::Busy)?
            .map_err(Denied::Store)?;
        self.reload().await.map_err(Denied::Store)?;
        Ok(done)
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

fn mark(password_hash: &str) -> u64 {
    hash_secret(password_hash)
        .iter()
        .take(8)
        .fold(0, |mark, byte| mark << 8 | u64::from(*byte))
}

/// A secret nobody guesses, in letters that travel everywhere.
pub fn new_secret() -> String {
    URL_SAFE_NO_PAD.encode(rand::random::<[u8; SECRET_BYTES]>())
}

/// What is kept of a secret. The secret has full entropy, so a plain hash is enough.
pub fn hash_secret(secret: &str) -> [u8; 32] {
    Sha256::digest(secret.as_bytes()).into()
}

fn session_hash(headers: &HeaderMap) -> Option<[u8; 32]> {
    headers
        .get_all(COOKIE)
        .iter()
        .filter_map(|v| v.to_str().ok())
        .flat_map(|v| v.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(name, _)| *name == COOKIE_NAME)
        .map(|(_, value)| hash_secret(value))
}
