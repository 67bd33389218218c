//! How far work has come: many reports of the home become few news, that rise strictly.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;

use crate::clock::{Moment, SharedClock};
use crate::contract::hearth::mcp::types::Progress;
use crate::home::OnProgress;

/// Milliseconds between two news of one piece of work: at most ten times a second.
const INTERVAL_MS: u64 = 100;

/// The progress of all actions of one piece of work.
pub(super) struct Tracker {
    state: Mutex<State>,
    reported: Notify,
}

struct State {
    /// The newest report of each action.
    actions: Vec<Option<Progress>>,
    /// What was told last.
    told: f64,
    /// Before this moment nothing more is told.
    next: Moment,
    fresh: bool,
}

impl Tracker {
    pub fn new(actions: usize) -> Arc<Self> {
        Arc::new(Self {
            state: Mutex::new(State {
                actions: vec![None; actions],
                told: f64::NEG_INFINITY,
                next: 0,
                fresh: false,
            }),
            reported: Notify::new(),
        })
    }

    /// What the home calls for one action.
    pub fn reporter(self: &Arc<Self>, action: usize) -> OnProgress {
        let tracker = self.clone();
        Box::new(move |progress| {
            let mut state = tracker.lock();
            state.actions[action] = Some(progress);
            state.fresh = true;
            drop(state);
            tracker.reported.notify_one();
        })
    }

    /// Resolves with the next that is worth telling. Nothing is lost when it is dropped and called again.
    pub async fn next(&self, clock: &SharedClock) -> Progress {
        loop {
            let (fresh, next) = {
                let state = self.lock();
                (state.fresh, state.next)
            };
            if fresh {
                clock.sleep_until(next).await;
                if let Some(progress) = self.lock().take(clock.now()) {
                    return progress;
                }
            }
            self.reported.notified().await;
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn take(&mut self, now: Moment) -> Option<Progress> {
        self.fresh = false;
        let progress = self.whole()?;
        if !progress.done.is_finite() || progress.done <= self.told {
            return None;
        }
        self.told = progress.done;
        self.next = now.saturating_add(INTERVAL_MS);
        Some(progress)
    }

    /// One action: as it says. Several: how many of them are done, with their parts.
    fn whole(&self) -> Option<Progress> {
        if let [one] = self.actions.as_slice() {
            return one.clone();
        }
        let part = |progress: &Progress| match progress.total {
            Some(total) if total > 0.0 => (progress.done / total).clamp(0.0, 1.0),
            _ => 0.0,
        };
        Some(Progress {
            done: self.actions.iter().flatten().map(part).sum(),
            total: Some(self.actions.len() as f64),
            text: self.actions.iter().flatten().find_map(|progress| progress.text.clone()),
        })
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;

    use super::*;
    use crate::clock::ManualClock;

    fn report(done: f64) -> Progress {
        Progress {
            done,
            total: None,
            text: None,
        }
    }

    #[test]
    fn news_rise_strictly_and_come_at_most_ten_times_a_second() {
        let hand = ManualClock::at(1_000);
        let clock: SharedClock = hand.clone();
        let tracker = Tracker::new(1);
        let report_on = tracker.reporter(0);
        let told = |tracker: &Tracker| tracker.next(&clock).now_or_never().map(|progress| progress.done);

        report_on(report(1.0));
        assert_eq!(told(&tracker), Some(1.0));
        report_on(report(2.0));
        report_on(report(3.0));
        assert_eq!(told(&tracker), None, "only 0 ms have passed");
        hand.advance(INTERVAL_MS);
        assert_eq!(told(&tracker), Some(3.0), "the newest is told");
        hand.advance(INTERVAL_MS);
        report_on(report(3.0));
        assert_eq!(told(&tracker), None, "it did not rise");
    }
}
