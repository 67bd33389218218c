//! The tools that ask the client one question, as the suite has them for the handshake versions.

use serde_json::json;

use super::form::Form;
use super::question::{Reply, ask, sampled, sampling};
use super::tool::{Fixture, Unfit, one_text, say, text};
use crate::llm::{Call, Request};

pub(super) const TOOLS: &[Fixture] = &[
    Fixture::taking(
        "test_sampling",
        "Lets the client's model answer a prompt.",
        || one_text("prompt", "What the model is asked."),
        |request, arguments| sample(request, text(arguments, "prompt")?),
    ),
    Fixture::taking(
        "test_elicitation",
        "Asks the user for a name and an address.",
        || one_text("message", "What the user is told."),
        |request, arguments| elicit(request, "User response", &person(text(arguments, "message")?)),
    ),
    Fixture::plain(
        "test_elicitation_sep1034_defaults",
        "Asks the user to fill in a form that has a default in every field.",
        |request, _| elicit(request, COMPLETED, &defaults()),
    ),
    Fixture::plain(
        "test_elicitation_sep1330_enums",
        "Asks the user to choose, in every way that a form can offer choices.",
        |request, _| elicit(request, COMPLETED, &choices()),
    ),
    Fixture::plain(
        "test_streaming_elicitation",
        "Asks the user for a name.",
        |request, _| {
            elicit(
                request,
                COMPLETED,
                &Form::of_text("What is your name?", "name", &["name"]),
            )
        },
    ),
    Fixture::plain(
        "test_missing_capability",
        "Needs a client whose model can be asked.",
        |request, _| sample(request, "Say anything."),
    ),
];

const COMPLETED: &str = "Elicitation completed";

fn sample(request: &Request, prompt: &str) -> Result<Call, Unfit> {
    let key = "answer";
    let Some(reply) = Reply::to(key, request) else {
        return ask(vec![sampling(key, prompt, 100)]);
    };
    say(format!("LLM response: {}", sampled(reply)?))
}

fn elicit(request: &Request, title: &str, form: &Form) -> Result<Call, Unfit> {
    let key = "form";
    let Some(reply) = Reply::to(key, request) else {
        return ask(vec![form.question(key)]);
    };
    let filled = form.read(reply)?;
    say(format!("{title}: action={}, content={}", filled.action, filled.content))
}

fn person(message: &str) -> Form {
    Form {
        message: message.to_owned(),
        fields: vec![
            ("username", json!({"type": "string", "description": "User's response"})),
            (
                "email",
                json!({"type": "string", "description": "User's email address"}),
            ),
        ],
        required: &["username", "email"],
    }
}

fn defaults() -> Form {
    Form {
        message: "Please look through this form.".to_owned(),
        fields: vec![
            ("name", json!({"type": "string", "default": "John Doe"})),
            ("age", json!({"type": "integer", "default": 30})),
            ("score", json!({"type": "number", "default": 95.5})),
            (
                "status",
                json!({"type": "string", "enum": ["active", "inactive", "pending"], "default": "active"}),
            ),
            ("verified", json!({"type": "boolean", "default": true})),
        ],
        required: &[],
    }
}

fn choices() -> Form {
    let plain = json!(["option1", "option2", "option3"]);
    let titled = json!([
        {"const": "value1", "title": "First"},
        {"const": "value2", "title": "Second"},
        {"const": "value3", "title": "Third"},
    ]);
    let names = json!(["Option one", "Option two", "Option three"]);
    Form {
        message: "Please choose.".to_owned(),
        fields: vec![
            ("untitledSingle", json!({"type": "string", "enum": plain})),
            ("titledSingle", json!({"type": "string", "oneOf": titled})),
            (
                "legacyEnum",
                json!({"type": "string", "enum": ["opt1", "opt2", "opt3"], "enumNames": names}),
            ),
            (
                "untitledMulti",
                json!({"type": "array", "items": {"type": "string", "enum": plain}}),
            ),
            ("titledMulti", json!({"type": "array", "items": {"anyOf": titled}})),
        ],
        required: &[],
    }
}
