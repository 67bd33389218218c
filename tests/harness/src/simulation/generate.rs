//! Scripts from a seed.

use proptest::prelude::*;
use proptest::sample::select;
use serde_json::json;

use super::disturbance::{Disturbance, KINDS, Strike};
use super::saying::{self, saying};
use super::step::{Act, Caller, Script, Step};

const ENTITIES: [&str; 5] = [
    "light.bed",
    "light.ceiling",
    "light.safe",
    "script.slow",
    "script.hidden",
];
const NAMES: [&str; 3] = ["Bed Light", "Ceiling Light", "Lamp"];
const SERVICES: [&str; 2] = ["light.turn_on", "homeassistant.turn_off"];
const ACTIONS: [&str; 4] = [
    "homeassistant.turn_on",
    "homeassistant.turn_off",
    "light.turn_on",
    "light.turn_off",
];
const PRINCIPALS: [&str; 3] = ["ada", "ben", "eve"];

/// Longer than news of progress wait, than the patience of a quick action, and than any deadline.
const TIMES_MS: [u64; 4] = [60, 250, 5_000, 61_000];

/// How likely it is that somebody is connected from the beginning.
const CONNECTED: f64 = 0.4;
/// How likely it is that a step is struck: every one under half of the seeds.
const SOME: f64 = 0.3;
const ALL: f64 = 1.0;
/// Events of one step that are struck each by its own lot.
const LOTS: usize = 3;
/// How likely it is that the next step does not wait for this one.
const HASTY: f64 = 0.2;

/// What a script is mostly about: where everything is as likely as everything else, little comes together.
#[derive(Clone, Copy)]
pub(super) struct Mood {
    /// Who speaks.
    callers: &'static [Caller],
    /// Mostly calls, that last.
    pub busy: bool,
}

impl Mood {
    fn of(seed: u64) -> Self {
        // The lower digits say what strikes.
        let seed = seed / (2 * KINDS);
        let callers = match seed % 3 {
            0 => &[Caller::Ben][..],
            1 => &[Caller::Ada, Caller::Ben][..],
            _ => &Caller::ALL[..],
        };
        let busy = (seed / 3).is_multiple_of(2);
        Self { callers, busy }
    }

    fn client(self) -> impl Strategy<Value = Caller> {
        select(self.callers)
    }
}

/// All scripts of about so many steps, for a component that offers these tools.
pub(super) fn script(
    seed: u64,
    steps: usize,
    tools: &[String],
    disturbance: Disturbance,
) -> impl Strategy<Value = Script> + use<> {
    let strikes = strikes(disturbance.strikes(seed), Disturbance::strikes_everything(seed));
    let mood = Mood::of(seed);
    let opening: Vec<_> = mood
        .callers
        .iter()
        .map(|client| {
            let client = *client;
            let hello = prop_oneof![3 => saying::initialize(), 1 => saying::ping()];
            let connect = step(Just(Act::Connect { client }), strikes.clone());
            let speak = step(hello.prop_map(move |body| Act::Say { client, body }), strikes.clone());
            proptest::option::weighted(CONNECTED, (connect, speak))
        })
        .collect();
    let rest = prop::collection::vec(step(act(mood, tools), strikes), 1..=steps.max(1));
    (opening, rest).prop_map(move |(opening, rest)| {
        let opening = opening.into_iter().flatten().flat_map(<[Step; 2]>::from);
        let steps = opening.chain(rest).collect();
        Script { seed, steps }
    })
}

fn step(act: impl Strategy<Value = Act>, strikes: BoxedStrategy<Vec<Strike>>) -> impl Strategy<Value = Step> {
    let hasty = prop::bool::weighted(HASTY);
    (act, hasty, strikes).prop_map(|(act, hasty, strikes)| Step { act, hasty, strikes })
}

/// What strikes the events of one step.
fn strikes(kinds: &'static [Strike], everything: bool) -> BoxedStrategy<Vec<Strike>> {
    let strike = |likely: f64| {
        (prop::bool::weighted(likely), select(kinds))
            .prop_map(|(strikes, kind)| if strikes { kind } else { Strike::Calm })
    };
    if everything {
        return strike(ALL)
            .prop_map(|kind| if kind == Strike::Calm { Vec::new() } else { vec![kind] })
            .boxed();
    }
    let lots = prop::collection::vec(strike(SOME), 0..=LOTS);
    lots.prop_map(|mut strikes| {
        while strikes.last() == Some(&Strike::Calm) {
            strikes.pop();
        }
        if !strikes.is_empty() {
            strikes.push(Strike::Calm);
        }
        strikes
    })
    .boxed()
}

/// What happens, in the proportions of a busy day in a house where everything goes wrong.
fn act(mood: Mood, tools: &[String]) -> impl Strategy<Value = Act> + use<> {
    prop_oneof![
        12 => somebody_speaks(mood, tools),
        12 => somebody_posts(mood, tools),
        5 => somebody_comes_or_goes(mood),
        if mood.busy { 7 } else { 3 } => calls_go_on(),
        if mood.busy { 2 } else { 5 } => the_home_changes(),
        if mood.busy { 1 } else { 4 } => the_configuration_changes(),
    ]
}

