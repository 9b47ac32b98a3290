//! Accounts and tokens as they travel: never a hash, never a secret but the one shown once.

use crate::auth::{Asker, Who};
use geju_core::{PlaceId, World};
use geju_store::{Account, Token};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

/// Accounts are known by name; the page wants a number that stays the same.
pub fn account_number(name: &str) -> u64 {
    Sha256::digest(name.as_bytes())
        .iter()
        .take(6)
        .fold(0, |n, byte| n << 8 | u64::from(*byte))
}

pub fn display_name(asker: &Asker) -> &str {
    match &asker.who {
        Who::Account { display_name, .. } => display_name,
        Who::Token { name } => name,
        Who::Console => "console",
    }
}

pub fn account(world: &World, account: &Account) -> Value {
    json!({
        "id": account_number(&account.name), "name": account.name, "display_name": account.display_name,
        "role": account.role, "places": places(world, &account.places), "disabled": account.disabled,
        "must_change_password": account.must_change_password, "created_at": account.created_at,
        "last_seen_at": account.last_seen,
    })
}

pub fn token(world: &World, token: &Token) -> Value {
    json!({
        "name": token.name, "role": token.role, "places": places(world, &token.places),
        "created_at": token.created_at, "last_seen_at": token.last_seen,
    })
}

/// Places with their names; one that is no longer in force has none.
fn places(world: &World, ids: &[PlaceId]) -> Vec<Value> {
    let named = |id: &PlaceId| json!({ "id": id, "name": world.place(*id).map(|p| &p.place.name) });
    ids.iter().map(named).collect()
}
