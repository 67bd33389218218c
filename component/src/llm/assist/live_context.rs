//! `homeassistant__GetLiveContext`, and the snapshot resource that says the same: what is exposed, with its state.

use std::borrow::Cow;
use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use serde::{Serialize, Serializer};
use serde_json::{Value, json};

use super::local_time;
use super::targets::{Constraints, Preferences, Reason, find};
use super::yaml::{self, Clear, Text};
use crate::home::{Area, Entity, Mirror, Told};
use crate::llm::resources::Resource;
use crate::llm::schema::{Parameters, Schema};
use crate::llm::tool::{Arguments, Hints, Reading, Tool};
use crate::llm::{Call, Request, ToolResult};

/// Names the tool; the snapshot resource is there when it is.
pub(crate) const NAME: &str = "homeassistant__GetLiveContext";

/// Names the resource that says what the tool says.
pub const SNAPSHOT: &str = "homeassistant://assist/context-snapshot";

/// What an answer begins with.
const HEADER: &str = "Live Context: An overview of the areas and the devices in this smart home:\n";

/// The answer while nothing is exposed.
const NOTHING: &str = "Nothing in this home is exposed to assistants. If the user wants to control a device, tell them \
                       to expose it first.";

/// Attributes that tell more about a state; the others are noise to a model.
const ATTRIBUTES: &[&str] = &[
    "temperature",
    "current_temperature",
    "temperature_unit",
    "brightness",
    "humidity",
    "unit_of_measurement",
    "device_class",
    "current_position",
    "percentage",
    "volume_level",
    "media_title",
    "media_artist",
    "media_album_name",
];

/// Domains that have tools of their own to be read by.
const APART: &[&str] = &["calendar", "script"];

/// The snapshot. As in Home Assistant, so that clients find what they found there.
pub(crate) fn resource() -> Resource {
    Resource {
        uri: SNAPSHOT.to_owned(),
        name: "assist_context_snapshot".to_owned(),
        title: "Assist context snapshot".to_owned(),
        description:
            "A snapshot of the current Assist context, matching the existing homeassistant__GetLiveContext tool \
                      output."
                .to_owned(),
        mime_type: "text/plain".to_owned(),
    }
}

pub(super) fn tool() -> Tool {
    let text_or_list = Schema::any_of(vec![Schema::string(), Schema::array(Schema::string())]);
    let tool = Tool::new(
        NAME,
        "Get live context",
        "Read how the home is now: what is on, open, locked or playing, temperatures, positions, sensor values. Call it \
         for every question of that kind, and before acting on a condition. Filters combine.",
        Parameters::of(
            [
                ("name", Schema::string().describe("Only what has this name or alias")),
                (
                    "domain",
                    text_or_list.describe("Only this domain or these, such as \"light\" or \"sensor\""),
                ),
                (
                    "area",
                    Schema::string().describe("Only what is in the area of this name or alias"),
                ),
            ],
            &[],
        ),
        Hints::READS,
        |_, request, arguments| Ok(Call::Answer(call(request, &arguments))),
    );
    tool.reading(Reading::Strict).giving(output())
}

fn output() -> Schema {
    let entities = Schema::array_of_records(&["names", "domain", "state"]);
    Schema::object([("entities", entities)], &["entities"])
}

/// The entities that the live and the static context tell of, by their names.
pub(super) fn entities(mirror: &Mirror) -> impl Iterator<Item = &Entity> {
    mirror
        .entities_by_name()
        .filter(|entity| !APART.contains(&entity.domain.as_str()))
}

/// The whole live context as plain text.
///
/// # Errors
/// When nothing is exposed, with what to do about it.
pub(crate) fn snapshot(mirror: &Mirror) -> Result<String, String> {
    let told: String = entities(mirror).map(|entity| &*told(mirror, entity).text).collect();
    if told.is_empty() {
        return Err(NOTHING.to_owned());
    }
    Ok(format!("{HEADER}{told}"))
}

fn told<'a>(mirror: &Mirror, entity: &'a Entity) -> &'a Told {
    entity.told(|entity| live(mirror, entity))
}

/// Tells of these, for models and for programs.
fn tell(mirror: &Mirror, entities: &[&Entity]) -> ToolResult {
    let mut text = HEADER.to_owned();
    let mut data = r#"{"entities":["#.to_owned();
    for (place, entity) in entities.iter().enumerate() {
        let told = told(mirror, entity);
        text.push_str(&told.text);
        data.push_str(if place > 0 { "," } else { "" });
        data.push_str(&told.data);
    }
    data.push_str("]}");
    ToolResult {
        structured: Some(data),
        ..ToolResult::said(json!({"result": text}).to_string())
    }
}

fn call(request: &Request, arguments: &Arguments) -> ToolResult {
    let mirror = request.mirror;
    let domains: Vec<String> = match arguments.get("domain") {
        Some(Value::String(domain)) => vec![domain.as_str()],
        Some(Value::Array(domains)) => domains.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    }
    .iter()
    .map(|domain| domain.trim().to_lowercase())
    .filter(|domain| !domain.is_empty())
    .collect();
    let text = |name: &str| {
        arguments
            .get(name)
            .and_then(Value::as_str)
            .filter(|text| !text.is_empty())
    };
    let wanted = Constraints {
        name: text("name"),
        area: text("area"),
        domains: (!domains.is_empty()).then(|| domains.iter().map(String::as_str).collect()),
        // It only tells: two lamps of one name are both told of.
        duplicate_names: true,
        ..Constraints::default()
    };
    let nothing = match find(mirror, entities(mirror), &wanted, Preferences::default()) {
        _ if entities(mirror).next().is_none() => NOTHING.to_owned(),
        Ok(matched) => return tell(mirror, &matched.entities),
        Err(reason) => nothing_matched(reason, &wanted),
    };
    ToolResult::failed(json!({"error": nothing}).to_string())
}

