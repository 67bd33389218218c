//! The tools whose calls become tasks (SEP-2663). Where a client takes no tasks, those answer at once that can.

use serde_json::{Value, json};

use super::form::Form;
use super::question::{Reply, ask};
use super::tool::{Fixture, Unfit, one_text, say, text};
use crate::llm::task::{Begun, Stage, Standing};
use crate::llm::{Call, Request, ToolResult};
use crate::protocol::error::{Code, RpcError};

pub(super) const TOOLS: &[Fixture] = &[
    Fixture::taking(
        "greet",
        "Greets at once: never a task.",
        || one_text("name", "Who is greeted."),
        |_, arguments| say(format!("Hello, {}!", text(arguments, "name")?)),
    ),
    Fixture::taking(
        "slow_compute",
        "Takes as long as it is told.",
        seconds_and_label,
        |request, arguments| match seconds(arguments)? {
            0 => say(COMPUTED),
            _ if !request.client.tasks => say(COMPUTED),
            _ => task(),
        },
    )
    .as_task(|_, arguments, age_ms| Ok(after(seconds(arguments)? * 1_000, age_ms, done(COMPUTED)))),
    Fixture::plain("failing_job", "Fails after a while, always as a task.", |_, _| task()).as_task(|_, _, age_ms| {
        let failed = ToolResult::failed("This job always fails");
        Ok(after(SHORT_MS, age_ms, Stage::Done(failed)))
    }),
    Fixture::plain(
        "protocol_error_job",
        "Breaks down after a while, always as a task.",
        |_, _| task(),
    )
    .as_task(|_, _, age_ms| {
        let error = RpcError::new(Code::Internal, "This job always breaks down");
        Ok(after(SHORT_MS, age_ms, Stage::Failed(error)))
    }),
    Fixture::taking(
        "confirm_delete",
        "Asks the user before it deletes, which it does not do.",
        || one_text("filename", "What would be deleted."),
        |request, arguments| task_or(request, &confirm(text(arguments, "filename")?)),
    )
    .as_task(|request, arguments, _| stands(request, &confirm(text(arguments, "filename")?))),
    Fixture::plain("multi_input", "Asks the user two things at once.", |request, _| {
        task_or(request, &two_names())
    })
    .as_task(|request, _, _| stands(request, &two_names())),
    Fixture::plain(
        "test_tool_with_task",
        "Asks the user for a name, and greets in a task.",
        |request, _| {
            let (key, form) = name();
            match Reply::to(key, request) {
                Some(reply) => form.read(reply).and_then(|_| task()),
                None => ask(vec![form.question(key)]),
            }
        },
    )
    .as_task(|request, _, age_ms| {
        let (key, form) = name();
        let filled = Reply::to(key, request).map(|reply| form.read(reply)).transpose()?;
        let name = filled.as_ref().and_then(|filled| filled.content["name"].as_str());
        let greeting = format!("Hello, {}!", name.unwrap_or("nobody"));
        Ok(after(SHORT_MS, age_ms, done(&greeting)))
    }),
];

/// Milliseconds that a job takes that is not told how long.
const SHORT_MS: u64 = 300;

const COMPUTED: &str = "The computation is done.";

/// A form, and the key of its question.
type Asked = (&'static str, Form);

fn task() -> Result<Call, Unfit> {
    Ok(Call::Task(Begun {
        ttl_ms: 300_000,
        poll_ms: 100,
    }))
}

fn done(text: &str) -> Stage {
    Stage::Done(ToolResult::said(text))
}

/// It works for so long, and then it comes to this.
fn after(duration_ms: u64, age_ms: u64, end: Stage) -> Standing {
    if age_ms < duration_ms {
        Standing {
            stage: Stage::Working,
            since_ms: 0,
        }
    } else {
        Standing {
            stage: end,
            since_ms: duration_ms,
        }
    }
}

/// A task that asks these; for a client without tasks, the questions.
fn task_or(request: &Request, asked: &[Asked]) -> Result<Call, Unfit> {
    if request.client.tasks {
        return task();
    }
    match stands(request, asked)?.stage {
        Stage::Done(result) => Ok(Call::Answer(result)),
        _ => ask(asked.iter().map(|(key, form)| form.question(key)).collect()),
    }
}

/// It asks what was not answered yet, and says all answers back.
fn stands(request: &Request, asked: &[Asked]) -> Result<Standing, Unfit> {
    let (mut missing, mut said) = (Vec::new(), Vec::new());
    for (key, form) in asked {
        match Reply::to(key, request) {
            None => missing.push(form.question(key)),
            Some(reply) => {
                let filled = form.read(reply)?;
                said.push(format!("{key}: {} {}", filled.action, filled.content));
            }
        }
    }
    let stage = if missing.is_empty() {
        done(&said.join("; "))
    } else {
        Stage::Asks(missing)
    };
    Ok(Standing { stage, since_ms: 0 })
}

fn confirm(file: &str) -> [Asked; 1] {
    let form = Form {
        message: format!("Delete {file}?"),
        fields: vec![("confirm", json!({"type": "boolean"}))],
        required: &["confirm"],
    };
    [("confirm", form)]
}

fn two_names() -> [Asked; 2] {
    let form = |message| Form::of_text(message, "name", &["name"]);
    [("first", form("The first name?")), ("second", form("The second name?"))]
}

fn name() -> Asked {
    ("user_name", Form::of_text("What is your name?", "name", &["name"]))
}

fn seconds_and_label() -> Value {
    json!({
        "type": "object",
        "properties": {
            "seconds": {"type": "integer", "minimum": 0, "description": "How long it takes."},
            "label": {"type": "string", "description": "What it is called."},
        },
        "required": ["seconds"],
    })
}

fn seconds(arguments: &Value) -> Result<u64, Unfit> {
    let given = arguments["seconds"].as_u64().filter(|seconds| *seconds <= 3_600);
    given.ok_or_else(|| Unfit::Argument("`seconds` is a whole number from 0 to 3600 and has to be given".to_owned()))
}
