//! Export: what goes out comes back the same, and says what it does not hold.

mod safe;

use geju_tests::{Client, Reply, Run, Server, gpkg_ground, left_out, python, rows, skipped, told};
use reqwest::Method;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

const PLACES: [&str; 8] = [
    "district",
    "street",
    "community",
    "grid",
    "micro_grid",
    "compound",
    "building",
    "resource_site",
];
const MATTERS: [&str; 3] = ["hazard", "alert", "issue"];

fn tool(program: &str, arguments: &[&str]) -> Option<Run> {
    let output = Command::new(program).args(arguments).output().ok()?;
    Some(Run {
        code: output.status.code().unwrap_or(-1),
        stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
        stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
    })
}

/// The file as the page would save it.
fn saved(folder: &Path, reply: &Reply) -> PathBuf {
    let named = reply.header("content-disposition").and_then(|d| d.split('"').nth(1));
    let path = folder.join(named.expect("a name for the file"));
    std::fs::write(&path, &reply.body).expect("written");
    path
}

/// What an import of the file would do, by layer.
#[track_caller]
fn brought_again(admin: &Client, file: &Path, more: &str) -> BTreeMap<String, [u64; 5]> {
    let name = file.file_name().expect("a name").to_string_lossy().into_owned();
    let request = admin.request(Method::POST, &format!("/api/v1/imports?name={name}&dry_run=true{more}"));
    let report = Client::send(request.body(std::fs::read(file).expect("the file")))
        .status(200)
        .json();
    assert_eq!(report["refusal"], Value::Null, "{name}: {}", report["refusal"]);
    let layers = report["layers"].as_object().cloned().unwrap_or_default();
    let number = |layer: &Value, what: &str| layer[what].as_u64().unwrap_or_default();
    let all: BTreeMap<String, [u64; 5]> = layers
        .iter()
        .map(|(name, l)| {
            (
                name.clone(),
                ["read", "new", "changed", "unchanged", "left_out"].map(|what| number(l, what)),
            )
        })
        .collect();
    for (layer, [read, new, changed, unchanged, left]) in &all {
        assert_eq!(
            (*new, *changed, *left, *unchanged),
            (0, 0, 0, *read),
            "{name} {layer}: nothing to change\n{:#}\n{:#}",
            report["differences"]
                .as_array()
                .map(|d| d.iter().take(3).cloned().collect())
                .unwrap_or(Value::Null),
            report["findings"]
                .as_array()
                .map(|d| d.iter().take(5).cloned().collect())
                .unwrap_or(Value::Null),
        );
    }
    all
}

/// Features in all layers of a file, as GDAL counts them.
fn counted_by_gdal(path: &str) -> Option<u64> {
    let run = tool("ogrinfo", &["-ro", "-so", "-al", path])?.succeeded();
    assert!(!run.said().contains("ERROR"), "{path}: {}", run.said());
    let counts = run
        .stdout
        .lines()
        .filter_map(|l| l.strip_prefix("Feature Count: ")?.trim().parse::<u64>().ok());
    Some(counts.sum())
}

