//! Requests that nobody means well with: each gets its answer soon, and the server stays the size it was.

use geju_tests::{Client, Server, gpkg_ground};
use reqwest::Method;
use serde_json::{Value, json};
use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

/// A hostile request gets its answer within this time of its last byte.
const ANSWER_WITHIN: Duration = Duration::from_secs(1);
/// All of them together may grow the server by this much.
const GROWTH_BYTES_MAX: u64 = 150 << 20;
/// A dripper is cut at a named timeout, which is no longer than this.
const DRIP_WITHIN: Duration = Duration::from_secs(45);

/// Sends, and holds the answer to time and to being a plain refusal.
#[track_caller]
fn refused(request: reqwest::blocking::RequestBuilder, what: &str) -> u16 {
    let began = Instant::now();
    let reply = Client::send(request);
    let took = began.elapsed();
    assert!(
        (400..500).contains(&reply.status),
        "{what}: {} {}",
        reply.status,
        reply.text()
    );
    assert!(took < ANSWER_WITHIN, "{what} took {took:?}");
    reply.status
}

fn nested(depth: usize) -> String {
    format!("{}1{}", "[".repeat(depth), "]".repeat(depth))
}

#[test]
fn bad_tile_numbers_are_refused() {
    let ground = gpkg_ground();
    let server = ground.serve_with_admin();
    let admin = server.admin();
    for path in [
        "/tiles/building/99/0/0.mvt",
        "/tiles/building/-1/0/0.mvt",
        "/tiles/building/14/-1/0.mvt",
        "/tiles/building/14/99999999/0.mvt",
        "/tiles/building/14/0/16384.mvt",
        "/tiles/building/14/4294967296/0.mvt",
        "/tiles/building/14/1e3/0.mvt",
        "/tiles/building/14/0/0.png",
        "/tiles/nothing/14/0/0.mvt",
        "/tiles/building,nothing/14/0/0.mvt",
        "/tiles/nothing",
        "/tiles/..%2f..%2fetc/0/0/0.mvt",
    ] {
        refused(admin.request(Method::GET, path), path);
    }
    let many = vec!["building"; 5000].join(",");
    let reply = Client::send(admin.request(Method::GET, &format!("/tiles/{many}/14/0/0.mvt")));
    assert!(reply.status < 500, "{}", reply.status);
}

#[test]
fn odd_questions_are_refused() {
    let ground = gpkg_ground();
    let server = ground.serve_with_admin();
    let admin = server.admin();
    for path in [
        "/api/v1/places?bbox=1,2,3",
        "/api/v1/places?bbox=a,b,c,d",
        "/api/v1/places?bbox=NaN,NaN,NaN,NaN",
        "/api/v1/places?bbox=-inf,-inf,inf,inf",
        "/api/v1/places?kind=palace",
        "/api/v1/places?limit=0",
        "/api/v1/places?limit=1000000000",
        "/api/v1/places?limit=-1",
        "/api/v1/places?cursor=%00%ff",
        "/api/v1/places?geometry=everything",
        "/api/v1/places?crs=mars",
        "/api/v1/places/0x1",
        "/api/v1/places/-1",
        "/api/v1/places/18446744073709551616",
        "/api/v1/locate?lon=999&lat=0",
        "/api/v1/locate?lon=NaN&lat=0",
        "/api/v1/locate",
        "/api/v1/nearest?lon=104&lat=30&kind=building&limit=100000",
        "/ogc/collections/nothing/items",
        "/ogc/collections/building/items?limit=-5",
        "/ogc/collections/building/items?bbox=1",
        "/no/such/door",
    ] {
        refused(admin.request(Method::GET, path), path);
    }
    // A window as large as the world is a fair question about a small map.
    admin.get("/api/v1/places?bbox=-180,-90,180,90").status(200);
}

