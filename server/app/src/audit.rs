//! 访问记录: who came in, who was refused, who let others in and took copies away. Never what they looked at on the map, and
//! never a password or what was typed in place of a name.

use crate::auth::{Asker, Limiter, Who};
use crate::ledger::chain;
use crate::limits;
use axum::http::Method;
use geju_core::Role;
use geju_store::{Access, Accounts, AnyStore};
use jiff::Timestamp;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Instant;
use tokio::sync::{mpsc, oneshot};

/// Doors whose use is written down, and what it is called there.
const WRITTEN_DOWN: [(&str, &str, What); 13] = [
    ("POST", "/api/v1/session", What::SignIn),
    ("DELETE", "/api/v1/session", What::SignOut),
    ("POST", "/api/v1/me/password", What::PasswordChange),
    ("POST", "/api/v1/accounts", What::AccountMade),
    ("PUT", "/api/v1/accounts/{name}", What::AccountChanged),
    ("POST", "/api/v1/accounts/{name}/password", What::PasswordReset),
    ("POST", "/api/v1/tokens", What::TokenMade),
    ("DELETE", "/api/v1/tokens/{name}", What::TokenRevoked),
    ("POST", "/api/v1/imports", What::Import),
    ("POST", "/api/v1/changes/{seq}/undo", What::Undo),
    ("GET", "/api/v1/export", What::Export),
    ("POST", "/api/v1/export", What::Export),
    ("POST", "/api/v1/backup", What::Backup),
];

/// What a line tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum What {
    SignIn,
    SignInFailed,
    SignOut,
    PasswordChange,
    PasswordChangeFailed,
    PasswordReset,
    AccountMade,
    AccountChanged,
    TokenMade,
    TokenRevoked,
    Import,
    Undo,
    Export,
    Backup,
}

impl What {
    pub fn as_str(self) -> &'static str {
        match self {
            What::SignIn => "sign_in",
            What::SignInFailed => "sign_in_failed",
            What::SignOut => "sign_out",
            What::PasswordChange => "password_change",
            What::PasswordChangeFailed => "password_change_failed",
            What::PasswordReset => "password_reset",
            What::AccountMade => "account_made",
            What::AccountChanged => "account_changed",
            What::TokenMade => "token_made",
            What::TokenRevoked => "token_revoked",
            What::Import => "import",
            What::Undo => "undo",
            What::Export => "export",
            What::Backup => "backup",
        }
    }

    /// What using this door with this outcome is; `None`: nothing that is written down.
    pub fn of(method: &Method, routed: &str, status: u16) -> Option<What> {
        let (.., what) = WRITTEN_DOWN
            .iter()
            .find(|(m, path, _)| *m == method.as_str() && *path == routed)?;
        match (what, status) {
            (_, 200..300) => Some(*what),
            (What::SignIn, 401) => Some(What::SignInFailed),
            (What::PasswordChange, 403) => Some(What::PasswordChangeFailed),
            _ => None,
        }
    }

    fn is_failure(self) -> bool {
        matches!(self, What::SignInFailed | What::PasswordChangeFailed)
    }
}

/// What only the handler knows of a line; it travels with the answer and stays inside.
#[derive(Debug, Clone, Default)]
pub struct Noted {
    /// Who it was, where nobody had signed in yet.
    pub who: Option<(String, Option<Role>)>,
    /// On what it was done.
    pub on: Option<String>,
    pub detail: Option<String>,
}

impl Noted {
    pub fn on(what: impl Into<String>) -> Self {
        Self {
            on: Some(what.into()),
            ..Self::default()
        }
    }
}

/// A line, as far as the guard knows it.
pub struct Done<'a> {
    pub what: What,
    pub asker: Option<&'a Asker>,
    pub noted: Noted,
    pub from: IpAddr,
}

enum Message {
    Line(Box<Access>),
    /// Answered when everything before it is written.
    Settle(oneshot::Sender<()>),
}

/// The way to the access log. Nobody waits for it: lines are written together, a moment later.
pub struct Audit {
    sender: mpsc::Sender<Message>,
    /// Somebody who guesses must not push the lines of others out of the log.
    failures: Limiter<IpAddr>,
}

