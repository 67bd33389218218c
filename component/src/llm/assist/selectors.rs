//! Home Assistant's selectors, which say what a script field takes, as JSON Schema.

use serde_json::{Map, Value};

use crate::llm::schema::{BACKUP_LOCATION, Schema};

/// The schema of a field with this selector, `{"number": {"min": 0}}`. A text where there is none or it is not known.
pub(super) fn schema(selector: Option<&Value>) -> Schema {
    let Some((kind, config)) = selector
        .and_then(Value::as_object)
        .and_then(|selector| selector.iter().next())
    else {
        return Schema::string();
    };
    let none = Map::new();
    let config = config.as_object().unwrap_or(&none);
    let multiple = config.get("multiple") == Some(&Value::Bool(true));
    match kind.as_str() {
        "backup_location" => Schema::string().with("pattern", BACKUP_LOCATION),
        "boolean" => Schema::of_type("boolean"),
        "color_rgb" => Schema::array(Schema::number())
            .with("minItems", 3)
            .with("maxItems", 3)
            .with("format", "RGB"),
        "color_temp" => {
            let low = config.get("min").or_else(|| config.get("min_mireds"));
            let high = config.get("max").or_else(|| config.get("max_mireds"));
            between(low.cloned(), high.cloned())
        }
        "condition" => Schema::array(Schema::any()),
        "constant" => constant(config.get("value")),
        "country" => listed(config.get("countries"), "ISO 3166-1 alpha-2"),
        "date" => Schema::string().with("format", "date"),
        "datetime" => Schema::string().with("format", "date-time"),
        "duration" => duration(),
        "entity" => several(multiple, Schema::string().with("format", "entity_id")),
        "language" => listed(config.get("languages"), "RFC 5646"),
        "location" => location(),
        "media" => several(multiple, media()),
        "number" => between(float(config.get("min")), float(config.get("max"))),
        "object" => several(multiple, object(config.get("fields"))),
        "select" => {
            let one = Schema::one_of(&options(config.get("options")));
            if multiple {
                Schema::array(one).with("uniqueItems", true)
            } else {
                one
            }
        }
        "target" => target(),
        "template" => Schema::string().with("format", "jinja2"),
        "time" => Schema::string().with("format", "time"),
        "trigger" => Schema::array(Schema::string()),
        _ => several(multiple, Schema::string()),
    }
}

fn several(multiple: bool, one: Schema) -> Schema {
    if multiple { Schema::array(one) } else { one }
}

fn between(minimum: Option<Value>, maximum: Option<Value>) -> Schema {
    let mut schema = Schema::number();
    for (keyword, bound) in [("minimum", minimum), ("maximum", maximum)] {
        if let Some(bound) = bound.filter(Value::is_number) {
            schema = schema.with(keyword, bound);
        }
    }
    schema
}

/// Home Assistant's number selector keeps its bounds as floats.
fn float(value: Option<&Value>) -> Option<Value> {
    value.and_then(Value::as_f64).map(Value::from)
}

fn constant(value: Option<&Value>) -> Schema {
    let Some(value) = value else {
        return Schema::string();
    };
    let name = match value {
        Value::Bool(_) => "boolean",
        Value::Number(number) if number.is_f64() => "number",
        Value::Number(_) => "integer",
        _ => "string",
    };
    Schema::of_type(name).with("enum", vec![value.clone()])
}

fn listed(choices: Option<&Value>, format: &str) -> Schema {
    let choices = options(choices);
    if choices.is_empty() {
        Schema::string().with("format", format)
    } else {
        Schema::one_of(&choices)
    }
}

/// Each option is a text, or an object with a value and a label.
fn options(options: Option<&Value>) -> Vec<&str> {
    let options = options.and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    options
        .iter()
        .filter_map(|option| option.get("value").unwrap_or(option).as_str())
        .collect()
}

fn duration() -> Schema {
    let parts = ["days", "hours", "minutes", "seconds", "milliseconds"];
    Schema::object(parts.map(|part| (part, Schema::number())), &[]).with("additionalProperties", false)
}

fn location() -> Schema {
    let degrees = |most: i64| between(Some((-most).into()), Some(most.into()));
    Schema::object(
        [
            ("latitude", degrees(90)),
            ("longitude", degrees(180)),
            ("radius", Schema::number()),
        ],
        &["latitude", "longitude"],
    )
    .with("additionalProperties", false)
}

fn media() -> Schema {
    Schema::object(
        [
            ("entity_id", Schema::string()),
            ("media_content_id", Schema::string()),
            ("media_content_type", Schema::string()),
            ("metadata", Schema::of_type("object").with("additionalProperties", true)),
        ],
        &["media_content_id", "media_content_type"],
    )
    .with("additionalProperties", false)
}

fn target() -> Schema {
    let ids = ["entity_id", "device_id", "area_id", "floor_id", "label_id"];
    Schema::object(ids.map(|id| (id, Schema::array(Schema::string()))), &[]).with("additionalProperties", false)
}

fn object(fields: Option<&Value>) -> Schema {
    let Some(fields) = fields.and_then(Value::as_object).filter(|fields| !fields.is_empty()) else {
        return Schema::of_type("object").with("additionalProperties", true);
    };
    let required: Vec<&str> = fields
        .iter()
        .filter(|(_, field)| field.get("required") == Some(&Value::Bool(true)))
        .map(|(name, _)| name.as_str())
        .collect();
    let properties = fields
        .iter()
        .map(|(name, field)| (name.as_str(), schema(field.get("selector"))));
    Schema::object(properties, &required)
}