#[test]
fn every_format_comes_back_as_nothing_to_change_and_gdal_counts_the_same() {
    let story = "every_format_comes_back_as_nothing_to_change_and_gdal_counts_the_same";
    let ground = gpkg_ground();
    let server = Server::demo(&ground);
    let admin = server.admin();
    let folder = ground.data().join("out");
    std::fs::create_dir_all(&folder).expect("a folder");
    let number: BTreeMap<&str, u64> = PLACES.into_iter().map(|kind| (kind, admin.number_of(kind))).collect();
    let all: u64 = number.values().sum();
    let gdal = tool("ogrinfo", &["--version"]).is_some();
    if !gdal {
        skipped(&format!("{story} by GDAL"), "ogrinfo (gdal-bin) is not installed");
    }
    let counts = |path: &str, wanted: u64| {
        if gdal {
            assert_eq!(counted_by_gdal(path), Some(wanted), "{path}");
        }
    };
    for format in ["geojson", "geojsonseq", "gpkg", "kml"] {
        let reply = admin.get(&format!("/api/v1/export?format={format}")).status(200);
        let told = told(&reply);
        assert_eq!(
            (rows(&told), left_out(&told)),
            (all, Vec::<String>::new()),
            "{format} holds everything"
        );
        let file = saved(&folder, &reply);
        let again = brought_again(&admin, &file, "");
        assert_eq!(again.values().map(|l| l[0]).sum::<u64>(), all, "{format}");
        counts(&file.display().to_string(), all);
        let matters = admin
            .get(&format!("/api/v1/export?format={format}&kind={}", MATTERS.join(",")))
            .status(200);
        assert!(
            !matters.text().contains("person:"),
            "{format}: nobody who reported anything"
        );
        brought_again(&admin, &saved(&folder, &matters), "");
    }
    for kind in ["building", "compound", "grid", "resource_site"] {
        for format in ["fgb", "shp", "csv", "xlsx"] {
            let reply = admin
                .get(&format!("/api/v1/export?format={format}&kind={kind}"))
                .status(200);
            let told = told(&reply);
            assert_eq!(rows(&told), number[kind], "{format} {kind}");
            let file = saved(&folder, &reply);
            let path = file.display().to_string();
            let table = matches!(format, "csv" | "xlsx");
            if table && kind == "resource_site" {
                // Some have an outline, and a spot would be taken for their place: they come with none, and that is said.
                assert_eq!(left_out(&told), ["area_left_without"], "{format}");
            } else if format == "shp" && kind == "resource_site" {
                // Spots and areas are two Shapefiles of one archive.
                let areas = reply.text().contains("resource_site_area.shp");
                brought_again(&admin, &file, if areas { "&layer=resource_site" } else { "" });
                if areas {
                    brought_again(&admin, &file, "&layer=resource_site_area");
                }
            } else {
                brought_again(&admin, &file, "");
            }
            counts(
                &if format == "shp" {
                    format!("/vsizip/{path}")
                } else {
                    path
                },
                number[kind],
            );
            let losses = left_out(&told);
            match (format, kind) {
                ("csv" | "xlsx", "building" | "compound" | "grid") => assert_eq!(losses, ["area_as_spot"]),
                ("fgb", _) => assert_eq!(losses, Vec::<String>::new()),
                _ => {}
            }
        }
        let whole = admin
            .get(&format!("/api/v1/export?format=csv&geometry=wkt&kind={kind}"))
            .status(200);
        assert_eq!(
            left_out(&told(&whole)),
            Vec::<String>::new(),
            "with outlines nothing is left out"
        );
        brought_again(&admin, &saved(&folder, &whole), "");
    }
    let gbk = admin
        .get("/api/v1/export?format=shp&encoding=gbk&kind=compound")
        .status(200);
    brought_again(&admin, &saved(&folder, &gbk), "");
    let several = admin.get("/api/v1/export?format=csv&kind=grid,compound").status(200);
    assert!(several.body.starts_with(b"PK"), "several tables travel in an archive");

    let validator = tool(
        "/usr/bin/python3",
        &["-c", "from osgeo_utils.samples import validate_gpkg"],
    );
    if validator.is_none_or(|run| run.code != 0) {
        skipped(&format!("{story} by the validator"), "python3-gdal is not installed");
    } else {
        let file = folder.join("geju.gpkg").display().to_string();
        let reply = admin.get("/api/v1/export?format=gpkg").status(200);
        saved(&folder, &reply);
        let run = tool("/usr/bin/python3", &["-m", "osgeo_utils.samples.validate_gpkg", &file]).expect("it ran before");
        assert_eq!(run.code, 0, "{}", run.said());
        let tree = tool(
            "ogrinfo",
            &[
                "-ro",
                "-q",
                &file,
                "-sql",
                "SELECT count(*) AS n FROM rtree_building_geom",
            ],
        );
        let tree = tree.expect("it ran before").succeeded().stdout;
        assert!(
            tree.contains(&format!("= {}", number["building"])),
            "the R-tree holds every building: {tree}"
        );
    }
    let left: Vec<_> = std::fs::read_dir(ground.data())
        .expect("the folder")
        .flatten()
        .filter(|e| e.file_name().to_string_lossy().starts_with("export-"))
        .collect();
    assert!(left.is_empty(), "no passing file stays: {left:?}");
}