#[test]
fn odd_shapes_are_refused_with_a_reason() {
    let ground = gpkg_ground();
    let server = ground.serve_with_admin();
    let admin = server.admin();
    let ring = |points: Value| json!({"type": "Polygon", "coordinates": [points]});
    let star: Vec<Value> = (0..4000u32)
        .map(|i| {
            json!([
                104.0 + f64::from(i * 7919 % 4001) * 1e-5,
                30.0 + f64::from(i * 104_729 % 4001) * 1e-5
            ])
        })
        .collect();
    let shapes: [(&str, Value); 14] = [
        ("no geometry", Value::Null),
        (
            "a line",
            json!({"type": "LineString", "coordinates": [[104, 30], [105, 31]]}),
        ),
        ("three numbers too few", ring(json!([[104, 30], [104, 30]]))),
        ("strings", ring(json!([["a", "b"], ["c", "d"], ["e", "f"], ["a", "b"]]))),
        ("not closed", ring(json!([[104.0, 30.0], [104.1, 30.0], [104.1, 30.1]]))),
        (
            "beyond the globe",
            ring(json!([[204, 30], [205, 30], [205, 31], [204, 30]])),
        ),
        (
            "swapped",
            ring(json!([
                [30.65, 104.06],
                [30.66, 104.06],
                [30.66, 104.07],
                [30.65, 104.06]
            ])),
        ),
        (
            "huge numbers",
            ring(json!([[1e308, 30], [1e308, 31], [104, 31], [1e308, 30]])),
        ),
        ("no area", ring(json!([[104, 30], [105, 30], [104, 30], [104, 30]]))),
        (
            "a bow tie",
            ring(json!([
                [104.0, 30.0],
                [104.1, 30.1],
                [104.1, 30.0],
                [104.0, 30.1],
                [104.0, 30.0]
            ])),
        ),
        (
            "around the pole",
            ring(json!([[-180, 80], [-60, 80], [60, 80], [180, 80], [-180, 80]])),
        ),
        ("a random star", ring(json!(star))),
        ("nothing in it", json!({"type": "Polygon", "coordinates": []})),
        (
            "a collection of itself",
            json!({"type": "GeometryCollection", "geometries": []}),
        ),
    ];
    for (what, geometry) in shapes {
        let place = json!({"type": "Feature", "geometry": geometry, "properties": {"kind": "compound", "name": what}});
        refused(admin.request(Method::POST, "/api/v1/places").json(&place), what);
        let area = json!({"area": {"geometry": place["geometry"]}, "rule": "inner_point"});
        refused(
            admin.request(Method::POST, "/api/v1/area").json(&area),
            &format!("asking about {what}"),
        );
    }
    assert_eq!(admin.number_of("compound"), 0, "nothing is half applied");
}

#[test]
fn odd_bodies_are_refused_and_cost_little_memory() {
    let ground = gpkg_ground();
    let server = ground.serve_with_admin();
    let admin = server.admin();
    admin.get("/api/v1/me").status(200);
    let before = server.memory_bytes();
    let post = |body: Vec<u8>| {
        admin
            .request(Method::POST, "/api/v1/places")
            .header("Content-Type", "application/json")
            .body(body)
    };
    for (what, body) in [
        ("not JSON", b"{".to_vec()),
        ("nothing", Vec::new()),
        ("a number", b"7".to_vec()),
        (
            "200 deep",
            format!(
                "{{\"type\":\"Feature\",\"geometry\":{{\"type\":\"Polygon\",\"coordinates\":{}}},\"properties\":{{}}}}",
                nested(200)
            )
            .into_bytes(),
        ),
        ("100,000 deep", nested(100_000).into_bytes()),
        ("broken UTF-8", b"{\"type\":\"\xff\xfe\"}".to_vec()),
        (
            "a NUL in a name",
            br#"{"type":"Feature","geometry":null,"properties":{"kind":"compound","name":"a\u0000b"}}"#.to_vec(),
        ),
        (
            "a wrong type",
            br#"{"type":"Feature","geometry":5,"properties":[]}"#.to_vec(),
        ),
    ] {
        refused(post(body), what);
    }
    let points = "[104.0,30.0],".repeat(2_000_000);
    let vertices = format!(
        "{{\"type\":\"Feature\",\"properties\":{{\"kind\":\"compound\",\"name\":\"x\"}},\"geometry\":{{\"type\":\"Polygon\",\"coordinates\":[[{}]]}}}}",
        points.trim_end_matches(',')
    );
    for body in [vertices.into_bytes(), vec![b' '; 64 << 20]] {
        let began = Instant::now();
        // The server may hang up on a body it will not read; that is an answer too.
        let status = Client::try_send(post(body)).map(|reply| reply.status);
        assert!(status.is_none_or(|status| (400..500).contains(&status)), "{status:?}");
        assert!(began.elapsed() < Duration::from_secs(10));
    }
    let many: Vec<Value> = (0..200_000).map(|n| json!({"place": n})).collect();
    refused(
        admin
            .request(Method::POST, "/api/v1/area")
            .json(&json!({"area": {"union": many}, "rule": "any"})),
        "a union of 200,000",
    );
    let mut deep = json!({"place": 1});
    for _ in 0..100 {
        deep = json!({"difference": [deep, {"place": 2}]});
    }
    refused(
        admin
            .request(Method::POST, "/api/v1/area")
            .json(&json!({"area": deep, "rule": "any"})),
        "a difference 100 deep",
    );
    let growth = server.memory_bytes().saturating_sub(before);
    assert!(growth < GROWTH_BYTES_MAX, "grew by {} MiB", growth >> 20);
    admin.get("/readyz").status(200);
}

fn read_all(mut stream: &TcpStream) -> String {
    let mut said = Vec::new();
    let _ = stream.read_to_end(&mut said);
    String::from_utf8_lossy(&said).into_owned()
}

/// Whether the server has ended the connection: a read returns nothing, or fails for another reason than waiting.
fn is_cut(mut stream: &TcpStream) -> bool {
    let mut byte = [0u8; 256];
    loop {
        match stream.read(&mut byte) {
            Ok(0) => return true,
            Ok(_) => {}
            Err(error) => {
                return !matches!(
                    error.kind(),
                    std::io::ErrorKind::WouldBlock | std::io::ErrorKind::TimedOut
                );
            }
        }
    }
}

