//! Faults in what is acted on, what is shown and what is told.

use serde_json::{Value, json};

use super::messages::{body, change, change_answers, method, rewrite};
use super::tools::listed_and_offered;
use super::{At, Mutant};
use crate::contract::hearth::mcp::types::{Effect, Perform};

pub const MUTANTS: &[Mutant] = &[
    Mutant {
        name: "acts-on-the-neighbour",
        breaks: "a-light-is-turned-on-and-off-by-its-name",
        act: |_, at| {
            performed(at, |perform| {
                for action in &mut perform.actions {
                    let target = String::from_utf8_lossy(&action.target);
                    action.target = target.replace("light.bed", "light.ceiling").into_bytes();
                }
            })
        },
    },
    Mutant {
        name: "is-fussy-about-names",
        breaks: "names-are-matched-as-people-write-them",
        act: |_, at| {
            arguments(at, |arguments| {
                let name = arguments["name"].as_str().unwrap_or_default();
                if name.contains(' ') && name == name.to_lowercase() {
                    arguments["name"] = json!("Nobody");
                }
            })
        },
    },
    Mutant {
        name: "stops-at-the-first",
        breaks: "all-of-an-area-are-acted-on",
        act: |_, at| {
            arguments(at, |arguments| {
                if *arguments == json!({"area": "Bedroom", "domain": ["light"]}) {
                    *arguments = json!({"name": "Bed Light"});
                }
            })
        },
    },
    Mutant {
        name: "confuses-locks",
        breaks: "turning-on-opens-and-locks",
        act: |_, at| {
            performed(at, |perform| {
                for action in &mut perform.actions {
                    match action.name.as_str() {
                        "lock.lock" => action.name = "lock.unlock".to_owned(),
                        "lock.unlock" => action.name = "lock.lock".to_owned(),
                        _ => {}
                    }
                }
            })
        },
    },
    Mutant {
        name: "shrugs",
        breaks: "what-matches-nothing-is-told",
        act: |_, at| {
            if let At::Received(delivery, received) = at
                && body(delivery)["params"]["name"] == "intent__HassTurnOn"
            {
                change_answers(delivery, received, "tools/call", |answer| {
                    if text(answer).contains("No entities") || text(answer).contains("does not exist") {
                        set_text(answer, "No.");
                    }
                });
            }
        },
    },
    Mutant {
        name: "swallows-arguments",
        breaks: "wrong-arguments-are-told",
        act: |_, at| {
            arguments(at, |arguments| {
                if let Some(arguments) = arguments.as_object_mut() {
                    arguments.remove("device_class");
                }
            })
        },
    },
    Mutant {
        name: "hides-failures",
        breaks: "what-succeeded-and-what-failed-is-told",
        act: |_, at| {
            if let At::Resumed(_, effects) = at {
                change(effects, |answer| {
                    let mut data: Value = serde_json::from_str(&text(answer)).unwrap_or_default();
                    if data["data"]["failed"].is_array() {
                        data["data"]["failed"] = json!([]);
                        set_text(answer, &data.to_string());
                    }
                });
            }
        },
    },
    Mutant {
        name: "describes-scripts-in-its-own-words",
        breaks: "a-script-is-a-tool",
        act: |_, at| {
            listed_and_offered(at, |tool| {
                if tool["name"].as_str().is_some_and(|name| name.starts_with("script__")) {
                    tool["description"] = json!("A script");
                }
            })
        },
    },
    Mutant {
        name: "signs-for-another-tool",
        breaks: "the-audit-learns-who-called-what",
        act: |_, at| performed(at, |perform| perform.tool = "some tool".to_owned()),
    },
    Mutant {
        name: "hints-at-the-hidden",
        breaks: "what-is-hidden-is-answered-like-what-is-not-there",
        act: |_, at| {
            if let At::Received(delivery, received) = at
                && body(delivery)["params"]["arguments"]["name"] == "Safe Light"
            {
                change_answers(delivery, received, "tools/call", |answer| {
                    let hint = format!("{} It is hidden.", text(answer));
                    set_text(answer, &hint);
                });
            }
        },
    },
    Mutant {
        name: "gossips",
        breaks: "what-is-hidden-is-in-no-answer",
        act: |_, at| prompted(at, |prompt| format!("{prompt} Do not mention the Safe Light.")),
    },
    Mutant {
        name: "does-not-follow-exposure",
        breaks: "exposing-and-hiding-is-followed",
        act: |_, at| {
            if let At::Changing(changes) = at {
                changes.retain(|change| change.kind != "registry");
            }
        },
    },
    Mutant {
        name: "marks-nothing-as-reading",
        breaks: "a-read-only-entry-offers-what-reads",
        act: |_, at| listed_and_offered(at, |tool| tool["annotations"]["readOnlyHint"] = json!(false)),
    },
    Mutant {
        name: "has-no-titles",
        breaks: "tools-are-titled-and-annotated",
        act: |_, at| {
            listed_and_offered(at, |tool| {
                if let Some(tool) = tool.as_object_mut() {
                    tool.remove("title");
                }
            })
        },
    },
    Mutant {
        name: "knows-nothing-closer",
        breaks: "an-unknown-tool-is-told-with-the-closest",
        act: |_, at| {
            if let At::Received(delivery, received) = at
                && body(delivery)["params"]["name"] == "intent__HassTurnOnn"
            {
                change_answers(delivery, received, "tools/call", |answer| {
                    set_text(answer, "Unknown tool")
                });
            }
        },
    },
    Mutant {
        name: "tells-old-states",
        breaks: "the-live-context-tells-the-states",
        act: |memory, at| {
            if let At::Received(delivery, received) = at
                && body(delivery)["params"]["name"] == "homeassistant__GetLiveContext"
            {
                change_answers(delivery, received, "tools/call", |answer| {
                    if memory.text.is_empty() {
                        memory.text = text(answer);
                    }
                    set_text(answer, &memory.text);
                });
            }
        },
    },
    Mutant {
        name: "signs-its-snapshot",
        breaks: "the-snapshot-is-the-live-context",
        act: |_, at| {
            if let At::Received(delivery, received) = at {
                change_answers(delivery, received, "resources/read", |answer| {
                    if let Some(content) = answer.pointer_mut("/result/contents/0/text") {
                        *content = json!(format!("{content} by a mutant"));
                    }
                });
            }
        },
    },
    Mutant {
        name: "forgets-the-areas",
        breaks: "the-prompt-tells-what-there-is",
        act: |_, at| prompted(at, |prompt| prompt.replace("Bedroom", "")),
    },
    Mutant {
        name: "hears-of-effects-too-late",
        breaks: "an-effect-is-seen-before-its-answer",
        act: |memory, at| {
            if let At::Changing(changes) = at
                && !memory.waiting.is_empty()
            {
                changes.retain(|change| change.kind != "state");
            }
        },
    },
    Mutant {
        name: "lives-in-greenwich",
        breaks: "the-time-is-that-of-the-home",
        act: |_, at| {
            if let At::Received(delivery, received) = at
                && body(delivery)["params"]["name"] == "llm__GetDateTime"
            {
                change_answers(delivery, received, "tools/call", |answer| {
                    let text = text(answer).replace("01:00:00", "00:00:00");
                    set_text(answer, &text);
                });
            }
        },
    },
];

