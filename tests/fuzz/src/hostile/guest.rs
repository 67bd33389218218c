//! The guest: a program behind the seam of the engine that answers what the input says.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use hearth_host::contract::exports::hearth::mcp::server::{ConformanceLevel, Description, OpenWork, Tool};
use hearth_host::contract::hearth::mcp::types::{Checkpoint, Principal, Refusal, RefusalReason, Route};
use hearth_host::engine::{Answer, Answered, CHECKPOINT_BODY_LIMIT, Event, Imports, Program, Reducer, Trap};

use super::Planted;
use super::model::{ACTIONS, FORMAT, Model};
use super::planned::Planned;

/// What the guest's instances and the world share.
pub struct Shared {
    /// What it will answer.
    planned: Planned,
    /// What it may see.
    pub model: Model,
    /// Number of the newest line of an answer.
    serial: u64,
    /// The first start went well: without it there is no host to wish ill.
    started: bool,
    planted: Planted,
}

/// The program.
#[derive(Clone)]
pub struct Guest {
    shared: Arc<Mutex<Shared>>,
    description: Arc<Description>,
}

impl Guest {
    /// A guest that answers so.
    pub fn new(planned: Planned, planted: Planted) -> Self {
        let description = Description {
            name: "hostile".to_owned(),
            version: "0".to_owned(),
            protocol_versions: Vec::new(),
            level: ConformanceLevel::Core,
            actions: ACTIONS.map(str::to_owned).into(),
            llm_apis: Vec::new(),
            writes: vec![FORMAT],
            reads: vec![FORMAT],
        };
        Self {
            shared: Arc::new(Mutex::new(Shared {
                planned,
                model: Model::new(),
                serial: 0,
                started: false,
                planted,
            })),
            description: Arc::new(description),
        }
    }

    /// What its instances and the world share.
    pub fn shared(&self) -> MutexGuard<'_, Shared> {
        self.shared.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn take(&self, event: &Event) -> Answered {
        let mut shared = self.shared();
        let Shared {
            planned,
            model,
            serial,
            started,
            planted,
        } = &mut *shared;
        model.event(event);
        if !std::mem::replace(started, true) {
            return Ok(Ok(Answer::default()));
        }
        let plan = planned.next(serial);
        if plan.trap || Model::is_fault(&plan.effects) {
            model.lost(event);
        }
        if plan.trap {
            return Err(Trap("as the input says".to_owned()));
        }
        if plan.refuse {
            return Ok(Err(Refusal {
                reason: RefusalReason::Unsupported,
                detail: String::new(),
            }));
        }
        if !Model::is_fault(&plan.effects) {
            model.answered(event, plan.session.as_deref(), &plan.effects);
            if *planted == Planted::TellsTwice {
                model.event(event);
            }
        }
        Ok(Ok(Answer {
            effects: plan.effects,
            session: plan.session,
        }))
    }
}

impl Program for Guest {
    fn digest(&self) -> &str {
        "hostile"
    }

    fn description(&self) -> &Description {
        &self.description
    }

    fn instantiate(&self, _imports: Arc<Imports>) -> BoxFuture<'_, Result<Box<dyn Reducer>, Trap>> {
        let mut shared = self.shared();
        let makes = !shared.started || shared.planned.makes();
        drop(shared);
        async move {
            match makes {
                true => Ok(Box::new(self.clone()) as Box<dyn Reducer>),
                false => Err(Trap("as the input says".to_owned())),
            }
        }
        .boxed()
    }
}

impl Reducer for Guest {
    fn restore<'a>(
        &'a mut self,
        checkpoints: &'a [Checkpoint],
        work: &'a [OpenWork],
        _write_format: u32,
    ) -> BoxFuture<'a, Result<Vec<String>, Trap>> {
        let mut shared = self.shared();
        let mut kept = checkpoints.to_vec();
        if shared.planted == Planted::KeepsTooMuch {
            kept.iter_mut()
                .for_each(|kept| kept.body.resize(CHECKPOINT_BODY_LIMIT + 1, b'.'));
        }
        shared.model.restored(&kept, work);
        let unread = if shared.started {
            shared.planned.unread()
        } else {
            Some(Vec::new())
        };
        drop(shared);
        async move { unread.ok_or_else(|| Trap("as the input says".to_owned())) }.boxed()
    }

    fn handle<'a>(&'a mut self, event: &'a Event) -> BoxFuture<'a, Answered> {
        let answered = self.take(event);
        async move { answered }.boxed()
    }

    fn offers<'a>(&'a mut self, _: &'a Principal, _: &'a Route) -> BoxFuture<'a, Result<Vec<Tool>, Trap>> {
        let plan = {
            let mut shared = self.shared();
            let Shared { planned, serial, .. } = &mut *shared;
            planned.next(serial)
        };
        async move {
            match plan.trap {
                true => Err(Trap("as the input says".to_owned())),
                false => Ok(Vec::new()),
            }
        }
        .boxed()
    }
}
