//! Tests of the LLM APIs over homes of JSON.

mod calls;
mod cards;
mod domains;
mod lists;
mod players;
mod referee;
mod schema;
mod selecting;
mod targets;

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::content::{Content, Contents};
use super::prompts::{Prompted, Role};
use super::{Call, LastPaused, Llm, Plan, Request, SNAPSHOT, Selection, Step, ToolResult};
use crate::contract::hearth::mcp::home as contract;
use crate::contract::hearth::mcp::types::{Action, Change, Outcome, OutcomeKind};
use crate::home::Mirror;
use crate::protocol::capabilities::ClientCapabilities;

/// 2026-11-22, 14:24:43 in Amsterdam.
const MOMENT: u64 = 1_795_353_883_000;

/// A snapshot of JSON whose members are called as in the contract; what is missing is empty.
fn snapshot(home: &Value) -> contract::Home {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let maybe = |value: &Value| value.as_str().map(str::to_owned);
    let texts = |value: &Value| list(value).iter().map(text).collect::<Vec<_>>();
    contract::Home {
        revision: 1,
        time_zone: text(&home["time_zone"]),
        floors: list(&home["floors"])
            .iter()
            .map(|floor| contract::Floor {
                id: text(&floor["id"]),
                name: text(&floor["name"]),
                aliases: texts(&floor["aliases"]),
                level: None,
            })
            .collect(),
        areas: list(&home["areas"])
            .iter()
            .map(|area| contract::Area {
                id: text(&area["id"]),
                name: text(&area["name"]),
                aliases: texts(&area["aliases"]),
                floor: maybe(&area["floor"]),
            })
            .collect(),
        devices: list(&home["devices"])
            .iter()
            .map(|device| contract::Device {
                id: text(&device["id"]),
                name: text(&device["name"]),
                area: maybe(&device["area"]),
                timers: device["timers"] == true,
            })
            .collect(),
        services: list(&home["services"])
            .iter()
            .map(|service| contract::Service {
                domain: text(&service[0]),
                name: text(&service[1]),
            })
            .collect(),
        scripts: list(&home["scripts"])
            .iter()
            .map(|script| contract::Script {
                entity: text(&script["entity"]),
                action: text(&script["action"]),
                description: text(&script["description"]),
                fields: script["fields"].to_string().into_bytes(),
            })
            .collect(),
        entities: list(&home["entities"]).iter().map(entity).collect(),
    }
}

