//! Which room may speak to which. Read from the real imports, so that a shortcut cannot settle in unnoticed.

use serde_json::Value;
use std::collections::BTreeMap;
use std::path::{Component, Path, PathBuf};
use std::process::Command;

/// Every room and the rooms it may import. The stories see only HTTP; core is allowed them as a second opinion.
const MAY_IMPORT: [(&str, &[&str]); 7] = [
    ("geju-core", &[]),
    ("geju-tiles", &[]),
    ("geju-formats", &[]),
    ("geju-store", &["geju-core"]),
    ("geju-seed", &["geju-core"]),
    (
        "geju",
        &["geju-core", "geju-store", "geju-tiles", "geju-formats", "geju-seed"],
    ),
    ("geju-tests", &["geju-core"]),
];

/// Crates that belong to one trade, and the rooms that ply it. Formats reads foreign GeoPackages, which are SQLite files; the tests'
/// bench stands bare axum beside the program.
const TRADES: [(&str, &[&str]); 7] = [
    ("sqlx", &["geju-store", "geju-formats", "geju-tests"]),
    ("libsqlite3-sys", &["geju-store", "geju-formats"]),
    ("axum", &["geju", "geju-tests"]),
    ("hyper", &["geju"]),
    ("tower-http", &["geju"]),
    ("reqwest", &["geju-tests"]),
    ("tokio", &["geju-store", "geju-formats", "geju", "geju-tests"]),
];

/// What core never touches: clock, disk, network, chance.
const NOT_IN_CORE: [&str; 10] = [
    "std::fs",
    "std::net",
    "std::env",
    "std::process",
    "std::thread",
    "SystemTime",
    "Instant::now",
    "Timestamp::now",
    "Zoned::now",
    "async fn",
];

/// A folder of the page imports only from folders before it.
const WEB_FOLDERS: [&str; 7] = ["text", "api", "model", "draw", "map", "ui", "views"];

type Imports = BTreeMap<String, Vec<String>>;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .expect("tests is a room of the house")
        .to_owned()
}

fn imports_from(metadata: &Value) -> Imports {
    let packages = metadata["packages"].as_array().expect("cargo lists packages");
    packages
        .iter()
        .map(|package| {
            let dependencies = package["dependencies"].as_array().into_iter().flatten();
            let names = dependencies
                .filter_map(|dependency| dependency["name"].as_str().map(str::to_owned))
                .collect();
            (package["name"].as_str().unwrap_or_default().to_owned(), names)
        })
        .collect()
}

fn crate_breaches(imports: &Imports) -> Vec<String> {
    let mut found = Vec::new();
    for (room, wanted) in imports {
        let Some((_, allowed)) = MAY_IMPORT.iter().find(|(name, _)| name == room) else {
            found.push(format!("{room} is a room that no rule knows"));
            continue;
        };
        for name in wanted {
            // A room may ask itself for its own test tools.
            let is_room = imports.contains_key(name) && name != room;
            if is_room && !allowed.contains(&name.as_str()) {
                found.push(format!("{room} imports {name}"));
            }
            if let Some((_, rooms)) = TRADES.iter().find(|(trade, _)| trade == name)
                && !rooms.contains(&room.as_str())
            {
                found.push(format!("{room} plies {name}"));
            }
        }
    }
    found
}

fn files_under(folder: &Path, endings: &[&str]) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            found.extend(files_under(&path, endings));
        } else if path
            .extension()
            .and_then(|e| e.to_str())
            .is_some_and(|ending| endings.contains(&ending))
        {
            found.push(path);
        }
    }
    found
}

/// Code without its comments and without the tests at its end, where a clock may be read.
fn spoken_code(source: &str) -> String {
    let code = source.split("#[cfg(test)]").next().unwrap_or_default();
    code.lines()
        .filter(|line| !line.trim_start().starts_with("//"))
        .collect::<Vec<_>>()
        .join("\n")
}

fn core_breaches(source: &str) -> Vec<&'static str> {
    let code = spoken_code(source);
    NOT_IN_CORE.into_iter().filter(|word| code.contains(word)).collect()
}

/// What a TypeScript or Svelte source imports: the text in quotes after `from`, `import` or `import(`.
fn imported_paths(source: &str) -> Vec<String> {
    let mut found = Vec::new();
    for (at, word) in source.match_indices("from").chain(source.match_indices("import")) {
        let rest = source[at + word.len()..].trim_start();
        let rest = rest.strip_prefix('(').unwrap_or(rest).trim_start();
        let Some(quote) = rest.chars().next().filter(|c| matches!(c, '\'' | '"')) else {
            continue;
        };
        if let Some((path, _)) = rest[1..].split_once(quote) {
            found.push(path.to_owned());
        }
    }
    found
}

