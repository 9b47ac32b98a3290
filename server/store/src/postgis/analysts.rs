//! What analysts read in plain SQL: a view per layer with typed, commented columns, what each place was before, what
//! changed when; and a role that reads these and nothing else.
//!
//! Views hold nothing, so they are made anew whenever this program knows them better than the database does.

use crate::layer::{Field, LAYERS, Layer, Sort, field};
use sqlx::{AssertSqlSafe, Connection, PgConnection};

/// Steps with every change of what stands below. Kept beside the store's format, which it does not touch.
const VIEWS: i64 = 1;
/// May read the views and nothing else; a database administrator grants it to people: `GRANT geju_reader TO …`.
const READER: &str = "geju_reader";

/// Fields that only these views show: a GeoPackage's columns are fixed when the file is made.
static MORE: [(&str, &[Field]); 4] = [
    (
        "community",
        &[
            field("office", "居委会地址", Sort::Text, &["archive.community.office"]),
            field("duty_phone", "值班电话", Sort::Text, &["archive.community.duty_phone"]),
        ],
    ),
    (
        "compound",
        &[
            field(
                "owners_committee",
                "是否有业委会",
                Sort::Yes,
                &["archive.compound.owners_committee"],
            ),
            field("tags", "标签", Sort::List, &["tags"]),
        ],
    ),
    (
        "building",
        &[
            field("over_60", "60岁以上人数", Sort::Number, &["archive.building.over_60"]),
            field(
                "over_60_alone",
                "独居老人数",
                Sort::Number,
                &["archive.building.over_60_alone"],
            ),
            field("children", "儿童数", Sort::Number, &["archive.building.children"]),
            field("tags", "标签", Sort::List, &["tags"]),
        ],
    ),
    ("resource_site", &[field("tags", "标签", Sort::List, &["tags"])]),
];

/// Columns that every layer has, and how each is called.
const COMMON: [(&str, &str); 11] = [
    ("ledger", "台账编号（一库多区时用来区分）"),
    ("id", "编号，终身不变"),
    ("name", "名称"),
    ("code", "编码"),
    ("kind", "类型"),
    ("version", "版本，每次变更加一"),
    ("up", "上级地点的编号（微网格→网格→社区→街道→区）"),
    ("compound", "所在小区/院落的编号"),
    ("effective_from", "生效日期"),
    ("changed_seq", "最近一次变更在台账中的序号"),
    ("changed_at", "最近一次变更的时间"),
];
const GROUND: (&str, &str) = ("geom", "地面范围或位置，WGS84（与 CGCS2000 在地图尺度上一致）");

/// Views that are no layer: name, title, the SELECT, its columns.
type Extra = (
    &'static str,
    &'static str,
    &'static str,
    &'static [(&'static str, &'static str)],
);
const EXTRAS: [Extra; 2] = [
    (
        "place_history",
        "地点的全部历史版本",
        "SELECT ledger, id, version, kind AS layer, name, code, up, compound, effective_from::date AS effective_from,
                effective_to::date AS effective_to, from_seq, to_seq, at::timestamptz AS changed_at, geom
         FROM geju.place_version",
        &[
            ("ledger", "台账编号（一库多区时用来区分）"),
            ("id", "编号，终身不变"),
            ("version", "版本，每次变更加一"),
            ("layer", "所属图层，如 compound、building"),
            ("name", "名称"),
            ("code", "编码"),
            ("up", "上级地点的编号"),
            ("compound", "所在小区/院落的编号"),
            ("effective_from", "生效日期"),
            ("effective_to", "停用日期，空为仍然有效"),
            ("from_seq", "这一版从台账的哪个序号起"),
            ("to_seq", "这一版到台账的哪个序号止，空为当前版"),
            ("changed_at", "写入时间"),
            ("geom", "地面范围或位置，WGS84"),
        ],
    ),
    (
        "ledger_history",
        "台账的全部变更：何时、做了什么",
        "SELECT ledger, seq, epoch, at::timestamptz AS changed_at, cause FROM geju.change",
        &[
            ("ledger", "台账编号（一库多区时用来区分）"),
            ("seq", "序号，从 1 起无间断"),
            ("epoch", "纪元，每次恢复备份后加一"),
            ("changed_at", "变更时间"),
            ("cause", "变更的种类"),
        ],
    ),
];

/// Makes the views where they are absent or older than this program's, and lets the reader role in where there is one.
///
/// # Errors
/// What the database says. Views that somebody built others upon are left as they are, with a warning.
pub(super) async fn show(tx: &mut PgConnection, store: &str) -> Result<(), sqlx::Error> {
    let known = "SELECT coalesce(max(value), 0) FROM geju.meta WHERE ledger = '' AND key = 'views'";
    let found: i64 = sqlx::query_scalar(known).fetch_one(&mut *tx).await?;
    if found < VIEWS {
        let mut inner = tx.begin().await?;
        match sqlx::raw_sql(AssertSqlSafe(views())).execute(&mut *inner).await {
            Ok(_) => inner.commit().await?,
            Err(error) if others_depend(&error) => {
                inner.rollback().await?;
                let hint = "drop them or move them out of the way, then start this program again";
                tracing::warn!(store, %error, hint, "views for analysts stay as they were: other views stand on them");
            }
            Err(error) => return Err(error),
        }
    }
    sqlx::raw_sql(AssertSqlSafe(reader())).execute(tx).await.map(drop)
}

