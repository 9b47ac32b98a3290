//! The tables, written down once for both stores. Every table carries the ledger's id first in its key.

/// What a column holds. Times and JSON are text in both stores, so nothing is rounded or reordered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Int,
    Text,
    /// A civil date as `YYYY-MM-DD`.
    Date,
    Blob,
    /// Ground on the 1e-7 degree grid, kept as degrees; exact both ways.
    Ground,
}

/// One column: name, kind, may it be absent?
#[derive(Debug)]
pub(crate) struct Column(pub &'static str, pub Kind, pub bool);

#[derive(Debug)]
pub(crate) struct Table {
    pub name: &'static str,
    pub columns: &'static [Column],
    pub key: &'static str,
}

/// The store format this program writes.
///
/// 1: the first. 2: when accounts were last seen; role, detail and address in the access log. 3: drafts.
pub(crate) const FORMAT: u64 = 3;

const fn need(name: &'static str, kind: Kind) -> Column {
    Column(name, kind, false)
}

const fn may(name: &'static str, kind: Kind) -> Column {
    Column(name, kind, true)
}

use Kind::{Blob, Date, Ground, Int, Text};

/// Every version of every place. `to_seq` is set by the Change that stepped it.
pub(crate) const PLACE_VERSION: Table = Table {
    name: "place_version",
    key: "ledger, id, version",
    columns: &[
        need("ledger", Text),
        need("id", Int),
        need("version", Int),
        need("from_seq", Int),
        may("to_seq", Int),
        need("at", Text),
        may("batch", Int),
        need("kind", Text),
        need("name", Text),
        may("code", Text),
        may("up", Int),
        may("compound", Int),
        need("effective_from", Date),
        may("effective_to", Date),
        need("geom", Ground),
        need("body", Text),
    ],
};

/// Every version of every hazard, alert and issue.
pub(crate) const MATTER_VERSION: Table = Table {
    name: "matter_version",
    key: "ledger, id, version",
    columns: &[
        need("ledger", Text),
        need("id", Int),
        need("version", Int),
        need("from_seq", Int),
        may("to_seq", Int),
        need("at", Text),
        may("batch", Int),
        need("kind", Text),
        need("title", Text),
        need("category", Text),
        need("live", Int),
        may("up", Int),
        may("compound", Int),
        need("geom", Ground),
        need("body", Text),
    ],
};

/// Every version of what has no ground of its own: posts, appointments, base packs, the scheme.
pub(crate) const RECORD_VERSION: Table = Table {
    name: "record_version",
    key: "ledger, kind, key, from_seq",
    columns: &[
        need("ledger", Text),
        need("kind", Text),
        need("key", Text),
        need("from_seq", Int),
        may("to_seq", Int),
        need("at", Text),
        need("live", Int),
        need("body", Text),
    ],
};

/// Every Change. `body` is the Change without effects; `effects` is absent where they are kept as a batch.
pub(crate) const CHANGE: Table = Table {
    name: "change",
    key: "ledger, seq",
    columns: &[
        need("ledger", Text),
        need("seq", Int),
        need("epoch", Int),
        need("change_id", Text),
        need("at", Text),
        need("actor", Text),
        need("cause", Text),
        may("source", Text),
        may("west", Int),
        may("south", Int),
        may("east", Int),
        may("north", Int),
        may("batch", Int),
        need("counts", Text),
        need("body", Text),
        may("effects", Text),
    ],
};

/// The effects of a batch, row by row. A new place is only named here, for its version row says the rest.
pub(crate) const BATCH_EFFECT: Table = Table {
    name: "batch_effect",
    key: "ledger, seq, n",
    columns: &[
        need("ledger", Text),
        need("seq", Int),
        need("n", Int),
        may("place", Int),
        may("version", Int),
        may("up", Int),
        may("compound", Int),
        may("body", Text),
    ],
};

/// What a place lay in before it was re-parented: version rows hold only where it lies now.
pub(crate) const REPARENT: Table = Table {
    name: "reparent",
    key: "ledger, id, seq",
    columns: &[
        need("ledger", Text),
        need("id", Int),
        need("seq", Int),
        may("up", Int),
        may("compound", Int),
    ],
};

pub(crate) const REPLY: Table = Table {
    name: "reply",
    key: "ledger, owner, key",
    columns: &[
        need("ledger", Text),
        need("owner", Text),
        need("key", Text),
        need("request_hash", Text),
        need("status", Int),
        may("location", Text),
        may("etag", Text),
        need("body", Blob),
        need("at", Int),
    ],
};

pub(crate) const HEAD: Table = Table {
    name: "head",
    key: "ledger",
    columns: &[need("ledger", Text), need("epoch", Int), need("seq", Int)],
};

/// Counters beside the ledger; the store's format number stands under the empty ledger id.
pub(crate) const META: Table = Table {
    name: "meta",
    key: "ledger, key",
    columns: &[need("ledger", Text), need("key", Text), need("value", Int)],
};

pub(crate) const BASE_PACK: Table = Table {
    name: "base_pack",
    key: "ledger, hash",
    columns: &[
        need("ledger", Text),
        need("hash", Text),
        need("layer", Text),
        need("body", Text),
        need("bytes", Blob),
    ],
};

pub(crate) const PERSON: Table = Table {
    name: "person",
    key: "ledger, id",
    columns: &[
        need("ledger", Text),
        need("id", Text),
        may("name", Text),
        may("phone", Text),
        may("address", Text),
    ],
};

pub(crate) const ERASURE: Table = Table {
    name: "erasure",
    key: "ledger, person",
    columns: &[need("ledger", Text), need("person", Text), need("at", Text)],
};

pub(crate) const AUTH_ACCOUNT: Table = Table {
    name: "auth_account",
    key: "ledger, name",
    columns: &[
        need("ledger", Text),
        need("name", Text),
        need("display_name", Text),
        need("role", Text),
        need("places", Text),
        need("password_hash", Text),
        need("must_change_password", Int),
        need("disabled", Int),
        need("created_at", Text),
        may("last_seen", Text),
    ],
};

pub(crate) const AUTH_SESSION: Table = Table {
    name: "auth_session",
    key: "ledger, token_hash",
    columns: &[
        need("ledger", Text),
        need("token_hash", Blob),
        need("account", Text),
        need("created_at", Text),
        need("expires_at", Int),
    ],
};

pub(crate) const AUTH_TOKEN: Table = Table {
    name: "auth_token",
    key: "ledger, name",
    columns: &[
        need("ledger", Text),
        need("name", Text),
        need("token_hash", Blob),
        need("role", Text),
        need("places", Text),
        need("created_at", Text),
        may("last_seen", Text),
    ],
};

pub(crate) const AUTH_ACCESS: Table = Table {
    name: "auth_access",
    key: "ledger, n",
    columns: &[
        need("ledger", Text),
        need("n", Int),
        need("at", Text),
        need("who", Text),
        need("what", Text),
        need("target", Text),
        may("role", Text),
        may("detail", Text),
        may("address", Text),
    ],
};

/// Drafts on their way into force. `stamp` is the count of all writes of drafts, `due` the day of effect.
pub(crate) const DRAFT: Table = Table {
    name: "draft",
    key: "ledger, id",
    columns: &[
        need("ledger", Text),
        need("id", Int),
        need("version", Int),
        need("stamp", Int),
        need("state", Text),
        need("author", Text),
        may("due", Date),
        need("body", Text),
        need("reshape", Text),
        may("judged", Text),
    ],
};

pub(crate) const DRAFT_COMMENT: Table = Table {
    name: "draft_comment",
    key: "ledger, draft, n",
    columns: &[
        need("ledger", Text),
        need("draft", Int),
        need("n", Int),
        need("body", Text),
    ],
};

pub(crate) const TABLES: [&Table; 18] = [
    &META,
    &HEAD,
    &CHANGE,
    &BATCH_EFFECT,
    &PLACE_VERSION,
    &REPARENT,
    &MATTER_VERSION,
    &RECORD_VERSION,
    &BASE_PACK,
    &PERSON,
    &ERASURE,
    &REPLY,
    &AUTH_ACCOUNT,
    &AUTH_SESSION,
    &AUTH_TOKEN,
    &AUTH_ACCESS,
    &DRAFT,
    &DRAFT_COMMENT,
];

/// What is asked often, beside the keys. Both dialects know partial indexes.
pub(crate) const INDEXES: [&str; 10] = [
    "CREATE UNIQUE INDEX change_by_id ON change (ledger, change_id)",
    "CREATE INDEX place_current ON place_version (ledger, kind, id) WHERE to_seq IS NULL",
    "CREATE INDEX matter_current ON matter_version (ledger, kind, id) WHERE to_seq IS NULL",
    "CREATE INDEX matter_live ON matter_version (ledger, id) WHERE to_seq IS NULL AND live = 1",
    "CREATE INDEX matter_ended ON matter_version (ledger, at) WHERE to_seq IS NULL AND live = 0",
    "CREATE INDEX record_current ON record_version (ledger, kind, key) WHERE to_seq IS NULL",
    "CREATE UNIQUE INDEX token_by_hash ON auth_token (ledger, token_hash)",
    "CREATE INDEX draft_by_author ON draft (ledger, author)",
    "CREATE INDEX draft_by_stamp ON draft (ledger, stamp)",
    "CREATE INDEX draft_due ON draft (ledger, due) WHERE state = 'accepted'",
];

/// Finds the retired among a million places at a start. An index holds nothing of its own: a store that lacks this one is given it
/// whenever it is opened, without a step of the format and the copy that comes before one.
pub(crate) const RETIRED_INDEX: &str = "place_retired";
pub(crate) const RETIRED_INDEX_DDL: &str =
    "CREATE INDEX IF NOT EXISTS place_retired ON place_version (ledger, effective_to) WHERE effective_to IS NOT NULL";

impl Table {
    /// The table's DDL; `spell` gives a dialect's word for a kind, `extra` what the dialect adds inside the brackets.
    pub fn ddl(&self, spell: fn(Kind) -> &'static str, extra: &str) -> String {
        let columns: Vec<String> = self
            .columns
            .iter()
            .map(|Column(name, kind, may)| format!("{name} {}{}", spell(*kind), if *may { "" } else { " NOT NULL" }))
            .collect();
        format!(
            "CREATE TABLE {} ({}{extra}, PRIMARY KEY ({}))",
            self.name,
            columns.join(", "),
            self.key
        )
    }

    pub fn column_names(&self) -> String {
        self.columns.iter().map(|c| c.0).collect::<Vec<_>>().join(", ")
    }

    pub fn kinds(&self) -> Vec<Kind> {
        self.columns.iter().map(|c| c.1).collect()
    }
}

impl Table {
    /// Where the key's columns stand among all.
    pub fn key_columns(&self) -> Vec<usize> {
        self.key
            .split(", ")
            .filter_map(|name| self.columns.iter().position(|c| c.0 == name))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_table_carries_the_ledger_first_in_its_key() {
        for table in TABLES {
            assert_eq!(table.columns[0].0, "ledger", "{}", table.name);
            assert_eq!(table.key_columns().first(), Some(&0), "{}", table.name);
            assert_eq!(
                table.key_columns().len(),
                table.key.split(", ").count(),
                "{}",
                table.name
            );
        }
    }
}
