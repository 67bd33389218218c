//! Faults in tools, calls, and what else is listed.

use serde_json::{Value, json};

use super::messages::{body, change, change_answers, message, method, rewrite, silence, succeed, taken};
use super::sessions::no_limit;
use super::{At, Mutant};
use crate::contract::exports::hearth::mcp::server::News;
use crate::contract::hearth::mcp::types::{Effect, OutcomeKind};

const LIST_CHANGED: &str = "notifications/tools/list_changed";

pub const MUTANTS: &[Mutant] = &[
    Mutant {
        name: "hides-the-capability",
        breaks: "tools-are-a-capability",
        act: |_, at| {
            if let At::Received(delivery, received) = at {
                change_answers(delivery, received, "initialize", |answer| {
                    if let Some(capabilities) = answer
                        .pointer_mut("/result/capabilities")
                        .and_then(Value::as_object_mut)
                    {
                        capabilities.remove("tools");
                    }
                });
            }
        },
    },
    Mutant {
        name: "lists-a-tool-twice",
        breaks: "tools-are-listed",
        act: |_, at| {
            listed(at, |tools| {
                if let Some(first) = tools.first().cloned() {
                    tools.push(first);
                }
            })
        },
    },
    Mutant {
        name: "requires-the-unknown",
        breaks: "schemas-name-what-they-require",
        act: |_, at| {
            let mut first = true;
            listed_and_offered(at, |tool| {
                if std::mem::take(&mut first) {
                    tool["inputSchema"]["required"] = json!(["no_such"]);
                }
            })
        },
    },
    Mutant {
        name: "turns-its-list-around",
        breaks: "the-list-stays-the-same",
        act: |memory, at| {
            listed(at, |tools| {
                memory.count += 1;
                if memory.count % 2 == 0 {
                    tools.reverse();
                }
            })
        },
    },
    Mutant {
        name: "offers-nothing",
        breaks: "offers-say-the-same",
        act: |_, at| {
            if let At::Offers(tools) = at {
                tools.clear();
            }
        },
    },
    Mutant {
        name: "takes-any-cursor",
        breaks: "a-cursor-that-is-no-text-is-told",
        act: |_, at| {
            if let At::Receive(delivery, _) = at
                && method(delivery) == "tools/list"
            {
                rewrite(delivery, |body| {
                    if let Some(params) = body.get_mut("params").and_then(Value::as_object_mut) {
                        params.remove("cursor");
                    }
                });
            }
        },
    },
    Mutant {
        name: "answers-calls-twice",
        breaks: "every-tool-answers-once",
        act: |_, at| {
            if let At::Received(delivery, Ok(received)) = at
                && method(delivery) == "tools/call"
                && let [Effect::Send(answer), Effect::Served(_)] = &received.effects[..]
                && !String::from_utf8_lossy(&answer.body).contains(r#""error""#)
            {
                received.effects.push(Effect::Send(answer.clone()));
            }
        },
    },
    Mutant {
        name: "does-unknown-tools",
        breaks: "an-unknown-tool-is-told",
        act: |_, at| {
            if let At::Received(delivery, received) = at
                && body(delivery)["params"]["name"] == "no_such_tool"
            {
                change_answers(delivery, received, "tools/call", |answer| {
                    answer["result"]["isError"] = json!(false)
                });
            }
        },
    },
    Mutant {
        name: "fails-at-nameless-calls",
        breaks: "a-call-without-a-name-is-told",
        act: |_, at| {
            if let At::Received(delivery, received) = at
                && !body(delivery)["params"]["name"].is_string()
            {
                change_answers(delivery, received, "tools/call", |answer| {
                    answer["error"]["code"] = json!(-32603)
                });
            }
        },
    },
    Mutant {
        name: "takes-any-arguments",
        breaks: "arguments-must-be-an-object",
        act: |_, at| {
            if let At::Receive(delivery, _) = at
                && method(delivery) == "tools/call"
            {
                rewrite(delivery, |body| {
                    if !body["params"]["arguments"].is_object() && body["params"].is_object() {
                        body["params"]["arguments"] = json!({});
                    }
                });
            }
        },
    },
    Mutant {
        name: "calls-success-failure",
        breaks: "an-action-is-done-and-told",
        act: |_, at| outcome(at, |kinds| kinds.iter().all(|kind| *kind == OutcomeKind::Ok), true),
    },
    Mutant {
        name: "calls-failure-success",
        breaks: "a-failed-action-is-told",
        act: |_, at| outcome(at, |kinds| kinds.contains(&OutcomeKind::Failed), false),
    },
    Mutant {
        name: "calls-refusal-success",
        breaks: "a-refused-action-is-told",
        act: |_, at| outcome(at, |kinds| kinds.contains(&OutcomeKind::Refused), false),
    },
    Mutant {
        name: "serves-nobody-meanwhile",
        breaks: "others-are-served-while-a-call-waits",
        act: |memory, at| {
            if let At::Received(delivery, Ok(received)) = at
                && method(delivery) == "ping"
                && !memory.waiting.is_empty()
            {
                received.effects.clear();
            }
        },
    },
    Mutant {
        name: "mixes-up-calls",
        breaks: "two-calls-get-their-own-answers",
        act: |memory, at| {
            if let At::Resumed(News::Outcomes(_), effects) = at
                && memory.waiting.len() > 1
            {
                change(effects, |answer| {
                    let other = memory.waiting.iter().find(|id| **id != answer["id"]).cloned();
                    answer["id"] = other.unwrap_or_default();
                });
            }
        },
    },
    Mutant {
        name: "ignores-doubled-ids",
        breaks: "an-id-in-flight-is-not-taken-twice",
        act: |memory, at| {
            if let At::Receive(delivery, instead) = at
                && method(delivery) == "tools/call"
                && memory.waiting.contains(&body(delivery)["id"])
            {
                *instead = Some(taken(Vec::new()));
            }
        },
    },
    Mutant {
        name: "does-not-hear-cancelling",
        breaks: "a-cancelled-call-is-not-answered",
        act: |_, at| {
            if let At::Receive(delivery, instead) = at
                && method(delivery) == "notifications/cancelled"
            {
                *instead = Some(taken(Vec::new()));
            }
        },
    },
    Mutant {
        name: "answers-cancelling",
        breaks: "cancelling-what-is-not-there-is-ignored",
        act: |memory, at| {
            if let At::Received(delivery, Ok(received)) = at
                && method(delivery) == "notifications/cancelled"
                && received
                    .effects
                    .iter()
                    .all(|effect| matches!(effect, Effect::Served(_)))
                && let Some(session) = memory.session(delivery)
            {
                let error = json!({"code": -32600, "message": "there is no such request"});
                let answer = json!({"jsonrpc": "2.0", "id": 0, "error": error});
                received.effects.push(message(session.outlet, &answer));
            }
        },
    },
    Mutant {
        name: "forgets-its-calls",
        breaks: "a-call-outlives-its-instance",
        act: |_, at| {
            if let At::Restore(_, work) = at {
                work.retain(|work| work.key == "no-such-work");
            }
        },
    },
    Mutant {
        name: "works-for-who-has-gone",
        breaks: "a-call-ends-with-its-session",
        act: |_, at| {
            if let At::Closed(effects) = at {
                effects.retain(|effect| !matches!(effect, Effect::Abandon(_)));
            }
        },
    },
    Mutant {
        name: "takes-any-number-of-calls",
        breaks: "requests-in-flight-are-limited",
        act: |_, at| no_limit(at, "requests-in-flight"),
    },
    Mutant {
        name: "waits-for-ever",
        breaks: "a-call-is-answered-in-time",
        act: |_, at| {
            if let At::Resumed(News::Outcomes(outcomes), effects) = at
                && outcomes
                    .iter()
                    .any(|outcome| matches!(outcome.kind, OutcomeKind::Running | OutcomeKind::TimedOut))
            {
                effects.clear();
            }
        },
    },
    Mutant {
        name: "is-silent-about-lost-outcomes",
        breaks: "a-lost-outcome-is-answered",
        act: |_, at| {
            if let At::Resumed(News::Fault, effects) = at {
                effects.clear();
            }
        },
    },
    Mutant {
        name: "falls-back",
        breaks: "progress-rises",
        act: |_, at| {
            if let At::Resumed(News::Progress(_), effects) = at {
                change(effects, |message| {
                    let progress = message["params"]["progress"].as_f64().unwrap_or_default();
                    message["params"]["progress"] = json!(-progress);
                });
            }
        },
    },
    Mutant {
        name: "keeps-changes-to-itself",
        breaks: "a-changed-list-is-told",
        act: |_, at| {
            if let At::Changed(_, effects) = at {
                silence(effects, |message| message["method"] == LIST_CHANGED);
            }
        },
    },
    Mutant {
        name: "cries-wolf",
        breaks: "an-unchanged-list-is-not-told",
        act: |memory, at| {
            if let At::Changed(changes, effects) = at
                && changes
                    .iter()
                    .any(|change| ["registry", "config-entry"].contains(&change.kind.as_str()))
            {
                let news = json!({"jsonrpc": "2.0", "method": LIST_CHANGED});
                silence(effects, |message| *message == news);
                let ended = effects.iter().any(|effect| matches!(effect, Effect::End(_)));
                if !ended {
                    effects.extend(memory.sessions.values().map(|session| message(session.outlet, &news)));
                }
            }
        },
    },
    Mutant {
        name: "forgets-the-text-of-prompts",
        breaks: "prompts-can-be-got",
        act: |_, at| {
            if let At::Received(delivery, received) = at {
                change_answers(delivery, received, "prompts/get", |answer| {
                    if answer["result"].is_object() {
                        answer["result"]["messages"] = json!([]);
                    }
                });
            }
        },
    },
    Mutant {
        name: "has-any-prompt",
        breaks: "an-unknown-prompt-is-told",
        act: |_, at| {
            if let At::Received(delivery, received) = at {
                change_answers(delivery, received, "prompts/get", |answer| {
                    succeed(answer, json!({"messages": []}))
                });
            }
        },
    },
    Mutant {
        name: "reads-nothing",
        breaks: "resources-can-be-read",
        act: |_, at| {
            if let At::Received(delivery, received) = at {
                change_answers(delivery, received, "resources/read", |answer| {
                    if answer["result"].is_object() {
                        answer["result"]["contents"] = json!([]);
                    }
                });
            }
        },
    },
    Mutant {
        name: "has-any-resource",
        breaks: "an-unknown-resource-is-told",
        act: |_, at| {
            if let At::Received(delivery, received) = at {
                change_answers(delivery, received, "resources/read", |answer| {
                    succeed(answer, json!({"contents": []}));
                });
            }
        },
    },
];

/// Changes a list of tools.
fn listed(at: At<'_>, with: impl FnOnce(&mut Vec<Value>)) {
    let mut with = Some(with);
    if let At::Received(delivery, received) = at {
        change_answers(delivery, received, "tools/list", |answer| {
            let tools = answer.pointer_mut("/result/tools").and_then(Value::as_array_mut);
            if let (Some(tools), Some(with)) = (tools, with.take()) {
                with(tools);
            }
        });
    }
}

/// Changes each tool, where it is listed and where it is offered.
pub fn listed_and_offered(at: At<'_>, mut with: impl FnMut(&mut Value)) {
    match at {
        At::Offers(tools) => {
            for tool in tools {
                let mut definition: Value = serde_json::from_slice(&tool.definition).unwrap_or_default();
                with(&mut definition);
                tool.definition = definition.to_string().into_bytes();
            }
        }
        at => listed(at, |tools| tools.iter_mut().for_each(with)),
    }
}

/// Calls what came of these outcomes a failure, or a success.
fn outcome(at: At<'_>, which: impl Fn(&[OutcomeKind]) -> bool, is_error: bool) {
    if let At::Resumed(News::Outcomes(outcomes), effects) = at {
        let kinds: Vec<OutcomeKind> = outcomes.iter().map(|outcome| outcome.kind).collect();
        if which(&kinds) {
            change(effects, |answer| {
                if answer["result"].is_object() {
                    answer["result"]["isError"] = json!(is_error);
                }
            });
        }
    }
}
