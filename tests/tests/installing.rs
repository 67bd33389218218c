//! An install as an owner's host does it, with its data directory and store: what is written down when a candidate is held
//! back, goes live, fails its probation or passes it, and what the next start makes of that.

use std::fs;
use std::path::PathBuf;
use std::sync::Arc;

use futures_util::StreamExt;
use hearth_component::faults::Fault;
use hearth_host::clock::ManualClock;
use hearth_host::contract::hearth::mcp::types::Principal;
use hearth_host::data_dir::DataDir;
use hearth_host::engine::{Component, Engine, Incoming, Runtime, Stream, Surroundings};
use hearth_host::entries::{Entries, EntryChange};
use hearth_host::home::embedded::EmbeddedHome;
use hearth_host::home::embedded::state::MemoryStates;
use hearth_host::install::compiling::Compiler;
use hearth_host::install::{
    Candidate, Grounds, InstallError, Installed, Installer, Options, Outcome, ProbationTerms, Wanted,
};
use hearth_host::limits::Limits;
use hearth_host::store::{Generation, Source, Store, SwapKind};
use hearth_tests::guests;
use hearth_tests::http_host::NOON;
use serde_json::{Value, json};
use tempfile::TempDir;

/// A host without HTTP, on a data directory.
struct House {
    clock: Arc<ManualClock>,
    store: Store,
    installer: Installer,
    engine: Engine,
    data_dir: DataDir,
    runtime: Runtime,
}

impl House {
    async fn on(directory: &TempDir) -> Self {
        let clock = ManualClock::at(NOON);
        let limits = Limits::default();
        let data_dir = DataDir::new(directory.path().to_path_buf());
        let store = Store::open(&data_dir.database(), clock.clone(), &limits).expect("the store opens");
        let entries = Arc::new(Entries::open(store.clone()).expect("they can be read"));
        if entries.list().is_empty() {
            let for_all = EntryChange {
                require_admin: Some(false),
                ..EntryChange::default()
            };
            entries.add(for_all).expect("it is kept");
        }
        let runtime = Runtime::new(&limits).expect("the runtime starts");
        let installer = Installer::new(Grounds {
            data_dir: data_dir.clone(),
            store: store.clone(),
            runtime: runtime.clone(),
            // The tests compile for themselves.
            compiler: Compiler {
                program: PathBuf::from("/nowhere/hearth"),
                cache: data_dir.cache(),
                memory: limits.memory,
                limit_ms: limits.compile_ms,
                clock: clock.clone(),
            },
            entries: entries.clone(),
            probation: ProbationTerms { ms: 60_000, faults: 3 },
        });
        let states = Arc::new(MemoryStates::default());
        let home = EmbeddedHome::open(EmbeddedHome::default_file(), "home.toml", states, clock.clone());
        let home = home.expect("the home that is built in is valid");
        let around = || {
            Ok(Surroundings {
                clock: clock.clone(),
                generations: installer.succession(),
                secret: store.secret("component")?,
                ..Surroundings::new(home.clone(), entries.clone())
            })
        };
        compiled(&runtime, &data_dir, guests::built_in()).await;
        let engine = installer.start(&Wanted::Chosen, &around).await.expect("it starts");
        Self {
            clock: clock.clone(),
            store: store.clone(),
            engine,
            data_dir,
            runtime,
            installer,
        }
    }

    async fn install(&self, bytes: Vec<u8>, options: Options) -> Result<Installed, InstallError> {
        compiled(&self.runtime, &self.data_dir, &bytes).await;
        let turn = self.installer.turn().await;
        self.installer
            .install(turn, Candidate::Given(bytes.into()), options)
            .await
    }

    fn generations(&self) -> Vec<Generation> {
        self.store.generations().expect("they can be read")
    }

    fn chosen(&self) -> Option<u64> {
        let chosen = self.store.chosen_generation().expect("it can be read");
        chosen.map(|chosen| chosen.number)
    }

    fn kept(&self) -> usize {
        fs::read_dir(self.data_dir.path().join("components"))
            .expect("it is there")
            .count()
    }
}

