//! GeoPackage from strangers: opened read-only, nothing in it is trusted. Triggers never fire because nothing is written;
//! views are read under a limit of steps; geometry goes through the strict reader.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use futures_util::TryStreamExt;
use sqlx::sqlite::{SqliteConnectOptions, SqliteRow, SqliteValueRef};
use sqlx::{
    AssertSqlSafe, Column, ConnectOptions, Connection, Decode, Row, Sqlite, SqliteConnection, TypeInfo, ValueRef,
};

use crate::crs::{Crs, from_wkt};
use crate::feature::{FormatError, RawValue};
use crate::gate::{Draft, Flaw, Gate};
use crate::limits::{COLUMNS_MAX, GEOPACKAGE_GEOMETRY_BYTES_MAX, GEOPACKAGE_STEPS_PER_ROW_MAX};
use crate::sniff::Format;
use crate::source::{Detected, Halt, OpenOptions, Opened, Sink, gate, io_error};
use crate::wkb;

const NAME: &str = "GeoPackage";
/// Steps between two looks at the limit.
const STEPS_PER_LOOK: i32 = 100_000;
/// Columns added by our own query in front of the table's.
const OWN_COLUMNS: usize = 2;

struct Layer {
    table: String,
    geometry: String,
    srs: i64,
}

pub(crate) fn layers(path: &Path) -> Result<Vec<String>, FormatError> {
    let path = path.to_owned();
    apart(move || {
        block_on(async {
            let mut database = connect(&path, &Arc::default()).await?;
            let layers = list(&mut database).await?;
            Ok(layers.into_iter().map(|layer| layer.table).collect())
        })
    })
}

pub(crate) fn open(path: &Path, options: &OpenOptions) -> Result<Opened, FormatError> {
    let bytes_total = path.metadata().map_err(io_error(path))?.len();
    let path = path.to_owned();
    let (inner_path, inner_options) = (path.clone(), options.clone());
    let layers = apart(move || block_on(look(&inner_path, &inner_options)))?;
    let systems: Vec<Crs> = layers.iter().map(|(_, crs)| *crs).collect();
    let detected = Detected {
        layers: layers.iter().map(|(layer, _)| layer.table.clone()).collect(),
        crs: systems
            .first()
            .copied()
            .filter(|first| systems.iter().all(|crs| crs == first)),
        ..Detected::new(Format::GeoPackage)
    };
    let pump = Box::new(move |sink: &mut Sink| {
        block_on(async {
            let steps = Arc::new(AtomicU64::new(0));
            let mut database = connect(&path, &steps).await?;
            let mut rows_total = 0u64;
            let mut counts = Vec::new();
            for (layer, _) in &layers {
                steps.store(0, Ordering::Relaxed);
                let count = count(&mut database, &layer.table).await.unwrap_or(0);
                counts.push(count);
                rows_total += count;
            }
            let mut meter = Meter {
                steps,
                done: 0,
                rows_total: rows_total.max(1),
                bytes_total,
            };
            for (layer, crs) in layers {
                read(&mut database, &layer, &gate(crs)?, &mut meter, sink).await?;
            }
            Ok(())
        })
    });
    Ok(Opened {
        detected,
        bytes_total,
        pump,
    })
}

struct Meter {
    steps: Arc<AtomicU64>,
    done: u64,
    rows_total: u64,
    bytes_total: u64,
}

/// Runs on a thread of its own: the caller may itself be inside a runtime, where another one must not be driven.
fn apart<T: Send + 'static>(work: impl FnOnce() -> Result<T, FormatError> + Send + 'static) -> Result<T, FormatError> {
    std::thread::spawn(work)
        .join()
        .unwrap_or_else(|_| Err(FormatError::broken(NAME, "reading was given up")))
}

fn block_on<T, E: From<FormatError>>(work: impl Future<Output = Result<T, E>>) -> Result<T, E> {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|source| FormatError::Io {
            path: "runtime".into(),
            source,
        })?
        .block_on(work)
}

fn failed(error: sqlx::Error) -> FormatError {
    FormatError::broken(NAME, error)
}

async fn connect(path: &Path, steps: &Arc<AtomicU64>) -> Result<SqliteConnection, FormatError> {
    // A file with a filled write-ahead log is in use; `immutable` would not see what stands in the log.
    let mut log = path.as_os_str().to_owned();
    log.push("-wal");
    let in_use = std::fs::metadata(&log).is_ok_and(|log| log.len() > 0);
    let mut database = SqliteConnectOptions::new()
        .filename(path)
        .read_only(true)
        .immutable(!in_use)
        .create_if_missing(false)
        .foreign_keys(false)
        .pragma("trusted_schema", "OFF")
        .pragma("cell_size_check", "ON")
        .row_buffer_size(4)
        .disable_statement_logging()
        .connect()
        .await
        .map_err(failed)?;
    let steps = Arc::clone(steps);
    database
        .lock_handle()
        .await
        .map_err(failed)?
        .set_progress_handler(STEPS_PER_LOOK, move || {
            steps.fetch_add(STEPS_PER_LOOK.unsigned_abs().into(), Ordering::Relaxed) < GEOPACKAGE_STEPS_PER_ROW_MAX
        });
    Ok(database)
}

