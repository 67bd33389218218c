//! What a guest writes to its standard output and error: bounded, into the trace, without ever waiting.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use tokio::io::AsyncWrite;
use wasmtime_wasi::cli::{IsTerminal, StdoutStream};
use wasmtime_wasi::p2::{OutputStream, Pollable, StreamResult};

/// Bytes that one event may write; what is more is dropped.
const EVENT_BYTES: usize = 16 << 10;
/// Bytes of one line; a longer one is traced in pieces.
const LINE_BYTES: usize = 1 << 10;
/// Bytes that a guest may write at once.
const PERMIT: usize = 4 << 10;

/// Where the output of one instance goes.
#[derive(Debug, Clone, Default)]
pub(super) struct GuestOutput {
    shared: Arc<Shared>,
}

#[derive(Debug, Default)]
struct Shared {
    /// Bytes written in this event.
    written: AtomicUsize,
    lines: Mutex<Lines>,
}

#[derive(Debug, Default)]
struct Lines {
    unfinished: Vec<u8>,
    /// All that this event wrote, in whole lines: what a panic says stands here.
    said: String,
}

impl GuestOutput {
    /// A new event begins.
    pub fn begin(&self) {
        if self.shared.written.load(Ordering::Relaxed) != 0 {
            self.shared.written.store(0, Ordering::Relaxed);
            let mut lines = self.lines();
            lines.said.clear();
            lines.unfinished.clear();
        }
    }

    /// What this event wrote, in one line.
    pub fn said(&self) -> String {
        let lines = self.lines();
        let mut said = lines.said.trim_end().replace('\n', " | ");
        let rest = String::from_utf8_lossy(&lines.unfinished);
        if !rest.trim().is_empty() {
            said.push_str(" | ");
            said.push_str(rest.trim());
        }
        said.truncate(said.floor_char_boundary(LINE_BYTES));
        said
    }

    fn take(&self, bytes: &[u8]) {
        let before = self.shared.written.fetch_add(bytes.len(), Ordering::Relaxed);
        let bytes = &bytes[..bytes.len().min(EVENT_BYTES.saturating_sub(before))];
        let mut lines = self.lines();
        for &byte in bytes {
            if byte != b'\n' {
                lines.unfinished.push(byte);
            }
            if byte == b'\n' || lines.unfinished.len() >= LINE_BYTES {
                let line = String::from_utf8_lossy(&lines.unfinished).into_owned();
                tracing::warn!(target: "hearth::guest", "{}", line.trim_end());
                lines.said.push_str(&line);
                lines.said.push('\n');
                lines.unfinished.clear();
            }
        }
    }

    fn lines(&self) -> std::sync::MutexGuard<'_, Lines> {
        self.shared.lines.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl IsTerminal for GuestOutput {
    fn is_terminal(&self) -> bool {
        false
    }
}

impl StdoutStream for GuestOutput {
    fn async_stream(&self) -> Box<dyn AsyncWrite + Send + Sync> {
        // Only WASI 0.3 asks for this one, and that is not linked.
        Box::new(tokio::io::sink())
    }

    fn p2_stream(&self) -> Box<dyn OutputStream> {
        Box::new(self.clone())
    }
}

impl OutputStream for GuestOutput {
    fn write(&mut self, bytes: bytes::Bytes) -> StreamResult<()> {
        self.take(&bytes);
        Ok(())
    }

    fn flush(&mut self) -> StreamResult<()> {
        Ok(())
    }

    fn check_write(&mut self) -> StreamResult<usize> {
        Ok(PERMIT)
    }
}

#[wasmtime_wasi::async_trait]
impl Pollable for GuestOutput {
    async fn ready(&mut self) {}
}
