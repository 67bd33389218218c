//! Scripts of a home file.

use std::sync::Arc;

use serde_json::{Map, Value};

use super::super::script::{DEFAULT_RUNS, MAX_RUNS, MAX_STEPS, Mode, Script, Step, StepKind, duration, runs, template};
use super::entities::{Known, described};
use super::node::{Problem, Table, Word};
use super::places::{Ids, slug};
use super::{Entity, Kind, selector};

/// A call that a script makes, to be checked when everything is known.
pub(super) struct Mention {
    /// The service.
    pub action: Word,
    /// Its data, and where that stands; `None` where templates are in it.
    pub data: Option<(Map<String, Value>, usize)>,
    /// Entities and areas that it is aimed at, as far as they are written out.
    pub entities: Vec<Word>,
    /// The same.
    pub areas: Vec<Word>,
    /// The same.
    pub labels: Vec<Word>,
    /// Where the response goes.
    pub response_variable: Option<Word>,
}

/// Names that the domain has for itself.
const RESERVED: [&str; 4] = ["reload", "toggle", "turn_off", "turn_on"];

pub(super) fn scripts(
    root: &Table<'_>,
    known: &Known<'_>,
    ids: &mut Ids,
    mentions: &mut Vec<Mention>,
) -> Result<Vec<Entity>, Problem> {
    root.tables("scripts")?
        .iter()
        .map(|table| script(table, known, ids, mentions))
        .collect()
}

fn script(table: &Table<'_>, known: &Known<'_>, ids: &mut Ids, mentions: &mut Vec<Mention>) -> Result<Entity, Problem> {
    table.only(&[
        "id",
        "name",
        "description",
        "area",
        "device",
        "aliases",
        "labels",
        "exposed",
        "icon",
        "mode",
        "max",
        "variables",
        "fields",
        "sequence",
    ])?;
    let object_id = slug(table.required("id")?)?;
    if RESERVED.contains(&object_id.text.as_str()) {
        let reason = format!(
            "script.{} is a service of all scripts; choose another id",
            object_id.text
        );
        return Err(Problem::new(object_id.at, reason));
    }
    let id = Word {
        text: format!("script.{}", object_id.text),
        at: object_id.at,
    };
    ids.add(&id)?;
    let config = described(table, known, &id, "script", &object_id.text)?;
    let mode = mode(table)?;
    let max = table.integer("max", 1..=MAX_RUNS)?;
    if max.is_some() && !mode.several() {
        let reason = format!(
            "`max` means nothing in the mode {}; it is for queued and parallel",
            mode.name()
        );
        return Err(Problem::new(table.place("max"), reason));
    }
    let script = Script {
        description: table.text("description")?.unwrap_or_default(),
        fields: fields(table)?,
        mode,
        max: max.map_or(DEFAULT_RUNS, |max| max as usize),
        variables: values(table, "variables")?,
        sequence: sequence(table, mentions)?,
    };
    Ok(Entity {
        config,
        initial: runs::initial(&script),
        kind: Kind::Script(Arc::new(script)),
    })
}

pub(super) fn mode(table: &Table<'_>) -> Result<Mode, Problem> {
    let Some(word) = table.word("mode")? else {
        return Ok(Mode::Single);
    };
    let mode = Mode::ALL.iter().find(|(name, _)| *name == word.text);
    mode.map(|(_, mode)| *mode).ok_or_else(|| {
        let names = Mode::ALL.map(|(name, _)| name).join(", ");
        Problem::new(word.at, format!("there is no mode `{}`; there are {names}", word.text))
    })
}

/// What a script takes, each field as Home Assistant tells it.
fn fields(table: &Table<'_>) -> Result<Map<String, Value>, Problem> {
    let mut fields = Map::new();
    let Some(all) = table.table("fields")? else {
        return Ok(fields);
    };
    for name in all.keys() {
        let Some(field) = all.table(&name.text)? else {
            continue;
        };
        field.only(&["name", "description", "required", "default", "example", "selector"])?;
        let mut told = Map::new();
        let mut tell = |key: &str, value: Option<Value>| {
            if let Some(value) = value {
                told.insert(key.to_owned(), value);
            }
        };
        tell("name", field.text("name")?.map(Value::String));
        tell("description", field.text("description")?.map(Value::String));
        tell("required", field.boolean("required")?.map(Value::Bool));
        tell("default", field.json("default")?);
        tell("example", field.json("example")?);
        tell("selector", selector::selector(&field)?.map(Value::Object));
        fields.insert(name.text, Value::Object(told));
    }
    Ok(fields)
}

