//! Wrong passwords and what they cost: guessing is slowed down, whoever knows the password is not kept out.

use super::Limiter;
use crate::limits;
use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// An account's name and the address from which somebody wants to be it.
type Pair = (String, IpAddr);

/// Counts wrong passwords: strictly for one account from one address, widely for an account and for an address.
///
/// Only an address from which the account has signed in before passes when the strict and the wide counts are used up,
/// so nobody elsewhere can keep a person out by guessing in their name.
pub struct Tries {
    by_pair: Limiter<Pair>,
    by_account: Limiter<String>,
    by_address: Limiter<IpAddr>,
    /// What remains to an address that was right before.
    beyond: Limiter<Pair>,
    /// Where each account signed in lately, and when last.
    lately: Mutex<HashMap<Pair, Instant>>,
}

/// A try under way. Whatever becomes of it, it counts until it is known to have been no guess.
#[derive(Debug, PartialEq, Eq)]
pub struct Try {
    pair: Pair,
    /// The counts are used up: a wrong password is told to wait so long.
    beyond: Option<Duration>,
}

impl Tries {
    pub fn new() -> Self {
        let most = limits::LIMITER_KEYS_MAX;
        let pair_every = limits::LOGIN_PER_ACCOUNT_EVERY;
        Self {
            by_pair: Limiter::new(limits::LOGINS_PER_ACCOUNT, pair_every, most),
            by_account: Limiter::new(limits::LOGINS_PER_ACCOUNT_ANYWHERE, pair_every, most),
            by_address: Limiter::new(limits::LOGINS_PER_ADDRESS, limits::LOGIN_PER_ADDRESS_EVERY, most),
            beyond: Limiter::new(limits::LOGINS_BEYOND, limits::LOGIN_BEYOND_EVERY, most),
            lately: Mutex::default(),
        }
    }

    /// Begins a try, or says how long to wait for the next.
    pub fn begin(&self, name: &str, from: IpAddr, now: Instant) -> Result<Try, Duration> {
        let short: String = name.chars().take(limits::ACCOUNT_NAME_MAX).collect();
        let pair = (short.to_lowercase(), household(from));
        let Err(wait) = self.take(&pair, now) else {
            return Ok(Try { pair, beyond: None });
        };
        if !self.was_right_lately(&pair, now) {
            return Err(wait);
        }
        self.beyond.take(pair.clone(), now)?;
        Ok(Try {
            pair,
            beyond: Some(wait),
        })
    }

    /// Takes from all counts or from none: a try that is refused is no wrong password.
    fn take(&self, pair: &Pair, now: Instant) -> Result<(), Duration> {
        let (name, from) = pair;
        self.by_pair.take(pair.clone(), now)?;
        if let Err(wait) = self.by_account.take(name.clone(), now) {
            self.by_pair.give_back(pair, now);
            return Err(wait);
        }
        if let Err(wait) = self.by_address.take(*from, now) {
            self.by_pair.give_back(pair, now);
            self.by_account.give_back(name, now);
            return Err(wait);
        }
        Ok(())
    }

    /// It was the right password: it costs nothing, and the address is remembered.
    pub fn was_right(&self, done: Try, now: Instant) {
        let pair = done.pair.clone();
        self.give_back(done, now);
        let mut lately = self.lately.lock().unwrap_or_else(PoisonError::into_inner);
        if lately.len() >= limits::SIGNED_IN_FROM_MAX && !lately.contains_key(&pair) {
            let oldest = lately.iter().min_by_key(|(_, at)| **at).map(|(pair, _)| pair.clone());
            if let Some(oldest) = oldest {
                lately.remove(&oldest);
            }
        }
        lately.insert(pair, now);
    }

    /// It was a wrong password: how long to wait, when no more are taken.
    pub fn was_wrong(&self, done: Try) -> Option<Duration> {
        done.beyond
    }

    /// Nobody looked at the password.
    pub fn give_back(&self, done: Try, now: Instant) {
        if done.beyond.is_some() {
            self.beyond.give_back(&done.pair, now);
        } else {
            self.by_pair.give_back(&done.pair, now);
            self.by_account.give_back(&done.pair.0, now);
            self.by_address.give_back(&done.pair.1, now);
        }
    }

