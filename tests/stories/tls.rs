//! HTTPS by the program itself: two versions of HTTP behind it, certificates that come and go, and peers that mean no good.

use geju_tests::{Curl, Ground, PASSWORD, Server, box_at, eventually, feature, finished, gpkg_ground, skipped};
use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// A changed file is seen within this time: looked for every 5 s, on a busy machine.
const RELOADED_WITHIN: Duration = Duration::from_secs(20);
/// A handshake that does not get on is cut within this time: 10 s, on a busy machine.
const HANDSHAKE_CUT_WITHIN: Duration = Duration::from_secs(16);
/// Somebody else is answered within this time while others stall.
const ANSWER_WITHIN: Duration = Duration::from_secs(5);
/// A request that was begun is known to the server within this time, on a busy machine.
const HEAD_READ_WITHIN: Duration = Duration::from_secs(3);

fn self_signed(ground: &Ground) -> Server<'_> {
    Server::start_with(ground, &["--tls-self-signed"], &[])
}

fn trusting<'a>(ground: &Ground, server: &Server<'a>) -> Curl {
    Curl::new(&server.base, &ground.data().join("tls/authority.pem"))
}

/// A certificate and its key, as an operator lays them down. They are written, then moved to their names.
fn lay_down(ground: &Ground) -> (PathBuf, PathBuf) {
    let made = rcgen::generate_simple_self_signed(vec!["localhost".to_owned(), "127.0.0.1".to_owned()]);
    let made = made.expect("a certificate");
    let files = [
        ("cert.pem", made.cert.pem()),
        ("key.pem", made.signing_key.serialize_pem()),
    ];
    let [cert, key] = files.map(|(name, text)| {
        let path = ground.data().join(name);
        let passing = path.with_extension("new");
        fs::write(&passing, text).expect("written");
        fs::rename(&passing, &path).expect("moved");
        path
    });
    (cert, key)
}

