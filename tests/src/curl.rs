//! A program of other people's that speaks HTTPS: curl, with OpenSSL and nghttp2.

use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

/// Nothing a story asks may take longer.
const ANSWER_SECONDS_MAX: &str = "60";

/// Someone who trusts the certificates in one file.
#[derive(Clone)]
pub struct Curl {
    pub base: String,
    trusted: PathBuf,
    token: Option<String>,
}

/// What curl got.
#[derive(Debug)]
pub struct Got {
    pub status: u16,
    /// `2` or `1.1`.
    pub version: String,
    pub head: String,
    pub body: String,
}

impl Curl {
    pub fn new(base: &str, trusted: &Path) -> Self {
        Self {
            base: base.to_owned(),
            trusted: trusted.to_owned(),
            token: None,
        }
    }

    pub fn with_token(mut self, token: &str) -> Self {
        self.token = Some(token.to_owned());
        self
    }

    /// Starts asking. What is written to its standard input is sent where `--upload-file -` says so.
    pub fn begin(&self, path: &str, arguments: &[&str]) -> Child {
        let mut command = Command::new("curl");
        command
            .args(["--silent", "--show-error", "--no-buffer", "--include"])
            .args([
                "--max-time",
                ANSWER_SECONDS_MAX,
                "--write-out",
                "%{stderr}%{http_code} %{http_version}\n",
            ])
            .arg("--cacert")
            .arg(&self.trusted)
            .args(arguments)
            .arg(format!("{}{path}", self.base))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        if let Some(token) = &self.token {
            command.args(["--header", &format!("Authorization: Bearer {token}")]);
        }
        command.spawn().expect("curl is there")
    }

    /// The answer, or what curl says went wrong.
    pub fn try_get(&self, path: &str, arguments: &[&str]) -> Result<Got, String> {
        finished(self.begin(path, arguments))
    }

    #[track_caller]
    pub fn get(&self, path: &str, arguments: &[&str]) -> Got {
        self.try_get(path, arguments).expect("an answer")
    }
}

/// Waits for what was begun.
pub fn finished(mut child: Child) -> Result<Got, String> {
    drop(child.stdin.take());
    let (mut out, mut said) = (String::new(), String::new());
    if let Some(mut pipe) = child.stdout.take() {
        pipe.read_to_string(&mut out).map_err(|error| error.to_string())?;
    }
    if let Some(mut pipe) = child.stderr.take() {
        pipe.read_to_string(&mut said).map_err(|error| error.to_string())?;
    }
    let status = child.wait().map_err(|error| error.to_string())?;
    if !status.success() {
        return Err(said);
    }
    let told = said.lines().last().unwrap_or_default();
    let (status, version) = told.split_once(' ').unwrap_or((told, ""));
    // An upload may be answered with a word in between before it is answered.
    let mut rest = out.as_str();
    let (head, body) = loop {
        let (head, body) = rest.split_once("\r\n\r\n").unwrap_or((rest, ""));
        if !head.split(' ').nth(1).is_some_and(|code| code.starts_with('1')) {
            break (head, body);
        }
        rest = body;
    };
    Ok(Got {
        status: status.parse().unwrap_or_default(),
        version: version.to_owned(),
        head: head.to_owned(),
        body: body.to_owned(),
    })
}

impl Got {
    pub fn header(&self, name: &str) -> Option<&str> {
        let mut fields = self.head.lines().skip(1).filter_map(|line| line.split_once(':'));
        fields
            .find(|(n, _)| n.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.trim())
    }
}
