//! The page, built into the program.

use super::asked::Path;
use super::doors::Door;
use super::encoding::Coding;
use super::problem::{self, Answered, Problem};
use super::write::not_modified;
use axum::http::header::{CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE, ETAG, VARY};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::IntoResponse;
use axum::routing::get;
use rust_embed::{EmbeddedFile, RustEmbed};
use sha2::{Digest, Sha256};

/// What `npm run build` makes of web/. Absent at build time the program still builds, and says how to build the page.
#[derive(RustEmbed)]
#[folder = "../../web/dist"]
#[allow_missing = true]
struct Dist;

const INDEX: &str = "index.html";
/// Names of built files carry a hash of their content: what has been fetched once never changes.
const FOR_EVER: &str = "public, max-age=31536000, immutable";
/// The service worker of the page. It lies among the assets and keeps the document above them: a browser lets it only where
/// the server says so.
const KEEPER: &str = "keeper.js";
/// Endings of the forms that the build of the page lays beside a file, where they are smaller.
const COMPRESSED: [(Coding, &str); 2] = [(Coding::Brotli, ".br"), (Coding::Gzip, ".gz")];
/// The index is asked for each time, so that a new build is seen at once.
const EACH_TIME: &str = "no-cache";

const NO_PAGE: &str = "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>Geju</title>\
    <body><h1>Geju is serving, without its page</h1><p>Build the page with <code>make web</code> \
    (or <code>cd web && npm ci && npm run build</code>) and then the program again. \
    The interface is there: <a href=\"/docs\">/docs</a>.</p></body></html>";

pub fn doors() -> Vec<Door> {
    vec![
        page("/", "The page"),
        page("/wall", "The page of a large screen; it asks who is there by itself"),
        page("/admin", "The administrator's page; it asks who is there by itself"),
        Door::new("GET", "/assets/{file}", get(asset), "Files of the page")
            .untouched()
            .answers(200, "application/octet-stream", "Bytes")
            .says_nothing(304)
            .refuses(&[404]),
    ]
}

/// One document serves every page: its script looks at the address.
fn page(path: &'static str, says: &'static str) -> Door {
    Door::new("GET", path, get(index), says)
        .answers(200, "text/html", "Text")
        .says_nothing(304)
}

/// Changes with the program and with the page.
pub fn build() -> String {
    let page = Dist::get(INDEX).map_or_else(|| NO_PAGE.as_bytes().to_vec(), |f| f.data.into_owned());
    let hash: String = Sha256::digest(&page)
        .iter()
        .take(4)
        .map(|b| format!("{b:02x}"))
        .collect();
    format!("{}-{hash}", env!("CARGO_PKG_VERSION"))
}

async fn index(headers: HeaderMap) -> Answered {
    match Dist::get(INDEX) {
        Some(file) => Ok(send(&headers, INDEX, file, EACH_TIME)),
        None => Ok((
            [(CONTENT_TYPE, "text/html; charset=utf-8"), (CACHE_CONTROL, EACH_TIME)],
            NO_PAGE,
        )
            .into_response()),
    }
}

async fn asset(Path(file): Path<String>, headers: HeaderMap) -> Answered {
    let name = format!("assets/{file}");
    // A compressed form is another form of its file, and no file of its own.
    let of_its_own = !COMPRESSED.iter().any(|(_, ending)| file.ends_with(ending));
    match Dist::get(&name).filter(|_| of_its_own) {
        // Only a hash in the name may promise that it never changes.
        Some(found) => {
            let keep = if is_hashed(&file) { FOR_EVER } else { EACH_TIME };
            let mut answer = send(&headers, &name, found, keep);
            if file == KEEPER {
                answer
                    .headers_mut()
                    .insert("service-worker-allowed", HeaderValue::from_static("/"));
            }
            Ok(answer)
        }
        None => Err(Problem::new(problem::NOT_FOUND, "there is no such file of the page")),
    }
}

/// `index-BxK3f9aQ.js`: a dash, eight or more letters and digits, the ending.
fn is_hashed(file: &str) -> bool {
    let stem = file.rsplit('/').next().unwrap_or(file).split('.').next().unwrap_or("");
    stem.len() > 8
        && stem.is_char_boundary(stem.len() - 8)
        && stem[..stem.len() - 8].ends_with('-')
        && stem[stem.len() - 8..]
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-')
}

/// What is sent: the file, or the form of it that was compressed when the page was built. Each form is named by its own
/// bytes, so its tag is a strong one.
fn send(headers: &HeaderMap, name: &str, file: EmbeddedFile, keep: &'static str) -> axum::response::Response {
    let media = media_of(name, file.metadata.mimetype());
    let compressed = COMPRESSED.map(|(coding, ending)| Some((coding, Dist::get(&format!("{name}{ending}"))?)));
    let at_hand: Vec<Coding> = compressed.iter().flatten().map(|(coding, _)| *coding).collect();
    let coding = Coding::for_client(headers, &at_hand);
    let sent = compressed.into_iter().flatten().find(|(c, _)| *c == coding);
    let sent = sent.map_or(file, |(_, file)| file);
    let hash: String = sent
        .metadata
        .sha256_hash()
        .iter()
        .take(16)
        .map(|b| format!("{b:02x}"))
        .collect();
    let tag = format!("\"{hash}\"");
    let common = [
        (ETAG, tag.clone()),
        (CACHE_CONTROL, keep.to_owned()),
        (VARY, "Accept-Encoding".to_owned()),
    ];
    if not_modified(headers, &tag) {
        return (StatusCode::NOT_MODIFIED, common).into_response();
    }
    (
        common,
        [(CONTENT_TYPE, media), (CONTENT_ENCODING, coding.name().to_owned())],
        sent.data,
    )
        .into_response()
}

fn media_of(name: &str, guessed: &str) -> String {
    match name.rsplit('.').next() {
        Some("js" | "mjs") => "text/javascript; charset=utf-8".into(),
        Some("webmanifest") => "application/manifest+json".into(),
        _ if guessed.starts_with("text/") => format!("{guessed}; charset=utf-8"),
        _ => guessed.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_page_is_another_program() {
        let script = include_str!("../../build.rs");
        let page = script
            .split("const PAGE: &str = ")
            .nth(1)
            .and_then(|rest| rest.split(';').next());
        assert_eq!(
            page,
            Some("\"../../web/dist\""),
            "the folder that is embedded is the one that is watched"
        );
        assert!(script.contains("rerun-if-changed={PAGE}"));
    }

    #[test]
    fn only_names_with_a_hash_are_kept_for_ever() {
        assert!(is_hashed("index-BxK3f9aQ.js") && is_hashed("fonts/noto-sans-sc-abcd1234.woff2"));
        assert!(!is_hashed("mark.svg") && !is_hashed("index.js") && !is_hashed("格局-图标图标图标.svg"));
    }
}