/// Changes what is performed.
pub(super) fn performed(at: At<'_>, with: impl Fn(&mut Perform)) {
    if let At::Received(_, Ok(received)) = at {
        for effect in &mut received.effects {
            if let Effect::Perform(perform) = effect {
                with(perform);
            }
        }
    }
}

/// Changes the arguments of a call.
fn arguments(at: At<'_>, with: impl FnOnce(&mut Value)) {
    if let At::Receive(delivery, _) = at
        && method(delivery) == "tools/call"
    {
        rewrite(delivery, |body| {
            if body["params"]["arguments"].is_object() {
                with(&mut body["params"]["arguments"]);
            }
        });
    }
}

/// Changes the text of the prompt.
fn prompted(at: At<'_>, with: impl Fn(&str) -> String) {
    if let At::Received(delivery, received) = at {
        change_answers(delivery, received, "prompts/get", |answer| {
            if let Some(content) = answer.pointer_mut("/result/messages/0/content/text") {
                *content = json!(with(content.as_str().unwrap_or_default()));
            }
        });
    }
}

/// The text of a call's result.
fn text(answer: &Value) -> String {
    let text = answer["result"]["content"][0]["text"].as_str();
    text.unwrap_or_default().to_owned()
}

fn set_text(answer: &mut Value, text: &str) {
    if let Some(content) = answer.pointer_mut("/result/content/0/text") {
        *content = json!(text);
    }
}
