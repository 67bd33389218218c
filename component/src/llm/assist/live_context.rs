//! `homeassistant__GetLiveContext`, and the snapshot resource that says the same: what is exposed, with its state.

use std::borrow::Cow;

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use serde::{Serialize, Serializer};
use serde_json::{Value, json};

use super::targets::{Constraints, Preferences, Reason, find};
use super::yaml::{self, Clear, Text};
use crate::home::{Entity, Mirror};
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
    Tool {
        name: NAME.to_owned(),
        title: "Get live context".to_owned(),
        description:
            "Read the current state of the home: what is on, open, locked or playing, temperatures, positions, \
                      sensor values. Call it for every question about how things are now, and before acting on a \
                      condition. Filters combine; filter by domain to look at all devices of a kind."
                .to_owned(),
        parameters: Parameters::of(
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
        output: None,
        hints: Hints::READS,
        reading: Reading::Strict,
        entity: None,
        run: |_, request, arguments| Ok(Call::Answer(call(request, &arguments))),
    }
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
    tell(mirror, entities(mirror)).ok_or_else(|| NOTHING.to_owned())
}

/// None when there is nothing to tell of.
fn tell<'a>(mirror: &Mirror, entities: impl Iterator<Item = &'a Entity>) -> Option<String> {
    let mut text = HEADER.to_owned();
    for entity in entities {
        text.push_str(entity.told(|entity| live(mirror, entity)));
    }
    (text.len() > HEADER.len()).then_some(text)
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
    let answer = match find(mirror, entities(mirror), &wanted, Preferences::default()) {
        _ if entities(mirror).next().is_none() => Err(NOTHING.to_owned()),
        Ok(matched) => tell(mirror, matched.entities.into_iter()).ok_or_else(|| NOTHING.to_owned()),
        Err(reason) => Err(nothing_matched(reason, &wanted)),
    };
    match answer {
        Ok(text) => ToolResult::said(json!({"result": text}).to_string()),
        Err(text) => ToolResult::failed(json!({"error": text}).to_string()),
    }
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

fn live(mirror: &Mirror, entity: &Entity) -> String {
    let attributes = entity.attributes(ATTRIBUTES);
    let state = state(entity, &attributes, mirror.zone());
    card(mirror, entity, Some(&state), &telling(entity, attributes))
}

fn card(mirror: &Mirror, entity: &Entity, state: Option<&str>, attributes: &[(&'static str, Value)]) -> String {
    let area = entity.area.as_deref().and_then(|area| mirror.area(area));
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

/// ISO 8601 with the offset of the home's zone; a moment without an offset is taken to be local already.
fn local(state: &str, zone: &TimeZone) -> Option<String> {
    let moment = match state.parse::<Timestamp>() {
        Ok(moment) => moment,
        Err(_) => zone.to_timestamp(state.parse::<DateTime>().ok()?).ok()?,
    };
    let local = zone.to_datetime(moment);
    let mut text = format!(
        "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}",
        local.year(),
        local.month(),
        local.day(),
        local.hour(),
        local.minute(),
        local.second()
    );
    let micros = local.subsec_nanosecond() / 1000;
    if micros != 0 {
        text.push_str(&format!(".{micros:06}"));
    }
    let minutes = zone.to_offset(moment).seconds() / 60;
    let sign = if minutes < 0 { '-' } else { '+' };
    text.push_str(&format!("{sign}{:02}:{:02}", minutes.abs() / 60, minutes.abs() % 60));
    Some(text)
}

/// The attributes worth telling, in their order. Whole numbers become texts, as in Home Assistant.
fn telling(entity: &Entity, mut attributes: Vec<(&'static str, Value)>) -> Vec<(&'static str, Value)> {
    let brightness = attributes
        .iter()
        .find(|(name, _)| *name == "brightness")
        .and_then(|(_, value)| value.as_i64());
    for (_, value) in &mut attributes {
        match value {
            Value::Number(number) if !number.is_f64() => *value = number.to_string().into(),
            Value::Bool(true) => *value = "True".into(),
            Value::Bool(false) => *value = "False".into(),
            _ => {}
        }
    }
    if let Some(brightness) = brightness.filter(|_| entity.domain == "light") {
        // The tools take percent. What is on is never told as 0.
        let percent = (brightness as f64 / 255.0 * 100.0).round_ties_even() as i64;
        let percent = if brightness > 0 { percent.max(1) } else { percent };
        attributes.push(("brightness_pct", percent.to_string().into()));
    }
    attributes
}
