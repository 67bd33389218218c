//! Ctrl-C and SIGTERM: the first asks for a clean end, the second ends at once.

use std::io;

use tokio::signal;

/// What a shell reports of a process that a second Ctrl-C ended.
const INTERRUPTED: i32 = 130;

/// The signals that end a server.
pub struct Signals {
    #[cfg(unix)]
    interrupt: signal::unix::Signal,
    #[cfg(unix)]
    terminate: signal::unix::Signal,
}

impl Signals {
    /// Catches them from now on.
    #[cfg(unix)]
    pub fn catch() -> io::Result<Self> {
        use signal::unix::{SignalKind, signal};
        Ok(Self {
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
        })
    }

    /// Catches them from now on.
    #[cfg(not(unix))]
    pub fn catch() -> io::Result<Self> {
        Ok(Self {})
    }

    /// Resolves at the first of them; the next one then ends the process.
    pub async fn asked_to_stop(mut self) {
        self.next().await;
        tracing::info!("stopping; a second signal stops at once");
        tokio::spawn(async move {
            self.next().await;
            std::process::exit(INTERRUPTED);
        });
    }

    #[cfg(unix)]
    async fn next(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }

    #[cfg(not(unix))]
    async fn next(&mut self) {
        if signal::ctrl_c().await.is_err() {
            // Nothing can be caught here, so the system's own handler ends the process.
            std::future::pending::<()>().await;
        }
    }
}
