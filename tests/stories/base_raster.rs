//! A base map of pictures from elsewhere, here from a stand-in of our own: passed on, kept, its key never told.

use geju_tests::{Client, Server, gpkg_ground};
use serde_json::{Value, json};
use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

const PNG: &[u8] = b"\x89PNG\r\n\x1a\n a picture of a street";
const KEY: &str = "tk-4711-secret";

/// Serves pictures on a port of its own.
#[derive(Clone)]
struct Source {
    port: u16,
    asked: Arc<AtomicUsize>,
    away: Arc<AtomicBool>,
    paths: Arc<Mutex<Vec<String>>>,
}

impl Source {
    fn start() -> Source {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let source = Source {
            port: listener.local_addr().expect("an address").port(),
            asked: Arc::default(),
            away: Arc::default(),
            paths: Arc::default(),
        };
        let mine = source.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                mine.answer(stream);
            }
        });
        source
    }

    fn answer(&self, mut stream: TcpStream) {
        let mut lines = BufReader::new(stream.try_clone().expect("a second hand")).lines();
        let path = lines.next().and_then(Result::ok).unwrap_or_default();
        for line in lines.map_while(Result::ok) {
            if line.is_empty() {
                break;
            }
        }
        self.asked.fetch_add(1, Ordering::SeqCst);
        let (status, body): (&str, &[u8]) = match &path {
            _ if self.away.load(Ordering::SeqCst) => ("500 Broken", b"no"),
            path if path.contains("/3/0/0?") => ("200 OK", b"<html><script>alert(1)</script>"),
            path if path.contains("/3/1/1?") => ("404 Not Found", b""),
            _ => ("200 OK", PNG),
        };
        self.paths.lock().expect("open").push(path);
        let head = format!(
            "HTTP/1.1 {status}\r\nContent-Type: image/png\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
            body.len()
        );
        // Whoever hung up does not hear it.
        let _ = stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(body));
    }
}

fn base_of(client: &Client) -> Value {
    client.get("/api/v1/me").status(200).json()["base"].clone()
}

#[test]
fn pictures_are_passed_on_and_kept_and_the_key_stays_here() {
    let source = Source::start();
    let ground = gpkg_ground();
    ground.account("admin", "admin", &[]);
    let template = format!("http://127.0.0.1:{}/wmts/{{z}}/{{x}}/{{y}}?tk={KEY}", source.port);
    let settings = [
        ("GEJU_BASE_RASTER", template.as_str()),
        ("GEJU_BASE_DATUM", "gcj02"),
        ("GEJU_BASE_ATTRIBUTION", "示例地图 审图号 GS(2026)0000号"),
    ];
    let server = Server::start_with(&ground, &[], &settings);
    let admin = server.admin();
    assert_eq!(
        base_of(&admin),
        json!({"datum": "gcj02", "attribution": "示例地图 审图号 GS(2026)0000号", "min_zoom": 0, "max_zoom": 18})
    );
    assert_eq!(server.stranger().get("/base/14/12927/6730").status, 401);
    let first = admin.get("/base/14/12927/6730").status(200);
    assert_eq!(
        (first.header("content-type"), &first.body[..]),
        (Some("image/png"), PNG)
    );
    assert_eq!(
        source.paths.lock().expect("open")[0],
        format!("GET /wmts/14/12927/6730?tk={KEY} HTTP/1.0")
    );
    admin.get("/base/14/12927/6730").status(200);
    assert_eq!(source.asked.load(Ordering::SeqCst), 1, "it is kept");
    assert_eq!(
        admin
            .get_with("/base/14/12927/6730", "If-None-Match", &first.etag())
            .status,
        304
    );

    let not_a_picture = admin.get("/base/3/0/0").problem(503);
    assert!(
        !not_a_picture.whole.to_string().contains(KEY),
        "{:?}",
        not_a_picture.whole
    );
    assert_eq!(admin.get("/base/3/1/1").status, 204, "nothing is drawn there");
    for odd in ["/base/99/0/0", "/base/3/8/0", "/base/3/-1/0", "/base/3/0/0.png"] {
        admin.get(odd).problem(404);
    }
    source.away.store(true, Ordering::SeqCst);
    admin.get("/base/14/12927/6731").problem(503);
    admin.get("/base/14/12927/6730").status(200);
    let told = [
        admin.get("/api/v1/me").text(),
        admin.get("/api/v1/settings").text(),
        admin.get("/openapi.json").text(),
        server.log_text(),
    ];
    assert!(
        told.iter().all(|text| !text.contains(KEY)),
        "the key stays on the server"
    );
    drop(server);

    let server = Server::start_with(&ground, &[], &settings);
    server.admin().get("/base/14/12927/6730").status(200);
    drop(server);
    let bare = Server::start(&ground);
    assert_eq!(base_of(&bare.admin()), Value::Null);
    bare.admin().get("/base/14/12927/6730").problem(404);
}

/// A PMTiles file with one tile, 0/0/0: header, a root of one entry, the tile.
fn pmtiles(kind: u8, tile: &[u8]) -> Vec<u8> {
    let len = u8::try_from(tile.len()).expect("a small one");
    assert!(len < 0x80, "one byte says how long it is");
    // One entry: number 0, a run of 1, its length, at the beginning.
    let root = [1, 0, 1, len, 1];
    let mut file = b"PMTiles\x03".to_vec();
    let tiles_at = 127 + root.len() as u64;
    for number in [
        127,
        root.len() as u64,
        tiles_at,
        0,
        tiles_at,
        0,
        tiles_at,
        u64::from(len),
        1,
        1,
        1,
    ] {
        file.extend(number.to_le_bytes());
    }
    // Clustered, nothing packed, what the tiles are, zooms 0 to 0, bounds and centre of no consequence.
    file.extend([1, 1, 1, kind, 0, 0]);
    file.resize(127, 0);
    file.extend(root);
    file.extend(tile);
    file
}

#[test]
fn pictures_come_from_a_file_too_and_files_that_hold_none_are_refused_at_the_start() {
    let ground = gpkg_ground();
    ground.account("admin", "admin", &[]);
    let path = ground.data().join("town.pmtiles");
    let setting = format!("pmtiles:{}", path.display());
    let settings = [("GEJU_BASE_RASTER", setting.as_str())];

    std::fs::write(&path, pmtiles(2, PNG)).expect("written");
    let server = Server::start_with(&ground, &[], &settings);
    let admin = server.admin();
    assert_eq!(
        base_of(&admin),
        json!({"datum": "wgs84", "attribution": "", "min_zoom": 0, "max_zoom": 0})
    );
    let picture = admin.get("/base/0/0/0").status(200);
    assert_eq!(
        (picture.header("content-type"), &picture.body[..]),
        (Some("image/png"), PNG)
    );
    assert_eq!(admin.get("/base/1/0/0").status, 204, "there is none so deep");
    drop(server);

    let serve = |bytes: &[u8]| {
        std::fs::write(&path, bytes).expect("written");
        ground.geju(&["serve", "--listen", "127.0.0.1:0", "--base-raster", &setting])
    };
    for (bytes, why) in [
        (pmtiles(1, PNG), "vector tiles"),
        (pmtiles(9, PNG), "neither PNG"),
        (pmtiles(2, PNG)[..60].to_vec(), "shorter than a header"),
        (pmtiles(2, PNG)[..130].to_vec(), "beyond the file"),
        (b"<html>".to_vec(), "shorter than a header"),
    ] {
        let run = serve(&bytes);
        assert_eq!(run.code, 1, "{}", run.stderr);
        assert!(run.stderr.contains(why), "{why}: {}", run.stderr);
    }
}
