//! The layers as other programs see them: what is in force now, with typed columns. No personal values, no free text.

/// A column of a layer: its name, where it stands in the JSON body, and whether it is a number.
pub(crate) struct Field {
    pub name: &'static str,
    /// Alternatives, first found counts.
    pub paths: &'static [&'static str],
    pub number: bool,
}

const fn text(name: &'static str, paths: &'static [&'static str]) -> Field {
    Field {
        name,
        paths,
        number: false,
    }
}

const fn number(name: &'static str, paths: &'static [&'static str]) -> Field {
    Field {
        name,
        paths,
        number: true,
    }
}

/// Fields read out of a place's body.
pub(crate) const PLACE_FIELDS: [Field; 15] = [
    text("address", &["address"]),
    text(
        "subkind",
        &[
            "archive.compound.kind",
            "archive.grid.tier",
            "archive.resource_site.category",
        ],
    ),
    number("floors", &["archive.building.floors"]),
    number("entrances", &["archive.building.entrances"]),
    number(
        "households",
        &[
            "archive.building.households",
            "archive.compound.households",
            "archive.micro_grid.households",
        ],
    ),
    number("shops", &["archive.building.shops", "archive.micro_grid.shops"]),
    number(
        "residents",
        &["archive.building.residents", "archive.compound.residents"],
    ),
    number(
        "build_year",
        &["archive.building.build_year", "archive.compound.build_year"],
    ),
    text("property_firm", &["archive.compound.property_firm"]),
    number("capacity", &["archive.resource_site.capacity"]),
    text("hours", &["archive.resource_site.hours"]),
    text("phone", &["archive.resource_site.phone"]),
    text("checked_on", &["checked_on"]),
    text("source_name", &["source.name"]),
    text("source_id", &["source.id"]),
];

/// Fields read out of a matter's body.
pub(crate) const MATTER_FIELDS: [Field; 8] = [
    text("state", &["state"]),
    number("level", &["level"]),
    text("rung", &["rung"]),
    text("found_at", &["found_at"]),
    text("onset", &["onset"]),
    text("expires", &["expires"]),
    text("reported_at", &["reported_at"]),
    text("source_name", &["source.name"]),
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
    /// The view's SELECT. `field` spells a field of the body in the dialect; `date` wraps a civil date.
    pub fn select(&self, field: impl Fn(&Field) -> String, date: fn(&str) -> String) -> String {
        let of = |name: &str| {
            let fields: &[Field] = if self.of_places { &PLACE_FIELDS } else { &MATTER_FIELDS };
            fields
                .iter()
                .find(|f| f.name == name)
                .map(&field)
                .unwrap_or_else(|| format!("NULL AS {name}"))
        };
        let mine = self
            .fields
            .iter()
            .chain(&["source_name"])
            .map(|name| of(name))
            .collect::<Vec<_>>()
            .join(", ");
        if self.of_places {
            let kind = of("subkind").replace("AS subkind", "AS kind");
            let kind = if kind == "subkind" {
                "subkind AS kind".to_owned()
            } else {
                kind
            };
            format!(
                "SELECT id, name, code, {kind}, version, up, compound, {}, {mine}, from_seq AS changed_seq, at AS changed_at, geom
                 FROM place_version WHERE kind = '{}' AND to_seq IS NULL AND effective_to IS NULL",
                date("effective_from"),
                self.name
            )
        } else {
            format!(
                "SELECT id, title AS name, category AS kind, version, up, compound, {mine}, from_seq AS changed_seq,
                 at AS changed_at, geom
                 FROM matter_version WHERE kind = '{}' AND to_seq IS NULL AND live = 1",
                self.name
            )
        }
    }
}