pub(super) fn sequence(table: &Table<'_>, mentions: &mut Vec<Mention>) -> Result<Vec<Step>, Problem> {
    let steps = table.tables("sequence")?;
    if steps.is_empty() {
        let reason = "this script does nothing; add a step with [[scripts.sequence]]";
        return Err(Problem::new(table.at, reason));
    }
    if let Some(step) = steps.get(MAX_STEPS) {
        return Err(Problem::new(step.at, format!("a script may have {MAX_STEPS} steps")));
    }
    steps.iter().map(|step| self::step(step, mentions)).collect()
}

/// The keys that say what a step is.
const STEPS: [&str; 4] = ["action", "delay", "variables", "stop"];

fn step(table: &Table<'_>, mentions: &mut Vec<Mention>) -> Result<Step, Problem> {
    let kinds: Vec<&str> = STEPS.into_iter().filter(|key| table.has(key)).collect();
    let [kind] = kinds.as_slice() else {
        let reason = format!("a step has one of the keys {}", STEPS.join(", "));
        return Err(Problem::new(table.at, reason));
    };
    let kind = match *kind {
        "action" => {
            table.only(&["alias", "action", "target", "data", "response_variable"])?;
            call(table, mentions)?
        }
        "delay" => {
            table.only(&["alias", "delay"])?;
            delay(table)?
        }
        "variables" => {
            table.only(&["alias", "variables"])?;
            StepKind::Variables(values(table, "variables")?)
        }
        _ => {
            table.only(&["alias", "stop", "error", "response_variable"])?;
            stop(table)?
        }
    };
    Ok(Step {
        alias: table.text("alias")?,
        kind,
    })
}

fn call(table: &Table<'_>, mentions: &mut Vec<Mention>) -> Result<StepKind, Problem> {
    let action = table.required("action")?;
    let target = values(table, "target")?;
    let data = values(table, "data")?;
    let written_out = !data.values().chain(target.values()).any(template::has_template);
    let aimed = |key: &str| {
        let mut words = match table.table("target")? {
            Some(target) => target.ids(key)?,
            None => Vec::new(),
        };
        words.retain(|word| !template::is_template(&word.text));
        Ok(words)
    };
    let response_variable = table.word("response_variable")?;
    mentions.push(Mention {
        action: action.clone(),
        data: written_out.then(|| (data.clone(), table.place("data"))),
        entities: aimed("entity_id")?,
        areas: aimed("area_id")?,
        labels: aimed("label_id")?,
        response_variable: response_variable.clone(),
    });
    Ok(StepKind::Call {
        action: action.text,
        target,
        data,
        response_variable: response_variable.map(|word| word.text),
    })
}

fn delay(table: &Table<'_>) -> Result<StepKind, Problem> {
    let at = table.place("delay");
    let delay = table.json("delay")?.unwrap_or_default();
    template::check(&delay).map_err(|reason| Problem::new(at, reason))?;
    if !template::has_template(&delay) {
        duration::milliseconds(&delay).map_err(|reason| Problem::new(at, reason))?;
    }
    Ok(StepKind::Delay(delay))
}

fn stop(table: &Table<'_>) -> Result<StepKind, Problem> {
    let error = table.boolean("error")?.unwrap_or(false);
    let response_variable = table.word("response_variable")?;
    if let (true, Some(word)) = (error, &response_variable) {
        let reason = "a script that stops with an error has no response; leave out one of the two";
        return Err(Problem::new(word.at, reason));
    }
    Ok(StepKind::Stop {
        text: table.required("stop")?.text,
        response_variable: response_variable.map(|word| word.text),
        error,
    })
}

/// Values that may hold templates.
fn values(table: &Table<'_>, key: &str) -> Result<Map<String, Value>, Problem> {
    let Some(values) = table.table(key)? else {
        return Ok(Map::new());
    };
    let json = values.to_json()?;
    for (name, value) in &json {
        template::check(value).map_err(|reason| Problem::new(values.place(name), reason))?;
    }
    Ok(json)
}
