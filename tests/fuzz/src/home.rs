//! A small home with something in it for every tool.

use hearth_component::contract::hearth::mcp::home::{Area, Device, Entity, Floor, Home, Script, Service};

/// The home: a floor, two areas, and one entity or two of each domain that a tool is about.
pub fn home() -> Home {
    Home {
        revision: 1,
        time_zone: "Europe/Berlin".to_owned(),
        floors: vec![Floor {
            id: "ground".to_owned(),
            name: "Ground floor".to_owned(),
            aliases: vec!["Downstairs".to_owned()],
            level: Some(0),
        }],
        areas: vec![
            area("kitchen", "Kitchen", Some("ground")),
            area("bedroom", "Bedroom", None),
        ],
        devices: vec![Device {
            id: "voice".to_owned(),
            name: "Voice".to_owned(),
            area: Some("kitchen".to_owned()),
            timers: true,
        }],
        services: services(),
        scripts: vec![script()],
        entities: entities(),
    }
}

fn area(id: &str, name: &str, floor: Option<&str>) -> Area {
    Area {
        id: id.to_owned(),
        name: name.to_owned(),
        aliases: Vec::new(),
        floor: floor.map(str::to_owned),
    }
}

fn services() -> Vec<Service> {
    let names = [
        ("homeassistant", "turn_on"),
        ("homeassistant", "turn_off"),
        ("light", "turn_on"),
        ("light", "turn_off"),
        ("switch", "turn_on"),
        ("switch", "turn_off"),
        ("cover", "open_cover"),
        ("cover", "close_cover"),
        ("cover", "set_cover_position"),
        ("cover", "stop_cover"),
        ("lock", "lock"),
        ("lock", "unlock"),
        ("script", "turn_on"),
        ("script", "good_night"),
    ];
    let service = |(domain, name): (&str, &str)| Service {
        domain: domain.to_owned(),
        name: name.to_owned(),
    };
    names.into_iter().map(service).collect()
}

fn script() -> Script {
    let fields = r#"{
        "room": {"name": "Room", "description": "Where", "required": true, "selector": {"text": {}}},
        "level": {"default": 5, "selector": {"number": {"min": 0, "max": 10}}},
        "mode": {"selector": {"select": {"options": ["warm", "cold"], "multiple": true}}},
        "sure": {"selector": {"boolean": {}}},
        "after": {"selector": {"duration": {}}},
        "more": {"selector": {"object": {}}}
    }"#;
    Script {
        entity: "script.good_night".to_owned(),
        action: "script.good_night".to_owned(),
        description: "Sends the house to sleep".to_owned(),
        fields: fields.as_bytes().to_vec(),
    }
}

fn entities() -> Vec<Entity> {
    vec![
        entity(
            "light.kitchen",
            "Kitchen light",
            "on",
            r#"{"supported_color_modes":["color_temp","hs"],"color_mode":"hs","brightness":128,"hs_color":[30,80.5]}"#,
        ),
        entity(
            "light.bed",
            "Bed light",
            "off",
            r#"{"supported_color_modes":["onoff"]}"#,
        ),
        entity("switch.coffee", "Coffee", "off", "{}"),
        entity(
            "cover.blind",
            "Blind",
            "open",
            r#"{"current_position":100,"device_class":"blind"}"#,
        ),
        entity("lock.door", "Front door", "locked", "{}"),
        entity(
            "sensor.temperature",
            "Temperature",
            "21.456",
            r#"{"unit_of_measurement":"°C","device_class":"temperature","state_class":"measurement"}"#,
        ),
        entity("script.good_night", "Good night", "off", "{}"),
    ]
}

fn entity(id: &str, name: &str, state: &str, attributes: &str) -> Entity {
    let domain = id.split('.').next().unwrap_or_default();
    Entity {
        id: id.to_owned(),
        name: name.to_owned(),
        aliases: vec![name.to_owned()],
        area: match domain {
            "light" | "cover" => Some(if id == "light.bed" { "bedroom" } else { "kitchen" }.to_owned()),
            _ => None,
        },
        device: None,
        domain: domain.to_owned(),
        device_class: (domain == "cover").then(|| "blind".to_owned()),
        features: if domain == "cover" { 15 } else { 0 },
        state: state.to_owned(),
        precision: (domain == "sensor").then_some(1),
        attributes: attributes.as_bytes().to_vec(),
    }
}