fn nothing_matched(reason: Reason, wanted: &Constraints) -> String {
    let (name, area) = (wanted.name.unwrap_or_default(), wanted.area.unwrap_or_default());
    match reason {
        Reason::InvalidArea => format!("Area '{area}' does not exist"),
        Reason::Name => format!("No exposed entities matched name '{name}'"),
        Reason::Area => format!("No exposed entities found in area '{area}'"),
        Reason::Domain => {
            let domains = wanted
                .domains
                .as_ref()
                .map(|domains| domains.join(", "))
                .unwrap_or_default();
            format!("No exposed entities found in domain(s): {domains}")
        }
        _ => "No entities matched the provided filter".to_owned(),
    }
}

/// How an entity is told of.
#[derive(Serialize)]
struct Card<'a> {
    names: Text<'a>,
    domain: Text<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    state: Option<Text<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    areas: Option<Text<'a>>,
    #[serde(skip_serializing_if = "Attributes::is_empty")]
    attributes: Attributes<'a>,
}

struct Attributes<'a>(&'a [(&'static str, Value)]);

impl Attributes<'_> {
    fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl Serialize for Attributes<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(name, value)| (name, Clear(value))))
    }
}

/// The entity without its state: what the static context tells.
pub(super) fn identity(mirror: &Mirror, entity: &Entity) -> String {
    card(mirror, entity, None, &[])
}

fn live(mirror: &Mirror, entity: &Entity) -> Told {
    let mut attributes = entity.attributes(ATTRIBUTES);
    let state = state(entity, &attributes, mirror.zone());
    attributes.extend(brightness_pct(entity, &attributes));
    let data = Data {
        names: &entity.names,
        domain: &entity.domain,
        state: &state,
        area: area(mirror, entity).map(|area| area.name.as_str()),
        attributes: attributes.iter().map(|(name, value)| (*name, value)).collect(),
    };
    Told {
        data: serde_json::to_string(&data).unwrap_or_default().into(),
        text: card(mirror, entity, Some(&state), &worded(attributes)).into(),
    }
}

/// An entity as programs are told of it.
#[derive(Serialize)]
struct Data<'a> {
    names: &'a [String],
    domain: &'a str,
    state: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    area: Option<&'a str>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    attributes: BTreeMap<&'a str, &'a Value>,
}

fn area<'a>(mirror: &'a Mirror, entity: &Entity) -> Option<&'a Area> {
    entity.area.as_deref().and_then(|area| mirror.area(area))
}

fn card(mirror: &Mirror, entity: &Entity, state: Option<&str>, attributes: &[(&'static str, Value)]) -> String {
    let area = area(mirror, entity);
    yaml::item(&Card {
        names: Text(&entity.names.join(", ")),
        domain: Text(&entity.domain),
        state: state.map(Text),
        areas: area.map(|area| Text(&area.names)),
        attributes: Attributes(attributes),
    })
}

/// The state as a person would read it: rounded, and moments in local time.
fn state<'a>(entity: &'a Entity, attributes: &[(&str, Value)], zone: &TimeZone) -> Cow<'a, str> {
    let is_moment = attributes
        .iter()
        .any(|(name, class)| *name == "device_class" && class == "timestamp");
    let reworded = if is_moment {
        local(&entity.state, zone)
    } else if entity.domain == "sensor" {
        entity.precision.and_then(|precision| rounded(&entity.state, precision))
    } else {
        None
    };
    reworded.map_or(Cow::Borrowed(entity.state.as_str()), Cow::Owned)
}

/// Half to even, as the exact value has it; no negative zero.
fn rounded(state: &str, precision: u32) -> Option<String> {
    let number: f64 = state.trim().parse().ok()?;
    let text = format!("{number:.*}", usize::try_from(precision).ok()?);
    let zero = text.starts_with('-') && !text.contains(|c: char| c.is_ascii_digit() && c != '0');
    Some(if zero && number.is_finite() {
        text[1..].to_owned()
    } else {
        text
    })
}

/// In the time of the home; a moment without an offset is taken to be local already.
fn local(state: &str, zone: &TimeZone) -> Option<String> {
    let moment = match state.parse::<Timestamp>() {
        Ok(moment) => moment,
        Err(_) => zone.to_timestamp(state.parse::<DateTime>().ok()?).ok()?,
    };
    Some(local_time::iso(moment, zone))
}

/// The tools take percent. What is on is never told as 0.
fn brightness_pct(entity: &Entity, attributes: &[(&'static str, Value)]) -> Option<(&'static str, Value)> {
    let brightness = attributes.iter().find(|(name, _)| *name == "brightness");
    let brightness = brightness.filter(|_| entity.domain == "light")?.1.as_i64()?;
    let percent = (brightness as f64 / 255.0 * 100.0).round_ties_even() as i64;
    let percent = if brightness > 0 { percent.max(1) } else { percent };
    Some(("brightness_pct", percent.into()))
}

/// Whole numbers become texts, as in Home Assistant.
fn worded(mut attributes: Vec<(&'static str, Value)>) -> Vec<(&'static str, Value)> {
    for (_, value) in &mut attributes {
        match value {
            Value::Number(number) if !number.is_f64() => *value = number.to_string().into(),
            Value::Bool(true) => *value = "True".into(),
            Value::Bool(false) => *value = "False".into(),
            _ => {}
        }
    }
    attributes
}
