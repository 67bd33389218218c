//! Ctrl-C and SIGTERM: the first asks for a clean end, the second ends at once.
#![allow(dead_code)]

use tokio::signal;

/// What a shell reports of a process that a second Ctrl-C ended.
const INTERRUPTED: i32 = 130;

/// Resolves at the first signal; from then on the next one ends the process.
pub async fn asked_to_stop() {
    one().await;
    tracing::info!("stopping; a second signal stops at once");
    tokio::spawn(async {
        one().await;
        std::process::exit(INTERRUPTED);
    });
}

#[cfg(unix)]
async fn one() {
    let terminate = signal::unix::signal(signal::unix::SignalKind::terminate());
    match terminate {
        Ok(mut terminate) => tokio::select! {
            _ = signal::ctrl_c() => {}
            _ = terminate.recv() => {}
        },
        // Without a handler the system's own one ends the process.
        Err(error) => {
            tracing::warn!(%error, "SIGTERM will not end streams cleanly");
            let _ = signal::ctrl_c().await;
        }
    }
}

#[cfg(not(unix))]
async fn one() {
    // Without a handler the system's own one ends the process.
    let _ = signal::ctrl_c().await;
}
