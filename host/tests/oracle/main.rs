//! The tables of `tests/oracle`, taken from a real Home Assistant, replayed against the domains of the embedded home:
//! what is accepted, what is refused and with which words, and the state that comes of it, attributes in their order.

mod compare;
mod script;

use std::fmt::Write as _;
use std::path::Path;

use hearth_host::clock::Moment;
use hearth_host::home::embedded::domains::{self, Domain};
use hearth_host::home::embedded::model::{EntityConfig, EntityState};
use serde_json::{Map, Value};

use compare::{same, same_answer, same_state};

/// When the tables begin; any moment does.
const START: Moment = 1_800_000_000_000;
/// More changes than any table's entity makes by itself.
const MOST_CHANGES: usize = 1000;
/// What comes later than this after a call is not of the call: the next event of a calendar.
const LONGEST_SETTLING_MS: Moment = 60_000;
/// What the home adds to every entity when it shows it.
const OF_EVERY_ENTITY: [&str; 6] = [
    "friendly_name",
    "supported_features",
    "device_class",
    "unit_of_measurement",
    "assumed_state",
    "icon",
];

/// Calls that Home Assistant accepts and ours refuse: the domain, the data, and why.
const REFUSED_ON_PURPOSE: &[(&str, &str, &str)] = &[
    (
        "input_number",
        r#"{"value":"nan"}"#,
        "the number would be lost until it is set again",
    ),
    ("media_player", r#"{"source":"vhs"}"#, "there is no such source"),
    ("media_player", r#"{"sound_mode":5}"#, "there is no such sound mode"),
    (
        "fan",
        r#"{"direction":"sideways"}"#,
        "no fan blows there, and the demo only notes it down",
    ),
    ("humidifier", r#"{"mode":"party"}"#, "it is none of the device's modes"),
    (
        "vacuum",
        r#"{"fan_speed":"warp"}"#,
        "it has no such speed, and saying nothing helps nobody",
    ),
    ("vacuum", r#"{"fan_speed":3}"#, "the same"),
];

/// What is shown where Home Assistant shows it, with a value of our own: the domain, the attribute, and why.
const SHOWN_DIFFERENTLY: &[(&str, &str, &str)] = &[
    ("climate", "hvac_action", "the demo's never changes what it is doing"),
    ("humidifier", "action", "the demo's moistens whatever it is told"),
    ("media_player", "media_position", "it is another in each replay"),
    ("media_player", "media_position_updated_at", "the same"),
];

macro_rules! tables {
    ($($domain:ident)*) => {$(
        #[test]
        fn $domain() {
            replay(stringify!($domain));
        }
    )*};
}

tables! {
    binary_sensor
    button
    calendar
    climate
    cover
    fan
    humidifier
    input_boolean
    input_button
    input_datetime
    input_number
    input_select
    input_text
    lawn_mower
    light
    lock
    media_player
    person
    sensor
    switch
    todo
    vacuum
    valve
    weather
}

/// A scene's entities are brought about by the home; here is what its service takes.
#[test]
fn scene() {
    for call in table("scene")["entities"][0]["calls"]
        .as_array()
        .expect("an entity has calls")
    {
        let data = call["data"].as_object().expect("a call has data");
        let answer = match call["service"].as_str() {
            Some("turn_on") => domains::scene::turn_on(data).map_err(|error| error.to_string()),
            other => Err(format!("Service scene.{} not found.", other.unwrap_or_default())),
        };
        let error = call["error"]["message"].as_str();
        assert_eq!(answer.err().as_deref(), error, "{data:?}");
    }
}

fn table(domain_name: &str) -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("../tests/oracle/{domain_name}.json"));
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    serde_json::from_str(&text).expect("a table is JSON")
}

fn replay(domain_name: &str) {
    let table = table(domain_name);
    let domain = domains::domain(domain_name).expect("the domain exists");
    let mut differences = String::new();
    let mut calls = 0;
    for entity in table["entities"].as_array().expect("a table has entities") {
        calls += replay_entity(domain, entity, &mut differences);
    }
    assert!(calls > 0, "{domain_name}: the table has no calls");
    assert!(differences.is_empty(), "{domain_name} differs:\n{differences}");
}

/// One entity with the time that passes for it.
struct Replay {
    domain: &'static dyn Domain,
    config: EntityConfig,
    state: EntityState,
    now: Moment,
}

fn replay_entity(domain: &'static dyn Domain, table: &Value, differences: &mut String) -> usize {
    let config = config_of(table);
    let known = domain.options();
    assert!(
        config.options.keys().all(|key| known.contains(&key.as_str())),
        "{}: unknown option",
        config.id
    );
    let state = domain
        .initial(&config)
        .unwrap_or_else(|error| panic!("{}: {error:?}", config.id));
    let mut replay = Replay {
        domain,
        config,
        state,
        now: START,
    };
    // What nobody has looked at the clock for yet.
    if domain
        .due(&replay.config, &replay.state)
        .is_some_and(|due| due <= START)
    {
        domain.advance(&replay.config, &mut replay.state, START);
    }
    // A button or scene of the table was pressed before it; ours never was.
    if replay.state.state != "unknown" {
        replay.compare("at first", &table["initial"], differences);
    }
    let calls = table["calls"].as_array().expect("an entity has calls");
    for call in calls {
        replay.call(call, differences);
    }
    calls.len()
}

fn config_of(table: &Value) -> EntityConfig {
    let id = table["entity"].as_str().expect("a table names its entity").to_owned();
    let (domain, object_id) = id.split_once('.').expect("an entity id has a dot");
    let config = &table["config"];
    let text = |key: &str| config[key].as_str().map(str::to_owned);
    let map = |key: &str| config[key].as_object().cloned().unwrap_or_default();
    EntityConfig {
        domain: domain.to_owned(),
        object_id: object_id.to_owned(),
        name: table["initial"]["attributes"]["friendly_name"]
            .as_str()
            .map(str::to_owned),
        device_class: text("device_class"),
        unit: text("unit"),
        assumed_state: config["assumed_state"].as_bool().unwrap_or(false),
        state: text("state"),
        time_zone: jiff::tz::TimeZone::get("Europe/Amsterdam").ok(),
        attributes: map("attributes"),
        options: map("options"),
        id,
        ..EntityConfig::default()
    }
}

impl Replay {
    fn call(&mut self, call: &Value, differences: &mut String) {
        let told = format!("{} {}", call["service"], call["data"]);
        if let Some(wanted) = call.get("at") {
            self.advance_until(wanted);
        }
        if let Some(pressed) = call["settled"]["state"]
            .as_str()
            .and_then(|state| state.parse::<jiff::Timestamp>().ok())
        {
            self.now = pressed.as_millisecond().unsigned_abs();
        }
        let before = self.state.clone();
        let answer = self.perform(call);
        match (&answer, call.get("error")) {
            (Ok(said), None) => {
                if let Some(wanted) = call.get("response")
                    && !same_answer(said, wanted)
                {
                    note(differences, self, &told, said, wanted);
                }
            }
            (Ok(_), Some(error)) => note(differences, self, &told, "is accepted", &error["message"]),
            (Err(_), None) if self.is_refused_on_purpose(call) => {}
            (Err(text), None) => note(differences, self, &told, text, "is accepted"),
            (Err(text), Some(error)) => {
                let said = error["message"].as_str().unwrap_or_default();
                let said = said.strip_prefix("Validation error: ").unwrap_or(said);
                // The target is among the data there; here it is not.
                let said = said.strip_suffix(", entity_id").unwrap_or(said);
                // What went wrong inside Home Assistant is not a text of the interface.
                if text != said && error["code"] != "unknown_error" {
                    note(differences, self, &told, text, said);
                }
                if self.state != before {
                    note(differences, self, &told, "changed", "refused");
                }
            }
        }
        if call.get("error").is_some() || answer.is_err() {
            return;
        }
        if let Some(moving) = call.get("moving") {
            self.compare(&told, moving, differences);
        }
        if let Some(settled) = call.get("settled") {
            self.advance_until(&Value::Null);
            self.compare(&told, settled, differences);
        }
    }

    fn is_refused_on_purpose(&self, call: &Value) -> bool {
        let data = call["data"].to_string();
        REFUSED_ON_PURPOSE
            .iter()
            .any(|(domain, refused, _)| *domain == self.domain.name() && *refused == data)
    }

    /// Does what the home does with a call: looks the service up, checks the features and the data, and calls or asks.
    fn perform(&mut self, call: &Value) -> Result<Value, String> {
        let name = call["service"].as_str().expect("a call names its service");
        let data = call["data"].as_object().cloned().unwrap_or_default();
        let domain = self.domain;
        let Some(service) = domain.services().iter().find(|service| service.name == name) else {
            return Err(format!("Service {}.{name} not found.", domain.name()));
        };
        let data = domain.validate(name, &data).map_err(|error| error.to_string())?;
        if !service.suits(domain.features(&self.config)) {
            let id = &self.config.id;
            return Err(format!("Entity {id} does not support action {}.{name}", domain.name()));
        }
        let answer = if service.answers {
            domain.answer(&self.config, &self.state, name, &data, self.now)
        } else {
            domain
                .call(&self.config, &mut self.state, name, &data, self.now)
                .and_then(|()| domain.left_over(name, &data, &[&self.config]).map_or(Ok(()), Err))
                .map(|()| Value::Null)
        };
        answer.map_err(|error| error.to_string())
    }

    /// Lets time pass until these attributes are shown; with `null`, until nothing moves any more.
    fn advance_until(&mut self, wanted: &Value) {
        let settled = self.now.saturating_add(LONGEST_SETTLING_MS);
        for _ in 0..MOST_CHANGES {
            if let Some(wanted) = wanted.as_object()
                && wanted
                    .iter()
                    .all(|(key, value)| self.state.attributes.get(key) == Some(value))
            {
                return;
            }
            match self.domain.due(&self.config, &self.state) {
                Some(moment) if wanted.is_null() && moment > settled => return,
                Some(moment) => {
                    assert!(moment > self.now, "{}: what is due lies ahead", self.config.id);
                    self.now = moment;
                }
                None if wanted.is_null() => return,
                None => panic!("{}: stands still before {wanted}", self.config.id),
            }
            self.domain.advance(&self.config, &mut self.state, self.now);
        }
        panic!("{}: never comes to rest", self.config.id);
    }

    fn compare(&self, told: &str, wanted: &Value, differences: &mut String) {
        let all = wanted["attributes"].as_object().expect("a state has attributes");
        let of_domain = all.iter().filter(|(key, _)| !OF_EVERY_ENTITY.contains(&key.as_str()));
        let mut wanted_attributes: Map<String, Value> =
            of_domain.map(|(key, value)| (key.clone(), value.clone())).collect();
        // A helper that was made for the table can be edited; one of a file cannot.
        if let Some(editable) = wanted_attributes.get_mut("editable") {
            *editable = Value::Bool(false);
        }
        let wanted_state = wanted["state"].as_str().expect("a state is text");
        if !same_state(&self.state.state, wanted_state) {
            note(differences, self, told, &self.state.state, wanted_state);
        }
        let keys_in_order = self.state.attributes.keys().eq(wanted_attributes.keys());
        let domain = self.domain.name();
        let free = |key: &str| {
            SHOWN_DIFFERENTLY
                .iter()
                .any(|(of, shown, _)| *of == domain && *shown == key)
        };
        let same_values = wanted_attributes.iter().all(|(key, value)| {
            self.state
                .attributes
                .get(key)
                .is_some_and(|ours| free(key) || same(ours, value))
        });
        if !keys_in_order || !same_values {
            let ours = Value::Object(self.state.attributes.clone());
            note(differences, self, told, ours, Value::Object(wanted_attributes));
        }
        let features = self.domain.features(&self.config);
        if features != all.get("supported_features").and_then(Value::as_u64) {
            note(
                differences,
                self,
                told,
                format!("features {features:?}"),
                &all["supported_features"],
            );
        }
    }
}

fn note(
    differences: &mut String,
    of: &Replay,
    told: &str,
    ours: impl std::fmt::Display,
    theirs: impl std::fmt::Display,
) {
    let _ = writeln!(
        differences,
        "{} {told}\n    ours:   {ours}\n    theirs: {theirs}",
        of.config.id
    );
}
