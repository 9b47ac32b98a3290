//! Is a coordinate a place on the globe, and if not, what does it look like?

use super::Flaw;

/// A coordinate in a sentence: one beyond every system's range, or next to nothing, would take hundreds of digits.
pub(super) fn shown(ordinate: f64) -> String {
    let size = ordinate.abs();
    if size >= 1e12 || (size > 0.0 && size < 1e-12) {
        format!("{ordinate:e}")
    } else {
        ordinate.to_string()
    }
}

pub(super) fn check_degrees(x: f64, y: f64) -> Result<(), Flaw> {
    let swapped_in_china = (18.0..=54.0).contains(&x) && (73.0..=136.0).contains(&y);
    let swapped = y.abs() > 90.0 && y.abs() <= 180.0 && x.abs() <= 90.0;
    if swapped_in_china || swapped {
        return Err(Flaw::new(
            "looks_like_lat_lon",
            format!(
                "The point {}, {} looks like lat,lon; lon,lat is expected.",
                shown(x),
                shown(y)
            ),
        )
        .at(y, x)
        .mend("Swap the two columns or coordinates."));
    }
    if x.abs() <= 180.0 && y.abs() <= 90.0 {
        return Ok(());
    }
    let flaw = Flaw::new(
        "out_of_range",
        format!(
            "The point {}, {} is not on the globe (lon -180..180, lat -90..90).",
            shown(x),
            shown(y)
        ),
    );
    let metres = x.abs() > 1000.0 && y.abs() > 1000.0 && x.abs() < 1e8 && y.abs() < 1e8;
    Err(flaw.mend(if metres {
        "These look like metres: name the projected system with --crs EPSG:n."
    } else {
        "Correct the coordinates."
    }))
}
