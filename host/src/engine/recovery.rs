//! A new instance from what is kept: after a trap, and whenever one is wanted.
//!
//! What a new instance cannot read, or traps on, is set aside, one by one, so that one broken checkpoint costs one
//! session and not all of them.

use std::sync::Arc;

use super::core::Core;
use super::outlet::Closing;
use super::reducer::{Event, Reducer, Trap};
use super::shared::Shared;
use crate::contract::exports::hearth::mcp::server::OpenWork;
use crate::contract::hearth::mcp::types::Checkpoint;

/// What an instance is given at a time.
enum Item {
    Checkpoint(Checkpoint),
    Work(OpenWork),
}

impl Item {
    fn key(&self) -> &str {
        match self {
            Item::Checkpoint(checkpoint) => &checkpoint.key,
            Item::Work(work) => &work.key,
        }
    }
}

impl Core {
    /// Throws the instance away and puts a new one in its place, restored and started. If none can be made, the place
    /// stays empty, the status says why, and the next event tries again.
    pub(super) async fn rebuild(&mut self, shared: &Arc<Shared>) {
        self.reducer = None;
        let mut built = self.build(shared).await;
        if let Err(trap) = &built
            && self.step_back(shared, &format!("no instance can be made on probation: {trap}"))
        {
            built = self.build(shared).await;
        }
        if built.is_err() {
            // Most likely some state is behind it: a fresh start without any costs the sessions, and saves the host.
            built = match self.build(shared).await {
                Err(_) => {
                    self.set_everything_aside(shared);
                    self.build(shared).await
                }
                built => built,
            };
        }
        match built {
            Ok(()) => shared.board.lock().broken(None),
            Err(trap) => {
                shared.timer.set(None);
                tracing::error!("no instance of the component can be made: {trap}");
                shared.board.lock().broken(Some(trap.0));
            }
        }
        self.count(shared);
    }

    async fn build(&mut self, shared: &Arc<Shared>) -> Result<(), Trap> {
        let mut reducer = self.restored(shared).await?;
        let event = Event::Start {
            moment: self.moments.next(shared.clock.now()),
            nonce: self.nonces.start(),
        };
        let started = reducer.handle(&event).await;
        let started = started.and_then(|answered| match answered {
            Ok(answer) => {
                let checked = self.check_effects(&self.generation, &answer.effects);
                checked.map(|()| answer.effects)
            }
            Err(refusal) => Err(Trap(refusal.detail)),
        });
        match started {
            Ok(effects) => {
                self.reducer = Some(reducer);
                self.begin_with(shared, effects);
                Ok(())
            }
            Err(trap) => {
                self.trapped(shared, event.name(), &trap);
                Err(trap)
            }
        }
    }

    async fn restored(&mut self, shared: &Arc<Shared>) -> Result<Box<dyn Reducer>, Trap> {
        let mut reducer = self.fresh(shared).await?;
        let (checkpoints, work) = (self.checkpoints.all(), self.work.all());
        let unread = match reducer.restore(&checkpoints, &work, self.generation.format).await {
            Ok(unread) => unread,
            Err(trap) => {
                tracing::error!("the component trapped on what is kept, and is given it one by one: {trap}");
                let items = checkpoints.into_iter().map(Item::Checkpoint);
                let items = items.chain(work.into_iter().map(Item::Work));
                let (instance, unread) = self.one_by_one(shared, items.collect()).await?;
                reducer = instance;
                unread
            }
        };
        for key in unread {
            self.set_aside(shared, &key);
        }
        Ok(reducer)
    }

    async fn fresh(&mut self, shared: &Shared) -> Result<Box<dyn Reducer>, Trap> {
        self.generation.program.instantiate(shared.imports.clone()).await
    }

    /// An instance with all of these that it can read, and the keys of the others.
    async fn one_by_one(&mut self, shared: &Shared, items: Vec<Item>) -> Result<(Box<dyn Reducer>, Vec<String>), Trap> {
        let mut reducer = self.fresh(shared).await?;
        let (mut good, mut unread) = (Vec::new(), Vec::new());
        for item in items {
            match self.give(&mut reducer, std::slice::from_ref(&item)).await {
                Ok(refused) if refused.is_empty() => good.push(item),
                Ok(refused) => unread.extend(refused),
                Err(trap) => {
                    tracing::error!(key = item.key(), "it traps on this one: {trap}");
                    unread.push(item.key().to_owned());
                    reducer = self.fresh(shared).await?;
                    // What it could read alone it can read together; if not, none of it is of use.
                    if self.give(&mut reducer, &good).await.is_err() {
                        unread.extend(good.drain(..).map(|item| item.key().to_owned()));
                        reducer = self.fresh(shared).await?;
                    }
                }
            }
        }
        Ok((reducer, unread))
    }

    async fn give(&mut self, reducer: &mut Box<dyn Reducer>, items: &[Item]) -> Result<Vec<String>, Trap> {
        let (mut checkpoints, mut work) = (Vec::new(), Vec::new());
        for item in items {
            match item {
                Item::Checkpoint(checkpoint) => checkpoints.push(checkpoint.clone()),
                Item::Work(open) => work.push(open.clone()),
            }
        }
        reducer.restore(&checkpoints, &work, self.generation.format).await
    }

    /// Out of the way of this generation; the stream of a session or exchange without its state ends, so that its client
    /// comes again.
    fn set_aside(&mut self, shared: &Shared, key: &str) {
        tracing::error!(
            key,
            "the component cannot read what is kept under this key; it is set aside"
        );
        self.checkpoints.set_aside(key);
        self.work.set_aside(key);
        for outlet in self.outlets.of_checkpoint(key) {
            if let Some(open) = self.outlets.get(outlet) {
                open.end();
            }
            let _ = shared.closings.send(Closing::Over(outlet));
        }
    }

    fn set_everything_aside(&mut self, shared: &Shared) {
        let checkpoints = self.checkpoints.all().into_iter().map(|checkpoint| checkpoint.key);
        let work = self.work.all().into_iter().map(|work| work.key);
        for key in checkpoints.chain(work).collect::<Vec<_>>() {
            self.set_aside(shared, &key);
        }
    }
}
