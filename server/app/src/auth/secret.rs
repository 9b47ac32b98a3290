//! Secrets that travel, what is kept of them, and the cookie.

use super::{COOKIE_NAME, SECRET_BYTES};
use axum::http::HeaderMap;
use axum::http::header::COOKIE;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};
use std::net::IpAddr;

/// A secret nobody guesses, in letters that travel everywhere.
pub fn new_secret() -> String {
    URL_SAFE_NO_PAD.encode(rand::random::<[u8; SECRET_BYTES]>())
}

/// What is kept of a secret. The secret has full entropy, so a plain hash is enough.
pub fn hash_secret(secret: &str) -> [u8; 32] {
    Sha256::digest(secret.as_bytes()).into()
}

/// Stands for the password in force: another one, another mark. The hash has a salt of its own, so nothing can be
/// learned of the password.
pub fn mark(password_hash: &str) -> u64 {
    hash_secret(password_hash)
        .iter()
        .take(8)
        .fold(0, |mark, byte| mark << 8 | u64::from(*byte))
}

/// A secret for a session that is worth something only while this password is in force. What is kept is the hash of
/// secret and mark together, so neither can be exchanged.
pub fn new_session_secret(password_hash: &str) -> String {
    format!("{}.{:016x}", new_secret(), mark(password_hash))
}

/// What a browser's cookie says.
pub struct Shown {
    pub hash: [u8; 32],
    /// The password under which the session was opened.
    pub password_mark: u64,
}

pub fn session_shown(headers: &HeaderMap) -> Option<Shown> {
    let value = headers
        .get_all(COOKIE)
        .iter()
        .filter_map(|v| v.to_str().ok())
        .flat_map(|v| v.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(name, _)| *name == COOKIE_NAME)
        .map(|(_, value)| value)?;
    let (_, mark) = value.rsplit_once('.')?;
    Some(Shown {
        hash: hash_secret(value),
        password_mark: u64::from_str_radix(mark, 16).ok()?,
    })
}

/// Where a request comes from. Behind a proxy that is what the proxy itself saw: the last address it noted; those before
/// it are only what the client said.
pub fn address_of(headers: &HeaderMap, peer: IpAddr, behind_proxy: bool) -> IpAddr {
    let noted = || {
        let last = headers.get_all("x-forwarded-for").iter().next_back()?.to_str().ok()?;
        last.rsplit(',').next()?.trim().parse().ok()
    };
    behind_proxy.then(noted).flatten().unwrap_or(peer)
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;

    #[test]
    fn a_proxys_word_counts_only_behind_a_proxy_and_only_the_last() {
        let peer: IpAddr = [10, 0, 0, 1].into();
        let mut headers = HeaderMap::new();
        assert_eq!(address_of(&headers, peer, true), peer);
        headers.append("x-forwarded-for", HeaderValue::from_static("1.1.1.1, 192.0.2.7"));
        assert_eq!(address_of(&headers, peer, false), peer);
        assert_eq!(address_of(&headers, peer, true), IpAddr::from([192, 0, 2, 7]));
        headers.append("x-forwarded-for", HeaderValue::from_static("nonsense"));
        assert_eq!(address_of(&headers, peer, true), peer);
    }

    #[test]
    fn a_cookie_without_a_mark_is_no_session() {
        let mut headers = HeaderMap::new();
        headers.insert(COOKIE, HeaderValue::from_static("geju_session=abc"));
        assert!(session_shown(&headers).is_none());
        let secret = new_session_secret("some hash");
        headers.insert(
            COOKIE,
            HeaderValue::from_str(&format!("a=b; geju_session={secret}")).unwrap(),
        );
        let shown = session_shown(&headers).unwrap();
        assert_eq!(
            (shown.hash, shown.password_mark),
            (hash_secret(&secret), mark("some hash"))
        );
    }
}
