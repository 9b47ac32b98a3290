//! What counts as a sound outline is not our own invention: GEOS judges the same shapes the same way.

use geju_core::{LonLat, Outline};
use geju_tests::{Dice, count_from, python, skipped};
use std::fmt::Write;

/// Reads one shape a line, `verdict<TAB>[[[[x, y], …] ring …] part …]`, and prints the first disagreement.
const JUDGE: &str = r#"
import json, sys
from shapely.geometry import MultiPolygon, Polygon
sound = 0
for line in open(sys.argv[1]):
    ours, shape = line.rstrip("\n").split("\t")
    parts = MultiPolygon([Polygon(p[0], p[1:]) for p in json.loads(shape)])
    theirs = parts.is_valid and parts.area > 0
    sound += theirs
    if theirs != (ours == "sound"):
        print("GEOS says", theirs, "we say", ours, shape)
        sys.exit(1)
print(sound, "sound")
"#;

#[test]
fn geos_judges_random_outlines_as_we_do() {
    let story = "geos_judges_random_outlines_as_we_do";
    let mut dice = Dice::new(20_261_121);
    let mut lines = String::new();
    for _ in 0..count_from("GEJU_OUTLINES", 8_000) {
        let side = 4 + dice.below(7);
        let mut shape = Vec::new();
        for _ in 0..1 + dice.below(2) {
            let mut rings = Vec::new();
            for _ in 0..1 + dice.below(3) {
                let mut ring: Vec<[u64; 2]> = (0..3 + dice.below(6))
                    .map(|_| [dice.below(side), dice.below(side)])
                    .collect();
                ring.push(ring[0]);
                rings.push(ring);
            }
            shape.push(rings);
        }
        let spot = |[x, y]: &[u64; 2]| LonLat {
            lon: 1_040_000_000 + *x as i32 * 1000,
            lat: 300_000_000 + *y as i32 * 1000,
        };
        let raw = shape
            .iter()
            .map(|part| part.iter().map(|ring| ring.iter().map(spot).collect()).collect())
            .collect();
        let verdict = if Outline::new(raw).is_ok() { "sound" } else { "unsound" };
        // Writing to a String cannot fail.
        let _ = writeln!(lines, "{verdict}\t{shape:?}");
    }
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("shapes.tsv");
    std::fs::write(&file, lines).expect("the shapes are written");
    let Some(said) = python(JUDGE, &[&file.display().to_string()]) else {
        return skipped(story, "shapely is not installed");
    };
    let sound: u64 = said
        .split_whitespace()
        .next()
        .and_then(|n| n.parse().ok())
        .unwrap_or_else(|| panic!("{said}"));
    assert!(sound > 100, "the dice also made sound shapes: {said}");
}
