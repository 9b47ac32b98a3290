//! GeoPackage 1.3 with an R-tree for each layer, written by SQLite itself.

use std::path::Path;

use geo_types::Geometry;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous};
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, QueryBuilder, Sqlite, SqliteConnection};
use tokio::runtime::Runtime;

use super::{Done, Form, Layer, Losses, Row, Shapes, WriteError, Writer, wkb};
use crate::feature::RawValue;

/// SQLite takes 32,766 values in one statement; this many rows of fifty columns stay below.
const ROWS_AT_ONCE: usize = 500;
/// Boxes have five values each.
const BOXES_AT_ONCE: usize = 5_000;
/// "GPKG", and version 1.3: GDAL 3.6, as Debian 12 has it, warns of later ones.
const BEGINNING: &str = r#"
PRAGMA application_id = 1196444487;
PRAGMA user_version = 10300;
CREATE TABLE gpkg_spatial_ref_sys (srs_name TEXT NOT NULL, srs_id INTEGER NOT NULL PRIMARY KEY,
  organization TEXT NOT NULL, organization_coordsys_id INTEGER NOT NULL, definition TEXT NOT NULL, description TEXT);
INSERT INTO gpkg_spatial_ref_sys VALUES
  ('Undefined cartesian SRS', -1, 'NONE', -1, 'undefined', 'undefined cartesian coordinate reference system'),
  ('Undefined geographic SRS', 0, 'NONE', 0, 'undefined', 'undefined geographic coordinate reference system'),
  ('WGS 84 geodetic', 4326, 'EPSG', 4326, 'GEOGCS["WGS 84",DATUM["WGS_1984",SPHEROID["WGS 84",6378137,298.257223563,AUTHORITY["EPSG","7030"]],AUTHORITY["EPSG","6326"]],PRIMEM["Greenwich",0,AUTHORITY["EPSG","8901"]],UNIT["degree",0.0174532925199433,AUTHORITY["EPSG","9122"]],AUTHORITY["EPSG","4326"]]', 'longitude/latitude coordinates in decimal degrees on the WGS 84 spheroid');
CREATE TABLE gpkg_contents (table_name TEXT NOT NULL PRIMARY KEY, data_type TEXT NOT NULL, identifier TEXT UNIQUE,
  description TEXT DEFAULT '', last_change DATETIME NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ','now')),
  min_x DOUBLE, min_y DOUBLE, max_x DOUBLE, max_y DOUBLE, srs_id INTEGER,
  CONSTRAINT fk_gc_r_srs_id FOREIGN KEY (srs_id) REFERENCES gpkg_spatial_ref_sys(srs_id));
CREATE TABLE gpkg_geometry_columns (table_name TEXT NOT NULL, column_name TEXT NOT NULL, geometry_type_name TEXT NOT NULL,
  srs_id INTEGER NOT NULL, z TINYINT NOT NULL, m TINYINT NOT NULL,
  CONSTRAINT pk_geom_cols PRIMARY KEY (table_name, column_name),
  CONSTRAINT uk_gc_table_name UNIQUE (table_name),
  CONSTRAINT fk_gc_tn FOREIGN KEY (table_name) REFERENCES gpkg_contents(table_name),
  CONSTRAINT fk_gc_srs FOREIGN KEY (srs_id) REFERENCES gpkg_spatial_ref_sys (srs_id));
CREATE TABLE gpkg_extensions (table_name TEXT, column_name TEXT, extension_name TEXT NOT NULL, definition TEXT NOT NULL,
  scope TEXT NOT NULL, CONSTRAINT ge_tce UNIQUE (table_name, column_name, extension_name));
"#;

/// What keeps an R-tree true when somebody edits the file; by the words of the standard. Made last: our own inserts fill the
/// tree themselves, and the functions named here are those of the program that edits.
const TRIGGERS: &str = r#"
CREATE TRIGGER "rtree_T_geom_insert" AFTER INSERT ON "T" WHEN (new."geom" NOT NULL AND NOT ST_IsEmpty(NEW."geom"))
BEGIN INSERT OR REPLACE INTO "rtree_T_geom" VALUES (NEW."I", ST_MinX(NEW."geom"), ST_MaxX(NEW."geom"), ST_MinY(NEW."geom"), ST_MaxY(NEW."geom")); END;
CREATE TRIGGER "rtree_T_geom_update1" AFTER UPDATE OF "geom" ON "T" WHEN OLD."I" = NEW."I" AND (NEW."geom" NOTNULL AND NOT ST_IsEmpty(NEW."geom"))
BEGIN INSERT OR REPLACE INTO "rtree_T_geom" VALUES (NEW."I", ST_MinX(NEW."geom"), ST_MaxX(NEW."geom"), ST_MinY(NEW."geom"), ST_MaxY(NEW."geom")); END;
CREATE TRIGGER "rtree_T_geom_update2" AFTER UPDATE OF "geom" ON "T" WHEN OLD."I" = NEW."I" AND (NEW."geom" ISNULL OR ST_IsEmpty(NEW."geom"))
BEGIN DELETE FROM "rtree_T_geom" WHERE id = OLD."I"; END;
CREATE TRIGGER "rtree_T_geom_update3" AFTER UPDATE ON "T" WHEN OLD."I" != NEW."I" AND (NEW."geom" NOTNULL AND NOT ST_IsEmpty(NEW."geom"))
BEGIN DELETE FROM "rtree_T_geom" WHERE id = OLD."I"; INSERT OR REPLACE INTO "rtree_T_geom" VALUES (NEW."I", ST_MinX(NEW."geom"), ST_MaxX(NEW."geom"), ST_MinY(NEW."geom"), ST_MaxY(NEW."geom")); END;
CREATE TRIGGER "rtree_T_geom_update4" AFTER UPDATE ON "T" WHEN OLD."I" != NEW."I" AND (NEW."geom" ISNULL OR ST_IsEmpty(NEW."geom"))
BEGIN DELETE FROM "rtree_T_geom" WHERE id IN (OLD."I", NEW."I"); END;
CREATE TRIGGER "rtree_T_geom_delete" AFTER DELETE ON "T" WHEN old."geom" NOT NULL
BEGIN DELETE FROM "rtree_T_geom" WHERE id = OLD."I"; END;
"#;

