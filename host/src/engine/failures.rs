//! Traps without an end: after some in a row the component is left alone for a while.

use crate::clock::Moment;

/// Traps in a row, without an event that came to its end, after which the component rests.
const IN_A_ROW: u32 = 6;
/// Milliseconds of the first rest. Each further trap doubles it.
const FIRST_REST_MS: u64 = 50;
/// Milliseconds of the longest.
const LONGEST_REST_MS: u64 = 5_000;

/// See the module.
#[derive(Debug, Default)]
pub(super) struct Failures {
    in_a_row: u32,
    until: Moment,
}

impl Failures {
    /// It trapped.
    pub fn one_more(&mut self, now: Moment) {
        self.in_a_row = self.in_a_row.saturating_add(1);
        if let Some(beyond) = self.in_a_row.checked_sub(IN_A_ROW) {
            let rest = FIRST_REST_MS.saturating_mul(1 << beyond.min(16)).min(LONGEST_REST_MS);
            self.until = now.saturating_add(rest);
        }
    }

    /// An event came to its end.
    pub fn end(&mut self) {
        *self = Self::default();
    }

    /// Until when it rests; 0: it does not.
    pub fn until(&self) -> Moment {
        self.until
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_trap_after_some_doubles_the_rest_up_to_a_longest_one() {
        let mut failures = Failures::default();
        let rests: Vec<Moment> = (0..16)
            .map(|_| {
                failures.one_more(1_000);
                failures.until().saturating_sub(1_000)
            })
            .collect();
        assert_eq!(rests[..9], [0, 0, 0, 0, 0, 50, 100, 200, 400]);
        assert_eq!(rests.last(), Some(&LONGEST_REST_MS));
        failures.end();
        assert_eq!(failures.until(), 0);
    }
}