async fn compiled(runtime: &Runtime, data_dir: &DataDir, bytes: &[u8]) {
    let loaded = Component::load(runtime, bytes, Some(&data_dir.cache())).await;
    loaded.expect("it is a component");
}

/// A client over HTTP+SSE.
struct Client {
    engine: Engine,
    principal: Principal,
    stream: Stream,
    asked: u64,
}

impl Client {
    async fn of(house: &House) -> Self {
        let principal = Principal {
            id: "ada".to_owned(),
            admin: true,
        };
        let stream = house.engine.open(principal.clone(), Vec::new()).await;
        Self {
            engine: house.engine.clone(),
            principal,
            stream: stream.expect("it is let in"),
            asked: 0,
        }
    }

    async fn ask(&mut self, method: &str) -> Value {
        self.asked += 1;
        let body = json!({"jsonrpc": "2.0", "id": self.asked, "method": method, "params": {}}).to_string();
        let incoming = Incoming::to_stream(&self.stream, &self.principal, body);
        self.engine.receive(incoming).await.expect("it is taken");
        let answer = self.stream.next().await.expect("it is answered");
        let answer: Value = serde_json::from_slice(&answer).expect("it is JSON");
        assert_eq!(answer["id"], self.asked, "{answer}");
        answer
    }
}

#[tokio::test]
async fn what_is_held_back_leaves_nothing_behind() {
    let directory = tempfile::tempdir().expect("a directory");
    let house = House::on(&directory).await;
    let mut client = Client::of(&house).await;
    client.ask("tools/list").await;
    let candidate = guests::candidate(Fault::TakesAToolAway);
    for options in [
        Options::default(),
        Options {
            dry_run: true,
            ..Options::default()
        },
    ] {
        let error = house
            .install(candidate.clone(), options)
            .await
            .expect_err("its tools are known");
        let text = error.to_string();
        assert!(
            text.starts_with("held back, at the step `compare`: clients that are connected"),
            "{text}"
        );
        assert!(
            text.contains("is taken away") && text.contains("--allow-incompatible"),
            "{text}"
        );
    }
    let fatal = house
        .install(guests::candidate(Fault::TrapsAtStart), Options::default())
        .await;
    let text = fatal.expect_err("it traps").to_string();
    assert!(text.starts_with("held back, at the step `self-check`: "), "{text}");
    assert_eq!((house.generations().len(), house.chosen(), house.kept()), (1, None, 1));
    assert!(client.ask("ping").await["result"].is_object());

    let allowed = Options {
        allow_incompatible: true,
        ..Options::default()
    };
    let installed = house.install(candidate, allowed).await.expect("it is allowed");
    assert_eq!((installed.outcome, installed.generation), (Outcome::Live, 2));
    assert!(
        installed.differences.iter().any(|text| text.contains("is taken away")),
        "{:?}",
        installed.differences
    );
    assert!(
        installed.pause_us.is_some() && installed.probation.is_some(),
        "{installed:?}"
    );
    assert_eq!(
        (house.engine.generation(), house.chosen(), house.kept()),
        (2, Some(2), 2)
    );
}

#[tokio::test]
async fn what_fails_on_probation_is_gone_back_from_and_not_started_again() {
    let directory = tempfile::tempdir().expect("a directory");
    let house = House::on(&directory).await;
    let mut client = Client::of(&house).await;
    let bad = house
        .install(guests::candidate(Fault::TrapsAtTheTenth), Options::default())
        .await;
    assert_eq!(bad.expect("it seems sound").generation, 2);
    while house.engine.generation() == 2 {
        assert!(client.asked < 20, "it traps at the tenth");
        client.ask("ping").await;
    }
    assert!(client.ask("ping").await["result"].is_object());
    let list = house.installer.list().await.expect("it can be read");
    assert!(list[1].faults > 0, "{list:?}");
    assert!(
        list[1]
            .ended
            .as_deref()
            .is_some_and(|ended| ended.starts_with("gone back from by the host")),
        "{list:?}"
    );
    assert_eq!(house.chosen(), None);
    let last = house
        .store
        .swaps()
        .expect("they can be read")
        .pop()
        .expect("there is one");
    assert_eq!(
        (last.from, last.to, last.kind),
        (Some(2), 1, SwapKind::AutomaticRollback)
    );
    assert!(!last.reason.is_empty());
    drop(client);
    house.engine.shutdown().await;
    house.store.close();
    drop(house);

    let house = House::on(&directory).await;
    assert_eq!((house.engine.generation(), house.installer.degraded()), (1, None));
    assert_eq!(
        house.installer.list().await.expect("it can be read")[1].faults,
        list[1].faults
    );
}

