//! Numbers that look random and are the same on every machine and in every release.
//!
//! Own arithmetic throughout: a generator crate may change its stream between versions, and `sin` of the platform may
//! differ in its last digit, which would move a vertex by one grid step.

/// SplitMix64 (Steele, Lea, Flood 2014): tiny, well mixed, and never going to change.
#[derive(Debug, Clone)]
pub struct Chance(u64);

impl Chance {
    pub fn new(seed: u64) -> Self {
        Chance(seed)
    }

    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// A stream of its own for one part of the work, so that a change there leaves the others as they were.
    pub fn fork(&self, part: u64) -> Self {
        let mut own = Chance(self.0 ^ part.wrapping_mul(0xD6E8_FEB8_6659_FD93));
        own.next();
        own
    }

    /// From 0 up to 1, 1 left out.
    pub fn unit(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1u64 << 53) as f64
    }

    pub fn between(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * self.unit()
    }

    /// A whole number, both ends included.
    pub fn whole(&mut self, low: u32, high: u32) -> u32 {
        let span = u64::from(high.max(low) - low) + 1;
        low + (self.next() % span) as u32
    }

    pub fn happens(&mut self, share: f64) -> bool {
        self.unit() < share
    }

    /// One of a list that is not empty.
    pub fn pick<'a, T>(&mut self, list: &'a [T]) -> &'a T {
        &list[(self.next() % list.len() as u64) as usize]
    }

    pub fn shuffle<T>(&mut self, list: &mut [T]) {
        for i in (1..list.len()).rev() {
            let j = (self.next() % (i as u64 + 1)) as usize;
            list.swap(i, j);
        }
    }
}

/// Sine of an angle in radians by its series after folding into a quarter turn; good to 1e-9 for the few turns used here.
pub fn sine(angle: f64) -> f64 {
    use std::f64::consts::{PI, TAU};
    let mut x = angle - (angle / TAU).floor() * TAU;
    if x > PI {
        return -sine(x - PI);
    }
    if x > PI / 2.0 {
        x = PI - x;
    }
    let square = x * x;
    let mut term = x;
    let mut sum = x;
    for k in 1..8 {
        let k = f64::from(k);
        term *= -square / ((2.0 * k) * (2.0 * k + 1.0));
        sum += term;
    }
    sum
}

pub fn cosine(angle: f64) -> f64 {
    sine(angle + std::f64::consts::FRAC_PI_2)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_stream_never_changes() {
        let mut chance = Chance::new(1);
        assert_eq!(
            [chance.next(), chance.next()],
            [0x910A_2DEC_8902_5CC1, 0xBEEB_8DA1_658E_EC67]
        );
    }

    #[test]
    fn own_sine_is_the_sine() {
        for i in -100..100 {
            let angle = f64::from(i) * 0.13;
            assert!((sine(angle) - angle.sin()).abs() < 1e-8, "{angle}");
        }
    }
}
