//! What moves by itself: one task sleeps until the next thing is due, moves it on, and ends when nothing moves.

use std::sync::{Arc, Weak};

use tokio::runtime::Handle;
use tokio::sync::Notify;

use super::EmbeddedHome;

/// Starts the task if something moves and it is not there. Without a runtime nothing is started: whatever reads the
/// home moves it on first, and starts the task then.
pub(super) fn ensure(home: &EmbeddedHome) {
    let Ok(runtime) = Handle::try_current() else {
        return;
    };
    let mut live = home.live();
    if live.mover || live.next_due().is_none() {
        return;
    }
    live.mover = true;
    runtime.spawn(run(home.myself.clone(), Arc::clone(&home.moving)));
}

async fn run(home: Weak<EmbeddedHome>, moving: Arc<Notify>) {
    loop {
        let sleep = {
            let Some(home) = home.upgrade() else {
                return;
            };
            home.advance();
            let mut live = home.live();
            match live.next_due() {
                Some(due) => home.clock.sleep_until(due),
                None => {
                    live.mover = false;
                    return;
                }
            }
        };
        tokio::select! {
            () = sleep => {}
            () = moving.notified() => {}
        }
    }
}
