//! Pictures of the base map that somebody else serves, passed on by us.

use super::Shared;
use super::asked::Path;
use super::doors::{Door, IF_NONE_MATCH};
use super::problem::{self, Answered, Problem};
use super::write::not_modified;
use crate::limits;
use crate::raster::{NoPicture, Square};
use axum::extract::State;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, ETAG};
use axum::http::{HeaderMap, StatusCode};
use axum::response::IntoResponse;
use axum::routing::get;
use sha2::{Digest, Sha256};

/// Screens ask again after a day: streets are rebuilt slower, and a picture taken down goes.
const KEPT_BY_SCREENS: &str = "private, max-age=86400";

pub fn doors() -> Vec<Door> {
    vec![
        Door::new(
            "GET",
            "/base/{z}/{x}/{y}",
            get(picture),
            "One picture of the configured base map; `base` of /api/v1/me says whether there is one",
        )
        .takes(&[IF_NONE_MATCH])
        .answers(200, "image/png", "Bytes")
        .answers(200, "image/jpeg", "Bytes")
        .answers(200, "image/webp", "Bytes")
        .says_nothing(204)
        .says_nothing(304)
        .refuses(&[404, 503]),
    ]
}

async fn picture(
    State(app): State<Shared>,
    Path((z, x, y)): Path<(String, String, String)>,
    headers: HeaderMap,
) -> Answered {
    let absent = |why: &str| Problem::new(problem::NO_SUCH_LAYER, why);
    let raster = app
        .raster
        .as_ref()
        .ok_or_else(|| absent("no base map of pictures is configured here"))?;
    let square = square(&z, &x, &y).ok_or_else(|| absent("there is no such tile"))?;
    let picture = match raster.picture(square).await {
        Ok(picture) => picture,
        Err(NoPicture::Absent) => {
            return Ok((StatusCode::NO_CONTENT, [(CACHE_CONTROL, KEPT_BY_SCREENS)]).into_response());
        }
        Err(NoPicture::Away) => {
            return Err(Problem::new(
                problem::SOURCE_AWAY,
                "the base map's source gives no picture just now",
            ));
        }
    };
    let hash: String = Sha256::digest(&picture.bytes)
        .iter()
        .take(8)
        .map(|byte| format!("{byte:02x}"))
        .collect();
    let tag = format!("\"{hash}\"");
    if not_modified(&headers, &tag) {
        return Ok((StatusCode::NOT_MODIFIED, [(ETAG, tag)]).into_response());
    }
    let headers = [
        (CONTENT_TYPE, picture.media.to_owned()),
        (CACHE_CONTROL, KEPT_BY_SCREENS.to_owned()),
        (ETAG, tag),
    ];
    Ok((headers, picture.bytes).into_response())
}

/// Numbers that name a tile, in one way each.
fn square(z: &str, x: &str, y: &str) -> Option<Square> {
    let number = |text: &str| {
        let plain = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
        plain.then(|| text.parse::<u32>().ok()).flatten()
    };
    let z = u8::try_from(number(z)?)
        .ok()
        .filter(|z| *z <= limits::RASTER_ZOOM_MAX)?;
    let side = 1 << z;
    let inside = |n: &u32| *n < side;
    Some(Square {
        z,
        x: number(x).filter(inside)?,
        y: number(y).filter(inside)?,
    })
}

#[cfg(test)]
mod tests {
    use super::square;

    #[test]
    fn numbers_that_name_no_picture_are_refused() {
        for (z, x, y) in [
            ("21", "0", "0"),
            ("14", "16384", "0"),
            ("14", "0", "-1"),
            ("14", "0", "1e3"),
            ("256", "0", "0"),
            ("", "0", "0"),
            ("14", "0", "0.png"),
        ] {
            assert_eq!(square(z, x, y), None, "{z}/{x}/{y}");
        }
        assert!(square("0", "0", "0").is_some() && square("14", "16383", "16383").is_some());
    }
}
