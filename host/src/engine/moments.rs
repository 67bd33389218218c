//! What each event carries of the world: a moment that never goes back, and fresh random bits.

use crate::clock::Moment;
use crate::contract::hearth::mcp::types::Nonce;

/// Where nonces come from.
pub trait Nonces: Send {
    /// 128 bits that nobody can guess, or in tests a known sequence.
    fn next(&mut self) -> Nonce;

    /// Those of an instance that starts. Who repeats events with other instances keeps them apart.
    fn start(&mut self) -> Nonce {
        self.next()
    }
}

/// Nonces of a sequence that can be repeated.
#[derive(Debug, Clone)]
pub struct SeededNonces(u64);

impl SeededNonces {
    /// The sequence of this seed.
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// splitmix64: Steele, Lea and Flood, "Fast splittable pseudorandom number generators".
    fn word(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut word = self.0;
        word = (word ^ (word >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        word = (word ^ (word >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        word ^ (word >> 31)
    }
}

impl Nonces for SeededNonces {
    fn next(&mut self) -> Nonce {
        Nonce {
            high: self.word(),
            low: self.word(),
        }
    }
}

/// Nonces taken from the system at a time.
const BATCH: usize = 32;
const NONCE_BYTES: usize = 16;

/// Nonces from the operating system's random source.
#[derive(Debug)]
pub struct RandomNonces {
    bytes: [u8; BATCH * NONCE_BYTES],
    used: usize,
}

impl Default for RandomNonces {
    fn default() -> Self {
        Self {
            bytes: [0; BATCH * NONCE_BYTES],
            used: BATCH * NONCE_BYTES,
        }
    }
}

impl Nonces for RandomNonces {
    fn next(&mut self) -> Nonce {
        if self.used == self.bytes.len() {
            // Session ids are made of it: without a random source there is no safe way on.
            getrandom::fill(&mut self.bytes).expect("the operating system has a random source");
            self.used = 0;
        }
        let mut word = || {
            let mut bytes = [0; 8];
            bytes.copy_from_slice(&self.bytes[self.used..self.used + 8]);
            // What was given out is not kept.
            self.bytes[self.used..self.used + 8].fill(0);
            self.used += 8;
            u64::from_le_bytes(bytes)
        };
        Nonce {
            high: word(),
            low: word(),
        }
    }
}

/// Moments for events: the clock's, or the last one when the clock was set back.
#[derive(Debug, Default)]
pub(super) struct Moments {
    last: Moment,
}

impl Moments {
    /// The moment of the newest event.
    pub fn now(&self) -> Moment {
        self.last
    }

    pub fn next(&mut self, now: Moment) -> Moment {
        self.last = self.last.max(now);
        self.last
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_that_is_set_back_does_not_take_moments_back() {
        let mut moments = Moments::default();
        assert_eq!([5, 3, 7].map(|now| moments.next(now)), [5, 5, 7]);
    }

    #[test]
    fn nonces_differ_across_batches() {
        let mut nonces = RandomNonces::default();
        let mut seen: Vec<(u64, u64)> = (0..100)
            .map(|_| nonces.next())
            .map(|nonce| (nonce.high, nonce.low))
            .collect();
        seen.sort_unstable();
        seen.dedup();
        assert_eq!(seen.len(), 100);
    }
}
