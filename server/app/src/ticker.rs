//! What happens by the clock: alerts whose word has run out expire. Each is one Change, so every server and every replay
//! sees the same; where two servers tick, the second finds it done.

use crate::ids;
use crate::ledger::{Denied, Ledger, Rendered, Wish};
use crate::limits;
use crate::map::Map;
use geju_core::matter::AlertState;
use geju_core::people::Warrant;
use geju_core::{Actor, Alert, Command, Order};
use jiff::Timestamp;
use std::sync::Arc;
use tokio::time::MissedTickBehavior;

/// Ticks for ever.
pub async fn run(map: Arc<Map>, ledger: Ledger) {
    let mut tick = tokio::time::interval(limits::TICK);
    tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tick.tick().await;
        for alert in expired(&map, Timestamp::now()) {
            match ledger.ask(expiry(&alert)).await {
                Ok(_) => {}
                // Somebody closed it, or another server was first.
                Err(Denied::Refused(refusal)) => tracing::debug!(%refusal, "an alert is gone already"),
                // The next tick comes soon.
                Err(
                    Denied::Busy
                    | Denied::Overtaken
                    | Denied::Closed
                    | Denied::Store(_)
                    | Denied::Full
                    | Denied::KeyReused,
                ) => break,
            }
        }
    }
}

fn expired(map: &Map, now: Timestamp) -> Vec<Arc<Alert>> {
    map.read(|world| {
        let over = |alert: &Alert| alert.state == AlertState::Active && alert.expires.is_some_and(|e| e <= now);
        world
            .alerts()
            .iter()
            .filter(|s| over(&s.matter))
            .map(|s| s.matter.clone())
            .collect()
    })
}

fn expiry(alert: &Alert) -> Wish {
    let over = Alert {
        state: AlertState::Expired,
        closed_at: alert.expires,
        ..alert.clone()
    };
    let order = Order {
        command: Command::PutAlert {
            base: Some(alert.version),
            alert: Box::new(over),
        },
        change_id: ids::change_id(),
        at: Timestamp::now(),
        actor: Actor::Ticker,
        warrant: Warrant::operator(),
        post: None,
        source: None,
    };
    let silent = |_: &geju_core::World, _: &geju_core::Change| Rendered {
        status: 200,
        location: None,
        etag: None,
        body: Vec::new(),
    };
    Wish::new(order, Box::new(silent))
}
