//! A host that is stopped, or cut off, and started anew on what the one before has left.

use std::path::PathBuf;
use std::sync::Arc;

use hearth_harness::simulated::SimulatedEntries;
use hearth_host::clock::ManualClock;
use hearth_host::limits::Limits;
use hearth_host::store::{Sessions, Store};
use tempfile::TempDir;

use crate::http_client::soon;
use crate::http_host::{Host, NOON, Setup, TestTokens};

/// Milliseconds by which the clock moves while a host ends, again and again.
const STEP_MS: u64 = 10;

/// A data directory, with all that outlasts the hosts on it.
pub struct Installation {
    directory: TempDir,
    /// The clock of all its hosts.
    pub clock: Arc<ManualClock>,
    /// The tokens.
    pub tokens: Arc<TestTokens>,
    /// The config entries.
    pub entries: Arc<SimulatedEntries>,
    /// The limits of the next host.
    pub limits: Limits,
    /// The component of the next host; none: the one that is built in.
    pub component: Option<&'static [u8]>,
    starts: u64,
}

/// A host on it.
pub struct Running {
    /// The host.
    pub host: Host,
    store: Store,
}

impl Default for Installation {
    fn default() -> Self {
        let setup = Setup::default();
        Self {
            directory: tempfile::tempdir().expect("a directory for the test"),
            clock: ManualClock::at(NOON),
            tokens: setup.tokens,
            entries: setup.config,
            limits: Limits::default(),
            component: None,
            starts: 0,
        }
    }
}

impl Installation {
    /// One with what the official conformance suite calls, and nothing else.
    pub fn with_fixtures() -> Self {
        let new = Self {
            component: Some(crate::guests::conformance()),
            ..Self::default()
        };
        new.entries.change(|entry| {
            entry.all_llm_apis = false;
            entry.llm_apis = vec!["conformance".to_owned()];
        });
        new
    }

    /// Starts the next host.
    pub async fn start(&mut self) -> Running {
        self.starts += 1;
        let store = Store::open(&self.database(), self.clock.clone(), &self.limits).expect("the store opens");
        let host = Host::start(Setup {
            limits: self.limits.clone(),
            clock: self.clock.clone(),
            tokens: self.tokens.clone(),
            config: self.entries.clone(),
            durable: Arc::new(Sessions::new(store.clone())),
            seed: self.starts,
            component: self.component,
            ..Setup::default()
        });
        Running {
            host: host.await,
            store,
        }
    }

    /// The file of the next host.
    pub fn database(&self) -> PathBuf {
        self.directory.path().join(format!("{}.db", self.crashes()))
    }

    fn crashes(&self) -> usize {
        let copies = std::fs::read_dir(self.directory.path()).expect("it is there");
        copies
            .filter_map(Result::ok)
            .filter(|file| file.file_name().to_string_lossy().ends_with(".db"))
            .count()
            .saturating_sub(1)
    }

    /// The host has written what it had to by now, and is there no more: nothing that it does after this is seen.
    pub fn crash(&self, running: &Running) {
        running.store.flush();
        self.cut_off();
    }

    /// The same before it could write anything since it last did.
    pub fn cut_off(&self) {
        let (from, crashes) = (self.database(), self.crashes());
        for end in ["db", "db-wal"] {
            let (from, to) = (
                from.with_extension(end),
                self.directory.path().join(format!("{}.{end}", crashes + 1)),
            );
            if from.exists() {
                std::fs::copy(from, to).expect("the test can write");
            }
        }
    }

    /// Stops a host and starts the next one.
    pub async fn restart(&mut self, running: Running) -> Running {
        running.stop().await;
        self.start().await
    }
}

impl Running {
    /// Stops it as a signal does. The clock moves on for clients that keep their connections.
    pub async fn stop(mut self) {
        self.host.stop();
        let engine = self.host.engine.clone();
        let ending = async {
            while !self.host.is_stopped() {
                if engine.is_over() && engine.status().work == 0 {
                    self.host.clock.advance(STEP_MS);
                }
                tokio::task::yield_now().await;
            }
        };
        soon("the end of the host", ending).await;
        self.host.stopped().await;
        self.store.close();
    }

    /// Has it write what waits.
    pub fn write(&self) {
        self.store.flush();
    }
}
