//! The command as its user sees it: what it prints, what it writes, and how it ends.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

fn harness(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_hearth-harness"))
        .args(arguments)
        .output()
        .expect("the command starts")
}

fn out(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn err(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// The built-in component, in which one word is another one.
fn with_other_word(word: &[u8], other: &[u8], path: &Path) {
    let mut bytes = hearth_host::COMPONENT.to_vec();
    let places: Vec<usize> = (0..bytes.len() - word.len())
        .filter(|place| bytes[*place..].starts_with(word))
        .collect();
    assert!(!places.is_empty(), "the word is in the component");
    for place in places {
        bytes[place..place + other.len()].copy_from_slice(other);
    }
    fs::write(path, bytes).expect("a temporary folder can be written");
}

#[test]
fn what_holds_is_told_and_written() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let junit = folder.path().join("report.xml");
    let only = "ping-is-answered,it-never-traps";
    let junit_path = junit.to_str().expect("a path in UTF-8");
    let output = harness(&["check", "--only", only, "--seed", "7", "--junit", junit_path]);
    assert_eq!(output.status.code(), Some(0), "{}", err(&output));
    let told = out(&output);
    assert!(told.contains("core    holds      ping-is-answered"), "{told}");
    assert!(told.ends_with("2 hold, 0 are broken (seed 7)\n"), "{told}");
    let written = fs::read_to_string(junit).expect("it was written");
    assert!(written.contains(r#"name="ping-is-answered""#), "{written}");
    assert!(!written.contains("<failure"), "{written}");
}

#[test]
fn what_is_broken_is_told_with_the_events_and_what_needs_it_is_not_tried() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let (file, junit) = (folder.path().join("broken.wasm"), folder.path().join("report.xml"));
    with_other_word(b"inputSchema", b"inputScheme", &file);
    let path = |path: &Path| path.to_str().expect("a path in UTF-8").to_owned();
    let output = harness(&["check", &path(&file), "--junit", &path(&junit)]);
    assert_eq!(output.status.code(), Some(1), "{}", err(&output));
    let told = out(&output);
    for expected in [
        "tools   BROKEN     tools-are-listed\n    must be:  `tools/list` gives",
        "\n    was seen: assertion `left == right` failed: the input schema of ",
        "\n    tried at: tests/harness/src/behaviours/tools/listing.rs:",
        "\n      receive: ada in ",
        "\n        -> send to 1: ",
        "tools   not tried  schemas-name-what-they-require\n                   it needs tools-are-listed",
    ] {
        assert!(told.contains(expected), "{expected:?} is not in:\n{told}");
    }
    let written = fs::read_to_string(junit).expect("it was written");
    assert!(
        written.contains("<failure") && written.contains("<skipped"),
        "{written}"
    );
}

#[test]
fn what_cannot_be_tried_is_told_with_what_to_do() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let text = folder.path().join("text.wasm");
    fs::write(&text, "no component").expect("a temporary folder can be written");
    let text = text.to_str().expect("a path in UTF-8");
    for (arguments, told) in [
        (vec!["check", "no/such/file.wasm"], "no/such/file.wasm cannot be read"),
        (vec!["check", text], "not a WebAssembly file"),
        (vec!["check", "--only", "no-such-name"], "`hearth-harness list`"),
        (
            vec!["check", "--level", "core", "--only", "tools-are-listed"],
            "belongs to the level tools, which is not tried",
        ),
    ] {
        let output = harness(&arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert!(err(&output).contains(told), "{arguments:?}: {}", err(&output));
        assert_eq!(out(&output), "", "{arguments:?}");
    }
}

#[test]
fn nobody_else_on_the_network_is_served_without_a_token() {
    let output = harness(&["serve-conformance", "--listen", "0.0.0.0:0"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(err(&output).contains("listen on 127.0.0.1"), "{}", err(&output));
    assert_eq!(out(&output), "");
}

#[test]
fn all_names_are_listed_with_what_they_say() {
    let output = harness(&["list", "--level", "tools"]);
    let told = out(&output);
    assert!(
        told.contains("tools   a-cancelled-call-is-not-answered\n        A call that"),
        "{told}"
    );
    assert!(!told.contains("core  "), "{told}");
}
