//! The tools that answer at once: each kind of content, failure, and what is told before the answer.

use serde_json::{Value, json};

use super::media::{audio, image};
use super::tool::{Fixture, Unfit, say, text};
use crate::contract::hearth::mcp::types::Progress;
use crate::llm::content::{Body, Content, Contents};
use crate::llm::{Call, List, Note, ToolResult};
use crate::protocol::log_level::LogLevel;

/// The first one takes nothing: the suite calls whichever is listed first.
pub(super) const TOOLS: &[Fixture] = &[
    Fixture::plain("test_simple_text", "Answers with a sentence.", |_, _| {
        say("This is a simple text response for testing.")
    }),
    Fixture::plain("test_image_content", "Answers with a picture.", |_, _| {
        of(vec![image()])
    }),
    Fixture::plain("test_audio_content", "Answers with a sound.", |_, _| of(vec![audio()])),
    Fixture::plain("test_embedded_resource", "Answers with a resource.", |_, _| {
        of(vec![resource(
            "test://embedded-resource",
            "text/plain",
            "This is an embedded resource content.",
        )])
    }),
    Fixture::plain(
        "test_multiple_content_types",
        "Answers with a sentence, a picture and a resource.",
        |_, _| several(),
    ),
    Fixture::plain("test_error_handling", "Always fails.", |_, _| {
        Ok(Call::Answer(ToolResult::failed(
            "This tool intentionally returns an error for testing",
        )))
    }),
    Fixture::plain("test_tool_with_logging", "Writes three log messages.", |_, _| {
        told(&STEPS.map(log), "Wrote three log messages.")
    }),
    Fixture::plain("test_logging_tool", "Writes a log message.", |_, _| {
        told(&[log("The tool was called")], "Wrote a log message.")
    }),
    Fixture::plain(
        "test_tool_with_progress",
        "Reports its progress three times.",
        |_, _| told(&[0.0, 50.0, 100.0].map(progress), "Reported progress three times."),
    ),
    Fixture::plain(
        "test_reconnection",
        "Ends the connection before it answers, so that the client has to come back for the answer.",
        |_, _| told(&[Note::Detach { retry: RETRY_MS }], "You came back for this."),
    ),
    Fixture::plain(
        "test_trigger_tool_change",
        "Says that the list of tools changed.",
        |_, _| told(&[Note::Changed(List::Tools)], "The list of tools changed."),
    ),
    Fixture::plain(
        "test_trigger_prompt_change",
        "Says that the list of prompts changed.",
        |_, _| told(&[Note::Changed(List::Prompts)], "The list of prompts changed."),
    ),
    Fixture::taking(
        "test_header_argument",
        "Says back an argument that HTTP requests repeat in a header.",
        header_argument,
        |_, arguments| say(format!("The region is {}.", text(arguments, "region")?)),
    ),
    Fixture::taking(
        "json_schema_2020_12_tool",
        "Takes arguments that only the whole JSON Schema 2020-12 describes, and says them back.",
        whole_vocabulary,
        |_, arguments| say(arguments.to_string()),
    ),
];

/// Milliseconds after which a client that was sent away should be back.
const RETRY_MS: u32 = 200;

const STEPS: [&str; 3] = [
    "Tool execution started",
    "Tool processing data",
    "Tool execution completed",
];

fn of(content: Vec<Content>) -> Result<Call, Unfit> {
    Ok(Call::Answer(ToolResult::of(content)))
}

fn told(notes: &[Note], text: &str) -> Result<Call, Unfit> {
    Ok(Call::Answer(ToolResult {
        notes: notes.to_vec(),
        ..ToolResult::said(text)
    }))
}

fn log(text: &str) -> Note {
    Note::Log {
        level: LogLevel::Info,
        logger: "conformance",
        data: text.into(),
    }
}

fn progress(done: f64) -> Note {
    Note::Progress(Progress {
        done,
        total: Some(100.0),
        text: Some(format!("{done} of 100")),
    })
}

fn resource(uri: &str, mime_type: &str, text: &str) -> Content {
    Content::Resource(Contents {
        uri: uri.to_owned(),
        mime_type: mime_type.to_owned(),
        body: Body::Text(text.to_owned()),
    })
}

fn several() -> Result<Call, Unfit> {
    let data = json!({"test": "data", "value": 123}).to_string();
    of(vec![
        Content::Text("Multiple content types test:".to_owned()),
        image(),
        resource("test://mixed-content-resource", "application/json", &data),
    ])
}

fn header_argument() -> Value {
    json!({
        "type": "object",
        "properties": {
            "region": {"type": "string", "description": "Any text.", "x-mcp-header": "Region"},
            "rooms": {"type": "integer", "description": "Any number.", "x-mcp-header": "Rooms"},
            "awake": {"type": "boolean", "description": "Either.", "x-mcp-header": "Awake"},
        },
        "required": ["region"],
    })
}

/// The suite looks for each of these keywords.
fn whole_vocabulary() -> Value {
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "type": "object",
        "$defs": {
            "address": {
                "$anchor": "addressDef",
                "type": "object",
                "properties": {"street": {"type": "string"}, "city": {"type": "string"}},
            },
        },
        "properties": {
            "name": {"type": "string"},
            "address": {"$ref": "#/$defs/address"},
            "contactMethod": {"type": "string", "enum": ["phone", "email"]},
            "phone": {"type": "string"},
            "email": {"type": "string"},
        },
        "allOf": [{"anyOf": [{"required": ["phone"]}, {"required": ["email"]}]}],
        "if": {"properties": {"contactMethod": {"const": "phone"}}, "required": ["contactMethod"]},
        "then": {"required": ["phone"]},
        "else": {"required": ["email"]},
        "additionalProperties": false,
    })
}
