//! Intents of a home file.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde_json::{Map, Value};

use super::super::domains::{DOMAINS, domain};
use super::super::intent::{DOMAIN, Intent};
use super::super::script::{DEFAULT_RUNS, MAX_RUNS, Script, template};
use super::node::{Problem, Table, Word};
use super::scripts::{Mention, mode, sequence};

/// Intents that a home may have.
const MAX_INTENTS: usize = 200;

pub(super) fn intents(root: &Table<'_>, mentions: &mut Vec<Mention>) -> Result<Vec<Intent>, Problem> {
    let tables = root.tables("intents")?;
    if let Some(table) = tables.get(MAX_INTENTS) {
        return Err(Problem::new(table.at, format!("a home may have {MAX_INTENTS} intents")));
    }
    let mut names = BTreeSet::new();
    let intents = tables.iter().map(|table| {
        let name = name(table.required("name")?)?;
        if !names.insert(name.text.to_lowercase()) {
            return Err(Problem::new(
                name.at,
                format!("there is an intent `{}` already", name.text),
            ));
        }
        intent(table, &name.text, mentions)
    });
    intents.collect()
}

fn intent(table: &Table<'_>, name: &str, mentions: &mut Vec<Mention>) -> Result<Intent, Problem> {
    table.only(&[
        "name",
        "description",
        "platforms",
        "speech",
        "reprompt",
        "mode",
        "max",
        "sequence",
    ])?;
    let mode = mode(table)?;
    let max = table.integer("max", 1..=MAX_RUNS)?;
    if max.is_some() && !mode.several() {
        let reason = format!(
            "`max` means nothing in the mode {}; it is for queued and parallel",
            mode.name()
        );
        return Err(Problem::new(table.place("max"), reason));
    }
    let script = match table.has("sequence") {
        false => None,
        true => Some(Arc::new(Script {
            description: String::new(),
            fields: Map::new(),
            mode,
            max: max.map_or(DEFAULT_RUNS, |max| max as usize),
            variables: Map::new(),
            sequence: sequence(table, mentions)?,
        })),
    };
    let speech = text(table, "speech")?;
    if script.is_none() && speech.is_none() {
        let reason = "this intent does nothing; add a step with [[intents.sequence]], or a `speech`";
        return Err(Problem::new(table.at, reason));
    }
    let description = table.text("description")?;
    Ok(Intent {
        action: format!("{DOMAIN}.{name}"),
        description: description.unwrap_or_else(|| format!("Execute Home Assistant {name} intent")),
        platforms: platforms(table)?,
        speech,
        reprompt: text(table, "reprompt")?,
        script,
    })
}

/// The name: a tool is called after it.
fn name(word: Word) -> Result<Word, Problem> {
    let good = word.text.starts_with(|first: char| first.is_ascii_alphabetic())
        && word
            .text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    if good {
        return Ok(word);
    }
    let reason = format!(
        "`{}` is not the name of an intent; it looks like GoodMorning",
        word.text
    );
    Err(Problem::new(word.at, reason))
}

fn platforms(table: &Table<'_>) -> Result<Option<Vec<String>>, Problem> {
    let Some(words) = table.words("platforms")? else {
        return Ok(None);
    };
    if let Some(unknown) = words
        .iter()
        .find(|word| domain(&word.text).is_none() && !["scene", "script"].contains(&word.text.as_str()))
    {
        let domains: Vec<_> = DOMAINS.iter().map(|domain| domain.name()).collect();
        let reason = format!(
            "there is no domain `{}`; there are {}",
            unknown.text,
            domains.join(", ")
        );
        return Err(Problem::new(unknown.at, reason));
    }
    Ok(Some(words.into_iter().map(|word| word.text).collect()))
}

/// A text that may be a template.
fn text(table: &Table<'_>, key: &str) -> Result<Option<String>, Problem> {
    let text = table.text(key)?;
    if let Some(text) = &text {
        template::check(&Value::from(text.as_str())).map_err(|reason| Problem::new(table.place(key), reason))?;
    }
    Ok(text)
}