fn somebody_speaks(mood: Mood, tools: &[String]) -> impl Strategy<Value = Act> + use<> {
    let client = || mood.client();
    let (body, again) = (saying(mood, tools), saying(mood, tools));
    let garbled = select(&["", "{", "\u{0}", "{\"jsonrpc\":\"2.0\"", "[[[[[[[[[[[[]]]]]]]]]]]]"][..]);
    prop_oneof![
        20 => (client(), body).prop_map(|(client, body)| Act::Say { client, body }),
        1 => (client(), garbled).prop_map(|(client, text)| Act::Garble { client, text: text.to_owned() }),
        1 => (client(), client(), again).prop_map(|(client, whose, body)| Act::Intrude { client, whose, body }),
    ]
}

/// By Streamable HTTP.
fn somebody_posts(mood: Mood, tools: &[String]) -> impl Strategy<Value = Act> + use<> {
    let client = || mood.client();
    let body = saying(mood, tools);
    let posts = (client(), body, prop::bool::weighted(0.4));
    let posts = posts.prop_map(|(client, body, stateless)| Act::Post {
        client,
        body,
        stateless,
    });
    prop_oneof![
        14 => posts,
        3 => client().prop_map(|client| Act::Attach { client }),
        3 => (client(), 0..4_usize).prop_map(|(client, back)| Act::Resume { client, back }),
        1 => client().prop_map(|client| Act::Dismiss { client }),
        3 => client().prop_map(|client| Act::Cut { client }),
    ]
}

fn somebody_comes_or_goes(mood: Mood) -> impl Strategy<Value = Act> {
    let client = || mood.client();
    prop_oneof![
        4 => client().prop_map(|client| Act::Connect { client }),
        2 => client().prop_map(|client| Act::HangUp { client }),
        2 => (client(), any::<bool>()).prop_map(|(client, reads)| Act::Read { client, reads }),
        1 => principal().prop_map(|principal| Act::Offers { principal }),
    ]
}

fn calls_go_on() -> impl Strategy<Value = Act> {
    let action = select(&ACTIONS[..]).prop_map(str::to_owned);
    prop_oneof![
        3 => (1..3_usize).prop_map(|actions| Act::Release { actions }),
        2 => (1..10_u32).prop_map(|done| Act::Report { done }),
        2 => select(&TIMES_MS[..]).prop_map(|ms| Act::Advance { ms }),
        1 => (entity(), any::<bool>()).prop_map(|(entity, broken)| Act::Break { entity, broken }),
        2 => action.prop_map(|action| Act::Hold { action }),
    ]
}

fn the_home_changes() -> impl Strategy<Value = Act> {
    let name = select(&NAMES[..]).prop_map(str::to_owned);
    let service = select(&SERVICES[..]).prop_map(str::to_owned);
    let state = select(&["on", "off", "unavailable"][..]).prop_map(str::to_owned);
    let odd = prop_oneof![
        Just(("weather", "", json!(7))),
        Just(("state", "light.bed", json!("nothing"))),
        Just(("rights", "ben", json!({"admin": "perhaps"}))),
        Just(("llm-apis", "", json!(null))),
    ];
    prop_oneof![
        3 => (entity(), state).prop_map(|(entity, state)| Act::Switch { entity, state }),
        3 => (entity(), any::<bool>()).prop_map(|(entity, exposed)| Act::Expose { entity, exposed }),
        1 => (entity(), name).prop_map(|(entity, name)| Act::Rename { entity, name }),
        1 => (service, any::<bool>()).prop_map(|(name, offered)| Act::Service { name, offered }),
        1 => odd.prop_map(|(kind, id, data)| Act::Oddity { kind: kind.to_owned(), id: id.to_owned(), data }),
    ]
}

fn the_configuration_changes() -> impl Strategy<Value = Act> {
    let apis = prop_oneof![
        Just(Vec::new()),
        Just(vec!["assist".to_owned()]),
        Just(vec!["homeassistant".to_owned(), "assist".to_owned()]),
    ];
    let loaded = prop_oneof![3 => Just(1_u64), 1 => Just(0), 1 => Just(2)];
    let rights = prop_oneof![2 => any::<bool>().prop_map(Some), 1 => Just(None)];
    prop_oneof![
        2 => any::<bool>().prop_map(|on| Act::ReadOnly { on }),
        1 => prop::bool::weighted(0.3).prop_map(|on| Act::RequireAdmin { on }),
        1 => apis.prop_map(|served| Act::LlmApis { served }),
        1 => loaded.prop_map(|entries| Act::Loaded { entries }),
        2 => (principal(), rights).prop_map(|(principal, admin)| Act::Rights { principal, admin }),
    ]
}

fn principal() -> impl Strategy<Value = String> {
    select(&PRINCIPALS[..]).prop_map(str::to_owned)
}

fn entity() -> impl Strategy<Value = String> {
    select(&ENTITIES[..]).prop_map(str::to_owned)
}
