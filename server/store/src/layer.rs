//! The layers as other programs see them: what is in force now, with typed columns. No personal values, no free text.

/// What a field holds. GeoPackage views tell numbers from text; PostgreSQL's have a type for each.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sort {
    Text,
    Number,
    /// A civil date.
    Date,
    /// An instant.
    Time,
    Yes,
    /// Several words.
    List,
}

/// A column of a layer: its name, what people call it, where it stands in the JSON body, and what it holds.
pub(crate) struct Field {
    pub name: &'static str,
    pub title: &'static str,
    /// Alternatives, first found counts.
    pub paths: &'static [&'static str],
    pub sort: Sort,
}

pub(crate) const fn field(
    name: &'static str,
    title: &'static str,
    sort: Sort,
    paths: &'static [&'static str],
) -> Field {
    Field {
        name,
        title,
        paths,
        sort,
    }
}

const fn text(name: &'static str, title: &'static str, paths: &'static [&'static str]) -> Field {
    field(name, title, Sort::Text, paths)
}

const fn number(name: &'static str, title: &'static str, paths: &'static [&'static str]) -> Field {
    field(name, title, Sort::Number, paths)
}

/// Fields read out of a place's body.
pub(crate) static PLACE_FIELDS: [Field; 15] = [
    text("address", "地址", &["address"]),
    text(
        "subkind",
        "类型",
        &[
            "archive.compound.kind",
            "archive.grid.tier",
            "archive.resource_site.category",
        ],
    ),
    number("floors", "地上层数", &["archive.building.floors"]),
    number("entrances", "单元数", &["archive.building.entrances"]),
    number(
        "households",
        "户数",
        &[
            "archive.building.households",
            "archive.compound.households",
            "archive.micro_grid.households",
        ],
    ),
    number(
        "shops",
        "商户数",
        &["archive.building.shops", "archive.micro_grid.shops"],
    ),
    number(
        "residents",
        "人口",
        &["archive.building.residents", "archive.compound.residents"],
    ),
    number(
        "build_year",
        "建成年份",
        &["archive.building.build_year", "archive.compound.build_year"],
    ),
    text("property_firm", "物业公司", &["archive.compound.property_firm"]),
    number("capacity", "可容纳人数", &["archive.resource_site.capacity"]),
    text("hours", "开放时间", &["archive.resource_site.hours"]),
    text("phone", "公开电话", &["archive.resource_site.phone"]),
    field("checked_on", "最近核对日期", Sort::Date, &["checked_on"]),
    text("source_name", "数据来源", &["source.name"]),
    text("source_id", "来源编号", &["source.id"]),
];

/// Fields read out of a matter's body.
pub(crate) static MATTER_FIELDS: [Field; 8] = [
    text("state", "状态", &["state"]),
    number("level", "预警级别（1 最重，4 最轻）", &["level"]),
    text("rung", "办理层级", &["rung"]),
    field("found_at", "发现时间", Sort::Time, &["found_at"]),
    field("onset", "开始时间", Sort::Time, &["onset"]),
    field("expires", "失效时间", Sort::Time, &["expires"]),
    field("reported_at", "上报时间", Sort::Time, &["reported_at"]),
    text("source_name", "数据来源", &["source.name"]),
];

/// A layer and the fields it shows beside what all layers of its sort show.
pub(crate) struct Layer {
    pub name: &'static str,
    pub title: &'static str,
    pub of_places: bool,
    pub fields: &'static [&'static str],
}

const fn place(name: &'static str, title: &'static str, fields: &'static [&'static str]) -> Layer {
    Layer {
        name,
        title,
        of_places: true,
        fields,
    }
}

const fn matter(name: &'static str, title: &'static str, fields: &'static [&'static str]) -> Layer {
    Layer {
        name,
        title,
        of_places: false,
        fields,
    }
}

pub(crate) const LAYERS: [Layer; 11] = [
    place("district", "区", &[]),
    place("street", "街道", &[]),
    place("community", "社区", &[]),
    place("grid", "网格", &[]),
    place("micro_grid", "微网格", &["households", "shops", "checked_on"]),
    place(
        "compound",
        "小区/院落",
        &[
            "address",
            "households",
            "residents",
            "build_year",
            "property_firm",
            "checked_on",
        ],
    ),
    place(
        "building",
        "楼栋",
        &[
            "address",
            "floors",
            "entrances",
            "households",
            "shops",
            "residents",
            "build_year",
            "checked_on",
        ],
    ),
    place(
        "resource_site",
        "资源点",
        &["address", "capacity", "hours", "phone", "checked_on"],
    ),
    matter("hazard", "隐患", &["state", "found_at"]),
    matter("alert", "预警", &["state", "level", "onset", "expires"]),
    matter("issue", "问题", &["state", "rung", "reported_at"]),
];

impl Layer {
    /// Where the layer's rows lie in force.
    pub fn in_force(&self) -> String {
        if self.of_places {
            format!(
                "place_version WHERE kind = '{}' AND to_seq IS NULL AND effective_to IS NULL",
                self.name
            )
        } else {
            format!(
                "matter_version WHERE kind = '{}' AND to_seq IS NULL AND live = 1",
                self.name
            )
        }
    }

    /// The fields it shows of its body, in their order.
    pub fn shown(&self) -> impl Iterator<Item = &'static Field> {
        let of: &'static [Field] = if self.of_places { &PLACE_FIELDS } else { &MATTER_FIELDS };
        self.fields
            .iter()
            .chain(&["source_name"])
            .filter_map(|name| of.iter().find(|field| field.name == *name))
    }
}
