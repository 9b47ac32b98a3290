//! What a new file is made of: the GeoPackage's own tables, ours, and one registered read-only view per layer.

use crate::cell::sqlite_word;
use crate::layer::{Field, LAYERS, Layer, MATTER_FIELDS, PLACE_FIELDS, Sort};
use crate::schema::{FORMAT, INDEXES, TABLES};

/// "GPKG" as the file's application id.
pub(super) const APPLICATION_ID: i64 = 0x4750_4B47;
/// GeoPackage 1.3: GDAL 3.6, as Debian 12 has it, warns of later ones.
const USER_VERSION: i64 = 10_300;

/// Tables every GeoPackage has, and the three rows its reference systems need.
const GEOPACKAGE: &str = r#"
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
"#;

/// Where the ledger stands, for whoever opens the file. Registered as attributes, which also tells GDAL to list nothing
/// that is not registered.
const AS_OF: &str = "CREATE VIEW as_of AS SELECT seq AS id, epoch, ledger FROM head;
INSERT INTO gpkg_contents (table_name, data_type, identifier, description) VALUES ('as_of', 'attributes', 'as_of', '台账位置');";

/// A column computed from the JSON body: views show its declared type to GDAL, which an expression in a view would lose.
fn generated(fields: &[Field]) -> String {
    let mut columns = String::new();
    for field in fields {
        let word = if field.sort == Sort::Number { "INTEGER" } else { "TEXT" };
        let paths: Vec<String> = field
            .paths
            .iter()
            .map(|p| format!("json_extract(body, '$.{p}')"))
            .collect();
        let value = if paths.len() == 1 {
            paths.concat()
        } else {
            format!("coalesce({})", paths.join(", "))
        };
        columns.push_str(&format!(
            ", {} {word} GENERATED ALWAYS AS ({value}) VIRTUAL",
            field.name
        ));
    }
    columns
}

/// The rows of a layer as other programs see them. The body's fields are generated columns of the table below.
fn select(layer: &Layer) -> String {
    let shown = layer.shown().map(|field| field.name).collect::<Vec<_>>().join(", ");
    let own = if layer.of_places {
        "name, code, subkind AS kind, version, up, compound, effective_from"
    } else {
        "title AS name, category AS kind, version, up, compound"
    };
    let rows = layer.in_force();
    format!("SELECT id, {own}, {shown}, from_seq AS changed_seq, at AS changed_at, geom FROM {rows}")
}

/// Everything a new file needs, as one script.
pub(super) fn create() -> String {
    let mut script =
        format!("PRAGMA application_id = {APPLICATION_ID};\nPRAGMA user_version = {USER_VERSION};\n{GEOPACKAGE}");
    for table in TABLES {
        let extra = match table.name {
            "place_version" => generated(&PLACE_FIELDS),
            "matter_version" => generated(&MATTER_FIELDS),
            _ => String::new(),
        };
        script.push_str(&table.ddl(sqlite_word, &extra));
        script.push_str(";\n");
    }
    for index in INDEXES {
        script.push_str(index);
        script.push_str(";\n");
    }
    for layer in LAYERS {
        let (name, title) = (layer.name, layer.title);
        script.push_str(&format!("CREATE VIEW {name} AS {};\n", select(&layer)));
        script.push_str(&format!(
            "INSERT INTO gpkg_contents (table_name, data_type, identifier, description, srs_id)
             VALUES ('{name}', 'features', '{name}', '{title}', 4326);
             INSERT INTO gpkg_geometry_columns VALUES ('{name}', 'geom', 'GEOMETRY', 4326, 0, 0);\n"
        ));
    }
    script.push_str(AS_OF);
    script.push_str(&format!("INSERT INTO meta VALUES ('', 'format', {FORMAT});\n"));
    script
}
