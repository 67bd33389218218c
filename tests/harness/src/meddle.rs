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

/// What is done on the way to one instance and back. Every method does nothing unless it is written.
pub trait Meddler: Send {
    /// The instance is about to be restored.
    fn before_restore(&mut self, _given: &mut Restored) {}

    /// It has been, and named the keys that it cannot read.
    fn after_restore(&mut self, _given: &Restored, _unread: &mut Result<Vec<String>, Trap>) {}

    /// It is about to take an event.
    fn before_event(&mut self, _event: &mut Event) {}

    /// It has taken it.
    fn after_event(&mut self, _event: &Event, _answered: &mut Answered) {}

    /// It has said what it offers.
    fn after_offers(&mut self, _tools: &mut Result<Vec<Tool>, Trap>) {}

    /// Whether the instance is to be replaced before the next event.
    fn spent(&self) -> bool {
        false
    }
}

type Meddlers = dyn Fn() -> Box<dyn Meddler> + Send + Sync;

/// A program with a meddler before each of its instances.
pub struct Meddled {
    program: Arc<dyn Program>,
    meddlers: Box<Meddlers>,
}

impl Meddled {
    /// Puts a meddler before each instance of the program; it is made just before the instance is.
    pub fn new<M: Meddler + 'static>(
        program: Arc<dyn Program>,
        meddler: impl Fn() -> M + Send + Sync + 'static,
    ) -> Arc<Self> {
        let meddlers = Box::new(move || Box::new(meddler()) as Box<dyn Meddler>);
        Arc::new(Self { program, meddlers })
    }
}

impl Program for Meddled {
    fn digest(&self) -> &str {
        self.program.digest()
    }

    fn description(&self) -> &Description {
        self.program.description()
    }

    fn imports(&self) -> &[String] {
        self.program.imports()
    }

    fn instantiate(&self, imports: Arc<Imports>) -> BoxFuture<'_, Result<Box<dyn Reducer>, Trap>> {
        async move {
            let meddler = (self.meddlers)();
            let instance = self.program.instantiate(imports).await?;
            Ok(Box::new(MeddledInstance { instance, meddler }) as Box<dyn Reducer>)
        }
        .boxed()
    }
}

struct MeddledInstance {
    instance: Box<dyn Reducer>,
    meddler: Box<dyn Meddler>,
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
        async move {
            let mut tools = self.instance.offers(principal, route).await;
            self.meddler.after_offers(&mut tools);
            tools
        }
        .boxed()
    }

    fn spent(&self) -> bool {
        self.meddler.spent() || self.instance.spent()
    }
}
