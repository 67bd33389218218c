//! Selectors of script fields: which there are, and what they must say.

use serde_json::{Map, Value};

use super::node::{Problem, Table};

/// The selectors of Home Assistant that say what a field of a script takes.
const SELECTORS: &[&str] = &[
    "action",
    "addon",
    "app",
    "area",
    "attribute",
    "backup_location",
    "boolean",
    "color_rgb",
    "color_temp",
    "condition",
    "config_entry",
    "constant",
    "conversation_agent",
    "country",
    "date",
    "datetime",
    "device",
    "duration",
    "entity",
    "file",
    "floor",
    "icon",
    "label",
    "language",
    "location",
    "media",
    "number",
    "object",
    "select",
    "state",
    "statistic",
    "target",
    "template",
    "text",
    "theme",
    "time",
    "trigger",
];

/// The selector of a field: `{ number = { min = 0, max = 100 } }`.
pub(super) fn selector(field: &Table<'_>) -> Result<Option<Map<String, Value>>, Problem> {
    let Some(table) = field.table("selector")? else {
        return Ok(None);
    };
    let names: Vec<_> = table.keys().collect();
    let [name] = names.as_slice() else {
        let reason = "a selector has one name, as in { number = { min = 0, max = 100 } }";
        return Err(Problem::new(table.at, reason));
    };
    if !SELECTORS.contains(&name.text.as_str()) {
        let reason = format!(
            "there is no selector `{}`; there are {}",
            name.text,
            SELECTORS.join(", ")
        );
        return Err(Problem::new(name.at, reason));
    }
    let Some(options) = table.table(&name.text)? else {
        return Ok(None);
    };
    match name.text.as_str() {
        "number" => number(&options)?,
        "select" => select(&options)?,
        "constant" if !options.has("value") => {
            return Err(Problem::new(options.at, "a constant needs its `value`"));
        }
        _ => {}
    }
    table.to_json().map(Some)
}

fn number(options: &Table<'_>) -> Result<(), Problem> {
    let read = |key: &str| -> Result<Option<f64>, Problem> {
        match options.json(key)? {
            None => Ok(None),
            Some(Value::Number(number)) => Ok(number.as_f64()),
            Some(other) => Err(Problem::new(
                options.place(key),
                format!("`{key}` is {other}, not a number"),
            )),
        }
    };
    if let (Some(min), Some(max)) = (read("min")?, read("max")?)
        && min > max
    {
        let reason = format!("`min` is {min} and `max` only {max}");
        return Err(Problem::new(options.place("min"), reason));
    }
    Ok(())
}

/// Options are texts, or tables with `label` and `value`.
fn select(options: &Table<'_>) -> Result<(), Problem> {
    let wanted = "a selector `select` needs `options`, a list of texts or of { label = \"…\", value = \"…\" }";
    let Some(Value::Array(all)) = options.json("options")? else {
        return Err(Problem::new(options.place("options"), wanted));
    };
    let good = |option: &Value| option.is_string() || option.get("value").is_some_and(Value::is_string);
    if all.is_empty() || !all.iter().all(good) {
        return Err(Problem::new(options.place("options"), wanted));
    }
    Ok(())
}