pub(super) struct Package {
    runtime: Runtime,
    database: SqliteConnection,
    layer: Option<Open>,
    losses: Losses,
}

/// The layer that is being written. Its first column is the key.
struct Open {
    layer: Layer,
    waiting: Vec<Row>,
    boxes: Vec<(i64, [f64; 4])>,
    extent: [f64; 4],
}

fn failed(error: sqlx::Error) -> WriteError {
    match error {
        sqlx::Error::Io(error) => error.into(),
        // 13 is "database or disk is full"; an input or output error of a write is the same by another name.
        sqlx::Error::Database(error) if error.code().is_some_and(|code| code == "13" || code == "778") => {
            WriteError::Full
        }
        other => WriteError::other(other),
    }
}

/// Names come from our own tables of fields; quoted all the same.
fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

impl Package {
    pub(super) fn create(path: &Path) -> Done<Self> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let options = SqliteConnectOptions::new()
            .filename(path)
            .create_if_missing(true)
            // Nobody reads it before it is whole, and a broken one is thrown away: no journal is needed.
            .journal_mode(SqliteJournalMode::Off)
            .synchronous(SqliteSynchronous::Off)
            .foreign_keys(false)
            .disable_statement_logging();
        let mut database = runtime.block_on(options.connect()).map_err(failed)?;
        runtime
            .block_on(async {
                sqlx::raw_sql(BEGINNING).execute(&mut database).await?;
                sqlx::raw_sql("BEGIN").execute(&mut database).await
            })
            .map_err(failed)?;
        Ok(Self {
            runtime,
            database,
            layer: None,
            losses: Losses::new(),
        })
    }

    fn run(&mut self, sql: String) -> Done {
        let run = sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut self.database);
        self.runtime.block_on(run).map_err(failed)?;
        Ok(())
    }

    fn flush(&mut self) -> Done {
        let Some(open) = &mut self.layer else { return Ok(()) };
        let rows = std::mem::take(&mut open.waiting);
        if rows.is_empty() {
            return Ok(());
        }
        let names: Vec<String> = open.layer.columns.iter().map(|c| quoted(&c.name)).collect();
        let mut query: QueryBuilder<Sqlite> = QueryBuilder::new(format!(
            "INSERT INTO {} (geom, {}) ",
            quoted(&open.layer.name),
            names.join(", ")
        ));
        query.push_values(&rows, |mut line, row| {
            line.push_bind(blob(&row.geometry));
            for value in &row.values {
                match value {
                    RawValue::Null => line.push_bind(None::<i64>),
                    RawValue::Bool(yes) => line.push_bind(*yes),
                    RawValue::Int(n) => line.push_bind(*n),
                    RawValue::Float(n) => line.push_bind(*n),
                    RawValue::Text(text) => line.push_bind(text.clone()),
                };
            }
        });
        for row in &rows {
            let [west, south, east, north] = wkb::envelope(&row.geometry);
            let all = &mut open.extent;
            *all = [all[0].min(west), all[1].min(south), all[2].max(east), all[3].max(north)];
            open.boxes.push((row.id.cast_signed(), [west, south, east, north]));
        }
        let query = query.build().persistent(false);
        self.runtime
            .block_on(query.execute(&mut self.database))
            .map_err(failed)?;
        Ok(())
    }

    /// R-tree, its triggers and the layer's entries, when all its rows are in.
    fn close(&mut self) -> Done {
        self.flush()?;
        let Some(open) = self.layer.take() else { return Ok(()) };
        let name = &open.layer.name;
        let key = open.layer.columns.first().map(|c| c.name.clone()).unwrap_or_default();
        let tree = quoted(&format!("rtree_{name}_geom"));
        self.run(format!(
            "CREATE VIRTUAL TABLE {tree} USING rtree(id, minx, maxx, miny, maxy)"
        ))?;
        for some in open.boxes.chunks(BOXES_AT_ONCE) {
            let mut query: QueryBuilder<Sqlite> = QueryBuilder::new(format!("INSERT INTO {tree} "));
            query.push_values(some, |mut line, (id, [west, south, east, north])| {
                line.push_bind(*id)
                    .push_bind(*west)
                    .push_bind(*east)
                    .push_bind(*south)
                    .push_bind(*north);
            });
            let query = query.build().persistent(false);
            self.runtime
                .block_on(query.execute(&mut self.database))
                .map_err(failed)?;
        }
        self.run(
            TRIGGERS
                .replace("\"T\"", &quoted(name))
                .replace("_T_", &format!("_{name}_"))
                .replace("\"I\"", &quoted(&key)),
        )?;
        let [west, south, east, north] = if open.boxes.is_empty() {
            [None; 4]
        } else {
            open.extent.map(Some)
        };
        let described = sqlx::query::<Sqlite>(
            "UPDATE gpkg_contents SET min_x = ?, min_y = ?, max_x = ?, max_y = ? WHERE table_name = ?",
        )
        .bind(west)
        .bind(south)
        .bind(east)
        .bind(north)
        .bind(name.clone());
        self.runtime
            .block_on(described.execute(&mut self.database))
            .map_err(failed)?;
        let extension = sqlx::query::<Sqlite>(
            "INSERT INTO gpkg_extensions VALUES (?, 'geom', 'gpkg_rtree_index', 'http://www.geopackage.org/spec120/#extension_rtree', 'write-only')",
        )
        .bind(name.clone());
        self.runtime
            .block_on(extension.execute(&mut self.database))
            .map_err(failed)?;
        Ok(())
    }
}

