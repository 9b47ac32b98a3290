//! What was touched lately: lets a tile that was cut from an older picture be refused.

use std::collections::VecDeque;
use std::sync::Arc;

use crate::mercator::Env;

/// Touches remembered. Cutting a tile takes milliseconds, so a few seconds of the busiest writing are plenty;
/// 0.7 MB. A tile older than what is remembered is not cached, which costs time and never truth.
const REMEMBERED: usize = 16_384;

#[derive(Default)]
pub(crate) struct TouchLog {
    /// By rising seq.
    touches: VecDeque<Touch>,
    /// The highest seq of which something has been forgotten.
    forgotten: u64,
}

struct Touch {
    seq: u64,
    layer: Arc<str>,
    env: Env,
}

impl TouchLog {
    pub fn add(&mut self, seq: u64, layer: &str, envelopes: &[Env]) {
        let layer: Arc<str> = layer.into();
        for &env in envelopes {
            let touch = Touch {
                seq,
                layer: layer.clone(),
                env,
            };
            // Touches come in order; one that does not still finds its place.
            let at = self.touches.partition_point(|earlier| earlier.seq <= seq);
            self.touches.insert(at, touch);
        }
        while self.touches.len() > REMEMBERED {
            if let Some(touch) = self.touches.pop_front() {
                self.forgotten = self.forgotten.max(touch.seq);
            }
        }
    }

    /// From now on, whatever is older than `seq` counts as touched.
    pub fn forget_before(&mut self, seq: u64) {
        self.forgotten = self.forgotten.max(seq);
    }

    /// Was any of `layers` touched within `reach` after `seq`? "Perhaps" counts as yes.
    pub fn since(&self, seq: u64, layers: &[Box<str>], reach: &Env) -> bool {
        let from = self.touches.partition_point(|touch| touch.seq <= seq);
        seq < self.forgotten
            || self
                .touches
                .range(from..)
                .any(|touch| touch.env.meets(reach) && layers.iter().any(|layer| **layer == *touch.layer))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_forgotten_counts_as_touched() {
        let mut log = TouchLog::default();
        let layers: [Box<str>; 1] = ["a".into()];
        let near = Env::of_nodes(0, 0, 10, 10);
        let far = Env::of_nodes(100_000, 100_000, 100_001, 100_001);
        for seq in 1..=REMEMBERED as u64 {
            log.add(seq, "a", &[far]);
        }
        assert!(!log.since(0, &layers, &near));
        log.add(REMEMBERED as u64 + 1, "a", &[far]);
        assert!(log.since(0, &layers, &near));
        assert!(!log.since(1, &layers, &near));
    }

    #[test]
    fn a_touch_out_of_order_is_remembered_in_its_place() {
        let mut log = TouchLog::default();
        let layers: [Box<str>; 1] = ["a".into()];
        log.add(9, "b", &[Env::WORLD]);
        log.add(5, "a", &[Env::WORLD]);
        assert!(log.since(4, &layers, &Env::WORLD));
        assert!(!log.since(5, &layers, &Env::WORLD));
    }
}
