//! A tool as a model sees it, and how it is called.

use serde_json::{Map, Value, json};

use super::schema::{Parameters, Schema, check, coerce};
use super::{Call, Request, ToolResult};

/// What a tool does to the world, as MCP's `annotations` say it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Hints {
    pub read_only: bool,
    pub destructive: bool,
    pub idempotent: bool,
    pub open_world: bool,
}

impl Hints {
    /// Sets something in the home; doing it twice changes no more than doing it once.
    pub const SETS: Self = Self {
        read_only: false,
        destructive: true,
        idempotent: true,
        open_world: false,
    };
    /// Does something in the home that happens again when repeated.
    pub const REPEATS: Self = Self {
        idempotent: false,
        ..Self::SETS
    };
    /// Adds something in the home and takes nothing away.
    pub const ADDS: Self = Self {
        destructive: false,
        ..Self::REPEATS
    };
    /// Reads, and says so.
    pub const ASKS: Self = Self {
        read_only: true,
        destructive: false,
        idempotent: true,
        open_world: false,
    };
    /// Reads. The remaining hints mean nothing then and are as Home Assistant leaves them.
    pub const READS: Self = Self {
        read_only: true,
        ..Self::REPEATS
    };
    /// Does what its owner wrote, wherever that leads.
    pub const OPEN: Self = Self {
        open_world: true,
        ..Self::REPEATS
    };
}

/// What becomes of arguments before a tool sees them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reading {
    /// As an intent: blank ones are dropped, unknown ones ignored.
    Intent,
    /// Unknown ones are refused.
    Strict,
    /// Blank ones are dropped, unknown ones refused.
    Tidied,
    /// As a script: absent ones (`null`) are dropped, unknown ones go along.
    Script,
}

/// The arguments of a call, as the tool's schema has them.
pub(crate) type Arguments = Map<String, Value>;

/// How a call went when it did not work: the sentence after `Error calling tool: `.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Refused(pub String);

impl Refused {
    /// The answer to the call.
    pub fn answer(self) -> ToolResult {
        ToolResult::failed(format!("Error calling tool: {}", self.0))
    }
}

/// A tool.
#[derive(Debug, Clone)]
pub(crate) struct Tool {
    pub name: String,
    /// Empty: it has none.
    pub title: String,
    pub description: String,
    pub parameters: Parameters,
    /// What its result looks like, where that is data.
    pub output: Option<Schema>,
    pub hints: Hints,
    pub reading: Reading,
    /// The script or the intent of its owner that the tool stands for, where it stands for one.
    pub stands_for: Option<String>,
    pub run: Run,
}

/// How a tool is called, with arguments that its schema admits.
pub(crate) type Run = fn(&Tool, &Request, Arguments) -> Result<Call, Refused>;

impl Tool {
    /// A tool that reads its arguments as an intent.
    pub fn new(name: &str, title: &str, description: &str, parameters: Parameters, hints: Hints, run: Run) -> Self {
        Self {
            name: name.to_owned(),
            title: title.to_owned(),
            description: description.to_owned(),
            parameters,
            output: None,
            hints,
            reading: Reading::Intent,
            stands_for: None,
            run,
        }
    }

    /// The same with another way to read its arguments.
    pub fn reading(self, reading: Reading) -> Self {
        Self { reading, ..self }
    }

    /// The same with a result that looks like this.
    pub fn giving(self, output: Schema) -> Self {
        Self {
            output: Some(output),
            ..self
        }
    }

    /// As `tools/list` says it.
    pub fn definition(&self) -> Value {
        let mut definition = json!({
            "name": self.name,
            "title": self.title,
            "description": self.description,
            "inputSchema": self.parameters.schema(),
            "annotations": {
                "readOnlyHint": self.hints.read_only,
                "destructiveHint": self.hints.destructive,
                "idempotentHint": self.hints.idempotent,
                "openWorldHint": self.hints.open_world,
            },
        });
        if let Some(members) = definition.as_object_mut().filter(|_| self.title.is_empty()) {
            members.shift_remove("title");
        }
        if let Some(output) = &self.output {
            definition["outputSchema"] = output.clone().into_value();
        }
        definition
    }

    /// Reads the arguments and runs it.
    pub fn call(&self, request: &Request, arguments: &Value) -> Call {
        self.read(arguments)
            .and_then(|arguments| (self.run)(self, request, arguments))
            .unwrap_or_else(|refused| Call::Answer(refused.answer()))
    }

    fn read(&self, arguments: &Value) -> Result<Arguments, Refused> {
        let given = arguments.as_object().cloned().unwrap_or_default();
        let mut read = Arguments::new();
        for (name, value) in given {
            let Some(schema) = self.parameters.property(&name) else {
                match self.reading {
                    Reading::Intent => {}
                    Reading::Strict | Reading::Tidied => return Err(self.unknown(&name)),
                    Reading::Script => {
                        read.insert(name, value);
                    }
                }
                continue;
            };
            let absent = match self.reading {
                Reading::Intent | Reading::Tidied => is_blank(&value),
                Reading::Strict => false,
                Reading::Script => value.is_null() && !self.parameters.requires(&name),
            };
            if !absent {
                read.insert(name, coerce(schema, value));
            }
        }
        let read = Value::Object(read);
        check(self.parameters.schema(), &read)
            .map_err(|violation| Refused(format!("Invalid arguments for {}: {violation}", self.name)))?;
        match read {
            Value::Object(read) => Ok(read),
            _ => Ok(Arguments::new()),
        }
    }

    fn unknown(&self, name: &str) -> Refused {
        let known: Vec<&str> = self.parameters.schema()["properties"]
            .as_object()
            .map(|properties| properties.keys().map(String::as_str).collect())
            .unwrap_or_default();
        Refused(format!(
            "not a valid option at '{name}'; {} takes {}",
            self.name,
            known.join(", ")
        ))
    }
}

fn is_blank(value: &Value) -> bool {
    value.is_null() || value.as_str().is_some_and(|text| text.trim().is_empty())
}
