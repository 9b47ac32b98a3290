//! The real program: found beside the test's own build, started, listened to, killed.

use crate::client::Client;
use crate::eventually;
use crate::ground::{Ground, PASSWORD};
use std::io::{BufRead, BufReader, Read, Write};
use std::marker::PhantomData;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// The longest a server may take to listen, on a machine busy with builds.
const LISTEN_WITHIN: Duration = Duration::from_secs(90);
/// The longest a server may take to end after it was asked to.
const STOP_WITHIN: Duration = Duration::from_secs(20);

/// Words of the log that no story leaves behind unless it said so.
const UNCLEAN: [&str; 4] = [" ERROR ", "\"level\":\"ERROR\"", "panicked at", "\"ERROR\""];

/// Where the program is: GEJU_BIN, or beside the test's own executable (target/debug/deps/story → target/debug/geju).
fn program() -> PathBuf {
    if let Some(path) = std::env::var_os("GEJU_BIN") {
        let path = PathBuf::from(path);
        assert!(path.is_file(), "GEJU_BIN names {}, which is not there", path.display());
        return path;
    }
    let own = std::env::current_exe().expect("a test knows its own path");
    let path = own
        .parent()
        .and_then(|deps| deps.parent())
        .map(|build| build.join("geju"))
        .unwrap_or_default();
    assert!(
        path.is_file(),
        "build geju first (cargo build -p geju): nothing at {}",
        path.display()
    );
    path
}

/// How a finished command ended.
pub struct Run {
    pub code: i32,
    pub stdout: String,
    pub stderr: String,
}

impl Run {
    /// This run, when it ended well; else everything it said.
    #[track_caller]
    pub fn succeeded(self) -> Run {
        self.ended_with(0)
    }

    #[track_caller]
    pub fn ended_with(self, code: i32) -> Run {
        assert_eq!(self.code, code, "stdout:\n{}\nstderr:\n{}", self.stdout, self.stderr);
        self
    }

    pub fn said(&self) -> String {
        format!("{}\n{}", self.stdout, self.stderr)
    }
}

/// Runs the program to its end.
pub fn geju(arguments: &[&str], input: &str) -> Run {
    let mut child = Command::new(program())
        .args(arguments)
        .env("NO_COLOR", "1")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    if let Some(mut stdin) = child.stdin.take() {
        // A command that reads nothing may have ended already: that is its right.
        let _ = stdin.write_all(input.as_bytes());
    }
    let output = child.wait_with_output().expect("the program ends");
    Run {
        // A signal has no code; -1 is none that the program gives.
        code: output.status.code().unwrap_or(-1),
        stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
        stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}

type Log = Arc<Mutex<Vec<String>>>;

/// A serving process. Dropping it ends the process and looks through its log. It cannot outlive its ground.
pub struct Server<'ground> {
    ground: PhantomData<&'ground Ground>,
    child: Child,
    log: Log,
    pub base: String,
    log_matters: bool,
}

impl<'ground> Server<'ground> {
    pub fn start(ground: &'ground Ground) -> Self {
        Server::start_with(ground, &[], &[])
    }

    pub fn start_with(ground: &Ground, arguments: &[&str], settings: &[(&str, &str)]) -> Self {
        let data = ground.data().display().to_string();
        let mut all = vec![
            "serve",
            "--listen",
            "127.0.0.1:0",
            "--store",
            &ground.store,
            "--data",
            &data,
        ];
        all.extend(arguments);
        Server::run(&all, settings)
    }

    /// `geju demo` with its smallest place on this ground; every demo account has [`PASSWORD`].
    pub fn demo(ground: &'ground Ground) -> Self {
        Server::demo_as_of(ground, jiff::Timestamp::now())
    }

    /// The same with its past played until `as_of`: two stores hold the same ledger only if both were given the same moment.
    pub fn demo_as_of(ground: &'ground Ground, as_of: jiff::Timestamp) -> Self {
        let data = ground.data().display().to_string();
        let as_of = as_of.to_string();
        let all = [
            "demo",
            "--as-of",
            &as_of,
            "--size",
            "street",
            "--listen",
            "127.0.0.1:0",
            "--store",
            &ground.store,
            "--data",
            &data,
        ];
        Server::run(&all, &[("GEJU_DEMO_PASSWORD", PASSWORD)])
    }

    fn run(arguments: &[&str], settings: &[(&str, &str)]) -> Self {
        Server::run_within(arguments, settings, LISTEN_WITHIN)
    }

