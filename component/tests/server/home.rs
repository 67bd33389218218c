//! A home of a few entities.

use hearth_component::contract::hearth::mcp::home::{Area, Entity, Home, Script, Service};

pub fn home() -> Home {
    Home {
        revision: 1,
        time_zone: "Europe/Berlin".into(),
        floors: Vec::new(),
        areas: vec![Area {
            id: "kitchen".into(),
            name: "Kitchen".into(),
            aliases: Vec::new(),
            floor: None,
        }],
        devices: Vec::new(),
        services: ["turn_on", "turn_off"]
            .iter()
            .flat_map(|name| ["homeassistant", "light", "switch"].map(|domain| service(domain, name)))
            .collect(),
        scripts: Vec::new(),
        entities: vec![
            light("kitchen", "Kitchen light"),
            light("porch", "Porch light"),
            player(),
            list(),
        ],
    }
}

pub fn light(id: &str, name: &str) -> Entity {
    Entity {
        id: format!("light.{id}"),
        name: name.into(),
        aliases: vec![name.into()],
        area: Some("kitchen".into()),
        device: None,
        domain: "light".into(),
        device_class: None,
        features: 0,
        state: "off".into(),
        precision: None,
        attributes: format!(r#"{{"friendly_name":"{name}"}}"#).into_bytes(),
    }
}

/// A player that plays and can pause.
fn player() -> Entity {
    Entity {
        id: "media_player.radio".into(),
        domain: "media_player".into(),
        features: 1,
        state: "playing".into(),
        ..light("radio", "Radio")
    }
}

/// A to-do list.
fn list() -> Entity {
    Entity {
        id: "todo.shopping".into(),
        domain: "todo".into(),
        state: "1".into(),
        ..light("shopping", "Shopping")
    }
}

/// Adds a script, and with it a tool.
pub fn add_script(home: &mut Home) {
    home.services.push(service("script", "good_night"));
    home.scripts.push(Script {
        entity: "script.good_night".into(),
        action: "script.good_night".into(),
        description: "Sends the house to sleep".into(),
        fields: b"{}".to_vec(),
    });
    home.entities.push(Entity {
        domain: "script".into(),
        id: "script.good_night".into(),
        ..light("good_night", "Good night")
    });
    home.revision += 1;
}

fn service(domain: &str, name: &str) -> Service {
    Service {
        domain: domain.into(),
        name: name.into(),
    }
}
