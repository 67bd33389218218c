//! Someone between the engine and the program: who watches what goes in and comes out, or changes it.

use std::sync::Arc;

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use hearth_host::contract::exports::hearth::mcp::server::{Description, OpenWork, Tool};
use hearth_host::contract::hearth::mcp::types::{Checkpoint, Principal, Route};
use hearth_host::engine::{Answered, Event, Imports, Program, Reducer, Trap};

/// What an instance is given to go on from.
#[derive(Debug, Clone)]
pub struct Restored {
    /// What was kept.
    pub checkpoints: Vec<Checkpoint>,
    /// Work that is still open.
    pub work: Vec<OpenWork>,
}

/// What is done on the way. Every method does nothing unless it is written.
pub trait Meddler: Send + Sync {
    /// An instance is about to be restored.
    fn before_restore(&self, _given: &mut Restored) {}

    /// It has been, and named the keys that it cannot read.
    fn after_restore(&self, _given: &Restored, _unread: &mut Result<Vec<String>, Trap>) {}

    /// An instance is about to take an event.
    fn before_event(&self, _event: &mut Event) {}

    /// It has taken it.
    fn after_event(&self, _event: &Event, _answered: &mut Answered) {}
}

/// A program with a meddler before each of its instances.
pub struct Meddled {
    program: Arc<dyn Program>,
    meddler: Arc<dyn Meddler>,
}

impl Meddled {
    /// Puts the meddler before the program.
    pub fn new(program: Arc<dyn Program>, meddler: Arc<dyn Meddler>) -> Arc<Self> {
        Arc::new(Self { program, meddler })
    }
}

impl Program for Meddled {
    fn digest(&self) -> &str {
        self.program.digest()
    }

    fn description(&self) -> &Description {
        self.program.description()
    }

    fn instantiate(&self, imports: Arc<Imports>) -> BoxFuture<'_, Result<Box<dyn Reducer>, Trap>> {
        async move {
            let instance = self.program.instantiate(imports).await?;
            let meddler = self.meddler.clone();
            Ok(Box::new(MeddledInstance { instance, meddler }) as Box<dyn Reducer>)
        }
        .boxed()
    }
}

struct MeddledInstance {
    instance: Box<dyn Reducer>,
    meddler: Arc<dyn Meddler>,
}

impl Reducer for MeddledInstance {
    fn restore<'a>(
        &'a mut self,
        checkpoints: &'a [Checkpoint],
        work: &'a [OpenWork],
        write_format: u32,
    ) -> BoxFuture<'a, Result<Vec<String>, Trap>> {
        async move {
            let mut given = Restored {
                checkpoints: checkpoints.to_vec(),
                work: work.to_vec(),
            };
            self.meddler.before_restore(&mut given);
            let restored = self.instance.restore(&given.checkpoints, &given.work, write_format);
            let mut unread = restored.await;
            self.meddler.after_restore(&given, &mut unread);
            unread
        }
        .boxed()
    }

    fn handle<'a>(&'a mut self, event: &'a Event) -> BoxFuture<'a, Answered> {
        async move {
            let mut event = event.clone();
            self.meddler.before_event(&mut event);
            let mut answered = self.instance.handle(&event).await;
            self.meddler.after_event(&event, &mut answered);
            answered
        }
        .boxed()
    }

    fn offers<'a>(&'a mut self, principal: &'a Principal, route: &'a Route) -> BoxFuture<'a, Result<Vec<Tool>, Trap>> {
        self.instance.offers(principal, route)
    }

    fn spent(&self) -> bool {
        self.instance.spent()
    }
}
