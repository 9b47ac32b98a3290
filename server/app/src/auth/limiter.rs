//! Slows down guessing: so many tries in a row, then one now and then.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// A bucket per key that holds `burst` tries and gets one back every `every`. A try that turned out to be right is given back.
pub struct Limiter<K> {
    burst: u32,
    every: Duration,
    keys_max: usize,
    /// When each key will have all its tries again.
    full_at: Mutex<HashMap<K, Instant>>,
}

impl<K: Hash + Eq> Limiter<K> {
    pub fn new(burst: u32, every: Duration, keys_max: usize) -> Self {
        Self {
            burst,
            every,
            keys_max,
            full_at: Mutex::new(HashMap::new()),
        }
    }

    /// Takes one try, or says how long to wait for the next.
    pub fn take(&self, key: K, now: Instant) -> Result<(), Duration> {
        let mut full_at = self.full_at.lock().unwrap_or_else(PoisonError::into_inner);
        if full_at.len() >= self.keys_max && !full_at.contains_key(&key) {
            full_at.retain(|_, full| *full > now);
            if full_at.len() >= self.keys_max {
                // An attacker with so many names waits like everybody: nobody is let through unlimited.
                return Err(self.every);
            }
        }
        let full = full_at.entry(key).or_insert(now);
        let begins = (*full).max(now);
        let after = begins + self.every;
        let most = now + self.every * self.burst;
        if after > most {
            return Err(after - most);
        }
        *full = after;
        Ok(())
    }

    /// Gives a try back.
    pub fn give_back(&self, key: &K, now: Instant) {
        let mut full_at = self.full_at.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(full) = full_at.get_mut(key) {
            match full.checked_sub(self.every).filter(|earlier| *earlier > now) {
                Some(earlier) => *full = earlier,
                None => {
                    full_at.remove(key);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    #[test]
    fn so_many_in_a_row_then_one_now_and_then() {
        let limiter = Limiter::new(3, SECOND * 10, 100);
        let start = Instant::now();
        for _ in 0..3 {
            assert_eq!(limiter.take("worker", start), Ok(()));
        }
        assert_eq!(limiter.take("worker", start), Err(SECOND * 10));
        assert_eq!(limiter.take("leader", start), Ok(()), "each key has its own");
        assert_eq!(limiter.take("worker", start + SECOND * 4), Err(SECOND * 6));
        assert_eq!(limiter.take("worker", start + SECOND * 10), Ok(()));
        assert!(limiter.take("worker", start + SECOND * 10).is_err());
    }

    #[test]
    fn a_right_password_costs_nothing() {
        let limiter = Limiter::new(2, SECOND, 100);
        let now = Instant::now();
        for _ in 0..50 {
            assert_eq!(limiter.take("worker", now), Ok(()));
            limiter.give_back(&"worker", now);
        }
        assert_eq!(limiter.take("worker", now), Ok(()));
        assert_eq!(limiter.take("worker", now), Ok(()));
        assert!(limiter.take("worker", now).is_err());
    }

    #[test]
    fn ever_new_names_do_not_fill_the_memory() {
        let limiter = Limiter::new(2, SECOND, 10);
        let now = Instant::now();
        let taken = (0..1000).filter(|n| limiter.take(*n, now).is_ok()).count();
        assert_eq!(taken, 10);
        assert_eq!(
            limiter.take(5000, now + SECOND * 3),
            Ok(()),
            "recovered names are forgotten"
        );
    }
}
