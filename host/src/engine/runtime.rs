//! The wasmtime engine that all generations of one host share: its settings, its linker and its epoch ticker.

use std::sync::Arc;
use std::time::Duration;

use wasmtime::component::{HasSelf, Linker};
use wasmtime::{Config, InstanceAllocationStrategy, PoolingAllocationConfig};

use super::instance::Guest;
use crate::contract::McpServer;
use crate::limits::Limits;

/// How often the epoch rises. An event ends at the first tick after its deadline.
const TICK: Duration = Duration::from_millis(25);
/// Instances at a time: the running one, a candidate, one that is only asked what it is, and room for tests.
const INSTANCES: u32 = 16;
/// Core modules of one component, with the shims that componentizing adds.
const MODULES: u32 = 32;

/// The wasmtime engine of a host. Cheap to clone.
#[derive(Clone)]
pub struct Runtime {
    pub(super) inner: Arc<Inner>,
}

pub(super) struct Inner {
    pub engine: wasmtime::Engine,
    pub linker: Linker<Guest>,
    /// Bytes of memory and tables of one instance.
    pub memory: usize,
    /// Milliseconds of one event.
    pub event_ms: u64,
}

/// The runtime does not come up.
#[derive(Debug, thiserror::Error)]
#[error(
    "the WebAssembly runtime does not start: {0}; it reserves some 100 GiB of address space (not memory), so look at `ulimit -v`"
)]
pub struct RuntimeError(String);

impl Runtime {
    /// A runtime under these limits, with its ticker, which ends with the last clone.
    ///
    /// # Errors
    /// When the address space for instances cannot be reserved, or no thread can be started.
    pub fn new(limits: &Limits) -> Result<Self, RuntimeError> {
        let failed = |error: wasmtime::Error| RuntimeError(format!("{error:#}"));
        let engine = wasmtime::Engine::new(&config(limits)).map_err(failed)?;
        let mut linker = Linker::new(&engine);
        wasmtime_wasi::p2::add_to_linker_async(&mut linker).map_err(failed)?;
        McpServer::add_to_linker::<_, HasSelf<_>>(&mut linker, |guest: &mut Guest| &mut guest.imports)
            .map_err(failed)?;
        tick(&engine).map_err(|error| RuntimeError(error.to_string()))?;
        let inner = Inner {
            engine,
            linker,
            memory: limits.memory,
            event_ms: limits.event_ms,
        };
        Ok(Self { inner: Arc::new(inner) })
    }
}

impl Inner {
    /// Ticks from now after which an event has had its time: one more than its milliseconds fill, because the next one
    /// may come at once.
    pub fn ticks(&self) -> u64 {
        self.event_ms.div_ceil(TICK.as_millis() as u64) + 1
    }
}

fn config(limits: &Limits) -> Config {
    let mut pool = PoolingAllocationConfig::default();
    pool.total_component_instances(INSTANCES)
        .total_core_instances(INSTANCES * MODULES)
        .max_core_instances_per_component(MODULES)
        .total_memories(INSTANCES)
        .max_memories_per_component(1)
        .total_tables(INSTANCES * 4)
        .max_tables_per_component(8)
        .total_stacks(INSTANCES)
        .max_memory_size(limits.memory);
    let mut config = Config::new();
    config
        .epoch_interruption(true)
        .allocation_strategy(InstanceAllocationStrategy::Pooling(pool));
    config
}

/// Raises the epoch for as long as somebody holds the engine.
fn tick(engine: &wasmtime::Engine) -> std::io::Result<()> {
    let engine = engine.weak();
    std::thread::Builder::new()
        .name("hearth-epoch".to_owned())
        .spawn(move || {
            while let Some(engine) = engine.upgrade() {
                engine.increment_epoch();
                drop(engine);
                std::thread::sleep(TICK);
            }
        })
        .map(drop)
}
