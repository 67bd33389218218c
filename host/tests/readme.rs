//! The README's chapter for owners: every command in it is run, in its order, on one installation, and prints what stands
//! there.
//!
//! `README_UPDATE=1 cargo test --release --workspace --test readme` writes what they really print; read the difference.

mod support;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use regex::Regex;
use serde_json::json;
use support::{Host, Installation, SseStream};
use tempfile::TempDir;

const CHAPTER: &str = "\n## For the owner\n";
/// Where the data directory lies in the text.
const HOME: &str = "~/.local/share/hearth";

fn readme() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../README.md")
}

/// A text without what is another one each time: numbers, ids, and the widths of columns that follow from them.
fn lasting(text: &str) -> String {
    let ids = Regex::new(r"\b(?:[0-9a-f]*[0-9][0-9a-f]*|hearth_[0-9a-f]+)\b").expect("it is a pattern");
    let numbers = Regex::new(r"[0-9]+(?:\.[0-9]+)?").expect("it is a pattern");
    let text = numbers.replace_all(&ids.replace_all(text, "#"), "#").into_owned();
    let lines = text
        .lines()
        .map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "));
    lines.collect::<Vec<_>>().join("\n")
}

/// The ids in a text: what later commands name.
fn ids(text: &str) -> Vec<String> {
    let ids = Regex::new(r"\b(?:hearth_)?[0-9a-f]{8,}\b").expect("it is a pattern");
    ids.find_iter(text).map(|id| id.as_str().to_owned()).collect()
}

/// What stands in the chapter and what is so.
struct Chapter {
    installation: Installation,
    host: Host,
    client: SseStream,
    /// The directory of the user and where commands are called.
    elsewhere: TempDir,
    /// Ids in the README, and those of this run.
    meant: BTreeMap<String, String>,
    wrong: String,
}

impl Chapter {
    fn begin() -> Self {
        let installation = Installation::new();
        let token = installation.ok(&["token", "create", "claude-code", "--admin"]);
        let host = installation.serve();
        let client = host.client(&token);
        Self {
            installation,
            host,
            client,
            elsewhere: tempfile::tempdir().expect("a directory for the test"),
            meant: BTreeMap::new(),
            wrong: String::new(),
        }
    }

    /// What a client does meanwhile, so that there is something to see.
    fn live(&mut self) {
        for (tool, arguments) in [
            ("intent__HassTurnOn", json!({"area": "Kitchen", "domain": ["light"]})),
            ("intent__HassTurnOn", json!({"name": "Front Door"})),
        ] {
            self.client
                .ask("tools/call", &json!({"name": tool, "arguments": arguments}));
        }
        // The lock has turned.
        let shown = || self.installation.ok(&["home", "show", "lock.front_door"]);
        assert!((0..3_000).any(|_| shown().contains("locked")), "{}", shown());
        // What was done is in the audit when it was written.
        let (status, text) = {
            let run = fs::read_to_string(self.installation.path().join("host.json")).expect("a host runs");
            let run: serde_json::Value = serde_json::from_str(&run).expect("it is JSON");
            self.host.ask(
                "POST",
                "/api/hearth/flush",
                run["secret"].as_str().expect("it has one"),
                &[],
            )
        };
        assert_eq!(status, 200, "{text}");
    }

    /// Runs one command of the README and answers it with what it prints.
    fn run(&mut self, line: &str, shown: &str) -> String {
        let mut line = line.to_owned();
        for (written, meant) in &self.meant {
            line = line.replace(written, meant);
        }
        let arguments = shlex::split(&line).expect("its quotes are in order");
        let arguments: Vec<_> = arguments.iter().skip(1).map(String::as_str).collect();
        let mut command = self.installation.command(&arguments);
        // What it writes for clients and into the directory where it is called is thrown away, too.
        command
            .current_dir(self.elsewhere.path())
            .env("HOME", self.elsewhere.path());
        let output = command.output().expect("the command starts");
        let text = [output.stdout, output.stderr].concat();
        let path = self.installation.path().display().to_string();
        let text = String::from_utf8_lossy(&text)
            .replace(&path, HOME)
            .trim_end()
            .to_owned();
        if lasting(&text) != lasting(shown) {
            writeln!(
                self.wrong,
                "$ {line}\n--- in the README\n{shown}\n--- printed\n{text}\n"
            )
            .expect("a text takes all");
        }
        for (written, meant) in ids(shown).into_iter().zip(ids(&text)) {
            self.meant.insert(written, meant);
        }
        format!("$ {line}\n{text}").trim_end().to_owned()
    }
}

/// The commands of a block with what each prints.
fn commands(block: &str) -> Vec<(String, String)> {
    let mut commands: Vec<(String, String)> = Vec::new();
    for line in block.lines() {
        match (line.strip_prefix("$ "), commands.last_mut()) {
            (Some(command), _) => commands.push((command.to_owned(), String::new())),
            (None, Some((_, printed))) => {
                printed.push_str(line);
                printed.push('\n');
            }
            (None, None) => panic!("a block begins with a command: {line:?}"),
        }
    }
    commands
}

#[test]
fn the_commands_of_the_owners_chapter_print_what_stands_there() {
    let text = fs::read_to_string(readme()).expect("it is there");
    let begin = text.find(CHAPTER).expect("there is a chapter for owners") + CHAPTER.len();
    let end = text[begin..].find("\n## ").map_or(text.len(), |end| begin + end);
    let blocks = Regex::new(r"(?s)```console\n(.*?)```").expect("it is a pattern");
    let mut chapter = Chapter::begin();
    chapter.live();
    let mut new = String::new();
    let mut last = 0;
    let mut run = 0;
    for block in blocks.captures_iter(&text[begin..end]) {
        let content = block.get(1).expect("it has one");
        new.push_str(&text[begin..end][last..content.start()]);
        for (command, printed) in commands(content.as_str()) {
            let printed = chapter.run(&command, printed.trim_end());
            writeln!(new, "{printed}").expect("a text takes all");
            run += 1;
        }
        last = content.end();
    }
    new.push_str(&text[begin..end][last..]);
    assert!(run > 10, "the chapter shows {run} commands only");
    if std::env::var_os("README_UPDATE").is_some() {
        fs::write(readme(), format!("{}{new}{}", &text[..begin], &text[end..])).expect("it can be written");
        return;
    }
    assert!(chapter.wrong.is_empty(), "{}", chapter.wrong);
}