#[test]
fn a_self_signed_server_speaks_both_versions_to_those_who_trust_it() {
    let ground = gpkg_ground();
    ground.account("admin", "admin", &[]);
    let server = self_signed(&ground);
    let curl = trusting(&ground, &server);
    let newer = curl.get("/healthz", &[]);
    assert_eq!((newer.status, newer.version.as_str()), (200, "2"));
    let older = curl.get("/healthz", &["--http1.1"]);
    assert_eq!((older.status, older.version.as_str()), (200, "1.1"));
    assert_eq!(
        older.header("strict-transport-security"),
        None,
        "a certificate of its own can be remade"
    );
    let stranger = Curl::new(&server.base, &ground.data().join("tls/server-key.pem"));
    assert!(
        stranger.try_get("/healthz", &[]).is_err(),
        "nobody trusts it who was not told to"
    );
    assert_eq!(
        server.log_text().matches("sha256=").count(),
        2,
        "fingerprints to compare"
    );

    let login = format!(r#"{{"name":"admin","password":"{PASSWORD}"}}"#);
    let session = curl.get("/api/v1/session", &["--json", &login]);
    assert_eq!(session.status, 200, "{}", session.body);
    let cookie = session.header("set-cookie").expect("a cookie");
    assert!(
        cookie.contains("; Secure") && cookie.contains("SameSite=Strict"),
        "{cookie}"
    );
    // HTTP/2 names the host otherwise; whose page is asking is told apart all the same.
    let from = |origin: &str| {
        let origin = format!("Origin: {origin}");
        curl.get("/api/v1/session", &["--request", "DELETE", "--header", &origin])
            .status
    };
    assert_eq!((from(&server.base), from("https://evil.example")), (204, 403));
    // Commands on this machine find their way to the server all the same.
    ground.account("second", "viewer", &[]);
    let mode = |name: &str| {
        use std::os::unix::fs::PermissionsExt;
        let meta = fs::metadata(ground.data().join(name)).expect("there");
        meta.permissions().mode() & 0o777
    };
    assert_eq!((mode("tls"), mode("tls/server-key.pem")), (0o700, 0o600));
}

#[test]
fn a_screen_hears_changes_over_http2() {
    let ground = gpkg_ground();
    let token = ground.token("machine", "admin");
    let server = self_signed(&ground);
    let curl = trusting(&ground, &server).with_token(&token);
    let mut screen = curl.begin("/api/v1/feed", &["--http2"]);
    let mut lines = BufReader::new(screen.stdout.take().expect("a pipe"))
        .lines()
        .map_while(Result::ok);
    let status = lines.next().expect("an answer");
    assert!(status.starts_with("HTTP/2 200"), "{status}");
    assert!(lines.any(|line| line == "event: hello"));
    let place = feature("compound", "红星路小区", box_at(0.0, 0.0, 2.0, 2.0)).to_string();
    let drawn = curl.get("/api/v1/places", &["--json", &place]);
    assert_eq!((drawn.status, drawn.version.as_str()), (201, "2"), "{}", drawn.body);
    assert!(lines.any(|line| line == "event: change"));
    // Told that the server stops, the screen hangs up by itself.
    server.stop();
    assert_eq!(
        lines.last().as_deref().map(str::is_empty),
        Some(true),
        "the feed ends between two events"
    );
    let _ = screen.kill();
    let _ = screen.wait();
}

#[test]
fn plain_http_is_shown_the_way() {
    let ground = gpkg_ground();
    let server = self_signed(&ground);
    let plain = |request: &str| {
        let mut line = TcpStream::connect(server.socket()).expect("connects");
        line.write_all(request.as_bytes()).expect("sent");
        let mut answer = String::new();
        line.read_to_string(&mut answer).expect("an answer, then the end");
        answer
    };
    let sent_on = plain("GET /wall?layers=grid HTTP/1.1\r\nHost: map.example:8443\r\n\r\n");
    assert!(sent_on.starts_with("HTTP/1.1 308 "), "{sent_on}");
    assert!(
        sent_on.contains("location: https://map.example:8443/wall?layers=grid\r\n"),
        "{sent_on}"
    );
    let refused = plain("POST /api/v1/session HTTP/1.1\r\nHost: map.example\r\nContent-Length: 2\r\n\r\n{}");
    assert!(refused.starts_with("HTTP/1.1 400 "), "{refused}");
    assert!(
        refused.contains("https_needed") && refused.contains("https://map.example"),
        "{refused}"
    );
}

#[test]
fn a_new_certificate_is_taken_without_a_restart_and_a_bad_one_is_not() {
    let ground = gpkg_ground();
    let (cert, key) = lay_down(&ground);
    let (cert_name, key_name) = (cert.display().to_string(), key.display().to_string());
    let server = Server::start_with(&ground, &["--tls-cert", &cert_name, "--tls-key", &key_name], &[]);
    let first = ground.data().join("first.pem");
    fs::copy(&cert, &first).expect("kept");
    let answers = |trusted: &PathBuf| Curl::new(&server.base, trusted).try_get("/healthz", &[]).is_ok();
    assert!(answers(&first));

    fs::write(&key, "no key at all").expect("written");
    eventually("the bad key is told of", RELOADED_WITHIN, || {
        server.log_text().contains("the old one stays in use").then_some(())
    });
    assert!(answers(&first), "the old certificate is still shown");

    lay_down(&ground);
    eventually("the new certificate is shown", RELOADED_WITHIN, || {
        answers(&cert).then_some(())
    });
    assert!(!answers(&first), "and the old one no more");
}

#[test]
fn a_server_that_cannot_show_itself_says_why_and_does_not_start() {
    let ground = gpkg_ground();
    let (cert, key) = lay_down(&ground);
    let old = ground.data().join("old.pem");
    fs::copy(&cert, &old).expect("kept");
    let (cert, key) = (lay_down(&ground).0.display().to_string(), key.display().to_string());
    let old = old.display().to_string();
    let locked = ground.data().join("locked.pem");
    fs::write(
        &locked,
        "-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----\n",
    )
    .expect("written");
    let locked = locked.display().to_string();
    let cases: [(&[&str], &str); 6] = [
        (&["--tls-cert", &cert], "--tls-key"),
        (
            &["--tls-cert", "/nowhere/cert.pem", "--tls-key", &key],
            "/nowhere/cert.pem",
        ),
        (&["--tls-cert", &old, "--tls-key", &key], "does not belong"),
        (&["--tls-cert", &cert, "--tls-key", &locked], "encrypted"),
        (&["--tls-cert", &key, "--tls-key", &key], "holds no certificate"),
        (
            &["--tls-self-signed", "--tls-names", "https://map.example"],
            "neither a host name",
        ),
    ];
    for (arguments, said) in cases {
        let mut all = vec!["serve", "--listen", "127.0.0.1:0"];
        all.extend(arguments);
        let run = ground.geju(&all).ended_with(1);
        assert!(run.stderr.contains(said), "{said}:\n{}", run.stderr);
    }
}

#[test]
fn handshakes_that_do_not_get_on_are_cut_and_stop_nobody() {
    let ground = gpkg_ground();
    let server = self_signed(&ground);
    let curl = trusting(&ground, &server);
    let began = Instant::now();
    let half_open: Vec<TcpStream> = (0..200)
        .map(|number| {
            let mut line = TcpStream::connect(server.socket()).expect("connects");
            // Half of them say nothing, half begin a handshake.
            if number % 2 == 0 {
                line.write_all(&[22, 3, 1, 2, 0, 1, 0]).expect("sent");
            }
            line.set_read_timeout(Some(HANDSHAKE_CUT_WITHIN)).expect("set");
            line
        })
        .collect();
    let asked = Instant::now();
    assert_eq!(curl.get("/healthz", &[]).status, 200);
    assert!(asked.elapsed() < ANSWER_WITHIN, "{:?}", asked.elapsed());
    for mut line in half_open {
        let mut rest = Vec::new();
        let ended = line.read_to_end(&mut rest);
        let cut = !matches!(&ended, Err(error) if error.kind() == std::io::ErrorKind::WouldBlock);
        assert!(
            cut && began.elapsed() < HANDSHAKE_CUT_WITHIN,
            "{ended:?} after {:?}",
            began.elapsed()
        );
    }
}

#[test]
fn who_shakes_hands_and_then_says_nothing_is_cut() {
    let story = "who_shakes_hands_and_then_says_nothing_is_cut";
    let ground = gpkg_ground();
    let server = self_signed(&ground);
    for version in ["h2", "http/1.1"] {
        let silent = Command::new("openssl")
            .args(["s_client", "-quiet", "-alpn", version, "-connect", server.socket()])
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn();
        let Ok(mut silent) = silent else {
            return skipped(story, "openssl is not installed");
        };
        let held = silent.stdin.take();
        eventually("the silent one is hung up on", Duration::from_secs(30), || {
            silent.try_wait().ok().flatten()
        });
        drop(held);
    }
}

#[test]
fn a_stop_loses_no_answer() {
    for version in ["--http2", "--http1.1"] {
        let ground = gpkg_ground();
        let token = ground.token("machine", "admin");
        let server = self_signed(&ground);
        let curl = trusting(&ground, &server).with_token(&token);
        let place = feature("compound", "停机前的小区", box_at(0.0, 0.0, 2.0, 2.0)).to_string();
        let (half, rest) = place.as_bytes().split_at(place.len() / 2);
        let json = "Content-Type: application/json";
        let arguments = [version, "--request", "POST", "--upload-file", "-", "--header", json];
        let mut asking = curl.begin("/api/v1/places", &arguments);
        let mut body = asking.stdin.take().expect("a pipe");
        body.write_all(half).expect("sent");
        body.flush().expect("sent");
        eventually("the uploader is connected", ANSWER_WITHIN, || {
            let metrics = curl.get("/metrics", &[]).body;
            metrics.contains("geju_http_connections 2").then_some(())
        });
        // Nothing outside tells when the head of a request has been read; it follows the connection by milliseconds.
        std::thread::sleep(HEAD_READ_WITHIN);
        let rest = rest.to_vec();
        let late = std::thread::spawn(move || {
            std::thread::sleep(Duration::from_secs(2));
            body.write_all(&rest).expect("the connection is still open");
            drop(body);
            finished(asking)
        });
        server.stop();
        let got = late.join().expect("no panic").expect("an answer");
        assert_eq!(got.status, 201, "{version} {}", got.body);
        let server = self_signed(&ground);
        let kept = trusting(&ground, &server)
            .with_token(&token)
            .get("/api/v1/places?kind=compound", &[]);
        assert!(
            kept.body.contains("停机前的小区"),
            "{version}: what was answered is kept"
        );
    }
}
