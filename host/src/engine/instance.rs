//! The wasm instance behind the seam: one store with its limits, and the exported functions.

use std::future::{Future, poll_fn};
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::Poll;
use std::time::Duration;

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use wasmtime::component::ResourceTable;
use wasmtime::{ResourceLimiter, Store};
use wasmtime_wasi::{HostMonotonicClock, HostWallClock, WasiCtx, WasiCtxView, WasiView};

use super::guest_output::GuestOutput;
use super::imports::{Constant, Imports};
use super::reducer::{Answer, Answered, Event, Reducer, Trap};
use super::runtime::Runtime;
use crate::contract::exports::hearth::mcp::server::{OpenWork, Tool};
use crate::contract::hearth::mcp::types::{Checkpoint, Effect, Principal, Refusal, Route};
use crate::contract::{McpServer, McpServerPre};

/// What a store holds beside the guest itself.
pub(super) struct Guest {
    wasi: WasiCtx,
    resources: ResourceTable,
    pub imports: Constant,
    memory: Memory,
    output: GuestOutput,
    moment: EventClock,
}

impl WasiView for Guest {
    fn ctx(&mut self) -> WasiCtxView<'_> {
        WasiCtxView {
            ctx: &mut self.wasi,
            table: &mut self.resources,
        }
    }
}

/// The clock of a guest that imports one: it shows the moment of the event, in which time stands still.
#[derive(Clone, Default)]
struct EventClock(Arc<AtomicU64>);

impl HostWallClock for EventClock {
    fn resolution(&self) -> Duration {
        Duration::from_millis(1)
    }

    fn now(&self) -> Duration {
        Duration::from_millis(self.0.load(Ordering::Relaxed))
    }
}

impl HostMonotonicClock for EventClock {
    fn resolution(&self) -> u64 {
        1_000_000
    }

    fn now(&self) -> u64 {
        self.0.load(Ordering::Relaxed).saturating_mul(1_000_000)
    }
}

/// Counts linear memories and tables together.
struct Memory {
    used: usize,
    limit: usize,
}

#[derive(Debug, thiserror::Error)]
#[error("it asked for {wanted} bytes of memory and may have {limit} (`--limit-memory`)")]
struct OverMemory {
    wanted: usize,
    limit: usize,
}

/// Bytes that one element of a table takes.
const TABLE_ELEMENT: usize = size_of::<usize>();

impl Memory {
    fn grow(&mut self, by: usize) -> wasmtime::Result<bool> {
        let wanted = self.used.saturating_add(by);
        if wanted > self.limit {
            return Err(OverMemory {
                wanted,
                limit: self.limit,
            }
            .into());
        }
        self.used = wanted;
        Ok(true)
    }
}

impl ResourceLimiter for Memory {
    fn memory_growing(&mut self, current: usize, desired: usize, _: Option<usize>) -> wasmtime::Result<bool> {
        self.grow(desired.saturating_sub(current))
    }

    fn table_growing(&mut self, current: usize, desired: usize, _: Option<usize>) -> wasmtime::Result<bool> {
        self.grow(desired.saturating_sub(current).saturating_mul(TABLE_ELEMENT))
    }
}

/// One instance of a component.
pub(super) struct Instance {
    store: Store<Guest>,
    exports: McpServer,
    ticks: u64,
    /// How long a call may wait in a WASI function: there the epoch does not reach it.
    patience: Duration,
}

impl Instance {
    /// A fresh instance with nothing of WASI granted.
    pub async fn new(runtime: &Runtime, program: &McpServerPre<Guest>, imports: Arc<Imports>) -> Result<Self, Trap> {
        let runtime = &runtime.inner;
        let output = GuestOutput::default();
        let moment = EventClock::default();
        let wasi = WasiCtx::builder()
            .stdout(output.clone())
            .stderr(output.clone())
            .wall_clock(moment.clone())
            .monotonic_clock(moment.clone())
            .build();
        let guest = Guest {
            wasi,
            resources: ResourceTable::new(),
            imports: Constant::new(imports),
            memory: Memory {
                used: 0,
                limit: runtime.memory,
            },
            output,
            moment,
        };
        let mut store = Store::new(&runtime.engine, guest);
        store.limiter(|guest| &mut guest.memory);
        store.epoch_deadline_trap();
        store.set_epoch_deadline(runtime.ticks());
        let patience = Duration::from_millis(runtime.event_ms);
        let output = store.data().output.clone();
        let exports = in_time(patience, &output, program.instantiate_async(&mut store)).await?;
        Ok(Self {
            store,
            exports,
            ticks: runtime.ticks(),
            patience,
        })
    }