/// Layers to read, each with its coordinate system.
async fn look(path: &Path, options: &OpenOptions) -> Result<Vec<(Layer, Crs)>, FormatError> {
    let mut database = connect(path, &Arc::default()).await?;
    let mut layers = list(&mut database).await?;
    if let Some(wanted) = &options.layer {
        let known: Vec<String> = layers.iter().map(|layer| layer.table.clone()).collect();
        layers.retain(|layer| layer.table == *wanted);
        if layers.is_empty() {
            return Err(FormatError::NoSuchLayer(format!(
                "there is no layer {wanted:?}; the layers are: {}",
                known.join(", ")
            )));
        }
    }
    let mut found = Vec::new();
    for layer in layers {
        let crs = match options.crs {
            Some(crs) => crs,
            None => declared_crs(&mut database, &layer).await?,
        };
        found.push((layer, crs));
    }
    database.close().await.map_err(failed)?;
    Ok(found)
}

async fn list(database: &mut SqliteConnection) -> Result<Vec<Layer>, FormatError> {
    let tables: Vec<String> =
        sqlx::query_scalar("SELECT lower(name) FROM sqlite_master WHERE type IN ('table', 'view')")
            .fetch_all(&mut *database)
            .await
            .map_err(failed)?;
    let has = |name: &str| tables.iter().any(|table| table == name);
    if !has("gpkg_contents") {
        return Err(FormatError::NotAccepted(
            "this is an SQLite database, but not a GeoPackage: it has no table gpkg_contents".into(),
        ));
    }
    if !has("gpkg_geometry_columns") {
        return Err(FormatError::NotAccepted(
            "this GeoPackage has no feature layers, only tiles or plain tables".into(),
        ));
    }
    let rows = sqlx::query(
        "SELECT g.table_name, g.column_name, g.srs_id FROM gpkg_geometry_columns g \
         JOIN gpkg_contents c ON lower(c.table_name) = lower(g.table_name) WHERE c.data_type = 'features' ORDER BY c.rowid",
    )
    .fetch_all(&mut *database)
    .await
    .map_err(failed)?;
    let mut layers = Vec::new();
    for row in rows {
        let (Some(table), Some(geometry)) = (text(&row, 0), text(&row, 1)) else {
            return Err(FormatError::broken(
                NAME,
                "a layer in gpkg_geometry_columns has no name",
            ));
        };
        layers.push(Layer {
            table,
            geometry,
            srs: row.try_get_unchecked(2).unwrap_or(-1),
        });
    }
    if layers.is_empty() {
        return Err(FormatError::NotAccepted(
            "this GeoPackage has no feature layers, only tiles or plain tables".into(),
        ));
    }
    Ok(layers)
}

fn text(row: &SqliteRow, at: usize) -> Option<String> {
    let value = row.try_get_raw(at).ok()?;
    if value.is_null() {
        return None;
    }
    <&[u8] as Decode<Sqlite>>::decode(value)
        .ok()
        .map(|bytes| String::from_utf8_lossy(bytes).into_owned())
}

async fn declared_crs(database: &mut SqliteConnection, layer: &Layer) -> Result<Crs, FormatError> {
    // 0 and -1 are the standard's words for "undefined": geographic and cartesian.
    if layer.srs == 0 {
        return Ok(Crs::Wgs84);
    }
    let unknown = |what: String| FormatError::UnknownCrs(format!("layer {:?}: {what}", layer.table));
    if layer.srs == -1 {
        return Err(unknown("the file says it is undefined".into()));
    }
    let row = sqlx::query("SELECT organization, organization_coordsys_id, definition, srs_name FROM gpkg_spatial_ref_sys WHERE srs_id = ?")
        .bind(layer.srs)
        .fetch_optional(&mut *database)
        .await
        .map_err(failed)?
        .ok_or_else(|| unknown(format!("srs {} is not described in the file", layer.srs)))?;
    let organization = text(&row, 0).unwrap_or_default().to_ascii_uppercase();
    let code: i64 = row.try_get_unchecked(1).unwrap_or(0);
    if organization == "EPSG"
        && let Ok(code) = u32::try_from(code)
        && let Ok(crs) = Crs::from_epsg(code)
    {
        return Ok(crs);
    }
    let definition = text(&row, 2).unwrap_or_default();
    from_wkt(&definition).map_err(|_| {
        unknown(format!(
            "{} {code} ({})",
            organization,
            text(&row, 3).unwrap_or_default()
        ))
    })
}

fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

async fn count(database: &mut SqliteConnection, table: &str) -> Result<u64, sqlx::Error> {
    let sql = format!("SELECT count(*) FROM {}", quoted(table));
    let count: i64 = sqlx::query_scalar(AssertSqlSafe(sql)).fetch_one(&mut *database).await?;
    Ok(count.unsigned_abs())
}

