//! One connection, from its first byte to its last.

use std::future::poll_fn;
use std::io;
use std::net::SocketAddr;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::{Either, select};
use hyper::server::conn::http1;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::watch;

use super::requests::{Requests, Server};
use super::socket::Socket;
use super::timer::ClockTimer;
use super::tls::Tls;
use super::transport::Transport;

/// How far the server is in its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// It takes requests.
    Serving,
    /// Connections end with the response they are at.
    Closing,
    /// Connections end.
    Over,
}

/// Hyper allows no smaller buffer.
const SMALLEST_BUFFER: usize = 8192;

/// Milliseconds that a client has to read a last answer before its connection is closed under it.
const LINGER_MS: u64 = 2_000;

const TOO_LATE: &[u8] = b"HTTP/1.1 408 Request Timeout\r\nContent-Type: text/plain; charset=utf-8\r\n\
    Connection: close\r\nContent-Length: 20\r\n\r\n408: Request Timeout";

/// Serves one connection until it ends.
pub async fn serve(socket: TcpStream, peer: SocketAddr, server: Arc<Server>, mut stage: watch::Receiver<Stage>) {
    // Answers are small and waited for: with Nagle's algorithm each would wait for the acknowledgement of the last.
    if let Err(error) = socket.set_nodelay(true) {
        tracing::debug!(%error, "TCP_NODELAY was not set");
    }
    // Without an address the client is gone already.
    let Ok(local) = socket.local_addr() else { return };
    let limits = &server.http.limits;
    let socket = match &server.http.tls {
        None => Socket::Plain(socket),
        // Boxed: the handshake is over when the connection is idle.
        Some(tls) => match Box::pin(encrypt(socket, tls, &server)).await {
            Some(socket) => socket,
            None => return,
        },
    };
    let transport = Transport::new(socket, server.http.clock.clone(), limits.unread_time_ms);
    let mut connection = http1::Builder::new()
        .timer(ClockTimer::new(server.http.clock.clone()))
        .header_read_timeout(Duration::from_millis(limits.head_time_ms))
        .max_header_size(limits.head)
        .max_buf_size(limits.head.max(SMALLEST_BUFFER))
        .title_case_headers(true)
        .serve_connection(transport, Requests::new(server.clone(), local, peer));
    let ended = loop {
        let Some(ended) = until_change(&mut connection, &mut stage).await else {
            let stage = if stage.has_changed().is_ok() {
                *stage.borrow()
            } else {
                Stage::Over
            };
            match stage {
                Stage::Serving => {}
                Stage::Closing => Pin::new(&mut connection).graceful_shutdown(),
                Stage::Over => return,
            }
            continue;
        };
        break ended;
    };
    // Nothing of hyper outlives this block: the last answer may take its time.
    let (socket, has_begun) = {
        let parts = connection.into_parts();
        (parts.io.into_socket(), !parts.read_buf.is_empty())
    };
    match ended {
        Ok(()) => end(socket, &[], &server).await,
        // Hyper has answered 400 or 431.
        Err(error) if error.is_parse() => end(socket, &[], &server).await,
        // Who has sent part of a head is told; who has sent nothing was idle.
        Err(error) if error.is_timeout() && has_begun => end(socket, TOO_LATE, &server).await,
        Err(error) => tracing::debug!(%error, "a connection broke off"),
    }
}

/// Agrees with the client on how the connection is encrypted, in the time that it has for the head of a request.
async fn encrypt(socket: TcpStream, tls: &Tls, server: &Server) -> Option<Socket> {
    let handshake = pin!(tls.acceptor().accept(socket));
    match select(handshake, server.http.clock.sleep_ms(server.http.limits.head_time_ms)).await {
        Either::Left((Ok(stream), _)) => Some(Socket::Tls(Box::new(stream))),
        Either::Left((Err(error), _)) => {
            tracing::debug!(%error, "a client did not agree on TLS");
            None
        }
        Either::Right(_) => {
            tracing::debug!("a client did not come to agree on TLS in time");
            None
        }
    }
}

/// Runs the connection to its end, or until the server enters another stage, which is `None`.
async fn until_change(
    connection: &mut http1::Connection<Transport, Requests>,
    stage: &mut watch::Receiver<Stage>,
) -> Option<hyper::Result<()>> {
    let ended = poll_fn(|context| connection.poll_without_shutdown(context));
    match select(ended, pin!(stage.changed())).await {
        Either::Left((ended, _)) => Some(ended),
        Either::Right(_) => None,
    }
}

/// Sends the last bytes and closes the connection so that the client can read them: closing it while something of a
/// request is unread would make the kernel throw away what it has sent.
async fn end(mut socket: Socket, last: &[u8], server: &Server) {
    let most = server.http.limits.body.saturating_mul(4);
    let closing = Box::pin(async {
        socket.write_all(last).await?;
        socket.shutdown().await?;
        let mut rest = [0; 4096];
        let mut read = 0;
        while read < most {
            match socket.read(&mut rest).await? {
                0 => break,
                count => read += count,
            }
        }
        io::Result::Ok(())
    });
    if let Either::Left((Err(error), _)) = select(closing, server.http.clock.sleep_ms(LINGER_MS)).await {
        tracing::debug!(%error, "a connection broke off at its end");
    }
}
