//! Room for connections: so many in all, and not all of them from one address.

use crate::limits;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Bits of an IPv6 address that one household or office holds: those below are its own to choose.
const V6_HOUSEHOLD_BITS: u32 = 64;

/// Room for connections.
#[derive(Clone)]
pub struct Room {
    all: Arc<Semaphore>,
    /// How many one address may hold; `None` where all come through a proxy.
    each_max: Option<usize>,
    held: Arc<Mutex<HashMap<IpAddr, usize>>>,
}

/// A place in the room, given back when dropped.
pub struct Place {
    room: Room,
    of: Option<IpAddr>,
    _permit: OwnedSemaphorePermit,
}

impl Room {
    pub fn new(connections: usize, behind_proxy: bool) -> Self {
        let each = connections.div_ceil(4) * limits::CONNECTIONS_PER_ADDRESS_QUARTERS;
        Self {
            all: Arc::new(Semaphore::new(connections)),
            each_max: (!behind_proxy).then_some(each),
            held: Arc::default(),
        }
    }

    /// Waits until there is room for one more. Those who come meanwhile wait in the system's queue.
    pub async fn one_more(&self) -> Option<OwnedSemaphorePermit> {
        self.all.clone().acquire_owned().await.ok()
    }

    /// `None` when this address holds all it may.
    pub fn take(&self, permit: OwnedSemaphorePermit, address: IpAddr) -> Option<Place> {
        let of = match self.each_max {
            None => None,
            Some(max) => {
                let address = household(address);
                let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
                let count = held.entry(address).or_default();
                if *count >= max {
                    return None;
                }
                *count += 1;
                Some(address)
            }
        };
        Some(Place {
            room: self.clone(),
            of,
            _permit: permit,
        })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let Some(address) = self.of else { return };
        let mut held = self.room.held.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = held.get_mut(&address) {
            *count -= 1;
            if *count == 0 {
                held.remove(&address);
            }
        }
    }
}

/// Whom an address is counted for.
fn household(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(v6) => IpAddr::V6((v6.to_bits() >> V6_HOUSEHOLD_BITS << V6_HOUSEHOLD_BITS).into()),
        v4 => v4,
    }
}

/// Asks the system for all the file handles it grants, and says how many connections fit in them.
pub fn fitting(wanted: usize) -> usize {
    let mut limit = getrlimit(Resource::Nofile);
    let raised = Rlimit {
        current: limit.maximum,
        maximum: limit.maximum,
    };
    if setrlimit(Resource::Nofile, raised).is_ok() {
        limit = raised;
    }
    let handles = limit.current.unwrap_or(u64::MAX);
    let fit = usize::try_from(handles.saturating_sub(limits::HANDLES_FOR_THE_HOUSE)).unwrap_or(usize::MAX);
    if fit < wanted {
        tracing::warn!(
            connections = fit.max(1),
            wanted,
            "fewer connections than wanted: the system grants {handles} file handles (LimitNOFILE= in a unit, ulimit -Hn)"
        );
    }
    wanted.min(fit).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn nobody_alone_fills_the_room() {
        let room = Room::new(8, false);
        let (greedy, other): (IpAddr, IpAddr) = ([10, 0, 0, 1].into(), [10, 0, 0, 2].into());
        let mut places = Vec::new();
        for _ in 0..6 {
            places.push(room.take(room.one_more().await.unwrap(), greedy).unwrap());
        }
        assert!(room.take(room.one_more().await.unwrap(), greedy).is_none());
        places.push(room.take(room.one_more().await.unwrap(), other).unwrap());
        places.remove(0);
        assert!(room.take(room.one_more().await.unwrap(), greedy).is_some());
        places.clear();
        assert!(
            room.held.lock().unwrap().is_empty(),
            "nobody is remembered who has gone"
        );
    }

    #[tokio::test]
    async fn behind_a_proxy_one_address_is_everybody() {
        let room = Room::new(4, true);
        let proxy: IpAddr = [127, 0, 0, 1].into();
        let mut places = Vec::new();
        for _ in 0..4 {
            places.push(room.take(room.one_more().await.unwrap(), proxy).unwrap());
        }
    }

    #[test]
    fn a_household_is_one() {
        let of = |text: &str| household(text.parse().unwrap());
        assert_eq!(of("2001:db8:1:2::1"), of("2001:db8:1:2:ffff::9"));
        assert_ne!(of("2001:db8:1:2::1"), of("2001:db8:1:3::1"));
        assert_eq!(of("::ffff:10.0.0.1"), of("10.0.0.1"));
        assert_ne!(of("10.0.0.1"), of("10.0.0.2"));
    }
}