fn entity(entity: &Value) -> contract::Entity {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let maybe = |value: &Value| value.as_str().map(str::to_owned);
    let id = text(&entity["id"]);
    let name = text(&entity["name"]);
    let aliases = match &entity["aliases"] {
        Value::Array(aliases) => aliases.iter().map(text).collect(),
        _ => vec![name.clone()],
    };
    let attributes = match &entity["attributes"] {
        Value::Null => json!({}),
        attributes => attributes.clone(),
    };
    contract::Entity {
        domain: id.split('.').next().unwrap_or_default().to_owned(),
        name,
        aliases,
        area: maybe(&entity["area"]),
        device: maybe(&entity["device"]),
        device_class: maybe(&entity["device_class"]),
        features: entity["features"].as_u64().unwrap_or_default(),
        state: text(&entity["state"]),
        precision: entity["precision"].as_u64().map(|decimals| decimals as u32),
        attributes: attributes.to_string().into_bytes(),
        id,
    }
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

/// A home with two floors, an area on neither, two lamps of one name, and one entity of each domain that is special.
fn house() -> Value {
    json!({
        "time_zone": "Europe/Amsterdam",
        "floors": [
            {"id": "ground_floor", "name": "Ground floor", "aliases": ["Downstairs"]},
            {"id": "first_floor", "name": "First floor", "aliases": []},
        ],
        "areas": [
            {"id": "kitchen", "name": "Kitchen", "aliases": ["Küche"], "floor": "ground_floor"},
            {"id": "bedroom", "name": "Bedroom", "aliases": ["Sleep", "Den"], "floor": "first_floor"},
            {"id": "garage", "name": "Garage"},
        ],
        "devices": [
            {"id": "kitchen_speaker", "name": "Speaker", "area": "kitchen"},
            {"id": "lost_speaker", "name": "Speaker"},
            {"id": "garage_speaker", "name": "Speaker", "area": "garage"},
        ],
        "services": [
            ["light", "turn_on"], ["light", "turn_off"], ["switch", "turn_on"], ["switch", "turn_off"],
            ["script", "turn_on"], ["script", "turn_off"], ["scene", "turn_on"],
        ],
        "scripts": [
            {"entity": "script.tea", "action": "script.make_tea", "description": "Boils water", "fields": {
                "cups": {"name": "Cups", "required": true, "selector": {"number": {"min": 1, "max": 6}}},
                "room": {"description": "Where to serve.", "selector": {"area": {}}},
                "levels": {"selector": {"floor": {"multiple": true}}},
            }},
        ],
        "entities": [
            {"id": "light.lamp_kitchen", "name": "Lamp", "area": "kitchen", "state": "off", "features": 44},
            {"id": "light.lamp_bedroom", "name": "Lamp", "area": "bedroom", "state": "on", "features": 44},
            {"id": "light.strasse", "name": "Straße", "aliases": ["Straße", " Street light "], "state": "on"},
            {"id": "switch.plug", "name": "Plug", "area": "bedroom", "state": "off", "device_class": "outlet"},
            {"id": "cover.blind", "name": "Blind", "area": "bedroom", "state": "open", "device_class": "blind"},
            {"id": "valve.tap", "name": "Tap", "area": "kitchen", "state": "closed"},
            {"id": "lock.door", "name": "Front door", "state": "locked"},
            {"id": "input_button.bell", "name": "Bell", "state": "unknown"},
            {"id": "sensor.humidity", "name": "Humidity", "area": "kitchen", "state": "54.28", "precision": 1},
            {"id": "scene.night", "name": "Night", "state": "unknown"},
            {"id": "script.tea", "name": "Make tea", "aliases": ["Make tea", "Brew"], "state": "off"},
            {"id": "light.nameless", "name": "Nameless", "aliases": [], "state": "off"},
        ],
    })
}

/// A mirror, and what is served over it.
struct Bench {
    mirror: Mirror,
    llm: Llm,
    device: Option<&'static str>,
    moment: u64,
    paused: LastPaused,
}

impl Bench {
    fn of(home: &Value) -> Self {
        Self {
            mirror: Mirror::new(snapshot(home)),
            llm: Llm::new(),
            device: None,
            moment: MOMENT,
            paused: LastPaused::default(),
        }
    }

    fn house() -> Self {
        Self::of(&house())
    }

    /// Spoken to this device.
    fn on(mut self, device: &'static str) -> Self {
        self.device = Some(device);
        self
    }

    fn with<T>(&mut self, ask: impl FnOnce(&mut Llm, &Selection, &Request) -> T) -> T {
        let selection = Selection::of_api("assist").expect("it is our own");
        let request = Request {
            mirror: &self.mirror,
            device: self.device,
            admin: false,
            moment: self.moment,
            client: ClientCapabilities::default(),
            answers: None,
            paused: Some(&self.paused),
        };
        ask(&mut self.llm, &selection, &request)
    }

    /// The text of the resource that holds the live context, and of the prompt.
    fn snapshot(&mut self) -> Option<Result<Contents, &'static str>> {
        self.with(|llm, selection, request| llm.read(selection, request, SNAPSHOT))
    }

    fn prompt(&mut self) -> String {
        let prompted =
            self.with(|llm, selection, request| llm.prompt(selection, request, selection.name(), &BTreeMap::new()));
        let Prompted::Text(text) = prompted else {
            panic!("it has a prompt");
        };
        match text.messages.as_slice() {
            [(Role::Assistant, Content::Text(text))] => text.clone(),
            other => panic!("the prompt says {other:?}"),
        }
    }

    fn call(&mut self, tool: &str, arguments: Value) -> Call {
        self.with(|llm, selection, request| llm.call(selection, request, tool, &arguments))
    }

    /// A call that the home has to act for.
    fn plan(&mut self, tool: &str, arguments: Value) -> Plan {
        match self.call(tool, arguments) {
            Call::Perform(plan) => plan,
            other => panic!("{tool} was answered: {other:?}"),
        }
    }

    /// A call that is answered at once.
    fn answer(&mut self, tool: &str, arguments: Value) -> ToolResult {
        match self.call(tool, arguments) {
            Call::Answer(answer) => answer,
            other => panic!("{tool} was to be performed: {other:?}"),
        }
    }

    /// The text of a call that is refused, without its prefix.
    fn refusal(&mut self, tool: &str, arguments: Value) -> String {
        let answer = self.answer(tool, arguments);
        assert!(answer.is_error, "{answer:?}");
        answer
            .text()
            .strip_prefix("Error calling tool: ")
            .expect("the prefix of every refusal")
            .to_owned()
    }

    /// What a call does, each action as `service entity data`.
    fn deeds(&mut self, tool: &str, arguments: Value) -> Vec<String> {
        deeds(&self.plan(tool, arguments))
    }

    /// What a call answers once each of its actions ended so.
    fn finished(&mut self, tool: &str, arguments: Value, outcomes: &[Outcome]) -> ToolResult {
        let plan = self.plan(tool, arguments);
        match self.step(&plan, outcomes) {
            Step::Answer(result) => result,
            Step::Further(plan) => panic!("there is more to be done: {plan:?}"),
        }
    }

    /// What follows once each of the actions of a plan ended so.
    fn step(&mut self, plan: &Plan, outcomes: &[Outcome]) -> Step {
        // The way over the ticket.
        let ticket = serde_json::to_vec(&plan.finish).expect("it is plain data");
        let finish = serde_json::from_slice(&ticket).expect("it was written just now");
        self.llm.finish(&finish, outcomes)
    }
}

fn deeds(plan: &Plan) -> Vec<String> {
    let deed = |action: &Action| {
        let target: Value = serde_json::from_slice(&action.target).unwrap_or_default();
        let entities = list(&target["entity_id"]).iter().filter_map(Value::as_str);
        let entities = entities.collect::<Vec<_>>().join(",");
        let entities = if entities.is_empty() { "-" } else { &entities };
        format!("{} {entities} {}", action.name, String::from_utf8_lossy(&action.data))
    };
    plan.actions.iter().map(deed).collect()
}

fn outcome(kind: OutcomeKind, data: Value) -> Outcome {
    let data = if data.is_null() {
        Vec::new()
    } else {
        data.to_string().into_bytes()
    };
    Outcome { kind, data }
}

fn parsed(answer: &ToolResult) -> Value {
    serde_json::from_str(answer.text()).expect("what worked is JSON")
}

fn change(entity: &str, state: &str, attributes: Value) -> Change {
    Change {
        kind: "state".to_owned(),
        id: entity.to_owned(),
        data: json!({"state": state, "attributes": attributes})
            .to_string()
            .into_bytes(),
    }
}
