//! The accept loop.

use std::pin::pin;
use std::sync::Arc;

use futures_util::future::{Either, select};
use tokio::net::TcpListener;
use tokio::sync::{Semaphore, watch};

use super::Http;
use super::connection::{self, Stage};
use super::requests::Server;

/// Milliseconds that connections have to end by themselves once the server ends.
const GRACE_MS: u64 = 5_000;

/// Milliseconds of rest when the machine has no more descriptors to accept with.
const REST_MS: u64 = 100;

/// Serves until `shutdown` resolves, and then ends everything in good order: no new connections, requests in work are
/// answered, the streams of sessions end cleanly, the engine is shut down.
pub async fn serve(listener: TcpListener, http: Arc<Http>, shutdown: impl Future<Output = ()>) {
    // A connection over the limit waits in the kernel's queue until another one ends.
    let most = http
        .limits
        .connections
        .clamp(1, Semaphore::MAX_PERMITS)
        .min(u32::MAX as usize);
    let connections = Arc::new(Semaphore::new(most));
    let (stage, watched) = watch::channel(Stage::Serving);
    let server = Arc::new(Server::new(http.clone()));

    // With the accept loop goes the listener: who connects from now on is told at once that nobody is there.
    let accepting = Box::pin(accept(listener, server, connections.clone(), watched));
    select(accepting, pin!(shutdown)).await;

    stage.send_replace(Stage::Closing);
    http.engine.shutdown().await;
    let all_ended = pin!(connections.acquire_many(most as u32));
    if let Either::Right(_) = select(all_ended, http.clock.sleep_ms(GRACE_MS)).await {
        tracing::info!("clients that did not end their connections in time lose them");
    }
    stage.send_replace(Stage::Over);
}

async fn accept(
    listener: TcpListener,
    server: Arc<Server>,
    connections: Arc<Semaphore>,
    stage: watch::Receiver<Stage>,
) {
    loop {
        let Ok(permit) = connections.clone().acquire_owned().await else {
            return; // Never: nobody closes it.
        };
        let (socket, peer) = match listener.accept().await {
            Ok(accepted) => accepted,
            Err(error) if is_of_one_connection(&error) => continue,
            Err(error) => {
                tracing::error!(%error, "no connection can be accepted; trying again");
                server.http.clock.sleep_ms(REST_MS).await;
                continue;
            }
        };
        let (server, stage) = (server.clone(), stage.clone());
        tokio::spawn(async move {
            connection::serve(socket, peer, server, stage).await;
            drop(permit);
        });
    }
}

/// A client that was gone before it was accepted.
fn is_of_one_connection(error: &std::io::Error) -> bool {
    use std::io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset)
}
