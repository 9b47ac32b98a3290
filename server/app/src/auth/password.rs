//! Passwords: the rules, the hash, and how many are hashed at once.

use crate::limits;
use argon2::Argon2;
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use std::sync::atomic::{AtomicUsize, Ordering};
use tokio::sync::Semaphore;

/// What everybody tries first; whole passwords, case ignored.
const COMMON: [&str; 16] = [
    "password",
    "password1",
    "12345678",
    "123456789",
    "1234567890",
    "qwertyui",
    "qwerty123",
    "11111111",
    "88888888",
    "00000000",
    "iloveyou",
    "woaini520",
    "woaini1314",
    "admin123",
    "abcd1234",
    "66666666",
];

/// Why a password is not taken, in words for a person; `None` when it is fine.
pub fn weakness(password: &str, name: &str) -> Option<String> {
    let chars = password.chars().count();
    if chars < limits::PASSWORD_CHARS_MIN {
        return Some(format!(
            "a password has at least {} characters",
            limits::PASSWORD_CHARS_MIN
        ));
    }
    if chars > limits::PASSWORD_CHARS_MAX {
        return Some(format!(
            "a password has at most {} characters",
            limits::PASSWORD_CHARS_MAX
        ));
    }
    let lower = password.to_lowercase();
    if COMMON.contains(&lower.as_str()) {
        return Some("this is one of the passwords that everybody tries first".into());
    }
    if lower.chars().all(|c| lower.starts_with(c)) {
        return Some("a password is not one character repeated".into());
    }
    if lower == name.to_lowercase() {
        return Some("a password is not the account's name".into());
    }
    None
}

/// Hashes and checks passwords, few at a time: each takes 19 MiB and a core.
pub struct Hasher {
    at_once: Semaphore,
    waiting: AtomicUsize,
    /// Checked when the account does not exist, so that it takes as long as one that does.
    nobody: String,
}

/// The hash could not be had.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum HashTrouble {
    #[error("too many passwords are waiting to be checked")]
    Busy,
    #[error("the password hash failed")]
    Failed,
}

impl Hasher {
    pub fn new() -> Result<Self, HashTrouble> {
        let nobody = hash_now("nobody has this password")?;
        Ok(Self {
            at_once: Semaphore::new(limits::PASSWORDS_AT_ONCE),
            waiting: AtomicUsize::new(0),
            nobody,
        })
    }

    pub async fn hash(&self, password: &str) -> Result<String, HashTrouble> {
        let password = password.to_owned();
        self.work(move || hash_now(&password)).await?
    }

    /// Does the password fit? Without a hash the answer is no, after the same work.
    pub async fn fits(&self, password: &str, hash: Option<&str>) -> Result<bool, HashTrouble> {
        let exists = hash.is_some();
        let hash = hash.unwrap_or(&self.nobody).to_owned();
        let password = password.to_owned();
        let fits = self.work(move || fits_now(&password, &hash)).await?;
        Ok(exists && fits)
    }

    async fn work<T: Send + 'static>(&self, task: impl FnOnce() -> T + Send + 'static) -> Result<T, HashTrouble> {
        let waiting = Waiting::enter(&self.waiting)?;
        let permit = self.at_once.acquire().await.map_err(|_| HashTrouble::Failed)?;
        drop(waiting);
        let done = tokio::task::spawn_blocking(task).await.map_err(|_| HashTrouble::Failed);
        drop(permit);
        done
    }
}

struct Waiting<'a>(&'a AtomicUsize);

impl<'a> Waiting<'a> {
    fn enter(count: &'a AtomicUsize) -> Result<Self, HashTrouble> {
        if count.fetch_add(1, Ordering::Relaxed) >= limits::PASSWORDS_WAITING_MAX {
            count.fetch_sub(1, Ordering::Relaxed);
            return Err(HashTrouble::Busy);
        }
        Ok(Self(count))
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

pub fn hash_now(password: &str) -> Result<String, HashTrouble> {
    Argon2::default()
        .hash_password(password.as_bytes())
        .map(|h| h.to_string())
        .map_err(|_| HashTrouble::Failed)
}

fn fits_now(password: &str, hash: &str) -> bool {
    PasswordHash::new(hash).is_ok_and(|hash| Argon2::default().verify_password(password.as_bytes(), &hash).is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weak_passwords_are_told_why() {
        for weak in ["123", "Password1", "aaaaaaaaaaaa", "worker-li", &"x1".repeat(200)] {
            assert!(weakness(weak, "worker-li").is_some(), "{weak}");
        }
        for fine in ["a-new-word-for-the-door-88", "红星路二十七号院子", "hongxinglu-no-27"] {
            assert_eq!(weakness(fine, "worker"), None);
        }
    }

    #[tokio::test]
    async fn a_password_fits_only_its_own_hash_and_nobody_has_none() {
        let hasher = Hasher::new().unwrap();
        let hash = hasher.hash("hongxinglu-27").await.unwrap();
        assert!(hasher.fits("hongxinglu-27", Some(&hash)).await.unwrap());
        assert!(!hasher.fits("hongxinglu-28", Some(&hash)).await.unwrap());
        assert!(!hasher.fits("nobody has this password", None).await.unwrap());
    }
}
