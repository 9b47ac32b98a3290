//! A big map: how long it takes to come in and to start, and how much memory it wants. Small in the usual run,
//! a million buildings in the long one.

use geju_tests::{Server, count_from, each_store};
use std::io::{BufWriter, Write};
use std::time::{Duration, Instant};

const BUILDINGS: usize = 4_000;
/// In the long run; the usual one is too small to say anything about speed.
const START_WITHIN: Duration = Duration::from_secs(5);

#[test]
fn a_big_file_comes_in_and_starts_again() {
    let buildings = count_from("GEJU_SOAK_BUILDINGS", BUILDINGS);
    each_store("a_big_file_comes_in_and_starts_again", |ground| {
        let file = ground.data().join("buildings.geojsons");
        let mut out = BufWriter::new(std::fs::File::create(&file).expect("a file"));
        let columns = (buildings as f64).sqrt().ceil() as usize;
        for n in 0..buildings {
            let (west, south) = (
                104.0 + (n % columns) as f64 * 0.0003,
                30.0 + (n / columns) as f64 * 0.0003,
            );
            let (east, north) = (west + 0.0002, south + 0.0002);
            writeln!(
                out,
                "{{\"type\":\"Feature\",\"id\":\"b{n}\",\"properties\":{{\"name\":\"{}栋\",\"floors\":{}}},\"geometry\":{{\"type\":\"Polygon\",\"coordinates\":[[[{west:.7},{south:.7}],[{east:.7},{south:.7}],[{east:.7},{north:.7}],[{west:.7},{north:.7}],[{west:.7},{south:.7}]]]}}}}",
                n % 97 + 1,
                n % 33 + 1
            )
            .expect("a line");
        }
        out.flush().expect("a whole file");
        drop(out);
        let token = ground.token("reader", "admin");
        let began = Instant::now();
        ground
            .geju(&["import", &file.display().to_string(), "--kind", "building"])
            .succeeded();
        let imported = began.elapsed();
        let began = Instant::now();
        let server = Server::start(ground);
        let started = began.elapsed();
        let client = server.machine(&token);
        assert_eq!(client.number_of("building"), buildings as u64);
        let store = if ground.is_gpkg() { "gpkg" } else { "postgis" };
        eprintln!(
            "SOAK {buildings} buildings on {store}: imported in {imported:.1?}, started in {started:.1?}, {} MiB (test profile)",
            server.memory_bytes() >> 20
        );
        if buildings > 100_000 && std::env::var_os("GEJU_SOAK_RELEASE").is_some() {
            assert!(started < START_WITHIN, "{started:?}");
        }
    });
}
