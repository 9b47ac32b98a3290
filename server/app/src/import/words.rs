//! The report in words, for a terminal.

use super::report::{FileFinding, Report};
use geju_core::finding::Severity;
use std::fmt::Write;

/// Findings printed in full; the rest is in the report file.
const SHOWN: usize = 40;

/// What a clerk reads when an import is done or refused.
pub fn tell(report: &Report) -> String {
    let mut out = String::new();
    for file in &report.files {
        let crs = file.crs.as_deref().map(|c| format!(", {c}")).unwrap_or_default();
        let encoding = file.encoding.as_deref().map(|c| format!(", {c}")).unwrap_or_default();
        line(&mut out, &format!("{} ({}{crs}{encoding})", file.file, file.format));
        if !file.columns_used.is_empty() {
            let used: Vec<String> = file
                .columns_used
                .iter()
                .map(|(f, c)| if f == c { f.clone() } else { format!("{f} ← {c}") })
                .collect();
            line(&mut out, &format!("  columns: {}", used.join(", ")));
        }
        if !file.columns_unused.is_empty() {
            line(&mut out, &format!("  not used: {}", file.columns_unused.join(", ")));
        }
    }
    if !report.layers.is_empty() {
        line(
            &mut out,
            &format!(
                "{:<14} {:>9} {:>9} {:>9} {:>9} {:>9} {:>9}",
                "layer", "read", "new", "changed", "same", "left out", "retired"
            ),
        );
        for (layer, c) in &report.layers {
            line(
                &mut out,
                &format!(
                    "{layer:<14} {:>9} {:>9} {:>9} {:>9} {:>9} {:>9}",
                    c.read, c.new, c.changed, c.unchanged, c.left_out, c.retired
                ),
            );
        }
    }
    for d in report.differences.iter().take(SHOWN) {
        let what = if d.retired {
            "retire".to_owned()
        } else {
            format!("change {}", d.fields.join(", "))
        };
        let code = d.code.as_deref().map(|c| format!(" {c}")).unwrap_or_default();
        line(&mut out, &format!("{}{code} {}: {what}", d.layer, d.name));
    }
    if report.differences.len() > SHOWN {
        line(&mut out, "… and more; --report FILE.json lists them");
    }
    for finding in report.findings.iter().take(SHOWN) {
        line(&mut out, &sentence(finding));
    }
    let total: u64 = report.counts.values().sum();
    let hidden = total.saturating_sub(SHOWN.min(report.findings.len()) as u64);
    if hidden > 0 {
        line(
            &mut out,
            &format!("… and {hidden} more findings; --report FILE.csv writes them all"),
        );
    }
    if total > 0 {
        let counts: Vec<String> = report.counts.iter().map(|(code, n)| format!("{code} {n}")).collect();
        line(&mut out, &format!("findings: {}", counts.join(", ")));
    }
    if !report.repairs.is_empty() {
        let repairs: Vec<String> = report.repairs.iter().map(|(code, n)| format!("{code} {n}")).collect();
        line(&mut out, &format!("put right on the way in: {}", repairs.join(", ")));
    }
    line(&mut out, &verdict(report));
    out
}

fn verdict(report: &Report) -> String {
    let refused = report.is_refused();
    match (&report.refusal, report.seq) {
        (Some(why), _) => format!("Refused, nothing was changed: {why}"),
        (None, _) if refused => format!(
            "Refused, nothing was changed: {} features are bad. Mend them, or leave them out with --skip-bad.",
            report.blocked
        ),
        (None, Some(seq)) if report.skipped() > 0 => {
            format!("Done as Change {seq}; {} bad features were left out.", report.skipped())
        }
        (None, Some(seq)) => format!("Done as Change {seq}."),
        (None, None) if report.dry_run => "Nothing was changed: this was a dry run.".into(),
        (None, None) if report.layers.values().all(|layer| layer.unchanged == 0) => {
            "Nothing was changed: nothing in these files could be taken in.".into()
        }
        (None, None) => "Nothing to change: the map has it all already.".into(),
    }
}

fn line(out: &mut String, text: &str) {
    // Writing to a String cannot fail.
    let _ = writeln!(out, "{text}");
}

/// `block buildings.geojson feature 12 (w77): the edge crosses itself at … — move the vertex …`
fn sentence(f: &FileFinding) -> String {
    let severity = match f.severity {
        Severity::Block => "block",
        Severity::Warn => "warn ",
        Severity::Note => "note ",
    };
    let layer = f.layer.as_deref().map(|l| format!(" {l}")).unwrap_or_default();
    let index = f.index.map(|i| format!(" {i}")).unwrap_or_default();
    let id = f.source_id.as_deref().map(|i| format!(" ({i})")).unwrap_or_default();
    let position = f.position.as_deref().map(|p| format!(", {p}")).unwrap_or_default();
    let at =
        f.at.map(|[lon, lat]| format!(" [{lon:.6}, {lat:.6}]"))
            .unwrap_or_default();
    let mend = f.mend.as_deref().map(|m| format!(" — {m}")).unwrap_or_default();
    format!(
        "{severity} {}{layer}{index}{id}{position}: {}: {}{at}{mend}",
        f.file, f.code, f.what
    )
}

/// The findings as a table a spreadsheet opens; cells that a spreadsheet would run are made text.
pub fn table(report: &Report) -> Result<Vec<u8>, csv::Error> {
    let mut writer = csv::Writer::from_writer(Vec::from(*b"\xef\xbb\xbf"));
    writer.write_record([
        "file",
        "layer",
        "index",
        "source_id",
        "position",
        "severity",
        "code",
        "what",
        "lon",
        "lat",
        "mend",
    ])?;
    for f in &report.findings {
        let severity = match f.severity {
            Severity::Block => "block",
            Severity::Warn => "warn",
            Severity::Note => "note",
        };
        let number = |n: Option<f64>| n.map(|n| format!("{n:.7}")).unwrap_or_default();
        let cells = [
            f.file.clone(),
            f.layer.clone().unwrap_or_default(),
            f.index.map(|i| i.to_string()).unwrap_or_default(),
            f.source_id.clone().unwrap_or_default(),
            f.position.clone().unwrap_or_default(),
            severity.into(),
            f.code.clone(),
            f.what.clone(),
            number(f.at.map(|a| a[0])),
            number(f.at.map(|a| a[1])),
            f.mend.clone().unwrap_or_default(),
        ];
        // Longitudes west of Greenwich begin with a minus and are numbers, not formulas.
        writer.write_record(cells.map(|c| if c.parse::<f64>().is_ok() { c } else { harmless(c) }))?;
    }
    writer.into_inner().map_err(|e| csv::Error::from(e.into_error()))
}

fn harmless(cell: String) -> String {
    if cell.starts_with(['=', '+', '-', '@', '\t', '\r']) {
        format!("'{cell}")
    } else {
        cell
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_formula_in_a_name_stays_text_in_the_table() {
        let mut report = Report::default();
        report.push(FileFinding::new("=HYPERLINK(\"x\")", Severity::Warn, "code", "what"));
        let text = String::from_utf8(table(&report).unwrap()).unwrap();
        assert!(text.contains("'=HYPERLINK"), "{text}");
    }
}