/// Writes a byte a time until cut; how long that took.
fn drip(server: &Server, start: &str, drop: &[u8]) -> Duration {
    let mut stream = TcpStream::connect(server.socket()).expect("the server accepts");
    stream
        .set_read_timeout(Some(Duration::from_millis(250)))
        .expect("a socket has a timeout");
    stream.write_all(start.as_bytes()).expect("the start arrives");
    let began = Instant::now();
    while began.elapsed() < DRIP_WITHIN {
        if stream.write_all(drop).is_err() || is_cut(&stream) {
            return began.elapsed();
        }
    }
    panic!("a dripper was still being served after {DRIP_WITHIN:?}");
}

#[test]
fn drippers_are_cut_and_hold_nobody_up() {
    let ground = gpkg_ground();
    let server = ground.serve_with_admin();
    let admin = server.admin();
    let before = server.memory_bytes();
    let body = format!(
        "POST /api/v1/session HTTP/1.1\r\nHost: {}\r\nContent-Type: application/json\r\nContent-Length: 100000\r\n\r\n",
        server.socket()
    );
    std::thread::scope(|scope| {
        let header = scope.spawn(|| drip(&server, "GET / HTTP/1.1\r\nX-Slow: ", b"a"));
        let slow_body = scope.spawn(|| drip(&server, &body, b" "));
        let silent = scope.spawn(|| drip(&server, "", b""));
        // Two hundred more that only begin.
        let idle: Vec<TcpStream> = (0..200)
            .map(|_| {
                let mut stream = TcpStream::connect(server.socket()).expect("the server accepts");
                stream.write_all(b"GET / HT").expect("a beginning");
                stream
            })
            .collect();
        let began = Instant::now();
        admin.get("/api/v1/me").status(200);
        assert!(began.elapsed() < ANSWER_WITHIN, "the honest wait for nobody");
        for dripper in [header, slow_body, silent] {
            dripper.join().expect("every dripper is cut");
        }
        drop(idle);
    });
    let growth = server.memory_bytes().saturating_sub(before);
    assert!(growth < GROWTH_BYTES_MAX, "grew by {} MiB", growth >> 20);
}

#[test]
fn broken_http_gets_an_answer_or_the_door() {
    let ground = gpkg_ground();
    let mut server = ground.serve_with_admin();
    let long = format!("GET /{} HTTP/1.1\r\nHost: x\r\n\r\n", "a".repeat(200_000));
    let many = format!("GET / HTTP/1.1\r\n{}\r\n", "X-A: b\r\n".repeat(20_000));
    for raw in [
        "\r\n\r\n\r\n",
        "GET\r\n\r\n",
        "GET / HTTP/9.9\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n",
        "POST /api/v1/session HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "POST /api/v1/session HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        &long,
        &many,
    ] {
        let mut stream = TcpStream::connect(server.socket()).expect("the server accepts");
        stream
            .set_read_timeout(Some(Duration::from_secs(3)))
            .expect("a socket has a timeout");
        // A server that hangs up early breaks this pipe.
        let _ = stream.write_all(raw.as_bytes());
        let _ = stream.shutdown(std::net::Shutdown::Write);
        let said = read_all(&stream);
        assert!(
            said.is_empty()
                || said.starts_with("HTTP/1.1 4")
                || said.starts_with("HTTP/1.1 505")
                || said.starts_with("HTTP/1.0 4"),
            "{:.40}: {:.80}",
            raw,
            said
        );
    }
    assert!(server.is_alive());
    server.admin().get("/api/v1/me").status(200);
}

#[test]
fn screens_that_never_read_are_let_go() {
    let ground = gpkg_ground();
    let server = ground.serve_with_admin();
    let admin = server.admin();
    let cookie = admin.login("admin", geju_tests::PASSWORD).cookie().expect("a cookie");
    let before = server.memory_bytes();
    let deaf: Vec<TcpStream> = (0..50)
        .map(|_| {
            let mut stream = TcpStream::connect(server.socket()).expect("the server accepts");
            let request = format!(
                "GET /api/v1/feed HTTP/1.1\r\nHost: {}\r\nCookie: {cookie}\r\n\r\n",
                server.socket()
            );
            stream.write_all(request.as_bytes()).expect("the request arrives");
            stream
        })
        .collect();
    for number in 0..200u32 {
        let place = geju_tests::feature(
            "compound",
            &format!("{number}"),
            geju_tests::box_at(f64::from(number) * 2.0, 0.0, 1.0, 1.0),
        );
        let began = Instant::now();
        admin.post("/api/v1/places", &place).status(201);
        assert!(began.elapsed() < Duration::from_secs(5), "a writer waits for no screen");
    }
    let growth = server.memory_bytes().saturating_sub(before);
    assert!(growth < GROWTH_BYTES_MAX, "grew by {} MiB", growth >> 20);
    drop(deaf);
}
