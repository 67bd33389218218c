//! The one background task of an engine: what happens by itself becomes an event here.

use std::sync::{Arc, Weak};

use tokio::sync::{mpsc, watch};

use super::core::Cause;
use super::outlet::Closing;
use super::reducer::Event;
use super::shared::{Notices, Shared, Timer};
use super::swap;
use crate::clock::SharedClock;
use crate::home::Home;

/// What it waits for. It does not hold the engine up while it waits.
pub(super) struct Tend {
    pub engine: Weak<Shared>,
    pub clock: SharedClock,
    pub home: Arc<dyn Home>,
    pub notices: Arc<Notices>,
    pub timer: Arc<Timer>,
    pub trial: Arc<Timer>,
    pub expiry: Arc<Timer>,
    pub closings: mpsc::UnboundedReceiver<Closing>,
    pub down: watch::Receiver<bool>,
}

/// What the task woke up for.
enum Reason {
    /// The home, the configuration or rights changed.
    Changes,
    /// A client hung up, or its stream was ended.
    Closing(Closing),
    /// The timer is due.
    TimerDue,
    /// Nobody has resumed an outlet in time.
    Expired,
    /// The probation of the running generation is over.
    Passed,
    /// One of the timers was set to another moment.
    TimerSet,
    /// The engine is shut down, or nobody holds it any more.
    Over,
}

impl Tend {
    /// Runs until the engine is shut down or dropped.
    pub async fn run(mut self) {
        loop {
            let reason = self.wait().await;
            let Some(shared) = self.engine.upgrade() else {
                return;
            };
            shared.rested().await;
            match reason {
                Reason::Changes => shared.core.lock().await.deliver_changes(&shared).await,
                Reason::Closing(Closing::Over(outlet)) => shared.core.lock().await.close(&shared, outlet).await,
                Reason::Closing(Closing::Left(outlet, moment)) => {
                    shared.core.lock().await.left(&shared, outlet, moment);
                }
                Reason::Expired => shared.core.lock().await.expire(&shared).await,
                Reason::TimerDue => wake(&shared).await,
                Reason::Passed => pass(&shared).await,
                Reason::TimerSet => {}
                Reason::Over => return,
            }
        }
    }

    async fn wait(&mut self) -> Reason {
        let due = until(&self.clock, &self.timer);
        let expired = until(&self.clock, &self.expiry);
        let passed = until(&self.clock, &self.trial);
        tokio::select! {
            biased;
            _ = self.down.changed() => Reason::Over,
            closing = self.closings.recv() => closing.map_or(Reason::Over, Reason::Closing),
            () = due => Reason::TimerDue,
            () = expired => Reason::Expired,
            () = passed => Reason::Passed,
            () = self.expiry.changed.notified() => Reason::TimerSet,
            () = self.timer.changed.notified() => Reason::TimerSet,
            () = self.trial.changed.notified() => Reason::TimerSet,
            () = self.notices.arrived.notified() => Reason::Changes,
            () = self.home.changed() => Reason::Changes,
        }
    }
}

async fn until(clock: &SharedClock, timer: &Timer) {
    match timer.at() {
        Some(at) => clock.sleep_until(at).await,
        None => std::future::pending().await,
    }
}

async fn wake(shared: &Arc<Shared>) {
    let mut core = shared.core.lock().await;
    if shared.timer.take_due(shared.clock.now()) {
        // No nonce: how often the timer goes off is not to be seen from what follows.
        let moment = core.moments.next(shared.clock.now());
        let _ = core.deliver(shared, Event::Wake { moment }, Cause::default()).await;
    }
}

async fn pass(shared: &Arc<Shared>) {
    let mut core = shared.core.lock().await;
    if shared.trial.take_due(shared.clock.now()) && core.pass(shared) {
        // It takes its turn after a swap that is under way, and nothing else waits for it.
        tokio::spawn(swap::raise_format(shared.clone()));
    }
}
