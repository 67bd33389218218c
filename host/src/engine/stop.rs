//! The planned stop: everybody is told, what can go on after the next start is kept, and the rest ends.

use std::sync::Arc;

use futures_util::future::{Either, join_all, select};

use super::Engine;
use super::core::{Cause, Core};
use super::reducer::Event;
use super::shared::Shared;
use super::turn::notice;

/// Milliseconds after which clients are asked to come again: a host that is started anew is there by then.
pub const STOP_RETRY_MS: u32 = 3_000;

/// Milliseconds for telling the component what became of work that the stop cuts off. It takes microseconds each, unless
/// the component loops.
const WORK_MS: u64 = 5_000;

/// The kind of change that announces it.
const STOPPING: &str = "stopping";

impl Engine {
    /// Ends all work and all streams, after what is in them. What clients can resume is kept as it is, where there is
    /// something to keep it in.
    pub async fn shutdown(&self) {
        let shared = &self.shared;
        let tasks = {
            let mut core = shared.core.lock().await;
            // From now on nothing new begins.
            core.down = true;
            shared.stopping.send_replace(true);
            core.work.tasks()
        };
        let late = shared.clock.sleep_ms(WORK_MS);
        if let Either::Right(_) = select(join_all(tasks), late).await {
            tracing::warn!("work that does not end is left; its requests are answered after the next start");
        }
        let mut core = shared.core.lock().await;
        core.stop(shared).await;
        // Without a receiver the tending task has ended already.
        let _ = shared.down.send(true);
    }
}

impl Core {
    async fn stop(&mut self, shared: &Arc<Shared>) {
        let moment = self.moments.next(shared.clock.now());
        let changes = vec![notice(STOPPING, "", Vec::new())];
        let event = Event::HomeChanged { changes, moment };
        // A component that traps at it is not asked again; the streams end all the same.
        let _ = self.deliver(shared, event, Cause::default()).await;
        self.work.abandon_all();
        self.outlets.stop_all(STOP_RETRY_MS);
        self.count(shared);
        self.write_outlets(shared);
    }
}
