//! A ledger carried over, table by table, from one transaction to another; between stores of either kind.

use crate::cell::Cell;
use crate::desk::Desk;
use crate::error::StoreError;
use crate::schema::{HEAD, META, TABLES, Table};

/// Rows carried at a time: bounds memory whatever the size of the ledger.
const ROWS_AT_ONCE: i64 = 1_000;
/// Base-map packs are megabytes each: one at a time.
const PACKS_AT_ONCE: i64 = 1;

/// Copies every row of every table but those named; the counters in `meta` are the store's own. Rows take the ledger id
/// of where they go.
pub(crate) async fn copy_ledger(from: &mut Desk, to: &mut Desk, except: &[&str]) -> Result<(), StoreError> {
    for table in carried().filter(|t| !except.contains(&t.name)) {
        copy_table(from, to, table).await?;
    }
    Ok(())
}

/// Takes a ledger's rows out of every table that [`copy_ledger`] fills; its head stays, for it is what is locked.
pub(crate) async fn clear_ledger(desk: &mut Desk) -> Result<(), StoreError> {
    for table in carried().filter(|t| t.name != HEAD.name) {
        desk.exec(&format!("DELETE FROM {} WHERE ledger = $1", table.name), vec![])
            .await?;
    }
    Ok(())
}

fn carried() -> impl Iterator<Item = &'static Table> {
    TABLES.into_iter().filter(|t| t.name != META.name)
}

/// Page after page in the order of the key.
async fn copy_table(from: &mut Desk, to: &mut Desk, table: &Table) -> Result<(), StoreError> {
    let rows = if table.name == "base_pack" {
        PACKS_AT_ONCE
    } else {
        ROWS_AT_ONCE
    };
    let keys: Vec<usize> = table.key_columns().into_iter().filter(|i| *i != 0).collect();
    let names: Vec<&str> = keys.iter().map(|i| table.columns[*i].0).collect();
    let kinds = table.kinds();
    let mut last: Vec<Cell> = Vec::new();
    loop {
        let mut sql = format!("SELECT {} FROM {} WHERE ledger = $1", table.column_names(), table.name);
        if !last.is_empty() {
            let places: Vec<String> = (2..).take(names.len()).map(|n| format!("${n}")).collect();
            sql.push_str(&format!(" AND ({}) > ({})", names.join(", "), places.join(", ")));
        }
        if !names.is_empty() {
            sql.push_str(&format!(" ORDER BY {} LIMIT {rows}", names.join(", ")));
        }
        let mut page = from
            .all(&sql, std::mem::take(&mut last), &kinds, |line| Ok(line.rest()))
            .await?;
        let full = page.len() as i64 == rows && !names.is_empty();
        if let Some(row) = page.last() {
            last = keys.iter().map(|i| row[*i].clone()).collect();
        }
        for row in &mut page {
            row[0] = Cell::from(&*to.ledger);
        }
        to.insert(table, page, "").await?;
        if !full {
            return Ok(());
        }
    }
}