impl Writer for Package {
    fn layer(&mut self, layer: &Layer) -> Done {
        self.close()?;
        let kind = match layer.shapes {
            Shapes::Areas => "MULTIPOLYGON",
            Shapes::Mixed => "GEOMETRY",
        };
        let columns: Vec<String> = layer
            .columns
            .iter()
            .enumerate()
            .map(|(at, c)| {
                let form = match (at, c.form) {
                    (0, _) => "INTEGER PRIMARY KEY NOT NULL",
                    (_, Form::Int) => "INTEGER",
                    (_, Form::Float) => "DOUBLE",
                    (_, Form::Bool) => "BOOLEAN",
                    (_, Form::Text) => "TEXT",
                };
                format!("{} {form}", quoted(&c.name))
            })
            .collect();
        let table = quoted(&layer.name);
        // The key first, as map programs expect it; then the shape.
        let (key, rest) = columns
            .split_first()
            .ok_or_else(|| WriteError::Other("a layer needs a key".into()))?;
        let rest: String = rest.iter().map(|c| format!(", {c}")).collect();
        self.run(format!("CREATE TABLE {table} ({key}, geom {kind}{rest})"))?;
        let name = layer.name.replace('\'', "''");
        self.run(format!(
            "INSERT INTO gpkg_contents (table_name, data_type, identifier, srs_id) VALUES ('{name}', 'features', '{name}', 4326);
             INSERT INTO gpkg_geometry_columns VALUES ('{name}', 'geom', '{kind}', 4326, 0, 0)"
        ))?;
        self.layer = Some(Open {
            layer: layer.clone(),
            waiting: Vec::with_capacity(ROWS_AT_ONCE),
            boxes: Vec::new(),
            extent: [f64::INFINITY, f64::INFINITY, f64::NEG_INFINITY, f64::NEG_INFINITY],
        });
        Ok(())
    }

    fn row(&mut self, row: &Row) -> Done {
        let Some(open) = &mut self.layer else {
            return Err(WriteError::Other("a row came before its layer".into()));
        };
        let mut row = row.clone();
        // A layer of areas says MULTIPOLYGON, so each is one.
        if open.layer.shapes == Shapes::Areas
            && let Geometry::Polygon(one) = row.geometry
        {
            row.geometry = Geometry::MultiPolygon(one.into());
        }
        open.waiting.push(row);
        if open.waiting.len() >= ROWS_AT_ONCE {
            self.flush()?;
        }
        Ok(())
    }

    fn finish(mut self: Box<Self>) -> Done<Losses> {
        self.close()?;
        self.run("COMMIT".into())?;
        let Self {
            runtime,
            database,
            losses,
            ..
        } = *self;
        runtime.block_on(database.close()).map_err(failed)?;
        Ok(losses)
    }
}

/// GeoPackage's own header, a box for areas, and the shape.
fn blob(geometry: &Geometry<f64>) -> Vec<u8> {
    let is_spot = matches!(geometry, Geometry::Point(_));
    let mut out = b"GP\x00".to_vec();
    // Little-endian; bit 1 says that a box of four numbers follows.
    out.push(if is_spot { 1 } else { 3 });
    out.extend(4326i32.to_le_bytes());
    if !is_spot {
        let [west, south, east, north] = wkb::envelope(geometry);
        for number in [west, east, south, north] {
            out.extend(number.to_le_bytes());
        }
    }
    wkb::write(&mut out, geometry);
    out
}
