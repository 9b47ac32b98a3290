//! The fields of archives, and the names clerks and map makers give their columns.

use super::Field;
use crate::import::values;
use geju_core::place::PlaceKind;
use geju_formats::RawValue;
use geju_formats::write::Form;
use serde_json::{Value, json};

use PlaceKind::{Building, Community, Compound, District, Grid, MicroGrid, ResourceSite, Street};

fn count(v: &RawValue) -> Option<Value> {
    values::count(v).map(|n| json!(n))
}

fn small(v: &RawValue) -> Option<Value> {
    values::floors(v)
        .filter(|n| *n <= u32::from(u16::MAX))
        .map(|n| json!(n))
}

fn year(v: &RawValue) -> Option<Value> {
    values::year(v).map(|n| json!(n))
}

fn words(v: &RawValue) -> Option<Value> {
    values::meant(v).map(Value::String)
}

fn truth(v: &RawValue) -> Option<Value> {
    values::truth(v).map(Value::Bool)
}

fn compound_kind(v: &RawValue) -> Option<Value> {
    values::compound_kind(v).map(|k| json!(k.as_str()))
}

fn tier(v: &RawValue) -> Option<Value> {
    values::grid_tier(v).map(|t| json!(t.as_str()))
}

fn list(v: &RawValue) -> Option<Value> {
    let words = values::words(v);
    (!words.is_empty()).then(|| json!(words))
}

/// A list of records, as an export writes it: JSON in a text.
fn records(v: &RawValue) -> Option<Value> {
    let read: Value = serde_json::from_str(&v.text()?).ok()?;
    let all = read.as_array()?;
    all.iter().all(Value::is_object).then_some(read)
}

