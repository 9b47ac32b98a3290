//! Which column is which field, by the names clerks and map makers give.

mod archive;
mod readings;

pub use archive::FIELDS;

use super::ImportKind;
use geju_core::place::PlaceKind;
use geju_formats::RawValue;
use geju_formats::write::Form;
use serde_json::Value;

use PlaceKind::{Building, Community, Compound, District, Grid, MicroGrid, Street};

/// A field of an archive.
pub struct Field {
    /// Name in `--map`, and dotted path in the archive.
    pub path: &'static str,
    /// Its name in a Shapefile: ten plain letters at most.
    pub short: &'static str,
    /// What an export writes.
    pub form: Form,
    pub kinds: &'static [PlaceKind],
    /// Column names that mean it, compared without case, blanks and underscores.
    names: &'static [&'static str],
    read: fn(&RawValue) -> Option<Value>,
}

/// Fields every place has.
pub const COMMON: &[(&str, &[&str])] = &[
    (
        "name",
        &["name", "名称", "name:zh", "站点名称", "title", "标题", "label"],
    ),
    (
        "code",
        &[
            "code",
            "编码",
            "代码",
            "编号",
            "行政区划代码",
            "区划代码",
            "统计用区划代码",
            "adcode",
        ],
    ),
    (
        "address",
        &["address", "地址", "详细地址", "位置", "addr:full", "location"],
    ),
    ("tags", &["tags", "标签"]),
    (
        "effective_from",
        &["effective_from", "eff_from", "生效日期", "启用日期"],
    ),
];

/// Column names that name or number one level only, as national map services write them.
const BY_LEVEL: &[(PlaceKind, &str, &[&str])] = &[
    (District, "name", &["COUNTYNAME", "区名", "区县名称"]),
    (District, "code", &["COUNTYCODE", "区县代码"]),
    (Street, "name", &["街道名称", "TOWNNAME", "乡镇街道", "街道"]),
    (Street, "code", &["街道编码", "街道代码", "街道编号", "TOWNCODE"]),
    (Community, "name", &["社区名称", "VILLNAME", "社区", "村社区"]),
    (Community, "code", &["社区编码", "社区代码", "社区编号", "VILLCODE"]),
    (Grid, "name", &["网格名称", "网格"]),
    (Grid, "code", &["网格编码", "网格代码", "网格编号"]),
    (MicroGrid, "name", &["微网格名称", "微网格"]),
    (MicroGrid, "code", &["微网格编码", "微网格代码", "微网格编号"]),
    (Compound, "name", &["小区名称", "小区名", "院落名称", "小区", "院落"]),
    (
        Compound,
        "code",
        &["小区编码", "小区代码", "小区编号", "院落编码", "院落编号"],
    ),
    (
        Building,
        "name",
        &["楼栋名称", "楼栋名", "楼名", "楼栋", "楼号", "栋号"],
    ),
    (Building, "code", &["楼栋编码", "楼栋代码", "楼栋编号"]),
];

/// Fields of matters.
pub const MATTER: &[(&str, &[&str])] = &[
    (
        "title",
        &[
            "title",
            "标题",
            "事项",
            "诉求",
            "name",
            "名称",
            "隐患名称",
            "SRType",
            "service_name",
        ],
    ),
    (
        "category",
        &[
            "category",
            "类别",
            "类型",
            "分类",
            "隐患类型",
            "type",
            "SRType",
            "service_code",
        ],
    ),
    ("text", &["text", "description", "描述", "内容", "详情", "说明"]),
    ("state", &["state", "status", "状态", "办理状态", "SRStatus"]),
    (
        "at",
        &[
            "at",
            "reported_at",
            "found_at",
            "onset",
            "time",
            "时间",
            "上报时间",
            "发现时间",
            "发生时间",
            "CreatedDate",
            "requested_datetime",
        ],
    ),
    (
        "closed_at",
        &[
            "closed_at",
            "closed",
            "removed_at",
            "办结时间",
            "CloseDate",
            "updated_datetime",
        ],
    ),
    ("level", &["level", "级别", "等级", "预警级别"]),
    ("expires", &["expires", "失效时间", "截止时间"]),
    (
        "id",
        &[
            "id",
            "编号",
            "工单号",
            "ServiceRequestNum",
            "SRRecordID",
            "service_request_id",
        ],
    ),
];