#[test]
fn a_map_taken_out_whole_fills_an_empty_one_with_the_same() {
    let ground = gpkg_ground();
    let server = Server::demo(&ground);
    let file = ground.data().join("all.gpkg");
    let out = file.display().to_string();
    let run = ground.geju(&["export", "--format", "gpkg", "--out", &out]).succeeded();
    assert!(
        run.stdout.trim().ends_with("all.gpkg") && run.stderr.contains("building: "),
        "{}",
        run.said()
    );
    let other = gpkg_ground();
    let scheme = ["--scheme", "chengdu"];
    let arguments: Vec<&str> = ["import", &out].into_iter().chain(scheme).collect();
    other.geju(&arguments).succeeded();
    let there = other.serve_with_admin();
    let (before, after) = (server.admin(), there.admin());
    for kind in PLACES {
        let told = |client: &Client| -> Vec<Value> {
            let mut all: Vec<Value> = client
                .every_place(kind)
                .iter()
                .map(|p| {
                    json!([
                        p["geometry"],
                        p["properties"]["name"],
                        p["properties"]["code"],
                        p["properties"]["tags"],
                        p["properties"]["address"],
                        p["properties"]["archive"],
                        p["properties"]["effective_from"]
                    ])
                })
                .collect();
            all.sort_by_key(Value::to_string);
            all
        };
        let (was, is) = (told(&before), told(&after));
        assert_eq!(was.len(), is.len(), "{kind}");
        for (was, is) in was.iter().zip(&is) {
            assert_eq!(was, is, "{kind}");
        }
    }
    // Without a server the same command reads the store itself.
    drop(server);
    let csv = ground.data().join("b.csv").display().to_string();
    ground
        .geju(&["export", "--format", "csv", "--kind", "building", "--out", &csv])
        .succeeded();
    let text = std::fs::read_to_string(&csv).expect("written");
    assert_eq!(text.lines().count() as u64, after.number_of("building") + 1);
    let refused = ground.geju(&["export", "--format", "docx", "--kind", "building"]);
    assert_eq!(refused.code, 1);
    assert!(
        refused.stderr.contains("docx") && refused.stderr.contains("pmtiles"),
        "{}",
        refused.stderr
    );
}

#[test]
fn pmtiles_are_read_by_the_tools_of_others() {
    let story = "pmtiles_are_read_by_the_tools_of_others";
    let ground = gpkg_ground();
    let server = Server::demo(&ground);
    let admin = server.admin();
    let reply = admin
        .get("/api/v1/export?format=pmtiles&kind=building,compound,base_road&zooms=12-15")
        .status(200);
    let said = told(&reply);
    assert_eq!(left_out(&said), ["names_and_kinds_only"]);
    let file = saved(ground.data(), &reply);
    let script = r#"
import sys, gzip, json
try:
    from pmtiles.reader import Reader, MmapSource, all_tiles
    import mapbox_vector_tile as mvt
except ImportError:
    print("absent"); sys.exit()
f = open(sys.argv[1], "rb")
reader = Reader(MmapSource(f))
head, meta = reader.header(), reader.metadata()
ids, tiles, layers = {}, 0, set()
for (z, x, y), data in all_tiles(MmapSource(f)):
    tiles += 1
    assert reader.get(z, x, y) == data
    for name, layer in mvt.decode(gzip.decompress(data)).items():
        layers.add(name)
        ids.setdefault(name, set()).update(one["id"] for one in layer["features"] if z == 15)
print(json.dumps({"tiles": tiles, "min": head["min_zoom"], "max": head["max_zoom"], "addressed": head["addressed_tiles_count"],
    "building": len(ids.get("building", ())), "compound": len(ids.get("compound", ())),
    "layers": sorted(layers), "described": sorted(l["id"] for l in meta["vector_layers"]), "bounds": [head["min_lon_e7"], head["max_lon_e7"]]}))
"#;
    let Some(output) = python(script, &[&file.display().to_string()]) else {
        return skipped(story, "GEJU_TEST_PYTHON is not set");
    };
    if output.trim() == "absent" {
        return skipped(story, "pmtiles or mapbox-vector-tile are not installed");
    }
    let read: Value = serde_json::from_str(&output).expect("JSON");
    assert_eq!(read["tiles"], said["tiles"], "{read}");
    assert_eq!(read["addressed"], said["tiles"]);
    assert_eq!((&read["min"], &read["max"]), (&json!(12), &json!(15)));
    assert_eq!(
        read["building"].as_u64(),
        Some(admin.number_of("building")),
        "every building is in a tile"
    );
    assert_eq!(read["compound"].as_u64(), Some(admin.number_of("compound")));
    assert_eq!(read["layers"], json!(["base_road", "building", "compound"]));
    assert_eq!(read["described"], read["layers"]);
    let west = read["bounds"][0].as_i64().unwrap_or_default();
    assert!((1_000_000_000..1_100_000_000).contains(&west), "{read}");
}