impl Audit {
    pub fn start(store: Arc<AnyStore>) -> Self {
        let (sender, receiver) = mpsc::channel(limits::AUDIT_WAITING_MAX);
        tokio::spawn(write(store, receiver));
        Self {
            sender,
            failures: Limiter::new(
                limits::AUDIT_FAILURES,
                limits::AUDIT_FAILURE_EVERY,
                limits::LIMITER_KEYS_MAX,
            ),
        }
    }

    pub fn note(&self, done: Done<'_>) {
        if done.what.is_failure() && self.failures.take(done.from, Instant::now()).is_err() {
            return;
        }
        let (who, role) = match (done.asker, done.noted.who) {
            (_, Some((who, role))) => (who, role),
            (Some(asker), None) => (asker.owner(), Some(asker.role)),
            (None, None) => ("unknown".into(), None),
        };
        let access = Access {
            at: Timestamp::now(),
            who,
            what: done.what.as_str().into(),
            target: done.noted.on.unwrap_or_default(),
            role,
            detail: done.noted.detail,
            address: match done.asker.map(|a| &a.who) {
                // The machine's own keyboard has no address.
                Some(Who::Console) => None,
                _ => Some(done.from.to_string()),
            },
        };
        if self.sender.try_send(Message::Line(Box::new(access))).is_err() {
            tracing::warn!(
                what = done.what.as_str(),
                "the access log is not written fast enough; a line is lost"
            );
        }
    }

    /// Resolves when all lines so far are written, or cannot be for now.
    pub async fn settled(&self) {
        let asked = async {
            let (done, written) = oneshot::channel();
            if self.sender.send(Message::Settle(done)).await.is_ok() {
                // A writer that ended has nothing left to write.
                let _ = written.await;
            }
        };
        // Whoever reads then reads what is there; a server that stops says which lines it could not write.
        let _ = tokio::time::timeout(limits::AUDIT_SETTLES_WITHIN, asked).await;
    }
}

/// Writes what waits, together; a store that is away is asked again and again.
async fn write(store: Arc<AnyStore>, mut receiver: mpsc::Receiver<Message>) {
    let mut waiting = Vec::new();
    while receiver.recv_many(&mut waiting, limits::AUDIT_LINES_AT_ONCE).await > 0 {
        let (mut lines, mut settled) = (Vec::new(), Vec::new());
        for message in waiting.drain(..) {
            match message {
                Message::Line(line) => lines.push(*line),
                Message::Settle(done) => settled.push(done),
            }
        }
        let mut told = false;
        while !lines.is_empty() {
            match store.log_accesses(&lines).await {
                Ok(()) => lines.clear(),
                Err(error) => {
                    if !std::mem::replace(&mut told, true) {
                        tracing::warn!(error = %chain(&error), "the access log cannot be written; trying again and again");
                    }
                    // Who waits to read it hears of the store that is away when it reads.
                    settled.clear();
                    tokio::time::sleep(limits::LOOK_AGAIN).await;
                }
            }
        }
        for done in settled {
            // Whoever hung up does not hear it.
            let _ = done.send(());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::doors::{TABLE, routed};

    #[test]
    fn what_is_written_down_names_doors_that_there_are() {
        for (method, path, what) in WRITTEN_DOWN {
            let there = TABLE.iter().any(|(m, p, _)| *m == method && *p == path);
            assert!(there, "{method} {path} ({})", what.as_str());
            assert_eq!(routed(path), path);
        }
    }

    #[test]
    fn only_what_was_done_is_written_down_and_every_wrong_password() {
        let of = |path, status| What::of(&Method::POST, path, status);
        assert_eq!(of("/api/v1/imports", 200), Some(What::Import));
        assert_eq!(of("/api/v1/imports", 422), None);
        assert_eq!(of("/api/v1/session", 401), Some(What::SignInFailed));
        assert_eq!(of("/api/v1/session", 429), None, "who is slowed down tried nothing");
        assert_eq!(
            of("/api/v1/places", 201),
            None,
            "the ledger itself tells who changed the map"
        );
    }
}
