//! Exports that nobody waits for any more: the work ends, and nothing of it stays.

use geju_tests::{Ground, Server, eventually, feature, gpkg_ground};
use serde_json::{Value, json};
use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

/// Compounds with so many corners that a file of them fits in no socket's buffer.
fn many_corners(ground: &Ground) {
    let ring = |n: usize| -> Vec<[f64; 2]> {
        let (west, south) = (104.06 + (n % 40) as f64 * 0.001, 30.65 + (n / 40) as f64 * 0.001);
        let spot = |k: usize| {
            let around = k as f64 / 400.0 * std::f64::consts::TAU;
            [west + around.cos() * 0.0004, south + around.sin() * 0.0004]
        };
        (0..=400).map(|k| spot(k % 400)).collect()
    };
    let all: Vec<Value> = (0..1_200)
        .map(|n| {
            feature(
                "compound",
                &format!("圆{n}"),
                json!({"type": "Polygon", "coordinates": [ring(n)]}),
            )
        })
        .collect();
    let path = ground.data().join("corners.geojson");
    std::fs::write(&path, json!({"type": "FeatureCollection", "features": all}).to_string()).expect("written");
    ground.geju(&["import", &path.display().to_string()]).succeeded();
}

/// Passing files of exports.
fn passing(ground: &Ground) -> usize {
    let all = std::fs::read_dir(ground.data()).into_iter().flatten().flatten();
    all.filter(|e| e.file_name().to_string_lossy().starts_with("export-"))
        .count()
}

#[test]
fn whoever_hangs_up_ends_the_work_and_leaves_no_file() {
    let ground = gpkg_ground();
    let server = Server::demo(&ground);
    let token = ground.token("taker", "admin");
    let passing = || passing(&ground);
    for _ in 0..3 {
        let mut line = TcpStream::connect(server.socket()).expect("a line");
        write!(
            line,
            "GET /api/v1/export?format=pmtiles HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\n\r\n"
        )
        .expect("asked");
        eventually("the work has begun", Duration::from_secs(20), || {
            (passing() > 0).then_some(())
        });
        drop(line);
        eventually("the work is given up", Duration::from_secs(20), || {
            (passing() == 0).then_some(())
        });
    }
    server.admin().get("/readyz").status(200);
}

#[test]
fn whoever_hangs_up_while_it_is_sent_leaves_neither_file_nor_turn_taken() {
    let ground = gpkg_ground();
    many_corners(&ground);
    let token = ground.token("taker", "admin");
    let server = Server::start(&ground);
    // More than may work at once: a turn that was not given back would keep the last ones waiting for ever.
    for _ in 0..6 {
        let mut line = TcpStream::connect(server.socket()).expect("a line");
        write!(
            line,
            "GET /api/v1/export?format=geojson&kind=compound HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\n\r\n"
        )
        .expect("asked");
        let mut first = vec![0; 64 * 1024];
        line.read_exact(&mut first).expect("it is being sent");
        assert!(first.starts_with(b"HTTP/1.1 200"));
        assert_eq!(passing(&ground), 1, "the file is there while it is sent");
        drop(line);
        eventually("the file goes", Duration::from_secs(20), || {
            (passing(&ground) == 0).then_some(())
        });
    }
    let whole = server
        .machine(&token)
        .get("/api/v1/export?format=geojson&kind=compound")
        .status(200);
    assert_eq!(whole.json()["features"].as_array().map(Vec::len), Some(1_200));
    eventually("and goes once it was taken", Duration::from_secs(20), || {
        (passing(&ground) == 0).then_some(())
    });
}

#[test]
fn what_a_killed_server_left_goes_at_the_next_start() {
    let ground = gpkg_ground();
    many_corners(&ground);
    let token = ground.token("taker", "admin");
    let server = Server::start(&ground);
    let mut line = TcpStream::connect(server.socket()).expect("a line");
    write!(
        line,
        "GET /api/v1/export?format=geojson&kind=compound HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\n\r\n"
    )
    .expect("asked");
    line.read_exact(&mut [0; 1024]).expect("it is being sent");
    server.kill_9();
    assert_eq!(passing(&ground), 1, "nobody was left to take it away");
    let server = Server::start(&ground);
    assert_eq!(passing(&ground), 0);
    assert_eq!(
        server.machine(&token).number_of("compound"),
        1_200,
        "and nothing else went"
    );
}
