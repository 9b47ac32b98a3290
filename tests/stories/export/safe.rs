//! An export runs nothing on whoever opens it, and takes nothing along that is not the asker's.

use super::{brought_again, saved};
use geju_tests::{Client, eventually, gpkg_ground, left_out, planted, told};
use serde_json::Value;
use std::io::Read;
use std::time::Duration;

#[test]
fn figures_about_people_stay_within_the_jurisdiction_and_the_log_tells_who_took_what() {
    let ground = gpkg_ground();
    planted(&ground);
    ground.account("worker", "community_staff", &["510104020001"]);
    ground.account("wall", "viewer", &["510104020001"]);
    let machine = ground.token("sensor", "machine");
    let server = ground.serve_with_admin();
    let households = |client: &Client| -> Vec<Value> {
        let reply = client.get("/api/v1/export?format=geojson&kind=compound").status(200);
        let said = told(&reply);
        let withheld = left_out(&said).contains(&"people_withheld".to_owned());
        let all = reply.json()["features"].as_array().cloned().unwrap_or_default();
        let told: Vec<Value> = all.iter().map(|f| f["properties"]["households"].clone()).collect();
        assert_eq!(withheld, told.contains(&Value::Null), "what is withheld is said");
        assert!(
            all.iter().all(|f| f["properties"]["name"].is_string()),
            "names are everybody's"
        );
        told
    };
    assert_eq!(households(&server.admin()).iter().filter(|h| h.is_u64()).count(), 3);
    assert_eq!(
        households(&server.person("worker"))
            .iter()
            .filter(|h| h.is_u64())
            .count(),
        1,
        "its own compound"
    );
    assert_eq!(
        households(&server.machine(&machine))
            .iter()
            .filter(|h| h.is_u64())
            .count(),
        0
    );
    assert_eq!(server.stranger().get("/api/v1/export?format=csv").status, 401);
    let line = eventually("the log tells it", Duration::from_secs(10), || {
        let log = server.admin().get("/api/v1/audit?limit=100").status(200).json();
        let items = log["items"].as_array().cloned().unwrap_or_default();
        items
            .into_iter()
            .find(|l| l["what"] == "export" && l["actor"].to_string().contains("worker"))
    });
    let text = line.to_string();
    assert!(
        text.contains("geojson compound") && text.contains("compound 3"),
        "{text}"
    );
}

#[test]
fn names_that_look_like_formulas_run_nowhere_and_come_back_as_they_were() {
    let ground = gpkg_ground();
    planted(&ground);
    let server = ground.serve_with_admin();
    let admin = server.admin();
    let csv = admin.get("/api/v1/export?format=csv&kind=compound").status(200);
    let text = csv.text();
    assert!(
        text.starts_with('\u{feff}'),
        "so that a spreadsheet program knows the encoding"
    );
    for cell in text.lines().skip(1).flat_map(|line| line.split(',')) {
        let first = cell.trim_matches('"').chars().next().unwrap_or(' ');
        assert!(!matches!(first, '=' | '+' | '@'), "{cell}");
    }
    assert!(
        text.contains("'=HYPERLINK") && text.contains("''+86院落") && text.contains("'=1+1"),
        "{text}"
    );
    let folder = ground.data().join("out");
    std::fs::create_dir_all(&folder).expect("a folder");
    brought_again(&admin, &saved(&folder, &csv), "");
    let xlsx = admin.get("/api/v1/export?format=xlsx&kind=compound").status(200);
    brought_again(&admin, &saved(&folder, &xlsx), "");
    let mut sheet = String::new();
    let mut archive = zip::ZipArchive::new(std::io::Cursor::new(xlsx.body)).expect("a zip");
    archive
        .by_name("xl/worksheets/sheet1.xml")
        .expect("a sheet")
        .read_to_string(&mut sheet)
        .expect("text");
    assert!(!sheet.contains("<f>"), "no cell is a formula");
}