/// Columns that look like somebody's personal data are never taken in unasked, and told apart in the report.
const PERSONAL: &[&str] = &[
    "姓名",
    "联系人",
    "户主",
    "身份证",
    "身份证号",
    "手机",
    "手机号",
    "contact_name",
    "id_card",
    "mobile",
];

pub(super) fn plain(name: &str) -> String {
    // `总户数（户）`, `业委会(是/否)`: what stands in brackets is a unit or a hint.
    let head = name
        .split(['(', '（'])
        .next()
        .filter(|h| !h.trim().is_empty())
        .unwrap_or(name);
    head.chars()
        .filter(|c| !c.is_whitespace() && *c != '_')
        .flat_map(char::to_lowercase)
        .collect()
}

fn matches(names: &[&str], column: &str) -> Option<usize> {
    let column = plain(column);
    names.iter().position(|n| plain(n) == column)
}

/// Does this common field go by that column name for this kind? Smaller is better.
pub fn common_rank(kind: PlaceKind, field: &str, column: &str) -> Option<usize> {
    let own = BY_LEVEL
        .iter()
        .find(|(k, f, _)| *k == kind && *f == field)
        .and_then(|(_, _, names)| matches(names, column));
    let any = COMMON
        .iter()
        .find(|(f, _)| *f == field)
        .and_then(|(_, names)| matches(names, column));
    // A level's own column beats the general one: a village file carries its county's name as well.
    own.or(any.map(|rank| rank + 10))
}

pub fn field_rank(field: &Field, column: &str) -> Option<usize> {
    let own = |name: &str| plain(name) == plain(column);
    matches(field.names, column).or((own(&field.column()) || own(field.short)).then_some(field.names.len()))
}

pub fn matter_rank(field: &str, column: &str) -> Option<usize> {
    MATTER
        .iter()
        .find(|(f, _)| *f == field)
        .and_then(|(_, names)| matches(names, column))
}

pub fn is_personal(column: &str) -> bool {
    matches(PERSONAL, column).is_some()
}

impl Field {
    /// Its column in an export. `kind` alone says of every feature what layer it is of.
    pub fn column(&self) -> String {
        match self.path {
            "kind" => "compound_kind".to_owned(),
            path => path.replace('.', "_"),
        }
    }

    pub fn value(&self, raw: &RawValue) -> Option<Value> {
        (self.read)(raw)
    }
}

pub fn fields_of(kind: PlaceKind) -> impl Iterator<Item = &'static Field> {
    FIELDS.iter().filter(move |f| f.kinds.contains(&kind))
}

/// Is this a name `--map` may use?
pub fn is_field(name: &str) -> bool {
    name == "lon" || name == "lat" || all_names().contains(&name)
}

/// The names `--map` may use for features of this kind, in the order a person looks for them.
pub fn names_for(kind: ImportKind) -> Vec<&'static str> {
    let mut names: Vec<&'static str> = match kind {
        ImportKind::Place(kind) => {
            let common = COMMON.iter().map(|(f, _)| *f);
            common.chain(fields_of(kind).map(|f| f.path)).collect()
        }
        ImportKind::Matter(_) => MATTER.iter().map(|(f, _)| *f).collect(),
        ImportKind::Base => return Vec::new(),
    };
    names.extend(["lon", "lat"]);
    names
}

pub fn all_names() -> Vec<&'static str> {
    let common = COMMON.iter().map(|(f, _)| *f);
    let matter = MATTER.iter().map(|(f, _)| *f);
    let mut names: Vec<&str> = common
        .chain(matter)
        .chain(FIELDS.iter().map(|f| f.path))
        .chain(["lon", "lat"])
        .collect();
    names.sort_unstable();
    names.dedup();
    names
}

/// Puts a value at a dotted path.
pub fn put(archive: &mut serde_json::Map<String, Value>, path: &str, value: Value) {
    match path.split_once('.') {
        None => {
            archive.insert(path.to_owned(), value);
        }
        Some((section, rest)) => {
            let inner = archive
                .entry(section)
                .or_insert_with(|| Value::Object(Default::default()));
            if let Value::Object(inner) = inner {
                put(inner, rest, value);
            }
        }
    }
}
