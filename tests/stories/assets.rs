//! The files of the page: each travels in the smallest form a client takes, and once it is there it is not fetched again.

use geju_tests::{Client, Reply, gpkg_ground, skipped};
use reqwest::Method;
use std::io::Read;
use std::process::Command;

/// A file as a client with this Accept-Encoding gets it.
fn file(client: &Client, path: &str, accept: &str) -> Reply {
    client.get_with(path, "Accept-Encoding", accept).status(200)
}

/// The script that the page loads first; `None` where the program was built without its page.
fn script(client: &Client) -> Option<String> {
    let page = client.get("/").status(200).text();
    const SCRIPT: &str = "src=\"/assets/";
    let from = page.find(SCRIPT)? + "src=\"".len();
    let end = page[from..].find('"')?;
    Some(page[from..from + end].to_owned())
}

#[test]
fn each_client_gets_the_smallest_form_it_takes() {
    let story = "each_client_gets_the_smallest_form_it_takes";
    let ground = gpkg_ground();
    let server = ground.serve_with_admin();
    let client = server.stranger();
    let Some(script) = script(&client) else {
        return skipped(story, "the program was built without its page");
    };
    for path in ["/", script.as_str()] {
        let plain = file(&client, path, "identity");
        let gzip = file(&client, path, "gzip, deflate");
        let brotli = file(&client, path, "gzip, deflate, br, zstd");
        assert!(brotli.body.len() < gzip.body.len() && gzip.body.len() < plain.body.len());
        assert_eq!(gzip.header("content-encoding"), Some("gzip"));
        assert_eq!(brotli.header("content-encoding"), Some("br"));
        let mut unpacked = Vec::new();
        flate2::read::GzDecoder::new(gzip.body.as_slice())
            .read_to_end(&mut unpacked)
            .expect("sound gzip");
        assert_eq!(unpacked, plain.body);
        let output = Command::new("curl")
            .args(["--silent", "--fail", "--compressed", "--header", "Accept-Encoding: br"])
            .arg(format!("{}{path}", client.base))
            .output()
            .expect("curl is there");
        assert!(
            output.status.success() && output.stdout == plain.body,
            "brotli decodes to the same"
        );
        for reply in [&plain, &gzip, &brotli] {
            assert_eq!(reply.header("content-type"), plain.header("content-type"));
            let vary = reply.header("vary").unwrap_or_default();
            assert!(vary.eq_ignore_ascii_case("accept-encoding"), "{vary}");
            let length = reply.header("content-length").and_then(|length| length.parse().ok());
            assert_eq!(length, Some(reply.body.len()), "a file's length is known");
        }
        assert_eq!(
            file(&client, path, "br;q=0.1, gzip").header("content-encoding"),
            Some("gzip")
        );
        // Refused by weight, and nothing compresses it on its way out either.
        assert_eq!(file(&client, path, "br;q=0, gzip;q=0").body, plain.body);
    }
}

#[test]
fn what_is_there_is_not_fetched_again() {
    let story = "what_is_there_is_not_fetched_again";
    let ground = gpkg_ground();
    let server = ground.serve_with_admin();
    let client = server.stranger();
    let Some(script) = script(&client) else {
        return skipped(story, "the program was built without its page");
    };
    let hashed = file(&client, &script, "br");
    assert!(
        hashed
            .header("cache-control")
            .is_some_and(|keep| keep.contains("immutable"))
    );
    assert_eq!(file(&client, "/", "br").header("cache-control"), Some("no-cache"));
    let tags: Vec<String> = ["identity", "gzip", "br"]
        .map(|accept| file(&client, &script, accept).etag().to_owned())
        .into();
    assert!(tags.iter().all(|tag| tag.starts_with('"')), "strong: {tags:?}");
    assert!(
        tags[0] != tags[1] && tags[1] != tags[2] && tags[0] != tags[2],
        "{tags:?}"
    );
    let again = |accept: &str, tag: &str| {
        let request = client.request(Method::GET, &script).header("Accept-Encoding", accept);
        Client::send(request.header("If-None-Match", tag))
    };
    let kept = again("br", &tags[2]).status(304);
    assert!(kept.body.is_empty() && kept.header("etag") == Some(tags[2].as_str()));
    assert!(kept.header("vary").is_some() && kept.header("cache-control").is_some());
    again("gzip", &tags[2]).status(200);

    let head = Client::send(client.request(Method::HEAD, &script).header("Accept-Encoding", "br")).status(200);
    assert_eq!(head.header("content-length"), hashed.header("content-length"));
    assert_eq!((head.header("etag"), head.body.len()), (Some(tags[2].as_str()), 0));
    client.get(&format!("{script}.br")).problem(404);
    client.get(&format!("{script}.gz")).problem(404);
}
