//! Faults in life cycle and messages.

use std::collections::hash_map::RandomState;
use std::hash::BuildHasher as _;

use serde_json::{Map, Value, json};

use super::messages::{
    UNHEARD_OF, body, change, change_answers, is_malformed, is_unheard_of, message, method, rewrite, taken,
};
use super::{At, Memory, Mutant};
use crate::contract::hearth::mcp::types::Effect;
use crate::protocol::version::{VERSIONS, Version};

pub const MUTANTS: &[Mutant] = &[
    Mutant {
        name: "writes-what-it-cannot-read",
        breaks: "it-says-what-it-is",
        act: |_, at| {
            if let At::Describe(description) = at {
                description.reads.clear();
            }
        },
    },
    Mutant {
        name: "names-no-server",
        breaks: "initialize-is-answered",
        act: |_, at| {
            initialized(at, |result| {
                result["serverInfo"]["name"] = json!("");
            })
        },
    },
    Mutant {
        name: "knows-only-the-newest",
        breaks: "every-declared-version-is-agreed-to",
        act: |_, at| {
            if let At::Receive(delivery, _) = at
                && method(delivery) == "initialize"
            {
                rewrite(delivery, |body| {
                    if body["params"]["protocolVersion"].is_string() {
                        body["params"]["protocolVersion"] = json!(VERSIONS[0].as_str());
                    }
                });
            }
        },
    },
    Mutant {
        name: "falls-back-to-the-oldest",
        breaks: "an-unknown-version-gets-the-newest",
        act: |_, at| {
            if let At::Received(delivery, received) = at
                && let Some(asked) = body(delivery)["params"]["protocolVersion"].as_str()
                && Version::named(asked).is_none()
            {
                change_answers(delivery, received, "initialize", |answer| {
                    if answer["result"].is_object() {
                        answer["result"]["protocolVersion"] = json!(Version::V2024_11_05.as_str());
                    }
                });
            }
        },
    },
    Mutant {
        name: "blames-itself",
        breaks: "initialize-without-its-params-is-told",
        act: |_, at| {
            if let At::Received(delivery, received) = at {
                change_answers(delivery, received, "initialize", |answer| {
                    if answer["error"].is_object() {
                        answer["error"]["code"] = json!(-32603);
                    }
                });
            }
        },
    },
    Mutant {
        name: "pongs",
        breaks: "ping-is-answered",
        act: |_, at| {
            if let At::Received(delivery, received) = at {
                change_answers(delivery, received, "ping", |answer| {
                    answer["result"] = json!({"pong": true})
                });
            }
        },
    },
    Mutant {
        name: "insists-on-initialize",
        breaks: "a-client-may-speak-before-it-initializes",
        act: |memory, at| {
            if let At::Receive(delivery, instead) = at
                && let Some(session) = memory.session(delivery).filter(|session| !session.initialized)
                && !["initialize", ""].contains(&method(delivery).as_str())
            {
                let error = json!({"code": -32600, "message": "initialize first"});
                let answer = json!({"jsonrpc": "2.0", "id": body(delivery)["id"], "error": error});
                *instead = Some(taken(vec![message(session.outlet, &answer)]));
            }
        },
    },
    Mutant {
        name: "keeps-ids-as-doubles",
        breaks: "ids-come-back-as-they-were",
        act: |_, at| {
            if let At::Received(_, Ok(received)) = at {
                change(&mut received.effects, |answer| {
                    if let Some(id) = answer["id"].as_u64() {
                        answer["id"] = json!(id as f64 as u64);
                    }
                });
            }
        },
    },
    Mutant {
        name: "fails-at-unknown-methods",
        breaks: "unknown-methods-are-told",
        act: |_, at| {
            if let At::Received(_, Ok(received)) = at {
                change(&mut received.effects, |answer| {
                    if answer["error"]["code"] == -32601 {
                        answer["error"]["code"] = json!(-32603);
                    }
                });
            }
        },
    },
    Mutant {
        name: "answers-notifications",
        breaks: "notifications-are-not-answered",
        act: |memory, at| {
            if let At::Received(delivery, Ok(received)) = at
                && method(delivery) == UNHEARD_OF
                && let Some(session) = memory.session(delivery)
            {
                let answer = json!({"jsonrpc": "2.0", "id": 0, "result": {}});
                received.effects.push(message(session.outlet, &answer));
            }
        },
    },
    Mutant {
        name: "answers-answers",
        breaks: "answers-that-nobody-asked-for-are-ignored",
        act: |memory, at| {
            if let At::Received(delivery, Ok(received)) = at
                && body(delivery).get("result").is_some()
                && let Some(session) = memory.session(delivery)
            {
                let error = json!({"code": -32600, "message": "nobody asked"});
                let answer = json!({"jsonrpc": "2.0", "id": body(delivery)["id"], "error": error});
                received.effects.push(message(session.outlet, &answer));
            }
        },
    },
    Mutant {
        name: "swallows-garbage",
        breaks: "what-is-no-message-is-refused",
        act: |_, at| {
            if let At::Received(delivery, received) = at
                && is_malformed(received)
                && body(delivery).is_null()
            {
                *received = taken(Vec::new());
            }
        },
    },
    Mutant {
        name: "takes-null-for-no-id",
        breaks: "ids-of-other-kinds-are-refused",
        act: |_, at| {
            if let At::Received(delivery, received) = at
                && is_malformed(received)
                && body(delivery).get("id") == Some(&Value::Null)
            {
                *received = taken(Vec::new());
            }
        },
    },
    Mutant {
        name: "swallows-the-deep",
        breaks: "deep-nesting-is-refused",
        act: |_, at| {
            if let At::Received(delivery, received) = at
                && is_malformed(received)
                && body(delivery)["params"]["deep"].is_array()
            {
                *received = taken(Vec::new());
            }
        },
    },
    Mutant {
        name: "serves-half-a-batch",
        breaks: "a-batch-is-served-where-the-version-has-it",
        act: |_, at| {
            if let At::Received(delivery, Ok(received)) = at
                && body(delivery).as_array().is_some_and(|batch| batch.len() > 1)
            {
                let sends = |effect: &Effect| matches!(effect, Effect::Send(_));
                if let Some(last) = received.effects.iter().rposition(sends) {
                    received.effects.remove(last);
                }
            }
        },
    },
    Mutant {
        name: "swallows-batches",
        breaks: "a-batch-is-refused-elsewhere",
        act: |_, at| {
            if let At::Received(delivery, received) = at
                && is_malformed(received)
                && body(delivery).as_array().is_some_and(|batch| !batch.is_empty())
            {
                *received = taken(Vec::new());
            }
        },
    },
    Mutant {
        name: "throws-dice",
        breaks: "all-randomness-comes-from-the-nonce",
        act: |_, at| {
            let roll = RandomState::new().hash_one(0);
            initialized(at, |result| {
                result.insert("_meta".to_owned(), json!({"hearth/roll": roll}));
            })
        },
    },
    Mutant {
        name: "shuffles",
        breaks: "the-order-is-always-the-same",
        act: |_, at| {
            let chance = RandomState::new();
            initialized(at, |result| {
                let mut members: Vec<_> = std::mem::take(result).into_iter().collect();
                members.sort_by_key(|(name, _)| chance.hash_one(name));
                result.extend(members);
            })
        },
    },
];

/// Changes the result of `initialize`.
fn initialized(at: At<'_>, mut with: impl FnMut(&mut Map<String, Value>)) {
    if let At::Received(delivery, received) = at {
        change_answers(delivery, received, "initialize", |answer| {
            if let Some(result) = answer.get_mut("result").and_then(Value::as_object_mut) {
                with(result);
            }
        });
    }
}

/// Adds effects to the event of the notification that nobody knows.
pub fn at_the_unheard_of(memory: &mut Memory, at: At<'_>, effects: impl FnOnce(u64, &str) -> Vec<Effect>) {
    if let At::Received(delivery, Ok(received)) = at
        && is_unheard_of(delivery)
        && let Some(session) = memory.session(delivery)
    {
        received.effects.extend(effects(session.outlet, &delivery.principal.id));
    }
}