#[tokio::test]
async fn what_passes_its_probation_is_not_on_probation_at_the_next_start() {
    let directory = tempfile::tempdir().expect("a directory");
    let house = House::on(&directory).await;
    let good = guests::candidate(Fault::Version(2));
    let installed = house.install(good, Options::default()).await.expect("it is sound");
    assert_eq!((installed.version.as_str(), installed.from), ("2.0.0", Some(1)));
    assert!(
        installed.differences.iter().any(|text| text.contains("2.0.0")),
        "{:?}",
        installed.differences
    );
    let passed = || !house.generations()[1].on_probation;
    assert!(!passed());
    house.clock.advance(60_000);
    while !passed() {
        tokio::task::yield_now().await;
    }
    house.engine.shutdown().await;
    house.store.close();
    drop(house);

    let house = House::on(&directory).await;
    let status = house.engine.status();
    assert_eq!((status.generation, status.probation_until), (2, None));
    // It is gone back from all the same: what ran before it is loaded again.
    let turn = house.installer.turn().await;
    let back = house.installer.roll_back(turn).await.expect("there is one before");
    assert_eq!((back.generation, back.from, house.engine.generation()), (1, Some(2), 1));
    assert_eq!(house.chosen(), None);
}

#[tokio::test]
async fn a_generation_on_probation_is_on_probation_again_after_a_restart() {
    let directory = tempfile::tempdir().expect("a directory");
    let house = House::on(&directory).await;
    let bad = house
        .install(guests::candidate(Fault::TrapsAtTheTenth), Options::default())
        .await;
    assert_eq!(bad.expect("it seems sound").generation, 2);
    house.engine.shutdown().await;
    house.store.close();
    drop(house);

    let house = House::on(&directory).await;
    let status = house.engine.status();
    assert_eq!((status.generation, status.previous), (2, Some(1)));
    assert_eq!(status.probation_until, Some(NOON + 60_000));
    let mut client = Client::of(&house).await;
    while house.engine.generation() == 2 {
        assert!(client.asked < 20, "it traps at the tenth");
        client.ask("ping").await;
    }
    assert_eq!(
        house
            .store
            .running_generation()
            .expect("it can be read")
            .map(|running| running.number),
        Some(1)
    );
}

#[tokio::test]
async fn a_database_that_is_full_leaves_the_one_that_runs() {
    let directory = tempfile::tempdir().expect("a directory");
    let house = House::on(&directory).await;
    let database = rusqlite::Connection::open(house.data_dir.database()).expect("it is there");
    let full = "CREATE TRIGGER full BEFORE INSERT ON generations
                BEGIN SELECT RAISE(FAIL, 'database or disk is full'); END";
    database.execute_batch(full).expect("it can be written");
    let candidate = guests::candidate(Fault::Version(2));
    let error = house
        .install(candidate.clone(), Options::default())
        .await
        .expect_err("there is no room");
    let text = error.to_string();
    assert!(
        text.starts_with("not installed, at the step `record`: ") && text.ends_with("database or disk is full"),
        "{text}"
    );
    assert_eq!((house.engine.generation(), house.chosen(), house.kept()), (1, None, 1));
    assert_eq!(house.generations()[0].ended, None);

    database.execute_batch("DROP TRIGGER full").expect("it can be written");
    drop(database);
    let installed = house
        .install(candidate, Options::default())
        .await
        .expect("there is room");
    assert_eq!(installed.generation, 2);
    assert_eq!(house.generations()[1].source, Source::Installed);
}
