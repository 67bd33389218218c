//! Whether the list is whole: what the source says it can tell a person stands in it.

use std::fs;
use std::path::{Path, PathBuf};

use regex::Regex;

/// Texts that no test can bring about here, or that no person meets as they stand; and why.
const ELSEWHERE: &[(&str, &str)] = &[
    (
        "There is no home directory to keep data in",
        "a user whom the system knows no home of",
    ),
    ("the component has {size} bytes", "tests/tests/loading.rs"),
    (
        "there is no generation before this one",
        "a rollback that another one overtakes",
    ),
    ("the component refused it", "HTTP says it in the words of its one table"),
    (
        "nothing can be resumed after",
        "HTTP says it in the words of its one table",
    ),
    (
        "the component failed at it twice",
        "HTTP says it in the words of its one table; tests/tests/http_refusals.rs",
    ),
    (
        "the component fails again and again",
        "HTTP says it in the words of its one table; tests/tests/left_alone.rs",
    ),
    ("the engine is shut down", "HTTP says it in the words of its one table"),
    ("the host is stopping", "an install that meets a stop"),
    (
        "the WebAssembly runtime does not start",
        "a machine with too little address space",
    ),
    (
        "it asked for ",
        "a trap, told in the log; tests/tests/limits_of_the_component.rs",
    ),
    (
        "the component {name} {version} does not start",
        "host/tests/cli_component_start.rs",
    ),
    (
        "the component cannot be compiled",
        "a component that the check of its form lets through",
    ),
    ("the component imports", "tests/tests/loading.rs"),
    ("the component does not fit this host", "tests/tests/loading.rs"),
    ("the component cannot say what it is", "tests/tests/loading.rs"),
    ("names no state format", "tests/tests/loading.rs"),
    ("formats: ", "tests/tests/swap_candidates.rs"),
    ("instantiate: ", "tests/tests/swap_candidates.rs"),
    ("restore: it ", "tests/tests/swap_candidates.rs"),
    ("self-check: ", "tests/tests/swap_candidates.rs"),
    ("compare: ", "tests/tests/schema_guard.rs"),
    ("record: ", "tests/tests/installing.rs"),
    ("commit: ", "tests/tests/swap_candidates.rs"),
    ("held back, at the step", "host/tests/cli_component_refused.rs"),
    (
        "at the step `keep`",
        "host/tests/cli_component_refused.rs, on a full disk",
    ),
    ("at the step `record`", "tests/tests/installing.rs, on a full disk"),
    ("the work was cut off", "a panic of the host"),
    ("the start was cut off", "a panic of the host"),
    ("told in the log", "the log says it"),
    ("the database says", "SQLite fails; host/src/store/tests.rs"),
    ("the database is closed", "a host that stops"),
    (
        "its content is not what its name says",
        "host/tests/cli_component_start.rs",
    ),
    ("A request needs exactly one Host header", "tests/tests/http_origin.rs"),
    (
        "is damaged: {found}",
        "a damaged page in a file that was whole when it was backed up",
    ),
    ("a backup is not for a terminal", "standard output is no terminal here"),
    ("the host at", "a host that hangs"),
    (
        "the host has ended instead of beginning anew",
        "a restored configuration that keeps it from starting",
    ),
    ("the host does not answer again", "a host that hangs"),
    (
        "The Hearth that holds the data directory does not answer",
        "a host that hangs",
    ),
    ("{} cannot be used: {source}", "a disk that fails"),
    (
        "There is no entity `{0}`",
        "a program that asks over HTTP; host/src/home/embedded/tests/exposure.rs",
    ),
    ("Something is said by hand of {0} entities", "20,000 entities"),
    ("It cannot be kept, so nothing has changed", "a disk that is full"),
    ("{} cannot be made", "a folder that its owner may not write"),
    ("an event is longer than", "host/src/cli/stdio/events.rs"),
];

fn sources(directory: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(directory).expect("the source is there").flatten() {
        let path = entry.path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

/// The texts of errors in this source, as they are written there.
fn texts(source: &str) -> Vec<String> {
    let begins = Regex::new(
        r#"(?:#\[error\(|\bbail!\(|\banyhow!\(|\bcontext\(|with_context\(\|\| format!\()\s*"((?:[^"\\]|\\.|\\\n)*)""#,
    );
    let continued = Regex::new(r"\\\n\s*").expect("it is a pattern");
    let begins = begins.expect("it is a pattern");
    let literals = begins.captures_iter(source).map(|found| found[1].to_owned());
    literals
        .map(|text| {
            continued
                .replace_all(&text, "")
                .replace("\\\"", "\"")
                .replace("\\n", "\n")
        })
        .collect()
}

/// What a text looks like once its values are in it.
fn pattern(text: &str) -> Regex {
    let mut pattern = String::from("(?s)");
    let mut rest = text;
    while let Some(open) = rest.find('{') {
        pattern.push_str(&regex::escape(&rest[..open]));
        let Some(close) = rest[open..].find('}') else { break };
        pattern.push_str(".{0,400}?");
        rest = &rest[open + close + 1..];
    }
    pattern.push_str(&regex::escape(rest));
    Regex::new(&pattern).expect("what is escaped is a pattern")
}

#[test]
fn every_error_of_the_host_is_in_the_list() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let kept = fs::read_dir(root.join("../tests/errors"))
        .expect("the list is there")
        .flatten();
    let kept = kept.filter(|file| file.path().extension().is_some_and(|extension| extension == "snap"));
    let list: String = kept
        .map(|file| fs::read_to_string(file.path()).expect("it is text"))
        .collect();
    let mut files = Vec::new();
    sources(&root.join("src"), &mut files);
    files.sort();
    let values = Regex::new(r"\{[^}]*\}").expect("it is a pattern");
    let mut missing = Vec::new();
    let mut unused: Vec<_> = ELSEWHERE.iter().map(|(text, _)| *text).collect();
    for file in files {
        let source = fs::read_to_string(&file).expect("it is text");
        for text in texts(source.split("#[cfg(test)]").next().unwrap_or_default()) {
            let says_nothing_itself = !values.replace_all(&text, "").contains(char::is_alphabetic);
            if says_nothing_itself || pattern(&text).is_match(&list) {
                continue;
            }
            let elsewhere: Vec<_> = ELSEWHERE.iter().filter(|(part, _)| text.contains(part)).collect();
            unused.retain(|part| !elsewhere.iter().any(|(known, _)| known == part));
            if elsewhere.is_empty() {
                missing.push(format!(
                    "{}: {text}",
                    file.strip_prefix(root).unwrap_or(&file).display()
                ));
            }
        }
    }
    assert!(
        missing.is_empty(),
        "no test shows these errors:\n{}",
        missing.join("\n")
    );
    assert!(
        unused.is_empty(),
        "these are in the list, or are not said any more: {unused:?}"
    );
}
