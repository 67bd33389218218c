//! The socket under a connection: gives up a client that leaves its answers unread.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use super::socket::Socket;
use crate::clock::SharedClock;
use futures_util::future::BoxFuture;
use hyper::rt::{Read, ReadBufCursor, Write};
use hyper_util::rt::TokioIo;

/// A socket whose writes end with an error when the client has taken nothing for too long. The outlet of a session has
/// its own limit on what is unread; this one frees the connection too.
pub struct Transport {
    socket: TokioIo<Socket>,
    clock: SharedClock,
    unread_time_ms: u64,
    /// Runs while the client takes nothing.
    patience: Option<BoxFuture<'static, ()>>,
}

impl Transport {
    /// Wraps a socket.
    pub fn new(socket: Socket, clock: SharedClock, unread_time_ms: u64) -> Self {
        Self {
            socket: TokioIo::new(socket),
            clock,
            unread_time_ms,
            patience: None,
        }
    }

    /// The socket again.
    pub fn into_socket(self) -> Socket {
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

#[cfg(test)]
mod tests {
    use std::future::poll_fn;

    use futures_util::FutureExt;
    use tokio::io::AsyncReadExt;
    use tokio::net::{TcpListener, TcpStream};

    use super::*;
    use crate::clock::ManualClock;

    async fn connected(clock: SharedClock) -> (Transport, TcpStream) {
        let listener = TcpListener::bind("127.0.0.1:0")
            .await
            .expect("loopback has a free port");
        let client = TcpStream::connect(listener.local_addr().expect("it listens")).await;
        let (server, _) = listener.accept().await.expect("the client is there");
        (
            Transport::new(Socket::Plain(server), clock, 30_000),
            client.expect("the listener accepts"),
        )
    }

    /// Writes until nothing more is taken.
    async fn fill(transport: &mut Transport) {
        let mut write = |context: &mut Context<'_>| Pin::new(&mut *transport).poll_write(context, &[0; 64 << 10]);
        poll_fn(|context| match write(context) {
            Poll::Ready(written) => {
                written.expect("the client is there");
                context.waker().wake_by_ref();
                Poll::Pending
            }
            Poll::Pending => Poll::Ready(()),
        })
        .await;
    }

    fn error(transport: &mut Transport) -> Option<io::ErrorKind> {
        let written = poll_fn(|context| Pin::new(&mut *transport).poll_write(context, &[0])).now_or_never();
        written.and_then(|written| written.err()).map(|error| error.kind())
    }

    #[tokio::test]
    async fn a_client_that_takes_nothing_is_given_up_when_its_time_is_over() {
        let clock = ManualClock::at(0);
        let (mut transport, _client) = connected(clock.clone()).await;
        fill(&mut transport).await;
        clock.advance(29_999);
        assert_eq!(error(&mut transport), None);
        clock.advance(1);
        assert_eq!(error(&mut transport), Some(io::ErrorKind::TimedOut));
    }

    #[tokio::test]
    async fn a_client_that_takes_something_has_all_its_time_again() {
        let clock = ManualClock::at(0);
        let (mut transport, mut client) = connected(clock.clone()).await;
        fill(&mut transport).await;
        clock.advance(29_999);
        let mut taken = vec![0; 1 << 20];
        while error(&mut transport).is_none() && transport.patience.is_some() {
            // Nothing may be there to read before the kernel has moved it.
            let _ = client.read(&mut taken).now_or_never();
            tokio::task::yield_now().await;
        }
        fill(&mut transport).await;
        clock.advance(29_999);
        assert_eq!(error(&mut transport), None);
    }
}