    /// Any command that serves, and may fill its store first.
    pub fn run_within(arguments: &[&str], settings: &[(&str, &str)], within: Duration) -> Self {
        let mut child = Command::new(program())
            .args(arguments)
            .envs(settings.iter().copied())
            .env("NO_COLOR", "1")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the program starts");
        let log: Log = Arc::default();
        if let Some(stdout) = child.stdout.take() {
            listen(stdout, log.clone());
        }
        if let Some(stderr) = child.stderr.take() {
            listen(stderr, log.clone());
        }
        let mut server = Server {
            ground: PhantomData,
            child,
            log,
            base: String::new(),
            log_matters: true,
        };
        server.base = eventually("the server says where it listens", within, || {
            let ended = server.child.try_wait().ok().flatten();
            let found = server.find_address();
            if found.is_none() && ended.is_some() {
                panic!("the server ended at once:\n{}", server.log_text());
            }
            found
        });
        server
    }

    fn find_address(&self) -> Option<String> {
        let log = self.log.lock().expect("the log is readable");
        log.iter().find_map(|line| {
            let (_, rest) = line.split_once("listening on ")?;
            Some(rest.split_whitespace().next()?.trim_end_matches('/').to_owned())
        })
    }

    /// Someone who has not said who they are.
    pub fn stranger(&self) -> Client {
        Client::new(&self.base)
    }

    /// The first admin, logged in.
    pub fn admin(&self) -> Client {
        self.person("admin")
    }

    pub fn person(&self, name: &str) -> Client {
        Client::new(&self.base).logged_in(name, PASSWORD)
    }

    pub fn machine(&self, token: &str) -> Client {
        Client::new(&self.base).with_token(token)
    }

    /// What host and port a raw socket connects to.
    pub fn socket(&self) -> &str {
        self.base
            .split_once("://")
            .map_or(self.base.as_str(), |(_, socket)| socket)
    }

    pub fn log_text(&self) -> String {
        self.log.lock().expect("the log is readable").join("\n")
    }

    /// For stories that break things on purpose: the log may speak of it.
    pub fn may_complain(mut self) -> Self {
        self.log_matters = false;
        self
    }

    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Still the process that was started?
    pub fn is_alive(&mut self) -> bool {
        matches!(self.child.try_wait(), Ok(None))
    }

    /// Memory in use now, in bytes.
    pub fn memory_bytes(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap_or_default();
        let kib = status.lines().find_map(|line| {
            line.strip_prefix("VmRSS:")?
                .split_whitespace()
                .next()?
                .parse::<u64>()
                .ok()
        });
        kib.expect("a living process has a resident size") * 1024
    }

    /// SIGKILL: no last words, no last write.
    pub fn kill_9(mut self) {
        self.child.kill().expect("the process can be killed");
        self.child.wait().expect("the process ends");
        self.check_log();
        self.log_matters = false;
    }

    /// SIGTERM, as systemd stops a service; it must end by itself.
    pub fn stop(mut self) {
        self.terminate();
    }

    fn terminate(&mut self) {
        if !self.is_alive() {
            return;
        }
        let pid = self.child.id().to_string();
        let _ = Command::new("kill").args(["-TERM", &pid]).status();
        let child = &mut self.child;
        let status = eventually("the server ends when asked to", STOP_WITHIN, || {
            child.try_wait().ok().flatten()
        });
        assert!(status.success(), "the server ended with {status}:\n{}", self.log_text());
    }

    fn check_log(&self) {
        if !self.log_matters {
            return;
        }
        let log = self.log.lock().expect("the log is readable");
        let unclean: Vec<&String> = log
            .iter()
            .filter(|line| UNCLEAN.iter().any(|word| line.contains(word)))
            .collect();
        assert!(unclean.is_empty(), "the log is not clean:\n{unclean:#?}");
    }
}

impl Drop for Server<'_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            let _ = self.child.kill();
            let _ = self.child.wait();
            eprintln!("--- log of {} ---\n{}", self.base, self.log_text());
            return;
        }
        self.terminate();
        self.check_log();
    }
}

fn listen(pipe: impl Read + Send + 'static, log: Log) {
    std::thread::spawn(move || {
        for line in BufReader::new(pipe).split(b'\n').map_while(Result::ok) {
            let line = String::from_utf8_lossy(&line).into_owned();
            if let Ok(mut log) = log.lock() {
                log.push(line);
            }
        }
    });
}
