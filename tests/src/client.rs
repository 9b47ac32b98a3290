//! Someone who asks: a person with a session, a machine with a token, or a stranger.

use reqwest::Method;
use reqwest::blocking::{Client as Http, RequestBuilder};
use reqwest::header::{HeaderMap, SET_COOKIE};
use serde_json::{Value, json};
use std::time::Duration;

/// Nothing a story asks may take longer.
const ANSWER_WITHIN: Duration = Duration::from_secs(60);

#[derive(Clone)]
pub struct Client {
    http: Http,
    pub base: String,
    cookie: Option<String>,
    token: Option<String>,
}

/// What came back, whole.
#[derive(Debug)]
pub struct Reply {
    pub status: u16,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
}

/// A refusal as RFC 9457 says it.
#[derive(Debug)]
pub struct Problem {
    pub status: u16,
    pub code: String,
    pub whole: Value,
}

/// A text as it may stand anywhere in an address.
pub fn encoded(text: &str) -> String {
    text.bytes().map(|b| format!("%{b:02X}")).collect()
}

impl Client {
    pub fn new(base: &str) -> Client {
        let http = Http::builder()
            .timeout(ANSWER_WITHIN)
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .expect("a client can be built");
        Client {
            http,
            base: base.to_owned(),
            cookie: None,
            token: None,
        }
    }

    #[track_caller]
    pub fn logged_in(mut self, name: &str, password: &str) -> Client {
        let reply = self.login(name, password).ok();
        self.cookie = reply.cookie();
        assert!(self.cookie.is_some(), "a login sets a cookie");
        self
    }

    pub fn login(&self, name: &str, password: &str) -> Reply {
        self.post("/api/v1/session", &json!({"name": name, "password": password}))
    }

    pub fn with_token(mut self, token: &str) -> Client {
        self.token = Some(token.to_owned());
        self
    }

    pub fn with_cookie(mut self, cookie: &str) -> Client {
        self.cookie = Some(cookie.to_owned());
        self
    }

    /// The cookie as a header has it, for raw sockets.
    pub fn cookie_line(&self) -> &str {
        self.cookie.as_deref().unwrap_or_default()
    }

    /// A request with this asker's credentials; `path` may be a whole address.
    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let url = if path.starts_with("http") {
            path.to_owned()
        } else {
            format!("{}{path}", self.base)
        };
        let mut request = self.http.request(method, url);
        if let Some(cookie) = &self.cookie {
            request = request.header("Cookie", cookie);
        }
        if let Some(token) = &self.token {
            request = request.bearer_auth(token);
        }
        request
    }

    /// Sends, and reads the answer to its end. Panics only when no answer came.
    #[track_caller]
    pub fn send(request: RequestBuilder) -> Reply {
        Self::try_send(request).expect("an answer")
    }

    /// `None` when the connection broke: the server may be dead.
    pub fn try_send(request: RequestBuilder) -> Option<Reply> {
        let response = request.send().ok()?;
        let status = response.status().as_u16();
        let headers = response.headers().clone();
        let body = response.bytes().ok()?.to_vec();
        Some(Reply { status, headers, body })
    }

    #[track_caller]
    pub fn get(&self, path: &str) -> Reply {
        Self::send(self.request(Method::GET, path))
    }

    #[track_caller]
    pub fn get_with(&self, path: &str, header: &str, value: &str) -> Reply {
        Self::send(self.request(Method::GET, path).header(header, value))
    }

    #[track_caller]
    pub fn post(&self, path: &str, body: &Value) -> Reply {
        Self::send(self.request(Method::POST, path).json(body))
    }

    #[track_caller]
    pub fn post_with(&self, path: &str, header: &str, value: &str, body: &Value) -> Reply {
        Self::send(self.request(Method::POST, path).header(header, value).json(body))
    }

    #[track_caller]
    pub fn put(&self, path: &str, etag: &str, body: &Value) -> Reply {
        Self::send(self.request(Method::PUT, path).header("If-Match", etag).json(body))
    }

    #[track_caller]
    pub fn delete(&self, path: &str, etag: &str) -> Reply {
        Self::send(self.request(Method::DELETE, path).header("If-Match", etag))
    }

    /// Every place of a kind, page after page.
    #[track_caller]
    pub fn every_place(&self, kind: &str) -> Vec<Value> {
        let mut found = Vec::new();
        let mut cursor = String::new();
        loop {
            let page = self
                .get(&format!("/api/v1/places?kind={kind}&limit=1000{cursor}"))
                .ok()
                .json();
            found.extend(page["features"].as_array().cloned().unwrap_or_default());
            match page["next"].as_str() {
                Some(next) => cursor = format!("&cursor={next}"),
                None => return found,
            }
        }
    }

    /// How many places of a kind there are.
    #[track_caller]
    pub fn number_of(&self, kind: &str) -> u64 {
        let page = self
            .get(&format!("/api/v1/places?kind={kind}&limit=1&geometry=none"))
            .ok()
            .json();
        page["numberMatched"].as_u64().expect("a page says how many matched")
    }
}

impl Reply {
    #[track_caller]
    pub fn ok(self) -> Reply {
        assert!((200..300).contains(&self.status), "{} {}", self.status, self.text());
        self
    }

    #[track_caller]
    pub fn status(self, wanted: u16) -> Reply {
        assert_eq!(self.status, wanted, "{}", self.text());
        self
    }

    /// The refusal, which must be a well-formed problem with this status.
    #[track_caller]
    pub fn problem(self, status: u16) -> Problem {
        assert_eq!(self.status, status, "{}", self.text());
        let kind = self.header("content-type").unwrap_or_default().to_owned();
        assert!(
            kind.starts_with("application/problem+json"),
            "a refusal is a problem, not {kind}: {}",
            self.text()
        );
        let whole = self.json();
        assert_eq!(whole["status"], status, "the body repeats the status");
        let code = whole["code"].as_str().expect("a problem has a stable code").to_owned();
        assert!(whole["title"].is_string(), "a problem has a title");
        Problem { status, code, whole }
    }

    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error} in {}", self.text()))
    }

    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    #[track_caller]
    pub fn etag(&self) -> String {
        self.header("etag").expect("an ETag").to_owned()
    }

    /// The session cookie as it is sent back: `name=value`.
    pub fn cookie(&self) -> Option<String> {
        let set = self.headers.get(SET_COOKIE)?.to_str().ok()?;
        Some(set.split(';').next()?.to_owned())
    }
}
