//! `geju demo`: fills an empty store with a generated place and serves it on this machine only.

use super::serve::{house_with_doors, open};
use crate::auth::password;
use crate::base_pack::{self, BaseFeature, BaseShape};
use crate::config::{DemoSize, Settings};
use crate::house::{House, scheme};
use anyhow::{Context, bail};
use geju_core::{BasePack, Seq, World, decide};
use geju_seed::{BaseGeometry, BaseLayerData, Demo, DemoAccount};
use geju_store::{Account, Accounts, AnyStore, Entry, Head, Store};
use jiff::Timestamp;
use std::sync::Arc;
use tokio::sync::mpsc;

/// What the demo's Changes name as their source; a store that begins so is a demo.
const SOURCE: &str = "geju demo";
/// Rows kept in one transaction while the store is filled: enough that waiting for the disk does not count.
const ROWS_AT_ONCE: usize = 2_000;
/// How often a long filling says how far it is, in parts.
const PARTS_PER_WORD: usize = 24;
/// Letters of a random password: easy to read aloud, 50 bits.
const LETTERS: &[u8] = b"abcdefghjkmnpqrstuvwxyz23456789";
const RANDOM_LENGTH: usize = 10;

pub async fn demo(settings: Settings, size: DemoSize, seed: u64, as_of: Option<Timestamp>) -> anyhow::Result<()> {
    if !settings.listen.ip().is_loopback() {
        bail!(
            "the demo has one password for all: it listens on this machine only, not on {}",
            settings.listen
        );
    }
    let store = open(&settings).await?;
    let head = store.head().await?;
    if head.seq != Seq::ZERO {
        let first = store.since(Seq::ZERO, 1).await?;
        if first.first().and_then(|c| c.source.as_deref()) != Some(SOURCE) {
            bail!(
                "{} holds a map that is not the demo: serve it with `geju serve`",
                store.describe()
            );
        }
    }
    let as_of = as_of.unwrap_or_else(Timestamp::now);
    let mut parts = generated(size, seed, as_of);
    let mut first = parts.recv().await.context("nothing was generated")?;
    // Each size comes with its city's scheme; a file is somebody's own, to be tried on it.
    if geju_seed::scheme(&settings.scheme).is_none() {
        first.scheme = Arc::new(scheme(&settings.scheme)?);
    }
    let accounts = first.accounts.clone();
    if head.seq == Seq::ZERO {
        let mut world = World::empty(head.epoch, Arc::new(scheme(&settings.scheme)?));
        let mut next = Some(first);
        let mut done = 0;
        while let Some(part) = next {
            fill(&store, &mut world, part).await.context("filling the store")?;
            done += 1;
            if size == DemoSize::City && done % PARTS_PER_WORD == 0 {
                tracing::info!(streets = done, of = geju_seed::CITY_STREETS, "filling the store");
            }
            next = parts.recv().await;
        }
    }
    drop(parts);
    let house = House::open(store, &settings).await?;
    let secret = settings.demo_password.clone().unwrap_or_else(random_password);
    let stored = house.store.accounts().await?;
    let hash = tokio::task::spawn_blocking({
        let secret = secret.clone();
        move || password::hash_now(&secret)
    })
    .await??;
    for account in &accounts {
        let old = stored.iter().find(|a| a.name == account.name);
        house.store.put_account(&as_stored(account, old, &hash)).await?;
    }
    let names: Vec<&str> = accounts.iter().map(|a| a.name).collect();
    house_with_doors(house, settings, true, move || {
        println!("accounts: {}", names.join(" "));
        println!("password: {secret}");
    })
    .await
}

/// What is told of a demo account stays as its owner left it; only the password is set anew.
fn as_stored(account: &DemoAccount, old: Option<&Account>, hash: &str) -> Account {
    let fresh = Account {
        name: account.name.into(),
        display_name: account.display_name.clone(),
        role: account.role,
        places: account.places.clone(),
        password_hash: hash.to_owned(),
        must_change_password: false,
        disabled: false,
        created_at: Timestamp::now(),
        last_seen: None,
    };
    match old {
        Some(old) => Account {
            password_hash: fresh.password_hash,
            must_change_password: false,
            disabled: false,
            ..old.clone()
        },
        None => fresh,
    }
}

/// What is generated, part by part. The next is made while the one before is kept.
fn generated(size: DemoSize, seed: u64, as_of: Timestamp) -> mpsc::Receiver<Demo> {
    let (made, taken) = mpsc::channel(1);
    tokio::task::spawn_blocking(move || {
        let mut parts: Box<dyn Iterator<Item = Demo>> = match size {
            DemoSize::Street => Box::new(std::iter::once_with(|| geju_seed::street(seed, as_of))),
            DemoSize::District => Box::new(std::iter::once_with(|| geju_seed::district(seed, as_of))),
            DemoSize::City => Box::new(geju_seed::city(seed, as_of)),
        };
        // Whoever wanted them may have gone: a filled store needs only the accounts of the first.
        parts.try_for_each(|part| made.blocking_send(part).map_err(drop)).ok();
    });
    taken
}

/// Plays the past of a part into a store that nobody is served from yet: each order is decided and folded like any other,
/// and many Changes are kept in one transaction.
async fn fill(store: &AnyStore, world: &mut World, mut place: Demo) -> anyhow::Result<()> {
    let mut packs = Vec::new();
    for layer in std::mem::take(&mut place.base) {
        let (pack, bytes) = pack(layer);
        store.put_pack(&pack, &bytes).await?;
        packs.push(pack);
    }
    let mut orders = place.into_orders(packs, SOURCE).peekable();
    while orders.peek().is_some() {
        let expected = Head {
            epoch: world.epoch(),
            seq: world.head(),
        };
        let mut entries = Vec::new();
        let mut rows = 0;
        tokio::task::block_in_place(|| {
            while rows < ROWS_AT_ONCE
                && let Some(order) = orders.next()
            {
                let change = decide(world, &order).map_err(|refusal| anyhow::anyhow!("{refusal}"))?;
                world.fold(&change);
                rows += change.effects.len();
                entries.push(Entry {
                    change,
                    persons: Vec::new(),
                    draft: None,
                    reply: None,
                });
            }
            anyhow::Ok(())
        })?;
        store.append(expected, &entries).await?;
    }
    Ok(())
}

fn pack(data: BaseLayerData) -> (BasePack, Vec<u8>) {
    let features = data
        .features
        .into_iter()
        .map(|f| BaseFeature {
            class: f.class.into(),
            name: f.name.map(Into::into),
            shape: match f.geometry {
                BaseGeometry::Line(line) => BaseShape::Lines(vec![line]),
                BaseGeometry::Polygon(rings) => BaseShape::Polygons(vec![rings]),
            },
        })
        .collect();
    base_pack::write(data.layer, features, None)
}

fn random_password() -> String {
    (0..RANDOM_LENGTH)
        .map(|_| char::from(LETTERS[rand::random_range(0..LETTERS.len())]))
        .collect()
}
