//! The store file is a GeoPackage that other programs open.

use geju_tests::{Run, Server, gpkg_ground, skipped};
use std::process::Command;

fn tool(program: &str, arguments: &[&str]) -> Option<Run> {
    let output = Command::new(program).args(arguments).output().ok()?;
    Some(Run {
        code: output.status.code().unwrap_or(-1),
        stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
        stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
    })
}

#[test]
fn gdal_opens_the_store_and_sees_every_layer() {
    let story = "gdal_opens_the_store_and_sees_every_layer";
    let ground = gpkg_ground();
    let server = Server::demo(&ground);
    let admin = server.admin();
    let layers = [
        "district",
        "street",
        "community",
        "grid",
        "micro_grid",
        "compound",
        "building",
        "resource_site",
    ];
    let numbers: Vec<(&str, u64)> = layers
        .into_iter()
        .map(|layer| (layer, admin.number_of(layer)))
        .collect();
    let file = ground.store.trim_start_matches("gpkg:").to_owned();

    // First while it is being served: an analyst opens it read-only and disturbs nobody.
    for when in ["served", "closed"] {
        for (layer, number) in &numbers {
            let Some(run) = tool("ogrinfo", &["-ro", "-so", &file, layer]) else {
                return skipped(story, "ogrinfo (gdal-bin) is not installed");
            };
            let run = run.succeeded();
            assert!(
                run.stdout.contains(&format!("Feature Count: {number}")),
                "{when}: {layer} has {number}\n{}",
                run.said()
            );
            assert!(run.stdout.contains("WGS 84"), "{when}: {layer}\n{}", run.stdout);
            assert!(
                !run.said().contains("ERROR") && !run.said().contains("Warning"),
                "{when}: {layer}\n{}",
                run.said()
            );
        }
        if when == "served" {
            admin.get("/readyz").status(200);
        }
    }
    let listed = tool("ogrinfo", &["-ro", "-so", &file])
        .expect("it ran before")
        .succeeded()
        .stdout;
    for private in ["auth_", "session", "token", "person", "password"] {
        assert!(
            !listed.to_lowercase().contains(private),
            "{private} is no layer:\n{listed}"
        );
    }
}

#[test]
fn the_validator_of_gdal_passes_the_store() {
    let story = "the_validator_of_gdal_passes_the_store";
    let ground = gpkg_ground();
    Server::demo(&ground).stop();
    let file = ground.store.trim_start_matches("gpkg:").to_owned();
    let there = tool(
        "/usr/bin/python3",
        &["-c", "from osgeo_utils.samples import validate_gpkg"],
    );
    if there.is_none_or(|run| run.code != 0) {
        return skipped(story, "python3-gdal is not installed");
    }
    let run = tool("/usr/bin/python3", &["-m", "osgeo_utils.samples.validate_gpkg", &file]).expect("it ran before");
    assert_eq!(run.code, 0, "{}", run.said());
    assert!(
        !run.said().to_lowercase().contains("error") && !run.said().contains("Req"),
        "{}",
        run.said()
    );
}

#[test]
fn other_programs_may_change_nothing_through_a_layer() {
    let story = "other_programs_may_change_nothing_through_a_layer";
    let ground = gpkg_ground();
    let server = Server::demo(&ground);
    let before = server.admin().number_of("building");
    server.stop();
    let file = ground.store.trim_start_matches("gpkg:").to_owned();
    let Some(run) = tool("ogrinfo", &[&file, "-sql", "DELETE FROM building"]) else {
        return skipped(story, "ogrinfo (gdal-bin) is not installed");
    };
    assert!(
        run.code != 0 || run.said().contains("ERROR"),
        "a registered view is read-only: {}",
        run.said()
    );
    let server = Server::demo(&ground);
    assert_eq!(server.admin().number_of("building"), before);
}