/// The column that identifies rows: the primary key, or in a view one that is named like one.
async fn key_column(database: &mut SqliteConnection, table: &str) -> Option<String> {
    let rows = sqlx::query("SELECT name, pk FROM pragma_table_info(?)")
        .bind(table.to_owned())
        .fetch_all(&mut *database)
        .await
        .ok()?;
    let columns: Vec<(String, i64)> = rows
        .iter()
        .filter_map(|row| Some((text(row, 0)?, row.try_get_unchecked(1).unwrap_or(0))))
        .collect();
    let key = columns.iter().find(|(_, key)| *key == 1);
    let named = || {
        columns
            .iter()
            .find(|(name, _)| ["fid", "ogc_fid", "id", "objectid"].contains(&name.to_ascii_lowercase().as_str()))
    };
    key.or_else(named).map(|(name, _)| name.clone())
}

async fn read(
    database: &mut SqliteConnection,
    layer: &Layer,
    gate: &Gate,
    meter: &mut Meter,
    sink: &mut Sink,
) -> Result<(), Halt> {
    let key = key_column(database, &layer.table).await;
    let geometry = quoted(&layer.geometry);
    let sql = format!(
        "SELECT length({geometry}), CASE WHEN length({geometry}) <= {GEOPACKAGE_GEOMETRY_BYTES_MAX} THEN {geometry} END, * FROM {}",
        quoted(&layer.table)
    );
    meter.steps.store(0, Ordering::Relaxed);
    let mut rows = sqlx::query(AssertSqlSafe(sql)).fetch(&mut *database);
    for index in 0u64.. {
        let mut draft = Draft {
            index,
            layer: Some(layer.table.clone()),
            position: Some(format!("row {}", index + 1)),
            ..Draft::default()
        };
        let row = match rows.try_next().await {
            Ok(Some(row)) => row,
            Ok(None) => break,
            Err(error) => {
                let flaw = Flaw::new("broken_layer", format!("The layer cannot be read further: {error}."));
                return sink.bad(draft.refused(flaw.mend("Repair the file with the program that wrote it.")));
            }
        };
        meter.steps.store(0, Ordering::Relaxed);
        meter.done += 1;
        sink.at_byte(meter.bytes_total / meter.rows_total * meter.done.min(meter.rows_total));
        match fill(&row, layer, key.as_deref(), &mut draft) {
            Ok(()) => sink.give(gate, draft)?,
            Err(flaw) => sink.bad(draft.refused(flaw))?,
        }
    }
    Ok(())
}

fn fill(row: &SqliteRow, layer: &Layer, key: Option<&str>, draft: &mut Draft) -> Result<(), Flaw> {
    for (at, column) in row.columns().iter().enumerate().skip(OWN_COLUMNS).take(COLUMNS_MAX + 1) {
        if column.name().eq_ignore_ascii_case(&layer.geometry) {
            continue;
        }
        let value = row.try_get_raw(at).map_or(RawValue::Null, value);
        if key.is_some_and(|key| key == column.name()) {
            draft.source_id = value.text();
        }
        draft.properties.push((column.name().to_owned(), value));
    }
    let bytes: i64 = row.try_get_unchecked(0).unwrap_or(0);
    if bytes > GEOPACKAGE_GEOMETRY_BYTES_MAX as i64 {
        return Err(Flaw::too_many_vertices(bytes as usize / 16));
    }
    let value = row
        .try_get_raw(1)
        .map_err(|error| Flaw::new("bad_geometry", format!("The geometry cannot be read: {error}.")))?;
    if value.is_null() {
        draft.note("null_geometry", "The row has no geometry.");
        return Ok(());
    }
    let bytes = <&[u8] as Decode<Sqlite>>::decode(value).map_err(|error| {
        Flaw::new(
            "bad_geometry",
            format!("The value is not a GeoPackage geometry: {error}."),
        )
    })?;
    draft.shape = Some(wkb::read_geopackage(bytes)?);
    Ok(())
}

/// By what is stored, not by what the column promises. Bytes (pictures, mostly) are no attribute.
fn value(value: SqliteValueRef<'_>) -> RawValue {
    if value.is_null() {
        return RawValue::Null;
    }
    let kind = value.type_info().name().to_owned();
    match kind.as_str() {
        "INTEGER" | "BOOLEAN" | "INT8" => <i64 as Decode<Sqlite>>::decode(value).map_or(RawValue::Null, RawValue::Int),
        "REAL" => <f64 as Decode<Sqlite>>::decode(value).map_or(RawValue::Null, RawValue::Float),
        "BLOB" => RawValue::Null,
        _ => <&[u8] as Decode<Sqlite>>::decode(value).map_or(RawValue::Null, |bytes| {
            RawValue::Text(String::from_utf8_lossy(bytes).into_owned())
        }),
    }
}
