//! The ground of a feature, or why it has none.

use super::report::{FileFinding, Origin, Report};
use geju_core::finding::{Finding, Severity};
use geju_core::ground::{Ground, LonLat, Outline, Repair};
use geo_types::Geometry;

/// A spot where one is allowed, else an outline; what is unsound is told with this severity.
pub fn ground_of(
    geometry: Geometry<f64>,
    point_allowed: bool,
    origin: &Origin,
    unsound: Severity,
    report: &mut Report,
) -> Option<Ground> {
    let point = match &geometry {
        Geometry::Point(p) => Some(*p),
        Geometry::MultiPoint(all) if all.0.len() == 1 => Some(all.0[0]),
        _ => None,
    };
    if let (Some(p), true) = (point, point_allowed) {
        return match LonLat::from_degrees(p.x(), p.y()) {
            Ok(spot) => Some(Ground::Point(spot)),
            Err(bad) => {
                report.push(FileFinding::new("", unsound, "coordinate_unusable", bad.to_string()).origin(origin));
                None
            }
        };
    }
    match Outline::from_geo(&geometry) {
        Ok((outline, repairs)) => {
            for repair in &repairs {
                *report.repairs.entry(repair.code().to_owned()).or_default() += 1;
                // Direction and a missing closing point are matters of taste between formats: counted, not listed.
                if !matches!(repair, Repair::Turned | Repair::Closed) {
                    report.push(
                        FileFinding::new("", Severity::Note, repair.code(), repair.to_string())
                            .origin(origin)
                            .at(Some(outline.inner_point())),
                    );
                }
            }
            Some(Ground::Outline(outline))
        }
        Err(bad) => {
            let finding = Finding::from(&bad);
            let mut told = FileFinding::new("", unsound, &finding.code, finding.message)
                .origin(origin)
                .at(finding.at);
            told.mend = finding.mend;
            report.push(told);
            None
        }
    }
}
