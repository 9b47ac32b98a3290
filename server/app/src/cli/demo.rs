//! `geju demo`: fills an empty store with a generated street and serves it on this machine only.

use super::serve::{house_with_doors, open};
use crate::auth::password;
use crate::base_pack::{self, BaseFeature, BaseShape};
use crate::config::Settings;
use crate::house::House;
use crate::ids;
use crate::ledger::{Rendered, Wish};
use anyhow::{Context, bail};
use geju_core::people::Warrant;
use geju_core::{Actor, BasePack, Command, Order, Seq};
use geju_seed::{BaseGeometry, BaseLayerData, Demo, DemoAccount};
use geju_store::{Account, Accounts, Store};
use jiff::Timestamp;

/// What the demo's Changes name as their source; a store that begins so is a demo.
const SOURCE: &str = "geju demo";
/// Letters of a random password: easy to read aloud, 50 bits.
const LETTERS: &[u8] = b"abcdefghjkmnpqrstuvwxyz23456789";
const RANDOM_LENGTH: usize = 10;

pub async fn demo(settings: Settings, seed: u64) -> anyhow::Result<()> {
    if !settings.listen.ip().is_loopback() {
        bail!(
            "the demo has one password for all: it listens on this machine only, not on {}",
            settings.listen
        );
    }
    let house = House::open(open(&settings).await?, &settings).await?;
    let street = tokio::task::spawn_blocking(move || geju_seed::street(seed, Timestamp::now())).await?;
    let accounts = street.accounts.clone();
    if house.map.head() == Seq::ZERO {
        fill(&house, street).await?;
    } else {
        let first = house.store.since(Seq::ZERO, 1).await?;
        if first.first().and_then(|c| c.source.as_deref()) != Some(SOURCE) {
            bail!(
                "{} holds a map that is not the demo: serve it with `geju serve`",
                house.store.describe()
            );
        }
    }
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

async fn fill(house: &House, street: Demo) -> anyhow::Result<()> {
    let Demo {
        scheme,
        mut shipment,
        base,
        ..
    } = street;
    carry_out(house, Command::AdoptScheme(scheme), Vec::new())
        .await
        .context("adopting the scheme")?;
    let packs: Vec<(BasePack, Vec<u8>)> = base.into_iter().map(pack).collect();
    shipment.base = packs.iter().map(|(pack, _)| pack.clone()).collect();
    carry_out(house, Command::Import(Box::new(shipment)), packs)
        .await
        .context("filling the store")
}

async fn carry_out(house: &House, command: Command, packs: Vec<(BasePack, Vec<u8>)>) -> anyhow::Result<()> {
    let order = Order {
        command,
        change_id: ids::change_id(),
        at: Timestamp::now(),
        actor: Actor::Console,
        warrant: Warrant::operator(),
        post: None,
        source: Some(SOURCE.into()),
    };
    let silent = |_: &geju_core::World, _: &geju_core::Change| Rendered {
        status: 200,
        location: None,
        etag: None,
        body: Vec::new(),
    };
    let mut wish = Wish::new(order, Box::new(silent));
    wish.packs = packs;
    match house.ledger.ask(wish).await {
        Ok(_) => Ok(()),
        Err(crate::ledger::Denied::Refused(refusal)) => bail!("{refusal}"),
        Err(denied) => bail!("{denied:?}"),
    }
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
