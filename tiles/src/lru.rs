//! Things in the order they were last used: every act in constant time, without pointers.

const NONE: u32 = u32::MAX;

/// A handle stays good until its thing is removed.
pub(crate) struct Recency<T> {
    nodes: Vec<Node<T>>,
    free: Vec<u32>,
    newest: u32,
    oldest: u32,
}

struct Node<T> {
    thing: Option<T>,
    newer: u32,
    older: u32,
}

impl<T> Default for Recency<T> {
    fn default() -> Self {
        Recency {
            nodes: Vec::new(),
            free: Vec::new(),
            newest: NONE,
            oldest: NONE,
        }
    }
}

impl<T> Recency<T> {
    pub fn insert(&mut self, thing: T) -> u32 {
        let node = Node {
            thing: Some(thing),
            newer: NONE,
            older: NONE,
        };
        let handle = match self.free.pop() {
            Some(handle) => {
                self.nodes[handle as usize] = node;
                handle
            }
            None => {
                self.nodes.push(node);
                self.nodes.len() as u32 - 1
            }
        };
        self.link(handle);
        handle
    }

    pub fn get(&self, handle: u32) -> Option<&T> {
        self.nodes.get(handle as usize)?.thing.as_ref()
    }

    /// Makes a thing the newest.
    pub fn used(&mut self, handle: u32) {
        if handle != self.newest && self.get(handle).is_some() {
            self.unlink(handle);
            self.link(handle);
        }
    }

    pub fn remove(&mut self, handle: u32) -> Option<T> {
        let thing = self.nodes.get_mut(handle as usize)?.thing.take()?;
        self.unlink(handle);
        self.free.push(handle);
        Some(thing)
    }

    pub fn pop_oldest(&mut self) -> Option<T> {
        self.remove(self.oldest)
    }

    pub fn len(&self) -> usize {
        self.nodes.len() - self.free.len()
    }

    fn link(&mut self, handle: u32) {
        let before = std::mem::replace(&mut self.newest, handle);
        let node = &mut self.nodes[handle as usize];
        (node.newer, node.older) = (NONE, before);
        match self.nodes.get_mut(before as usize) {
            Some(node) => node.newer = handle,
            None => self.oldest = handle,
        }
    }

    fn unlink(&mut self, handle: u32) {
        let Node { newer, older, .. } = self.nodes[handle as usize];
        match self.nodes.get_mut(newer as usize) {
            Some(node) => node.older = older,
            None => self.newest = older,
        }
        match self.nodes.get_mut(older as usize) {
            Some(node) => node.newer = newer,
            None => self.oldest = newer,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn it_orders_as_a_plain_list_does(acts in prop::collection::vec((0u8..4, 0usize..12), 0..200)) {
            let mut recency = Recency::default();
            let mut plain: Vec<(u32, usize)> = Vec::new();
            for (i, (act, pick)) in acts.into_iter().enumerate() {
                let at = (!plain.is_empty()).then(|| pick % plain.len().max(1));
                match (act, at) {
                    (1, Some(at)) => {
                        let it = plain.remove(at);
                        recency.used(it.0);
                        plain.push(it);
                    }
                    (2, Some(at)) => {
                        let (handle, thing) = plain.remove(at);
                        prop_assert_eq!(recency.remove(handle), Some(thing));
                        prop_assert_eq!(recency.remove(handle), None);
                    }
                    (3, Some(_)) => prop_assert_eq!(recency.pop_oldest(), Some(plain.remove(0).1)),
                    (3, None) => prop_assert_eq!(recency.pop_oldest(), None),
                    _ => plain.push((recency.insert(i), i)),
                }
                prop_assert_eq!(recency.len(), plain.len());
                for &(handle, thing) in &plain {
                    prop_assert_eq!(recency.get(handle), Some(&thing));
                }
            }
        }
    }
}