    fn was_right_lately(&self, pair: &Pair, now: Instant) -> bool {
        let lately = self.lately.lock().unwrap_or_else(PoisonError::into_inner);
        let since = lately.get(pair).map(|at| now.saturating_duration_since(*at));
        since.is_some_and(|since| since < limits::SIGNED_IN_FROM)
    }
}

/// One customer of a network: an IPv6 line has 2⁶⁴ addresses, and who guesses would use them all.
fn household(from: IpAddr) -> IpAddr {
    match from.to_canonical() {
        IpAddr::V6(six) => {
            let [a, b, c, d, ..] = six.segments();
            Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0).into()
        }
        four => four,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const OFFICE: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(192, 0, 2, 1));

    fn stranger(n: u32) -> IpAddr {
        std::net::Ipv4Addr::from_bits(0xC633_6400 + n).into()
    }

    /// Guesses until refused; how many were taken.
    fn guesses(tries: &Tries, name: &str, from: IpAddr, now: Instant) -> usize {
        (0..1000)
            .take_while(|_| tries.begin(name, from, now).is_ok_and(|t| tries.was_wrong(t).is_none()))
            .count()
    }

    fn right(tries: &Tries, name: &str, from: IpAddr, now: Instant) -> bool {
        tries.begin(name, from, now).map(|t| tries.was_right(t, now)).is_ok()
    }

    #[test]
    fn guessing_from_elsewhere_keeps_nobody_out() {
        let tries = Tries::new();
        let now = Instant::now();
        assert!(right(&tries, "admin", OFFICE, now));
        let taken: usize = (0..200).map(|n| guesses(&tries, "admin", stranger(n), now)).sum();
        assert_eq!(taken, limits::LOGINS_PER_ACCOUNT_ANYWHERE as usize);
        assert!(!right(&tries, "admin", stranger(201), now), "a new address waits");
        assert!(right(&tries, "admin", OFFICE, now), "the usual one does not");
        assert!(right(&tries, "ADMIN", OFFICE, now), "however the name is written");
        assert!(right(&tries, "leader", OFFICE, now), "nor does anybody else");
    }

    #[test]
    fn a_guest_at_the_office_keeps_nobody_out_and_is_told_to_wait() {
        let tries = Tries::new();
        let now = Instant::now();
        assert!(right(&tries, "admin", OFFICE, now));
        let taken = guesses(&tries, "admin", OFFICE, now);
        assert_eq!(taken, limits::LOGINS_PER_ACCOUNT as usize);
        assert!(right(&tries, "admin", OFFICE, now), "who knows the password comes in");
        let more = (0..1000)
            .take_while(|_| tries.begin("admin", OFFICE, now).is_ok())
            .count();
        assert!(more < limits::LOGINS_BEYOND as usize, "but guessing ends: {more}");
    }

    #[test]
    fn an_office_behind_one_address_forgets_its_passwords_in_peace() {
        let tries = Tries::new();
        let now = Instant::now();
        for person in 0..30 {
            let name = format!("worker-{person}");
            for _ in 0..3 {
                assert!(tries.begin(&name, OFFICE, now).is_ok(), "{name}");
            }
            assert!(right(&tries, &name, OFFICE, now), "{name}");
        }
        guesses(&tries, "worker-1", OFFICE, now);
        assert!(
            right(&tries, "worker-31", OFFICE, now),
            "what is refused is not counted"
        );
        let many = (0..1000).filter(|n| tries.begin(&format!("guess-{n}"), OFFICE, now).is_ok());
        assert!(many.count() < limits::LOGINS_PER_ADDRESS as usize);
    }

    #[test]
    fn a_line_with_many_addresses_counts_as_one() {
        let tries = Tries::new();
        let now = Instant::now();
        let taken: usize = (0..50)
            .map(|n| {
                guesses(
                    &tries,
                    "admin",
                    Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, n).into(),
                    now,
                )
            })
            .sum();
        assert_eq!(taken, limits::LOGINS_PER_ACCOUNT as usize);
    }

    #[test]
    fn an_address_is_forgotten_after_a_month() {
        let tries = Tries::new();
        let now = Instant::now();
        assert!(right(&tries, "admin", OFFICE, now));
        let later = now + limits::SIGNED_IN_FROM;
        guesses(&tries, "admin", OFFICE, later);
        assert!(!right(&tries, "admin", OFFICE, later));
    }
}
