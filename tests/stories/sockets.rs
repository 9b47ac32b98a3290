//! Those who hold sockets and give nothing back: everybody else goes on as if they were not there.

use geju_tests::{Server, gpkg_ground, skipped};
use std::io::{Read, Write};
use std::net::TcpStream;
use std::process::Command;
use std::time::{Duration, Instant};

/// Idle sockets of one client.
const IDLE: usize = 5_000;
/// Readers that ask and never read.
const DEAF: usize = 50;
/// What each of them asks for without taking any of it: far more than all buffers on the way hold.
const ASKED_BY_EACH: usize = 40;
/// Handles that the test itself needs beside its sockets.
const OWN_HANDLES: usize = 200;
/// Somebody else is answered within this time, on a machine busy with builds, while the first answers for the deaf are made.
const ANSWER_WITHIN: Duration = Duration::from_secs(10);
/// All of them together may grow the server by this much: some KB for each idle one, one answer and its copy for each deaf one.
const GROWTH_BYTES_MAX: u64 = 400 << 20;

/// Files that this process may have open.
fn handles() -> usize {
    let limits = std::fs::read_to_string("/proc/self/limits").unwrap_or_default();
    let open = limits.lines().find_map(|line| line.strip_prefix("Max open files"));
    let soft = open.and_then(|line| line.split_whitespace().next());
    soft.and_then(|soft| soft.parse().ok()).unwrap_or(usize::MAX)
}

fn connect(server: &Server<'_>) -> TcpStream {
    TcpStream::connect(server.socket()).expect("connects")
}

#[test]
fn idle_and_deaf_peers_stop_nobody() {
    let story = "idle_and_deaf_peers_stop_nobody";
    if handles() < IDLE + DEAF + OWN_HANDLES {
        return skipped(story, "this process may not open 5,000 sockets (ulimit -n)");
    }
    let ground = gpkg_ground();
    let server = Server::demo(&ground);
    let person = server.person("street");
    let tile = tile_with_buildings(&person);
    let cookie = person.cookie_line();
    let before = server.memory_bytes();

    let idle: Vec<TcpStream> = (0..IDLE).map(|_| connect(&server)).collect();
    let request = format!(
        "GET /api/v1/places?kind=building&limit=1000 HTTP/1.1\r\nHost: {}\r\nCookie: {cookie}\r\n\r\n",
        server.socket()
    );
    let deaf: Vec<TcpStream> = (0..DEAF)
        .map(|_| {
            let mut line = connect(&server);
            line.write_all(request.repeat(ASKED_BY_EACH).as_bytes()).expect("sent");
            line
        })
        .collect();

    let stranger = server.stranger();
    for path in ["/healthz", &tile].repeat(10) {
        let began = Instant::now();
        // Each time by a new connection: it is those that have to find room.
        let asker = if path == "/healthz" {
            server.stranger()
        } else {
            person.clone()
        };
        asker.get(path).status(200);
        assert!(began.elapsed() < ANSWER_WITHIN, "{path} took {:?}", began.elapsed());
    }
    let grown = server.memory_bytes().saturating_sub(before);
    assert!(grown < GROWTH_BYTES_MAX, "the server grew by {} MiB", grown >> 20);
    drop((idle, deaf));
    stranger.get("/healthz").status(200);
}

/// A tile in the middle of the map that shows something.
fn tile_with_buildings(person: &geju_tests::Client) -> String {
    let me = person.get("/api/v1/me").status(200).json();
    let centre: Vec<f64> = me["scheme"]["centre"]
        .as_array()
        .expect("a centre")
        .iter()
        .filter_map(serde_json::Value::as_f64)
        .collect();
    let zoom = 15;
    let tiles = f64::from(1 << zoom);
    let latitude = centre[1].to_radians();
    let x = (centre[0] + 180.0) / 360.0 * tiles;
    let y = (1.0 - (latitude.tan() + 1.0 / latitude.cos()).ln() / std::f64::consts::PI) / 2.0 * tiles;
    format!("/tiles/building/{zoom}/{}/{}.mvt", x as u32, y as u32)
}

#[test]
fn nobody_alone_takes_all_the_room() {
    let ground = gpkg_ground();
    let server = Server::start_with(&ground, &["--connections", "40"], &[]);
    let greedy: Vec<TcpStream> = (0..80).map(|_| connect(&server)).collect();
    // A quarter is left for others, here for another address of the loopback.
    let other = Command::new("curl")
        .args(["--silent", "--fail", "--max-time", "5", "--interface", "127.0.0.2"])
        .arg(format!("{}/healthz", server.base))
        .output()
        .expect("curl is there");
    assert!(other.status.success(), "{other:?}");
    // Those beyond the share are hung up on at once, those within it may still ask.
    let mut answered = 0;
    for mut line in greedy {
        line.set_read_timeout(Some(ANSWER_WITHIN)).expect("set");
        let sent = line.write_all(b"GET /healthz HTTP/1.1\r\nHost: map\r\nConnection: close\r\n\r\n");
        let mut answer = String::new();
        if sent.is_ok() && line.read_to_string(&mut answer).is_ok() && answer.starts_with("HTTP/1.1 200") {
            answered += 1;
        }
    }
    assert_eq!(answered, 30, "three quarters of forty");
}