/// Every archive field a table can bring.
pub const FIELDS: &[Field] = &[
    Field {
        path: "kind",
        short: "comp_kind",
        form: Form::Text,
        kinds: &[Compound],
        names: &[
            "compound_kind",
            "kind",
            "小区类型",
            "院落类型",
            "房屋类型",
            "类型",
            "类别",
        ],
        read: compound_kind,
    },
    Field {
        path: "households",
        short: "households",
        form: Form::Int,
        kinds: &[Compound, Building, MicroGrid],
        names: &["households", "户数", "总户数", "住户数", "居民户数"],
        read: count,
    },
    Field {
        path: "residents",
        short: "residents",
        form: Form::Int,
        kinds: &[Compound, Building],
        names: &[
            "residents",
            "population",
            "人口",
            "人口数",
            "常住人口",
            "居民数",
            "总人口",
            "实有人口",
        ],
        read: count,
    },
    Field {
        path: "build_year",
        short: "build_year",
        form: Form::Int,
        kinds: &[Compound, Building],
        names: &[
            "build_year",
            "buildyear",
            "year_built",
            "start_date",
            "建成年份",
            "建成年代",
            "建造年份",
            "竣工年份",
        ],
        read: year,
    },
    Field {
        path: "property_firm",
        short: "prop_firm",
        form: Form::Text,
        kinds: &[Compound],
        names: &[
            "property_firm",
            "物业公司",
            "物业",
            "物业企业",
            "物业服务企业",
            "物业服务企业名称",
            "物业公司名称",
        ],
        read: words,
    },
    Field {
        path: "owners_committee",
        short: "owners_com",
        form: Form::Bool,
        kinds: &[Compound],
        names: &["owners_committee", "业委会", "业主委员会", "是否成立业委会"],
        read: truth,
    },
    Field {
        path: "people_base.registered",
        short: "pb_regist",
        form: Form::Int,
        kinds: &[Compound],
        names: &["户籍人口", "people_base.registered"],
        read: count,
    },
    Field {
        path: "people_base.floating",
        short: "pb_float",
        form: Form::Int,
        kinds: &[Compound],
        names: &["流动人口", "people_base.floating"],
        read: count,
    },
    Field {
        path: "people_base.over_60",
        short: "pb_over60",
        form: Form::Int,
        kinds: &[Compound],
        names: &["60岁以上", "60岁以上老人", "老年人口", "people_base.over_60"],
        read: count,
    },
    Field {
        path: "people_base.over_60_alone",
        short: "pb_alone60",
        form: Form::Int,
        kinds: &[Compound],
        names: &["独居老人", "people_base.over_60_alone"],
        read: count,
    },
    Field {
        path: "people_base.children",
        short: "pb_child",
        form: Form::Int,
        kinds: &[Compound],
        names: &["儿童", "儿童数", "people_base.children"],
        read: count,
    },
    Field {
        path: "people_base.disabled",
        short: "pb_disab",
        form: Form::Int,
        kinds: &[Compound],
        names: &["残疾人", "残疾人数", "people_base.disabled"],
        read: count,
    },
    Field {
        path: "people_base.allowance_households",
        short: "pb_allow",
        form: Form::Int,
        kinds: &[Compound],
        names: &["低保户", "低保户数", "people_base.allowance_households"],
        read: count,
    },
    Field {
        path: "resources.parking_spaces",
        short: "parking",
        form: Form::Int,
        kinds: &[Compound],
        names: &["停车位", "车位数", "resources.parking_spaces"],
        read: count,
    },
    Field {
        path: "resources.chargers",
        short: "chargers",
        form: Form::Int,
        kinds: &[Compound],
        names: &["充电桩", "resources.chargers"],
        read: count,
    },
    Field {
        path: "resources.lifts",
        short: "lifts",
        form: Form::Int,
        kinds: &[Compound],
        names: &["电梯", "电梯数", "resources.lifts"],
        read: count,
    },
    Field {
        path: "resources.hydrants",
        short: "hydrants",
        form: Form::Int,
        kinds: &[Compound],
        names: &["消防栓", "消火栓", "resources.hydrants"],
        read: count,
    },
    Field {
        path: "resources.gates",
        short: "gates",
        form: Form::Int,
        kinds: &[Compound],
        names: &["出入口", "大门数", "resources.gates"],
        read: count,
    },
    Field {
        path: "resources.common_rooms",
        short: "com_rooms",
        form: Form::Int,
        kinds: &[Compound],
        names: &["活动室", "resources.common_rooms"],
        read: count,
    },
    Field {
        path: "resources.green_m2",
        short: "green_m2",
        form: Form::Int,
        kinds: &[Compound],
        names: &["绿地面积", "resources.green_m2"],
        read: count,
    },
    Field {
        path: "service_bodies.party_branch",
        short: "party",
        form: Form::Text,
        kinds: &[Compound],
        names: &["党支部", "党组织", "service_bodies.party_branch"],
        read: words,
    },
    Field {
        path: "service_bodies.volunteers",
        short: "volunteers",
        form: Form::Int,
        kinds: &[Compound],
        names: &["志愿者", "志愿者人数", "service_bodies.volunteers"],
        read: count,
    },
    Field {
        path: "floors",
        short: "floors",
        form: Form::Int,
        kinds: &[Building],
        names: &[
            "floors",
            "levels",
            "building:levels",
            "层数",
            "楼层",
            "楼层数",
            "总层数",
            "地上层数",
        ],
        read: small,
    },
    Field {
        path: "entrances",
        short: "entrances",
        form: Form::Int,
        kinds: &[Building],
        names: &["entrances", "单元", "单元数"],
        read: small,
    },
    Field {
        path: "shops",
        short: "shops",
        form: Form::Int,
        kinds: &[Building, MicroGrid],
        names: &["shops", "商户", "商户数", "商铺数", "店铺数"],
        read: count,
    },
    Field {
        path: "over_60",
        short: "over_60",
        form: Form::Int,
        kinds: &[Building],
        names: &["over_60", "over60", "60岁以上", "60岁以上老人", "老年人口", "老人数"],
        read: count,
    },
    Field {
        path: "over_60_alone",
        short: "alone_60",
        form: Form::Int,
        kinds: &[Building],
        names: &["over_60_alone", "独居老人", "独居老人数"],
        read: count,
    },
    Field {
        path: "children",
        short: "children",
        form: Form::Int,
        kinds: &[Building],
        names: &["children", "儿童", "儿童数", "未成年人"],
        read: count,
    },
    Field {
        path: "tier",
        short: "tier",
        form: Form::Text,
        kinds: &[Grid],
        names: &["tier", "网格类型", "网格类别"],
        read: tier,
    },
    Field {
        path: "category",
        short: "category",
        form: Form::Text,
        kinds: &[ResourceSite],
        names: &["category", "类别", "类型", "资源类型", "type", "amenity", "kind"],
        read: words,
    },
    Field {
        path: "capacity",
        short: "capacity",
        form: Form::Int,
        kinds: &[ResourceSite],
        names: &["capacity", "容量", "可容纳人数", "床位数", "座位数"],
        read: count,
    },
    Field {
        path: "hours",
        short: "hours",
        form: Form::Text,
        kinds: &[ResourceSite],
        names: &["hours", "opening_hours", "开放时间", "营业时间", "服务时间"],
        read: words,
    },
    Field {
        path: "phone",
        short: "phone",
        form: Form::Text,
        kinds: &[ResourceSite],
        names: &["phone", "contact:phone", "电话", "联系电话", "咨询电话"],
        read: words,
    },
    Field {
        path: "office",
        short: "office",
        form: Form::Text,
        kinds: &[District, Street, Community],
        names: &["office", "办公地址"],
        read: words,
    },
    Field {
        path: "duty_phone",
        short: "duty_phone",
        form: Form::Text,
        kinds: &[District, Street, Community],
        names: &["duty_phone", "值班电话"],
        read: words,
    },
    Field {
        path: "service_bodies.social_organisations",
        short: "soc_orgs",
        form: Form::Text,
        kinds: &[Compound],
        names: &["social_organisations", "社会组织"],
        read: list,
    },
    Field {
        path: "service_items",
        short: "serv_items",
        form: Form::Text,
        kinds: &[Compound],
        names: &["service_items"],
        read: records,
    },
    Field {
        path: "response_flow",
        short: "resp_flow",
        form: Form::Text,
        kinds: &[Compound],
        names: &["response_flow"],
        read: records,
    },
];