/// The folder under src that an import of `file` (relative to src) leads to.
fn folder_of_import(file: &Path, import: &str) -> Option<String> {
    let target = if let Some(rest) = import
        .strip_prefix("$")
        .or_else(|| import.strip_prefix("@/"))
        .or_else(|| import.strip_prefix("src/"))
    {
        PathBuf::from(rest)
    } else if import.starts_with('.') {
        file.parent()?.join(import)
    } else {
        return None;
    };
    let mut steps: Vec<String> = Vec::new();
    for component in target.components() {
        match component {
            Component::ParentDir => drop(steps.pop()),
            Component::Normal(name) => steps.push(name.to_string_lossy().into_owned()),
            Component::CurDir | Component::RootDir | Component::Prefix(_) => {}
        }
    }
    steps.first().cloned()
}

fn web_breaches(file: &Path, source: &str) -> Vec<String> {
    let rank = |folder: &str| WEB_FOLDERS.iter().position(|name| *name == folder);
    let Some(own) = file
        .components()
        .next()
        .and_then(|c| rank(&c.as_os_str().to_string_lossy()))
    else {
        return Vec::new();
    };
    let targets = imported_paths(source).into_iter().filter_map(|import| {
        let folder = folder_of_import(file, &import)?;
        (rank(&folder)? > own).then(|| format!("{} imports {import}", file.display()))
    });
    targets.collect()
}

#[test]
fn rooms_import_only_what_the_plan_allows() {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version", "1", "--no-deps", "--offline"])
        .current_dir(root())
        .output()
        .expect("cargo runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let imports = imports_from(&serde_json::from_slice(&output.stdout).expect("cargo speaks JSON"));
    assert_eq!(
        imports.len(),
        MAY_IMPORT.len(),
        "every room is known: {:?}",
        imports.keys()
    );
    assert_eq!(crate_breaches(&imports), Vec::<String>::new());
}

#[test]
fn core_reads_no_clock_and_touches_no_disk() {
    let files = files_under(&root().join("server/core/src"), &["rs"]);
    assert!(!files.is_empty(), "core has sources");
    let mut found = Vec::new();
    for file in files {
        // A file that is a test as a whole may do as tests do.
        if file.components().any(|part| part.as_os_str() == "tests") || file.ends_with("tests.rs") {
            continue;
        }
        let source = std::fs::read_to_string(&file).expect("a source is text");
        // What it shares among the cores comes out the same on one of them: threads are begun and ended in this one place.
        let may_share = file.ends_with("world/parallel.rs");
        found.extend(
            core_breaches(&source)
                .into_iter()
                .filter(|word| !(may_share && *word == "std::thread"))
                .map(|word| format!("{}: {word}", file.display())),
        );
    }
    assert_eq!(found, Vec::<String>::new());
}

#[test]
fn folders_of_the_page_import_only_leftwards() {
    let source_root = root().join("web/src");
    let files = files_under(&source_root, &["ts", "svelte"]);
    assert!(!files.is_empty(), "the page has sources");
    let mut found = Vec::new();
    for file in files {
        let source = std::fs::read_to_string(&file).expect("a source is text");
        found.extend(web_breaches(
            file.strip_prefix(&source_root).expect("below src"),
            &source,
        ));
    }
    assert_eq!(found, Vec::<String>::new());
}

#[test]
fn a_planted_breach_is_found() {
    let mut imports: Imports = MAY_IMPORT
        .iter()
        .map(|(name, _)| ((*name).to_owned(), Vec::new()))
        .collect();
    assert_eq!(crate_breaches(&imports), Vec::<String>::new());
    imports.insert("geju-core".into(), vec!["geju-store".into(), "sqlx".into()]);
    imports.insert("geju-tiles".into(), vec!["geju-core".into()]);
    imports.insert("geju-shed".into(), Vec::new());
    let found = crate_breaches(&imports);
    for breach in [
        "geju-core imports geju-store",
        "geju-core plies sqlx",
        "geju-tiles imports geju-core",
        "geju-shed is a room that no rule knows",
    ] {
        assert!(
            found.iter().any(|line| line == breach),
            "{breach} is missing in {found:?}"
        );
    }

    assert_eq!(
        core_breaches("// std::fs is not for us\nfn decide() {}"),
        Vec::<&str>::new()
    );
    assert_eq!(core_breaches("let now = Timestamp::now();"), ["Timestamp::now"]);

    let leftwards = "import { words } from '../text/zh';\nimport type { Place } from \"./place\";\nimport 'maplibre-gl/dist/maplibre-gl.css';";
    assert_eq!(
        web_breaches(Path::new("model/places.ts"), leftwards),
        Vec::<String>::new()
    );
    for rightwards in [
        "import { paint } from '../map/paint';",
        "export * from \"../ui/panel\";",
        "const later = await import('../views/Desk.svelte');",
        "import '../ui/button.css';",
    ] {
        assert_eq!(
            web_breaches(Path::new("model/places.ts"), rightwards).len(),
            1,
            "{rightwards}"
        );
    }
    assert_eq!(
        web_breaches(Path::new("map/layers/compound.ts"), "import x from '../../views/x';").len(),
        1,
        "from a deeper folder too"
    );
}