/// PostgreSQL: dependent_objects_still_exist.
const STILL_NEEDED: &str = "2BP01";

fn others_depend(error: &sqlx::Error) -> bool {
    matches!(error, sqlx::Error::Database(told) if told.code().as_deref() == Some(STILL_NEEDED))
}

fn views() -> String {
    let mut script = String::new();
    let mut view = |name: &str, title: &str, select: &str, columns: &[(&str, &str)]| {
        script.push_str(&format!(
            "DROP VIEW IF EXISTS geju.{name};\nCREATE VIEW geju.{name} AS {select};\nCOMMENT ON VIEW geju.{name} IS '{title}';\n"
        ));
        for (column, what) in columns {
            script.push_str(&format!("COMMENT ON COLUMN geju.{name}.{column} IS '{what}';\n"));
        }
    };
    for layer in &LAYERS {
        let fields = fields(layer);
        let mut columns = common(layer);
        columns.extend(fields.iter().map(|field| (field.name, field.title)));
        columns.push(GROUND);
        let title = format!("{}，现行有效", layer.title);
        view(layer.name, &title, &select(layer, &fields), &columns);
    }
    for (name, title, select, columns) in EXTRAS {
        view(name, title, select, columns);
    }
    script.push_str(&format!(
        "INSERT INTO geju.meta (ledger, key, value) VALUES ('', 'views', {VIEWS})
         ON CONFLICT (ledger, key) DO UPDATE SET value = excluded.value;\n"
    ));
    script
}

fn fields(layer: &Layer) -> Vec<&'static Field> {
    let more = MORE.iter().filter(|(name, _)| *name == layer.name);
    layer
        .shown()
        .chain(more.flat_map(|(_, fields)| fields.iter()))
        .collect()
}

fn common(layer: &Layer) -> Vec<(&'static str, &'static str)> {
    let of_places = ["code", "effective_from"];
    let has = |(name, _): &&(&str, &str)| layer.of_places || !of_places.contains(name);
    COMMON.iter().filter(has).copied().collect()
}

fn select(layer: &Layer, fields: &[&Field]) -> String {
    let kind = "coalesce(body::json #>> '{archive,compound,kind}', body::json #>> '{archive,grid,tier}', body::json #>> '{archive,resource_site,category}')";
    let own: Vec<String> = common(layer)
        .iter()
        .map(|(name, _)| match *name {
            "name" if !layer.of_places => "title AS name".to_owned(),
            "kind" if !layer.of_places => "category AS kind".to_owned(),
            "kind" => format!("{kind} AS kind"),
            "effective_from" => "effective_from::date AS effective_from".to_owned(),
            "changed_seq" => "from_seq AS changed_seq".to_owned(),
            "changed_at" => "at::timestamptz AS changed_at".to_owned(),
            name => name.to_owned(),
        })
        .collect();
    let told: String = fields.iter().map(|field| format!("{}, ", typed(field))).collect();
    format!("SELECT {}, {told}geom FROM geju.{}", own.join(", "), layer.in_force())
}

/// A field of the body as a typed expression.
fn typed(field: &Field) -> String {
    let path = |path: &&str| path.replace('.', ",");
    let name = field.name;
    if field.sort == Sort::List {
        let list = field.paths.iter().map(path).collect::<String>();
        return format!("ARRAY(SELECT json_array_elements_text(body::json #> '{{{list}}}')) AS {name}");
    }
    let found: Vec<String> = field
        .paths
        .iter()
        .map(|p| format!("body::json #>> '{{{}}}'", path(p)))
        .collect();
    let cast = match field.sort {
        Sort::Text | Sort::List => "",
        Sort::Number => "::bigint",
        Sort::Date => "::date",
        Sort::Time => "::timestamptz",
        Sort::Yes => "::boolean",
    };
    format!("coalesce({}){cast} AS {name}", found.join(", "))
}

/// Makes the role where this login may, and lets it read the views. Where it may not, an administrator says
/// `CREATE ROLE geju_reader NOLOGIN` once, and the next start does the rest.
fn reader() -> String {
    let names: Vec<String> = LAYERS
        .iter()
        .map(|layer| layer.name)
        .chain(EXTRAS.iter().map(|extra| extra.0))
        .map(|name| format!("geju.{name}"))
        .collect();
    let names = names.join(", ");
    format!(
        "DO $$ BEGIN
           IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{READER}') THEN
             BEGIN
               CREATE ROLE {READER} NOLOGIN;
             -- Another database of the cluster may make it at the same moment.
             EXCEPTION WHEN insufficient_privilege OR duplicate_object OR unique_violation THEN NULL;
             END;
           END IF;
           IF EXISTS (SELECT FROM pg_roles WHERE rolname = '{READER}')
              AND NOT (has_schema_privilege('{READER}', 'geju', 'USAGE') AND has_table_privilege('{READER}', 'geju.ledger_history', 'SELECT')) THEN
             GRANT USAGE ON SCHEMA geju TO {READER};
             GRANT SELECT ON {names} TO {READER};
           END IF;
         END $$"
    )
}
