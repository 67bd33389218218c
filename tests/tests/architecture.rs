//! What must not be there: imports of the component beyond the contract, I/O and clocks in its source, and knowledge of
//! the protocol in the host.

use std::fs;
use std::path::{Path, PathBuf};

use hearth_host::engine::{Component, Runtime};
use hearth_host::limits::Limits;

/// What the component may import: the contract, and what the standard library brings in.
const IMPORTS: &[&str] = &["hearth:mcp/", "wasi:cli/", "wasi:io/", "wasi:random/"];

/// Ways to I/O, to a clock and to randomness that an event did not bring.
const IMPURE: &[&str] = &[
    "std::env",
    "std::fs",
    "std::io::",
    "std::net",
    "std::process",
    "std::thread",
    "std::time",
    "Instant::now",
    "SystemTime",
    "Timestamp::now",
    "Zoned::now",
    "TimeZone::system",
    "getrandom",
    "thread_rng",
    "println!",
    "dbg!",
];

/// Members, methods and tools of the protocol, as they would stand in a string of the host.
const PROTOCOL: &[&str] = &[
    "jsonrpc",
    "isError",
    "inputSchema",
    "protocolVersion",
    "serverInfo",
    "clientInfo",
    "listChanged",
    "structuredContent",
    "\"initialize\"",
    "tools/",
    "prompts/",
    "resources/",
    "notifications/",
    "server/discover",
    "\"ping\"",
    "__Hass",
    "HassTurn",
    "HassLightSet",
    "HassSetPosition",
    "GetLiveContext",
    "GetDateTime",
    "script__",
    "-326",
    "-3200",
];

/// The one file of the host that speaks the protocol: `hearth stdio` is a client of it, whatever host it joins, and no part
/// of what serves.
const CLIENT: &str = "host/src/cli/stdio/message.rs";

/// The one word of the protocol that the host has to know, and the one file that may: what a tool takes lies under it in
/// the tool's definition, and whether clients can go on calling it is asked before another generation goes live.
const KNOWN: (&str, &str) = ("host/src/engine/swap/compatibility.rs", "inputSchema");

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .expect("tests/ lies in the workspace")
        .to_path_buf()
}

/// Every Rust file below a folder, in order.
fn sources(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut found = Vec::new();
    for entry in entries {
        let path = entry.expect("a folder of the repository can be read").path();
        if path.is_dir() {
            found.extend(sources(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
    found.sort();
    found
}

/// The lines of a file that are neither comments nor its tests, with their numbers.
fn code(path: &Path) -> Vec<(usize, String)> {
    if path.ends_with("tests.rs") || path.components().any(|part| part.as_os_str() == "tests") {
        return Vec::new();
    }
    let text = fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    text.lines()
        .enumerate()
        .take_while(|(_, line)| line.trim() != "#[cfg(test)]")
        .filter(|(_, line)| !line.trim_start().starts_with("//"))
        .map(|(number, line)| (number + 1, line.to_owned()))
        .collect()
}

/// Where these words stand in the code of a folder; of strings only, where that is asked for.
fn mentions(folder: &str, words: &[&str], in_strings: bool) -> Vec<String> {
    let mut found = Vec::new();
    for path in sources(&root().join(folder)) {
        for (number, line) in code(&path) {
            let line = if in_strings { strings(&line) } else { line };
            for word in words.iter().filter(|word| line.contains(**word)) {
                found.push(format!("{}:{number}: {word}", path.display()));
            }
        }
    }
    found
}

/// The string literals of a line, each with its quotes.
fn strings(line: &str) -> String {
    let pieces = line.split('"').collect::<Vec<_>>();
    pieces
        .chunks(2)
        .filter_map(|pair| pair.get(1))
        // A link leads to a page, whatever that is called.
        .filter(|inside| !inside.starts_with("https://"))
        .map(|inside| format!("\"{inside}\" "))
        .collect()
}

#[tokio::test]
async fn the_component_imports_the_contract_and_what_std_brings_in() {
    let runtime = Runtime::new(&Limits::default()).expect("the limits by default are sound");
    let component = Component::load(&runtime, hearth_host::COMPONENT, None).await;
    let component = component.expect("the component that is built in can be loaded");
    let imports = component.imports();
    println!("{imports:#?}");
    assert!(
        imports.iter().any(|name| name.starts_with("hearth:mcp/home@")),
        "{imports:?}"
    );
    let others: Vec<_> = imports
        .iter()
        .filter(|name| !IMPORTS.iter().any(|allowed| name.starts_with(allowed)))
        .collect();
    assert!(others.is_empty(), "it must not import {others:?}");
}

#[test]
fn the_component_does_no_io_and_reads_no_clock() {
    let found = mentions("component/src", IMPURE, false);
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn the_host_knows_no_tool_and_no_member_of_the_protocol() {
    let known = |found: &String| found.contains(KNOWN.0) && found.ends_with(KNOWN.1);
    let (known, others): (Vec<_>, Vec<_>) = mentions("host/src", PROTOCOL, true).into_iter().partition(known);
    let (spoken, found): (Vec<_>, Vec<_>) = others.into_iter().partition(|found| found.contains(CLIENT));
    assert!(found.is_empty(), "{}", found.join("\n"));
    assert!(
        !spoken.is_empty(),
        "{CLIENT} speaks nothing: take it out of the exceptions"
    );
    assert_eq!(known.len(), 1, "{} stands once in {}: {known:?}", KNOWN.1, KNOWN.0);
}

#[test]
fn what_only_the_conformance_suite_needs_is_not_in_the_component_that_ships() {
    let folder = root().join("component/src/llm/conformance");
    let sources: String = sources(&folder)
        .iter()
        .filter_map(|path| fs::read_to_string(path).ok())
        .collect();
    for word in ["test_simple_text", "test://template/{id}/data", "test_simple_prompt"] {
        assert!(sources.contains(word), "{word} is not in {}", folder.display());
        let shipped = hearth_host::COMPONENT
            .windows(word.len())
            .any(|window| window == word.as_bytes());
        assert!(!shipped, "{word} is in the component that is built in");
    }
}
