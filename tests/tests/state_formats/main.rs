//! What our component keeps, in every state format that was released: a later component goes on with it.
//!
//! `format-N.json` holds what a component wrote in format N in real conversations, at one moment of each, and what it was
//! told and said after that. Today's component is given the one, is told the same, and has to bring what had begun to the same end.
//!
//! A format that was released never changes. Who changes what is written makes a new number of it
//! (`component/src/session/checkpoint.rs`), goes on reading the older ones, and takes the new one down:
//!
//! ```sh
//! HEARTH_TAKE_STATE_FORMAT=1 cargo test --release --workspace --test state_formats
//! ```

mod conversations;
mod fixture;
mod shape;
mod taken;
mod written;

use std::collections::BTreeSet;
use std::sync::{Arc, OnceLock};

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use hearth_component::session::checkpoint::FORMAT;
use hearth_harness::stage::{Stage, load};
use hearth_host::contract::exports::hearth::mcp::server::Description;
use hearth_host::contract::hearth::mcp::types::Nonce;
use hearth_host::engine::{Component, Event, Imports, Program, Reducer, Trap};
use hearth_host::limits::Limits;

use self::fixture::{Case, Fixture};
use self::taken::{Sent, sent};

/// Asks that the newest format is written down, if it is not yet.
const TAKE: &str = "HEARTH_TAKE_STATE_FORMAT";

/// A program that shows what its instances import, so that a test can make one by itself.
struct Shown {
    component: Component,
    imports: OnceLock<Arc<Imports>>,
}

impl Program for Shown {
    fn digest(&self) -> &str {
        self.component.digest()
    }

    fn description(&self) -> &Description {
        self.component.description()
    }

    fn instantiate(&self, imports: Arc<Imports>) -> BoxFuture<'_, Result<Box<dyn Reducer>, Trap>> {
        let _ = self.imports.set(imports.clone());
        async move { self.component.instantiate(imports).await }.boxed()
    }
}

/// An instance that nothing was restored into, and the stage around it.
async fn instance(case: &Case) -> (Stage, Box<dyn Reducer>) {
    let component = load(case.build.bytes()).await;
    let shown = Arc::new(Shown {
        component,
        imports: OnceLock::new(),
    });
    let stage = Stage::on_program(shown.clone(), Limits::default()).await;
    case.build.configure(&stage);
    let imports = shown.imports.get().expect("the stage has an instance").clone();
    let instance = shown.component.instantiate(imports).await.expect("it can be made");
    (stage, instance)
}

/// What today's component says to what it is told, after it was given what is kept.
async fn goes_on(case: &Case) -> Vec<Vec<Sent>> {
    let (stage, mut instance) = instance(case).await;
    let format = *stage.engine.describe().writes.iter().max().expect("it writes one");
    let unread = instance.restore(&case.checkpoints, &case.work, format).await;
    let unread = unread.unwrap_or_else(|trap| panic!("{}: it traps on what is kept: {trap}", case.name));
    assert!(unread.is_empty(), "{}: it cannot read {unread:?}", case.name);
    let start = Event::Start {
        moment: case.begins(),
        nonce: Nonce { high: 1, low: 1 },
    };
    let started = instance.handle(&start).await.expect("it starts").expect("it starts");
    let told = sent(&start, &started.effects);
    let of_lists = |(_, _, message): &Sent| {
        message["method"]
            .as_str()
            .is_some_and(|name| name.ends_with("/list_changed"))
    };
    assert!(
        told.iter().all(of_lists),
        "{}: it says more than that its lists are others: {told:?}",
        case.name
    );
    let mut all = Vec::new();
    for (event, _) in &case.then {
        let answered = instance.handle(event).await;
        let answered = answered.unwrap_or_else(|trap| panic!("{}: {event:?} traps: {trap}", case.name));
        all.push(answered.map(|answer| sent(event, &answer.effects)).unwrap_or_default());
    }
    all
}

#[tokio::test]
async fn what_was_kept_in_every_released_format_goes_on() {
    take_if_asked().await;
    for number in 1..=FORMAT {
        let fixture = Fixture::read(number);
        for case in &fixture.cases {
            let said = goes_on(case).await;
            for ((event, recorded), said) in case.then.iter().zip(said) {
                assert_eq!(
                    said, *recorded,
                    "format {number}, {}: the answer to {event:?}",
                    case.name
                );
            }
        }
    }
}

#[tokio::test]
async fn every_kind_of_state_is_in_every_format() {
    take_if_asked().await;
    for number in 1..=FORMAT {
        let shape = shape::of(&Fixture::read(number).cases);
        let has = |what: &str| shape.iter().any(|path| path.starts_with(what));
        let kinds = [
            "checkpoint session sse",
            "checkpoint session streamable",
            "checkpoint exchange streamable",
            "checkpoint exchange none",
            "ticket Service finish.Service.places[].name",
            "ticket Service finish.Service.entities[].impossible: string",
            "ticket Service finish.Service.entities[].impossible: null",
            "ticket Script exchange",
            "ticket Script log_level",
        ];
        let missing: Vec<_> = kinds.iter().filter(|kind| !has(kind)).collect();
        assert!(
            missing.is_empty(),
            "format {number} does not show {missing:?} but {shape:#?}"
        );
    }
}

#[tokio::test]
async fn todays_component_writes_nothing_that_its_format_does_not_show() {
    take_if_asked().await;
    let shown = shape::of(&Fixture::read(FORMAT).cases);
    let now = shape::of(&conversations::take().await);
    let new: BTreeSet<_> = now.difference(&shown).collect();
    let gone: BTreeSet<_> = shown.difference(&now).collect();
    assert!(
        new.is_empty() && gone.is_empty(),
        "the component keeps something else than format {FORMAT} shows. More: {new:#?}. No more: {gone:#?}. If this format \
         was released, a component that is live somewhere cannot read it: raise FORMAT in \
         component/src/session/checkpoint.rs, go on reading {FORMAT}, and run this once with {TAKE}=1. If it never was, \
         remove {} and do the same without raising it",
        Fixture::path(FORMAT).display()
    );
}

/// Writes the newest format down if that is asked for and it is not there. One that is there stays as it is.
async fn take_if_asked() {
    static TAKING: tokio::sync::Mutex<()> = tokio::sync::Mutex::const_new(());
    let _one = TAKING.lock().await;
    if std::env::var_os(TAKE).is_some() && !Fixture::path(FORMAT).exists() {
        let cases = conversations::take().await;
        Fixture { format: FORMAT, cases }.write();
    }
}
