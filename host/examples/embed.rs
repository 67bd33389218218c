//! The engine in a program of one's own: the home is one lamp, the config entry a constant, the client a function call.
//! No HTTP, no database, no command line. `cargo run --release --package hearth --example embed --no-default-features`

use std::sync::{Arc, atomic::AtomicBool, atomic::Ordering::SeqCst};

use anyhow::{Context as _, ensure};
use futures_util::{FutureExt as _, StreamExt as _, future::BoxFuture};
use hearth_host::contract::hearth::mcp::config_entries::{ConfigEntry, LookupError};
use hearth_host::contract::hearth::mcp::home::{Entity, Home as Snapshot, Service};
use hearth_host::contract::hearth::mcp::types::{Action, Change, Principal, Route};
use hearth_host::engine::{Component, Engine, Incoming, Runtime, Surroundings};
use hearth_host::{entries::ConfigEntries, home::*};

/// One lamp: whether it is lit, and whether the engine has yet to be told so.
#[derive(Default)]
struct House {
    lit: AtomicBool,
    untold: AtomicBool,
}

impl House {
    fn lamp(&self) -> &'static str {
        if self.lit.load(SeqCst) { "on" } else { "off" }
    }
}

impl Home for House {
    fn snapshot(&self) -> Snapshot {
        let services = ["light.turn_on", "light.turn_off"].map(Service::of_action);
        Snapshot::of(services, [Entity::new("light.lamp", "Lamp", self.lamp())])
    }

    fn take_changes(&self) -> Vec<Change> {
        let change = Change::of_state("light.lamp", self.lamp());
        Vec::from_iter(self.untold.swap(false, SeqCst).then_some(change))
    }

    fn nature(&self, action: &str) -> Option<Nature> {
        (action.ends_with(".turn_on") || action.ends_with(".turn_off")).then_some(Nature::Write)
    }

    fn run(&self, action: Action, _: OnProgress) -> BoxFuture<'_, Result<Option<Vec<u8>>, ActionError>> {
        self.lit.store(action.name.ends_with(".turn_on"), SeqCst);
        self.untold.store(true, SeqCst);
        std::future::ready(Ok(None)).boxed()
    }
}

impl ConfigEntries for House {
    fn lookup(&self) -> Result<ConfigEntry, LookupError> {
        Ok(ConfigEntry::of_everything("house"))
    }

    fn revision(&self) -> u64 {
        0
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> anyhow::Result<()> {
    let house = Arc::new(House::default());
    let surroundings = Surroundings::new(house.clone(), house.clone());
    let component = Component::load(&Runtime::new(&surroundings.limits)?, hearth_host::COMPONENT, None).await?;
    let engine = Engine::start(component, 1, surroundings).await?;
    let ada = Principal::user("ada");
    let tools = engine.offers(&ada, &Route::Sse).await?;
    tools.iter().for_each(|tool| println!("{}", tool.name));
    let mut answers = engine.open(ada.clone(), Vec::new()).await?;
    let call = r#"{"jsonrpc": "2.0", "id": 1, "method": "tools/call",
        "params": {"name": "intent__HassTurnOn", "arguments": {"name": "Lamp"}}}"#;
    engine.receive(Incoming::to_stream(&answers, &ada, call)).await?;
    let answer = answers.next().await.context("the stream ended")?;
    println!("{}\nThe lamp is {}.", String::from_utf8_lossy(&answer), house.lamp());
    ensure!(house.lamp() == "on", "the lamp should be on");
    Ok(())
}
