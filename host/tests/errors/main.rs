//! Every error that a person can meet, as it is printed: `tests/errors/` keeps the list. A text that the host can say and
//! that is not in the list fails.
//!
//! `INSTA_UPDATE=always cargo test --release --workspace --test errors` takes over a changed text; read the difference
//! before it is committed: does it say what happened, with which value, and what to do?

#[path = "../support/mod.rs"]
mod support;

mod clients;
mod commands;
mod complete;
mod component;
mod home;
mod home_file;
mod http;
mod start;

use std::fmt::Write as _;

use support::Installation;

/// What was done and what was said to it, one after the other.
struct List {
    text: String,
    /// What differs from run to run, and what stands for it.
    stands_for: Vec<(String, &'static str)>,
}

impl List {
    fn new() -> Self {
        Self {
            text: String::new(),
            stands_for: Vec::new(),
        }
    }

    /// The list of what happens on this installation.
    fn of(installation: &Installation) -> Self {
        let mut list = Self::new();
        list.writes(installation.path().display().to_string(), "DIR");
        list
    }

    /// Writes this in place of that.
    fn writes(&mut self, text: impl Into<String>, stands_for: &'static str) {
        self.stands_for.push((text.into(), stands_for));
    }

    /// Notes what was done and what was said to it.
    fn note(&mut self, done: &str, said: &str) {
        let mut line = format!("$ {done}\n{}\n", said.trim_end());
        for (text, stands_for) in &self.stands_for {
            line = line.replace(text, stands_for);
        }
        writeln!(self.text, "{line}").expect("a text takes all");
    }

    /// Runs a command that fails.
    fn fails(&mut self, installation: &Installation, arguments: &[&str]) {
        let said = installation.fails(arguments);
        let quoted = arguments
            .iter()
            .map(|argument| match argument.contains(' ') || argument.is_empty() {
                true => format!("'{argument}'"),
                false => (*argument).to_owned(),
            });
        let line: Vec<_> = std::iter::once("hearth".to_owned()).chain(quoted).collect();
        self.note(&line.join(" "), &said);
    }

    /// Compares it with what is kept under this name.
    fn keep(self, name: &str) {
        let mut settings = insta::Settings::clone_current();
        settings.set_snapshot_path("../../../tests/errors");
        settings.set_prepend_module_to_snapshot(false);
        settings.set_omit_expression(true);
        settings.bind(|| insta::assert_snapshot!(name, self.text.trim_end()));
    }
}
