//! The way from one position to another, which takes its time.

use serde::{Deserialize, Serialize};

use crate::clock::Moment;

/// The position of what is shut.
pub const CLOSED: i64 = 0;
/// The position of what is open.
pub const OPEN: i64 = 100;

/// How often what moves says where it is.
const REPORT_MS: u64 = 1000;

/// On the way from one position to another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
struct Way {
    from: i64,
    to: i64,
    /// When it set out.
    began: Moment,
    /// Up to when its position has been told.
    told: Moment,
}

impl Way {
    fn new(from: i64, to: i64, now: Moment) -> Self {
        Self {
            from,
            to,
            began: now,
            told: now,
        }
    }

    /// When it is there, at so many milliseconds from end to end.
    fn arrival(self, whole_ms: u64) -> Moment {
        let way = self.to.abs_diff(self.from);
        self.began
            .saturating_add((way * whole_ms).div_ceil(OPEN.unsigned_abs()))
    }

    fn position(self, whole_ms: u64, now: Moment) -> i64 {
        if now >= self.arrival(whole_ms) {
            return self.to;
        }
        // Before the arrival the product is below the way times the whole, and the whole is not nothing.
        let gone = now.saturating_sub(self.began) * OPEN.unsigned_abs() / whole_ms;
        let gone = i64::try_from(gone).unwrap_or(OPEN);
        if self.to > self.from {
            self.from + gone
        } else {
            self.from - gone
        }
    }

    fn due(self, whole_ms: u64) -> Moment {
        let reports = self.told.saturating_sub(self.began) / REPORT_MS + 1;
        self.arrival(whole_ms)
            .min(self.began.saturating_add(reports * REPORT_MS))
    }
}

/// What stands or moves: a cover, its slats, a valve.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Part {
    /// Where it is.
    pub position: i64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    way: Option<Way>,
}

impl Part {
    /// It stands here.
    pub const fn at(position: i64) -> Self {
        Self { position, way: None }
    }

    /// Sends it to a position, at so many milliseconds from end to end.
    pub fn go(&mut self, to: i64, whole_ms: u64, now: Moment) {
        if self.position == to || whole_ms == 0 {
            *self = Self::at(to);
        } else {
            self.way = Some(Way::new(self.position, to, now));
        }
    }

    /// Lets it stand where it is.
    pub const fn stop(&mut self) {
        self.way = None;
    }

    /// [`OPEN`] or [`CLOSED`], towards which it moves; `None` when it stands.
    pub fn direction(self) -> Option<i64> {
        self.way.map(|way| if way.to > way.from { OPEN } else { CLOSED })
    }

    /// When it has something to tell next.
    pub fn due(self, whole_ms: u64) -> Option<Moment> {
        self.way.map(|way| way.due(whole_ms))
    }

    /// Moves on to where it is now.
    pub fn advance(&mut self, whole_ms: u64, now: Moment) {
        if let Some(way) = &mut self.way {
            self.position = way.position(whole_ms, now);
            way.told = way.told.max(now);
            if now >= way.arrival(whole_ms) {
                self.way = None;
            }
        }
    }
}
