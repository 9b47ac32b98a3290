//! `geju serve`: opens the store, reads the map, listens.

use crate::audit::Audit;
use crate::auth::{Doorkeeper, hash_secret, new_secret};
use crate::backups;
use crate::config::Settings;
use crate::house::House;
use crate::http::{self, App, Entrance};
use crate::past::Past;
use crate::raster::Raster;
use crate::tls::{self, Tls};
use crate::{limits, notify, passing, ticker};
use anyhow::Context;
use geju_store::AnyStore;
use std::net::Ipv4Addr;
use std::sync::Arc;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::{Notify, Semaphore, watch};

pub async fn serve(settings: Settings) -> anyhow::Result<()> {
    let store = open(&settings).await?;
    let house = House::open(store, &settings).await?;
    house_with_doors(house, settings, false, || {}).await
}

/// Opens the store for serving.
pub async fn open(settings: &Settings) -> anyhow::Result<AnyStore> {
    if let Some(path) = settings.store.strip_prefix("gpkg:")
        && let Some(folder) = std::path::Path::new(path)
            .parent()
            .filter(|f| !f.as_os_str().is_empty())
    {
        std::fs::create_dir_all(folder).with_context(|| format!("making the folder {}", folder.display()))?;
    }
    Ok(AnyStore::open(&settings.store, &settings.ledger).await?)
}

/// Serves until asked to stop. `ready` is called once the address is printed.
pub async fn house_with_doors(
    house: House,
    mut settings: Settings,
    demo: bool,
    ready: impl FnOnce(),
) -> anyhow::Result<()> {
    if settings.unsafe_ack_early {
        tracing::warn!(
            "GEJU_UNSAFE_ACK_EARLY: answers are given before anything is kept; this server LOSES data by design"
        );
    }
    passing::sweep(&settings.data);
    let raster = Raster::new(&settings)?;
    let tls = Tls::new(&settings.tls, &settings.data, settings.listen.ip())?;
    settings.connections = http::fitting(settings.connections);
    let listener = TcpListener::bind(settings.listen)
        .await
        .with_context(|| format!("listening on {}", settings.listen))?;
    let address = listener.local_addr()?;
    settings.listen = address;
    // Commands on this machine that find the store served come in with this.
    let console = new_secret();
    let keeper = Arc::new(Doorkeeper::new(house.store.clone(), hash_secret(&console)).await?);
    let console_door = match &tls {
        // They need not check whom they speak to: nobody else can listen on the loopback of this machine.
        Some(_) => Some(TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?),
        None => None,
    };
    let reachable = match &console_door {
        Some(door) => door.local_addr()?,
        None if address.ip().is_unspecified() => (Ipv4Addr::LOCALHOST, address.port()).into(),
        None => address,
    };
    house.store.note_address(&format!("http://{reachable}"), &console)?;

    let (stop, stopping) = watch::channel(false);
    tokio::spawn(keeper.clone().watch());
    tokio::spawn(keeper.clone().keep_house());
    tokio::spawn(ticker::run(house.map.clone(), house.ledger.clone()));
    tokio::spawn(backups::by_the_clock(house.store.clone(), settings.clone()));
    let app = Arc::new(App {
        map: house.map.clone(),
        store: house.store.clone(),
        ledger: house.ledger.clone(),
        feed: house.feed.clone(),
        news_of_drafts: Notify::new(),
        presence: http::Presence::default(),
        keeper: keeper.clone(),
        audit: Audit::start(house.store.clone()),
        raster,
        past: Past::new(house.store.clone(), house.map.clone()),
        settings,
        demo,
        started_at: jiff::Timestamp::now(),
        build: http::build(),
        weighing: Arc::new(Semaphore::new(limits::WEIGHING_AT_ONCE)),
        cutting: Arc::new(Semaphore::new(limits::TILES_AT_ONCE)),
        telling: Arc::new(Semaphore::new(limits::PAGES_AT_ONCE)),
        exporting: Arc::new(Semaphore::new(limits::EXPORTS_AT_ONCE)),
        figures: http::Told::default(),
        stopping: stopping.clone(),
        counts: http::Counts::default(),
    });
    let (mut terminate, mut interrupt) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
    tokio::spawn(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
        tracing::info!("stopping");
        notify::stopping();
        stop.send_replace(true);
    });
    tokio::spawn(http::drafts_by_the_clock(app.clone()));
    tokio::spawn(tls::keep_fresh(tls.clone()));
    let scheme = if tls.is_some() { "https" } else { "http" };
    println!("listening on {scheme}://{address}");
    tracing::info!(store = house.store.describe(), head = house.map.head().0, "serving");
    notify::ready();
    ready();
    let entrance = Entrance {
        listener,
        tls,
        console: console_door,
    };
    http::serve(app.clone(), entrance, stopping).await;
    app.audit.settled().await;
    if let Err(error) = keeper.write_down_seen().await {
        tracing::debug!(%error, "who was here is not written down");
    }
    drop(app);
    house.close().await;
    Ok(())
}
