//! All places of a map read at once, by a way of each database's own.

use crate::Head;
use crate::error::Damage;
use geju_core::Place;
use geju_core::world::Row;

/// The places in force at a head.
#[doc(hidden)]
pub struct AllPlaces {
    pub head: Head,
    pub rows: Vec<Row<Place>>,
}

/// Why a map is read by a query after all, which then tells in full what is wrong.
#[doc(hidden)]
#[derive(Debug, thiserror::Error)]
pub enum Trouble {
    #[error("a row cannot be read: {0}")]
    Row(String),
    #[error("somebody wrote meanwhile")]
    Moved,
    #[error("a reader broke off")]
    BrokeOff,
    #[error(transparent)]
    Sqlite(#[from] rusqlite::Error),
    #[error(transparent)]
    Sql(#[from] sqlx::Error),
}

impl From<Damage> for Trouble {
    fn from(damage: Damage) -> Self {
        Trouble::Row(damage.0)
    }
}

impl From<rusqlite::types::FromSqlError> for Trouble {
    fn from(wrong: rusqlite::types::FromSqlError) -> Self {
        Trouble::Row(wrong.to_string())
    }
}

impl From<std::num::TryFromIntError> for Trouble {
    fn from(wrong: std::num::TryFromIntError) -> Self {
        Trouble::Row(wrong.to_string())
    }
}