    /// `describe` of the contract.
    pub async fn describe(&mut self) -> Result<crate::contract::exports::hearth::mcp::server::Description, Trap> {
        let output = self.begin(None);
        let server = self.exports.hearth_mcp_server();
        in_time(self.patience, &output, server.call_describe(&mut self.store)).await
    }

    fn begin(&mut self, moment: Option<u64>) -> GuestOutput {
        self.store.set_epoch_deadline(self.ticks);
        let guest = self.store.data_mut();
        guest.imports.forget();
        guest.output.begin();
        if let Some(moment) = moment {
            guest.moment.0.store(moment, Ordering::Relaxed);
        }
        guest.output.clone()
    }

    async fn call(&mut self, event: &Event) -> wasmtime::Result<Result<Answer, Refusal>> {
        let server = self.exports.hearth_mcp_server();
        let store = &mut self.store;
        Ok(match event {
            Event::Start { moment, nonce } => done(server.call_start(store, *moment, *nonce).await?),
            Event::Open { origin, moment, nonce } => {
                let opened = server.call_open(store, origin, *moment, *nonce).await?;
                opened.map(|opened| Answer {
                    effects: opened.effects,
                    session: Some(opened.session),
                })
            }
            Event::Receive(delivery) => {
                let received = server.call_receive(store, delivery).await?;
                received.map(|received| Answer {
                    effects: received.effects,
                    session: received.session,
                })
            }
            Event::Attach(attachment) => server.call_attach(store, attachment).await?.map(answer),
            Event::Dismiss(dismissal) => server.call_dismiss(store, dismissal).await?.map(answer),
            Event::Resume {
                ticket,
                news,
                moment,
                nonce,
            } => done(server.call_resume(store, ticket, news, *moment, *nonce).await?),
            Event::HomeChanged { changes, moment } => done(server.call_home_changed(store, changes, *moment).await?),
            Event::Closed { outlet, moment } => done(server.call_closed(store, *outlet, *moment).await?),
            Event::Wake { moment } => done(server.call_wake(store, *moment).await?),
        })
    }
}

fn answer(effects: Vec<Effect>) -> Answer {
    Answer { effects, session: None }
}

fn done(effects: Vec<Effect>) -> Result<Answer, Refusal> {
    Ok(answer(effects))
}

impl Reducer for Instance {
    fn restore<'a>(
        &'a mut self,
        checkpoints: &'a [Checkpoint],
        work: &'a [OpenWork],
        write_format: u32,
    ) -> BoxFuture<'a, Result<Vec<String>, Trap>> {
        async move {
            let output = self.begin(None);
            let server = self.exports.hearth_mcp_server();
            let call = server.call_restore(&mut self.store, checkpoints, work, write_format);
            in_time(self.patience, &output, call).await
        }
        .boxed()
    }

    fn handle<'a>(&'a mut self, event: &'a Event) -> BoxFuture<'a, Answered> {
        async move {
            let output = self.begin(Some(event.moment()));
            in_time(self.patience, &output, self.call(event)).await
        }
        .boxed()
    }

    fn memory(&self) -> usize {
        self.store.data().memory.used
    }

    fn offers<'a>(&'a mut self, principal: &'a Principal, route: &'a Route) -> BoxFuture<'a, Result<Vec<Tool>, Trap>> {
        async move {
            let output = self.begin(None);
            let server = self.exports.hearth_mcp_server();
            let call = server.call_offers(&mut self.store, principal, route);
            in_time(self.patience, &output, call).await
        }
        .boxed()
    }
}

/// Awaits a call. A guest that computes is stopped by the epoch; one that waits in a WASI function (for a timer, say) by
/// a timer here, which is only made once it waits.
async fn in_time<T>(
    patience: Duration,
    output: &GuestOutput,
    call: impl Future<Output = wasmtime::Result<T>>,
) -> Result<T, Trap> {
    let mut call = pin!(call);
    let first = poll_fn(|context| Poll::Ready(call.as_mut().poll(context))).await;
    let result = match first {
        Poll::Ready(result) => result,
        Poll::Pending => match tokio::time::timeout(patience, call).await {
            Ok(result) => result,
            Err(_) => return Err(Trap(format!("it waited for more than {} ms", patience.as_millis()))),
        },
    };
    result.map_err(|error| Trap(why(&error, patience, &output.said())))
}

fn why(error: &wasmtime::Error, patience: Duration, said: &str) -> String {
    if matches!(error.downcast_ref::<wasmtime::Trap>(), Some(wasmtime::Trap::Interrupt)) {
        return format!(
            "it computed for more than {} ms (`--limit-event-ms`)",
            patience.as_millis()
        );
    }
    if let Some(over) = error.downcast_ref::<OverMemory>() {
        return over.to_string();
    }
    let cause = error.root_cause();
    if said.is_empty() {
        cause.to_string()
    } else {
        format!("{cause}; it wrote: {said}")
    }
}
