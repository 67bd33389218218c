//! The schema of one version: its messages by method, and its definitions, each compiled when it is first needed.

use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use jsonschema::Validator;
use serde_json::{Value, json};

use super::exceptions;

/// The versions that have a schema, oldest first, and it.
const SCHEMAS: [(&str, &str); 5] = [
    ("2024-11-05", include_str!("../../schemas/2024-11-05.json")),
    ("2025-03-26", include_str!("../../schemas/2025-03-26.json")),
    ("2025-06-18", include_str!("../../schemas/2025-06-18.json")),
    ("2025-11-25", include_str!("../../schemas/2025-11-25.json")),
    ("2026-07-28", include_str!("../../schemas/2026-07-28.json")),
];

/// The versions that have a schema, oldest first.
pub const VERSIONS: [&str; 5] = [SCHEMAS[0].0, SCHEMAS[1].0, SCHEMAS[2].0, SCHEMAS[3].0, SCHEMAS[4].0];

/// The schema of a version.
pub fn named(version: &str) -> Option<&'static Schema> {
    static READ: LazyLock<Vec<Schema>> =
        LazyLock::new(|| SCHEMAS.map(|(version, text)| Schema::new(version, text)).into());
    READ.iter().find(|schema| schema.version == version)
}

/// See the module.
pub struct Schema {
    /// The name of the version.
    pub version: &'static str,
    document: Value,
    /// The member that holds the definitions: drafts of JSON schema differ in it.
    table: &'static str,
    /// Definitions of what a server may send unasked, by method.
    notifications: BTreeMap<String, String>,
    requests: BTreeMap<String, String>,
    /// Definitions of results, by the method of the request.
    results: BTreeMap<String, String>,
    /// Definitions of errors that have more than any error, by code.
    errors: BTreeMap<i64, String>,
    compiled: Mutex<BTreeMap<String, Arc<Validator>>>,
}

impl Schema {
    fn new(version: &'static str, text: &str) -> Self {
        let mut document: Value = serde_json::from_str(text).expect("a committed schema is JSON");
        let table = ["$defs", "definitions"]
            .into_iter()
            .find(|table| document[*table].is_object());
        let table = table.expect("a committed schema has definitions");
        exceptions::mend(version, &mut document[table]);
        let definitions = &document[table];
        let requests_of_clients = by_method(definitions, "ClientRequest");
        let results = requests_of_clients.into_iter().map(|(method, request)| {
            let result = request.replace("Request", "Result");
            let known = definitions.get(&result).is_some();
            (method, if known { result } else { "EmptyResult".to_owned() })
        });
        Self {
            version,
            table,
            notifications: by_method(definitions, "ServerNotification"),
            requests: by_method(definitions, "ServerRequest"),
            results: results.collect(),
            errors: errors_by_code(definitions),
            compiled: Mutex::default(),
            document,
        }
    }

    /// The definition of a notification that servers send.
    pub fn notification(&self, method: &str) -> Option<&str> {
        self.notifications.get(method).map(String::as_str)
    }

    /// The definition of a request that servers send.
    pub fn request(&self, method: &str) -> Option<&str> {
        self.requests.get(method).map(String::as_str)
    }

    /// The definition of this result of a method that clients request.
    pub fn result(&self, method: &str, result: &Value) -> Option<&str> {
        let of_method = self.results.get(method)?;
        // MCP 2026-07-28, multi round-trip requests: what is still needed, in place of the result.
        let asks = self.has("InputRequiredResult") && result["resultType"] == "input_required";
        Some(if asks { "InputRequiredResult" } else { of_method })
    }

    /// The definition of an error answer.
    pub fn error(&self, message: &Value) -> &str {
        let code = message["error"]["code"].as_i64();
        let special = code.and_then(|code| self.errors.get(&code)).map(String::as_str);
        special.unwrap_or(if self.has("JSONRPCErrorResponse") {
            "JSONRPCErrorResponse"
        } else {
            "JSONRPCError"
        })
    }

    /// The definition of an answer with a result.
    pub fn response(&self) -> &'static str {
        match self.has("JSONRPCResultResponse") {
            true => "JSONRPCResultResponse",
            false => "JSONRPCResponse",
        }
    }

    /// What is wrong with an instance of a definition, and where.
    pub fn violation(&self, definition: &str, instance: &Value) -> Option<String> {
        let validator = self.validator(definition);
        let first = validator.iter_errors(instance).next()?;
        let (at, rule) = (first.instance_path.as_str(), first.schema_path.as_str());
        Some(format!("it is no {definition} at {at:?} by {rule}: {}", first.masked()))
    }

    fn has(&self, definition: &str) -> bool {
        self.document[self.table].get(definition).is_some()
    }

    fn validator(&self, definition: &str) -> Arc<Validator> {
        let mut compiled = self.compiled.lock().unwrap_or_else(PoisonError::into_inner);
        let compile = || {
            let schema = json!({
                "$schema": self.document["$schema"],
                self.table: self.document[self.table],
                "allOf": [{"$ref": format!("#/{}/{definition}", self.table)}],
            });
            let options = jsonschema::options()
                .should_validate_formats(true)
                .with_format("byte", is_base64);
            Arc::new(options.build(&schema).expect("a committed schema compiles"))
        };
        compiled.entry(definition.to_owned()).or_insert_with(compile).clone()
    }
}

/// The definitions that a union names, by the method that each fixes.
fn by_method(definitions: &Value, union: &str) -> BTreeMap<String, String> {
    let members = definitions[union]["anyOf"]
        .as_array()
        .map(Vec::as_slice)
        .unwrap_or_default();
    let names = members
        .iter()
        .filter_map(|member| member["$ref"].as_str()?.rsplit('/').next());
    let by_method = names.filter_map(|name| {
        let method = definitions[name]["properties"]["method"]["const"].as_str()?;
        Some((method.to_owned(), name.to_owned()))
    });
    by_method.collect()
}

/// The error answers that a version defines for one code each.
fn errors_by_code(definitions: &Value) -> BTreeMap<i64, String> {
    let all = definitions.as_object().into_iter().flatten();
    let coded = all.filter_map(|(name, definition)| {
        let parts = definition["properties"]["error"]["allOf"].as_array()?;
        let code = parts
            .iter()
            .find_map(|part| part["properties"]["code"]["const"].as_i64())?;
        Some((code, name.clone()))
    });
    coded.collect()
}

/// The format `byte` of the schemas.
fn is_base64(text: &str) -> bool {
    let body = text.trim_end_matches('=');
    let letters = body
        .bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || b"+/".contains(&byte));
    letters && text.len().is_multiple_of(4) && text.len() - body.len() <= 2
}
