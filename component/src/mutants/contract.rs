//! Faults that break the contract itself: no event may do that, whatever it is about.

use serde_json::{Value, json};

use super::core::at_the_unheard_of;
use super::messages::{is_unheard_of, message};
use super::{At, Mutant};
use crate::contract::hearth::mcp::types::{
    Action, Checkpoint, CheckpointKind, Effect, Ending, Level, Log, Perform, Served, Transport,
};

pub const MUTANTS: &[Mutant] = &[
    Mutant {
        name: "panics",
        breaks: "it-never-traps",
        act: |_, at| {
            if let At::Receive(delivery, _) = at {
                assert!(!is_unheard_of(delivery), "a mutant panics");
            }
        },
    },
    Mutant {
        name: "loops",
        breaks: "it-answers-in-time",
        act: |_, at| {
            if let At::Receive(delivery, _) = at
                && is_unheard_of(delivery)
            {
                loop {
                    std::hint::black_box(());
                }
            }
        },
    },
    Mutant {
        name: "hoards-memory",
        breaks: "it-stays-within-its-memory",
        act: |_, at| {
            if let At::Receive(delivery, _) = at
                && is_unheard_of(delivery)
            {
                std::hint::black_box(Vec::<u8>::with_capacity(1 << 28));
            }
        },
    },
    Mutant {
        name: "sends-into-the-blue",
        breaks: "it-sends-only-to-outlets-it-was-given",
        act: |memory, at| {
            let greeting = json!({"jsonrpc": "2.0", "method": "notifications/message"});
            at_the_unheard_of(memory, at, |_, _| vec![message(999, &greeting)]);
        },
    },
    Mutant {
        name: "acts-for-a-stranger",
        breaks: "it-acts-only-for-who-asked",
        act: |memory, at| at_the_unheard_of(memory, at, |_, _| vec![perform("mallory", "light.turn_on")]),
    },
    Mutant {
        name: "acts-undeclared",
        breaks: "it-performs-only-what-it-declared",
        act: |memory, at| at_the_unheard_of(memory, at, |_, principal| vec![perform(principal, "garage.explode")]),
    },
    Mutant {
        name: "keeps-too-much",
        breaks: "its-checkpoints-stay-small",
        act: |memory, at| at_the_unheard_of(memory, at, |_, principal| vec![Effect::Keep(fat(principal))]),
    },
    Mutant {
        name: "speaks-no-json-rpc",
        breaks: "its-messages-are-json-rpc",
        act: |_, at| {
            if let At::Changed(_, effects) = at {
                last_words(effects, &json!({"good": "bye"}));
            }
        },
    },
    Mutant {
        name: "forgets-a-member",
        breaks: "its-messages-follow-the-schema",
        act: |_, at| {
            if let At::Changed(_, effects) = at {
                last_words(effects, &json!({"jsonrpc": "2.0", "method": "notifications/progress"}));
            }
        },
    },
    Mutant {
        name: "forgets-what-never-was",
        breaks: "its-effects-make-sense",
        act: |memory, at| {
            let log = Log {
                level: Level::Debug,
                text: "a mutant forgets".to_owned(),
            };
            let forget = Effect::Forget("never kept".to_owned());
            at_the_unheard_of(memory, at, |_, _| vec![Effect::Log(log), forget]);
        },
    },
    Mutant {
        name: "tells-of-what-nobody-asked",
        breaks: "it-tells-truly-what-it-served",
        act: |memory, at| {
            let served = Served {
                method: "completion/compleat".to_owned(),
                ending: Ending::Ok,
                since: 0,
                trace: None,
            };
            at_the_unheard_of(memory, at, |_, _| vec![Effect::Served(served)]);
        },
    },
];

/// A message to a stream that ends: its client reads nothing more into it.
fn last_words(effects: &mut Vec<Effect>, words: &Value) {
    let ended = effects.iter().find_map(|effect| match effect {
        Effect::End(outlet) => Some(*outlet),
        _ => None,
    });
    effects.splice(0..0, ended.map(|outlet| message(outlet, words)));
}

fn perform(principal: &str, action: &str) -> Effect {
    Effect::Perform(Perform {
        ticket: b"of a mutant".to_vec(),
        key: "of a mutant".to_owned(),
        principal: principal.to_owned(),
        client: String::new(),
        tool: "mutant".to_owned(),
        arguments: b"{}".to_vec(),
        actions: vec![Action {
            name: action.to_owned(),
            target: br#"{"entity_id":["light.bed"]}"#.to_vec(),
            data: Vec::new(),
        }],
        patience: 1_000,
        deadline: 1_000,
        trace: None,
    })
}

fn fat(principal: &str) -> Checkpoint {
    Checkpoint {
        key: "of a mutant".to_owned(),
        kind: CheckpointKind::Session,
        principal: Some(principal.to_owned()),
        transport: Transport::None,
        protocol_version: String::new(),
        client: String::new(),
        tools_digest: String::new(),
        expiry: None,
        format: 1,
        body: vec![b' '; 5_000],
    }
}
