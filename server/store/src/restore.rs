//! Bringing a ledger back from a copy.

use crate::any::AnyStore;
use crate::append::head;
use crate::copy::{clear_ledger, copy_ledger};
use crate::desk::Desk;
use crate::desks::{Chair, Desks, Purpose, aside};
use crate::error::StoreError;
use crate::gpkg::{GpkgStore, OpenMode};
use crate::schema::Kind::Text;
use crate::{Head, Store, accounts, drafts, read};
use geju_core::{Epoch, PersonId, Seq};
use jiff::Timestamp;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// What a restore did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Restored {
    /// The new epoch, and the seq of the copy.
    pub head: Head,
    /// Persons whose values stay erased.
    pub erasures: usize,
    /// Where the map that was there before is kept, if there was one in a file.
    pub set_aside: Option<PathBuf>,
}

const DOING: &str = "restoring a copy";

/// Replaces what the target holds by what the copy holds, under a new epoch: no answer and no event of before is taken
/// for one of now. Erasures known to either are repeated; sessions end. A map in a file is set aside first; for a
/// database that is its administrator's business.
pub async fn restore(source: &Path, target: &AnyStore) -> Result<Restored, StoreError> {
    let (source, target) = (source.to_owned(), target.clone());
    aside(DOING, async move {
        let copy = GpkgStore::open(&source, "", OpenMode::Copy).await?;
        let set_aside = set_aside(&target).await?;
        let Chair(mut from) = copy.desk("reading a copy", Purpose::Read).await?;
        let Chair(mut to) = target.desk(DOING, Purpose::Write).await?;
        let done = replace(&mut from, &mut to).await?;
        to.commit().await?;
        from.commit().await?;
        copy.close().await;
        target.scrub().await?;
        target.take_stock().await;
        Ok(Restored { set_aside, ..done })
    })
    .await
}

async fn set_aside(target: &AnyStore) -> Result<Option<PathBuf>, StoreError> {
    let AnyStore::Gpkg(file) = target else { return Ok(None) };
    let standing = target.head().await?;
    if standing.seq == Seq::ZERO {
        return Ok(None);
    }
    let mut name = file.path().as_os_str().to_owned();
    name.push(format!(".before-restore-{}.bak", standing.epoch.0));
    let name = PathBuf::from(name);
    target.copy_to(&name).await?;
    Ok(Some(name))
}

async fn replace(from: &mut Desk, to: &mut Desk) -> Result<Restored, StoreError> {
    check(from).await?;
    // Locks the head: no other server appends to what is being replaced.
    let (old, new) = (head(to, true).await?, head(from, false).await?);
    let stamp = accounts::auth_stamp(from).await?;
    let mut erased = erasures(to).await?;
    clear_ledger(to).await?;
    copy_ledger(from, to, &["head", "auth_session"]).await?;
    erased.append(&mut erasures(to).await?);
    for (person, at) in &erased {
        read::erase(to, *person, *at).await?;
    }
    let standing = Head {
        epoch: Epoch(old.epoch.0.max(new.epoch.0) + 1),
        seq: new.seq,
    };
    set_head(to, standing).await?;
    accounts::raise_auth_stamp(to, stamp).await?;
    accounts::settle_access_count(to).await?;
    drafts::settle_stamp(to).await?;
    if to.is_pg() {
        to.exec("SELECT pg_notify('geju_' || $1, 'restored')", vec![]).await?;
    }
    Ok(Restored {
        head: standing,
        erasures: erased.len(),
        set_aside: None,
    })
}

/// A copy that is damaged is refused before anything is replaced.
async fn check(from: &mut Desk) -> Result<(), StoreError> {
    // The pragma's table-valued form takes part in the snapshot; `$1` is there for the ledger every statement gets.
    let sql = "SELECT quick_check FROM pragma_quick_check WHERE $1 IS NOT NULL";
    let said = from.all(sql, vec![], &[Text], |mut line| line.text()).await?;
    if said == ["ok"] {
        Ok(())
    } else {
        Err(from.damaged(said.join("; ").into()))
    }
}

async fn erasures(desk: &mut Desk) -> Result<BTreeMap<PersonId, Timestamp>, StoreError> {
    let sql = "SELECT person, at FROM erasure WHERE ledger = $1";
    let found = desk.all(sql, vec![], &[Text, Text], |mut line| {
        let person: PersonId = line.text()?.parse::<PersonId>()?;
        Ok((person, line.text()?.parse()?))
    });
    Ok(found.await?.into_iter().collect())
}

pub(crate) async fn set_head(desk: &mut Desk, head: Head) -> Result<(), StoreError> {
    let sql = "UPDATE head SET epoch = $2, seq = $3 WHERE ledger = $1";
    desk.exec(sql, vec![head.epoch.0.into(), head.seq.0.into()])
        .await
        .map(drop)
}
