//! What a start shows to somebody who looks. The terminal is one of `script`, from util-linux.
#![cfg(target_os = "linux")]

mod support;

use std::fs;
use std::io::Read;
use std::process::{Command, Stdio};

use support::{Installation, SseStream, terminate};

/// Starts a host on a terminal, lets `look` see what it shows once that has `until` in it, ends it, and answers all
/// that it showed.
fn on_a_terminal(installation: &Installation, until: &str, look: impl FnOnce(&str)) -> String {
    let command = format!("exec {} --listen 127.0.0.1:0", env!("CARGO_BIN_EXE_hearth"));
    let mut script = Command::new("script")
        .args(["--quiet", "--return", "--command", &command, "/dev/null"])
        .env("HEARTH_DATA_DIR", installation.path())
        .env("NO_COLOR", "1")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .expect("there is a `script`");
    let mut output = script.stdout.take().expect("it is piped");
    let mut shown = String::new();
    let mut buffer = [0; 4096];
    let mut more = |shown: &mut String| {
        let read = output.read(&mut buffer).expect("the terminal can be read");
        shown.push_str(&String::from_utf8_lossy(&buffer[..read]));
        read > 0
    };
    while !shown.contains(until) {
        assert!(more(&mut shown), "it ended and never showed {until:?}: {shown}");
    }
    look(&shown.replace('\r', ""));
    let pid = fs::read_to_string(installation.path().join("hearth.lock")).expect("it holds the directory");
    terminate(pid.trim());
    while more(&mut shown) {}
    assert!(script.wait().expect("it ends").success(), "{shown}");
    shown.replace('\r', "")
}

fn line_after<'a>(text: &'a str, before: &str) -> &'a str {
    let rest = &text[text.find(before).expect("it is shown") + before.len()..];
    rest.trim_start().lines().next().expect("a line").trim()
}

#[test]
fn the_first_start_shows_a_token_that_works_and_no_start_shows_it_again() {
    let installation = Installation::new();
    let mut token = String::new();
    let shown = on_a_terminal(&installation, "mcpServers", |shown| {
        line_after(shown, "shown only now:").clone_into(&mut token);
        let url = line_after(shown, "Hearth serves its home at").trim_end_matches("/api/mcp");
        drop(SseStream::open(url, &token));
    });
    assert!(token.starts_with("hearth_"), "{shown}");
    assert!(
        shown.contains(&format!("--header \"Authorization: Bearer {token}\"")),
        "{shown}"
    );
    assert!(shown.contains(" INFO serving"), "the log is for people here: {shown}");

    let again = on_a_terminal(&installation, "token create NAME --admin", |_| {});
    assert!(!again.contains("hearth_"), "{again}");
    let names = installation.ok(&["token", "list"]);
    assert!(names.contains("first"), "{names}");
}
