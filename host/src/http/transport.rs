//! The socket under a connection: gives up a client that leaves its answers unread.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use futures_util::future::BoxFuture;
use hyper::rt::{Read, ReadBufCursor, Write};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;

use crate::clock::SharedClock;

/// A socket whose writes end with an error when the client has taken nothing for too long. The outlet of a session has
/// its own limit on what is unread; this one frees the connection too.
pub struct Transport {
    socket: TokioIo<TcpStream>,
    clock: SharedClock,
    unread_time_ms: u64,
    /// Runs while the client takes nothing.
    patience: Option<BoxFuture<'static, ()>>,
}

impl Transport {
    /// Wraps a socket.
    pub fn new(socket: TcpStream, clock: SharedClock, unread_time_ms: u64) -> Self {
        Self {
            socket: TokioIo::new(socket),
            clock,
            unread_time_ms,
            patience: None,
        }
    }

    /// The socket again.
    pub fn into_socket(self) -> TcpStream {
        self.socket.into_inner()
    }

    fn watch<T>(&mut self, written: Poll<io::Result<T>>, context: &mut Context<'_>) -> Poll<io::Result<T>> {
        if written.is_ready() {
            self.patience = None;
            return written;
        }
        let patience = self
            .patience
            .get_or_insert_with(|| self.clock.sleep_ms(self.unread_time_ms));
        if patience.as_mut().poll(context).is_ready() {
            let text = format!("the client has read nothing for {} ms", self.unread_time_ms);
            return Poll::Ready(Err(io::Error::new(io::ErrorKind::TimedOut, text)));
        }
        Poll::Pending
    }
}

impl Read for Transport {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: ReadBufCursor<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.socket).poll_read(context, buffer)
    }
}

impl Write for Transport {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.socket).poll_write(context, bytes);
        self.watch(written, context)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.socket).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.socket).poll_shutdown(context)
    }

    fn is_write_vectored(&self) -> bool {
        self.socket.is_write_vectored()
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.socket).poll_write_vectored(context, slices);
        self.watch(written, context)
    }
}
