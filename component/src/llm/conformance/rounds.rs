//! The tools that need several rounds, or several answers at once, as the suite has them for 2026-07-28.

use super::form::{Filled, Form};
use super::question::{Reply, ask, ask_with, named_roots, roots, sampled, sampling, state};
use super::tool::{Fixture, Unfit, say};
use crate::llm::{Call, Request};

pub(super) const TOOLS: &[Fixture] = &[
    Fixture::plain(
        "test_input_required_result_elicitation",
        "Greets the user by name.",
        |request, _| greet(request),
    ),
    Fixture::plain(
        "test_input_required_result_sampling",
        "Asks the client's model for a capital.",
        |request, _| capital(request),
    ),
    Fixture::plain(
        "test_input_required_result_list_roots",
        "Says back the client's roots.",
        |request, _| list_roots(request),
    ),
    Fixture::plain(
        "test_input_required_result_request_state",
        "Asks the user to confirm, and remembers having asked.",
        |request, _| confirm(request),
    ),
    Fixture::plain(
        "test_input_required_result_tampered_state",
        "Asks the user to confirm, and remembers having asked.",
        |request, _| confirm(request),
    ),
    Fixture::plain(
        "test_input_required_result_multiple_inputs",
        "Asks the user, the client's model and the client at once.",
        |request, _| everyone(request),
    ),
    Fixture::plain(
        "test_input_required_result_multi_round",
        "Asks the user for a name, and then for a color.",
        |request, _| name_and_color(request),
    ),
    Fixture::plain(
        "test_input_required_result_capabilities",
        "Asks whatever this client can be asked.",
        |request, _| what_it_can(request),
    ),
];

/// What the tools remember that ask once.
const ASKED: &str = "asked";

fn name_form(message: &str) -> Form {
    Form::of_text(message, "name", &["name"])
}

/// What the user wrote into the one field of a form; else that nothing was.
fn written<'a>(filled: &'a Filled, field: &str) -> Result<&'a str, String> {
    let text = filled.content[field].as_str();
    text.ok_or_else(|| format!("The user chose to {}.", filled.action))
}

fn greet(request: &Request) -> Result<Call, Unfit> {
    let (key, form) = ("user_name", name_form("What is your name?"));
    let Some(reply) = Reply::to(key, request) else {
        return ask(vec![form.question(key)]);
    };
    let filled = form.read(reply)?;
    say(written(&filled, "name").map_or_else(|why| why, |name| format!("Hello, {name}!")))
}

fn capital(request: &Request) -> Result<Call, Unfit> {
    let key = "capital_question";
    match Reply::to(key, request) {
        Some(reply) => say(sampled(reply)?),
        None => ask(vec![sampling(key, "What is the capital of France?", 100)]),
    }
}

fn list_roots(request: &Request) -> Result<Call, Unfit> {
    let key = "client_roots";
    match Reply::to(key, request) {
        Some(reply) => say(format!("The client's roots: {}", named_roots(reply)?.join(", "))),
        None => ask(vec![roots(key)]),
    }
}

fn confirm(request: &Request) -> Result<Call, Unfit> {
    let key = "confirm";
    let form = Form {
        message: "Please confirm".to_owned(),
        fields: vec![("ok", serde_json::json!({"type": "boolean"}))],
        required: &["ok"],
    };
    match Reply::to(key, request) {
        Some(reply) if state(request) == Some(ASKED) => {
            let filled = form.read(reply)?;
            say(format!(
                "state-ok, the user chose to {}: {}",
                filled.action, filled.content
            ))
        }
        _ => ask_with(vec![form.question(key)], ASKED),
    }
}

fn everyone(request: &Request) -> Result<Call, Unfit> {
    let form = name_form("What is your name?");
    let replies = ["user_name", "greeting", "client_roots"].map(|key| Reply::to(key, request));
    let [Some(user), Some(model), Some(client)] = replies else {
        let questions = vec![
            form.question("user_name"),
            sampling("greeting", "Generate a greeting", 50),
            roots("client_roots"),
        ];
        return ask_with(questions, ASKED);
    };
    let filled = form.read(user)?;
    let name = written(&filled, "name").unwrap_or("nobody");
    let (greeting, roots) = (sampled(model)?, named_roots(client)?);
    say(format!(
        "{greeting} That is for {name}, who works on {}.",
        roots.join(", ")
    ))
}

/// The name that was given travels in the state to the second round.
fn name_and_color(request: &Request) -> Result<Call, Unfit> {
    let first = name_form("Step 1: What is your name?");
    let second = Form::of_text("Step 2: What is your favorite color?", "color", &["color"]);
    let named = state(request).and_then(|state| state.strip_prefix("named "));
    if let (Some(name), Some(reply)) = (named, Reply::to("step2", request)) {
        let filled = second.read(reply)?;
        return say(written(&filled, "color").map_or_else(|why| why, |color| format!("{name} likes {color}.")));
    }
    if let Some(name) = named {
        return ask_with(vec![second.question("step2")], format!("named {name}"));
    }
    let Some(reply) = Reply::to("step1", request) else {
        return ask_with(vec![first.question("step1")], ASKED);
    };
    let filled = first.read(reply)?;
    match written(&filled, "name") {
        Ok(name) => ask_with(vec![second.question("step2")], format!("named {name}")),
        Err(why) => say(why),
    }
}

fn what_it_can(request: &Request) -> Result<Call, Unfit> {
    let questions = [
        name_form("What is your name?").question("user_name"),
        sampling("greeting", "Generate a greeting", 50),
        roots("client_roots"),
    ];
    let questions: Vec<_> = questions
        .into_iter()
        .filter(|question| request.client.allow(question.kind))
        .collect();
    if questions
        .iter()
        .any(|question| Reply::to(&question.key, request).is_none())
    {
        return ask(questions);
    }
    let methods: Vec<&str> = questions.iter().map(|question| question.kind.method()).collect();
    say(format!("The client was asked by: {}", methods.join(", ")))
}
