//! What a `perform` may do: the component asks, the host decides, by the rights of this moment.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use crate::contract::hearth::mcp::config_entries::{ConfigEntry, LookupError};
use crate::contract::hearth::mcp::types::{Action, Principal};
use crate::entries::ConfigEntries;
use crate::home::{Home, Nature};
use crate::principals::{Principals, Rights};

/// The actions that a program declared.
#[derive(Debug)]
pub(super) struct Declared {
    actions: BTreeSet<String>,
    /// Of `script.*` the `script`.
    domains: BTreeSet<String>,
}

impl Declared {
    pub fn new(actions: &[String]) -> Self {
        let (mut exact, mut domains) = (BTreeSet::new(), BTreeSet::new());
        for action in actions {
            match action.strip_suffix(".*") {
                Some(domain) => domains.insert(domain.to_owned()),
                None => exact.insert(action.clone()),
            };
        }
        Self {
            actions: exact,
            domains,
        }
    }

    fn contains(&self, action: &str) -> bool {
        let domain = action.split('.').next().unwrap_or_default();
        self.actions.contains(action) || self.domains.contains(domain)
    }
}

/// Where the decision comes from.
pub(super) struct Judge<'a> {
    pub declared: &'a Declared,
    pub entries: &'a dyn ConfigEntries,
    pub home: &'a dyn Home,
    pub principals: &'a dyn Principals,
}

/// Keys by which Home Assistant's targets name more than single entities. Who may see what of them is not for the host
/// to find out: a component names the entities.
const WIDE_TARGETS: [&str; 4] = ["area_id", "device_id", "floor_id", "label_id"];
/// Keys of service data that name entities.
const ENTITY_KEYS: [&str; 2] = ["entity_id", "group_members"];
/// Actions of the domain `script` that are not scripts themselves.
const SCRIPT_ACTIONS: [&str; 4] = ["script.turn_on", "script.turn_off", "script.toggle", "script.reload"];

/// One action after the decision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Verdict {
    /// The entities that it names, in order.
    pub entities: Vec<String>,
    /// Why it may not be done.
    pub refused: Option<String>,
}

impl Judge<'_> {
    /// Decides on each action, for a principal whose claim to be one is proved. `names_api`: it was asked for on a route
    /// that names an LLM API, where the config entry has no say.
    pub fn decide(&self, principal: &str, names_api: bool, actions: &[Action]) -> Vec<Verdict> {
        let general = self.rights(principal, names_api);
        actions
            .iter()
            .map(|action| {
                let (entities, named) = match entities(action) {
                    Ok(entities) => (entities, Ok(())),
                    Err(reason) => (Vec::new(), Err(reason)),
                };
                let refused = match (&general, named) {
                    (Err(reason), _) => Some(reason.clone()),
                    (_, Err(reason)) => Some(reason),
                    (Ok((rights, entry)), Ok(())) => self.action(action, &entities, *rights, entry.as_ref()).err(),
                };
                Verdict { entities, refused }
            })
            .collect()
    }

    /// What holds for all actions of this principal.
    fn rights(&self, principal: &str, names_api: bool) -> Result<(Rights, Option<ConfigEntry>), String> {
        let Some(rights) = self.principals.rights(principal) else {
            return Err("the one who asked has no rights here any more".to_owned());
        };
        if names_api {
            return Ok((rights, None));
        }
        let entry = self.entries.lookup().map_err(|error| match error {
            LookupError::NotConfigured => "no config entry is loaded any more".to_owned(),
            LookupError::SeveralConfigured => "more than one config entry is loaded".to_owned(),
        })?;
        if entry.require_admin && !rights.admin {
            return Err(format!(
                "the config entry {:?} is reserved to administrators",
                entry.title
            ));
        }
        Ok((rights, Some(entry)))
    }

    fn action(
        &self,
        action: &Action,
        entities: &[String],
        rights: Rights,
        entry: Option<&ConfigEntry>,
    ) -> Result<(), String> {
        let name = &action.name;
        if !self.declared.contains(name) {
            return Err(format!("the component did not declare the action {name}"));
        }
        let nature = self
            .home
            .nature(name)
            .ok_or_else(|| format!("the home has no action {name}"))?;
        match nature {
            Nature::Admin if !rights.admin => return Err(format!("the action {name} is reserved to administrators")),
            Nature::Read => {}
            Nature::Admin | Nature::Write => {
                if let Some(entry) = entry.filter(|entry| entry.read_only) {
                    return Err(format!("the config entry {:?} is read-only", entry.title));
                }
            }
        }
        if let Some(entity) = entities.iter().find(|entity| !self.home.exposes(entity)) {
            return Err(format!("there is no entity {entity}"));
        }
        self.script(name)
    }

    /// A script is an entity that its action names.
    fn script(&self, name: &str) -> Result<(), String> {
        if !name.starts_with("script.") || SCRIPT_ACTIONS.contains(&name) {
            return Ok(());
        }
        let scripts = self.home.snapshot().scripts;
        if scripts.iter().any(|script| script.action == name) {
            return Ok(());
        }
        Err(format!("the home has no action {name}"))
    }
}

/// The principals that a `perform` may name beside those of live sessions.
pub(super) fn is_of_event(principal: &str, of_event: Option<&Principal>, of_work: Option<&str>) -> bool {
    of_event.is_some_and(|own| own.id == principal) || of_work == Some(principal)
}

/// The entities that an action names, each once, in order.
fn entities(action: &Action) -> Result<Vec<String>, String> {
    let target = object(&action.target, "target", &action.name)?;
    let data = object(&action.data, "data", &action.name)?;
    let mut found = Vec::new();
    for (key, value) in &target {
        if key != "entity_id" {
            return Err(format!(
                "the target of {} may name entities only, not `{key}`",
                action.name
            ));
        }
        collect(value, &mut found).ok_or_else(|| format!("the target of {} is not understood", action.name))?;
    }
    for key in ENTITY_KEYS {
        if let Some(value) = data.get(key) {
            collect(value, &mut found).ok_or_else(|| format!("`{key}` of {} is not understood", action.name))?;
        }
    }
    if let Some(Value::Object(entities)) = data.get("entities") {
        entities.keys().for_each(|entity| push(entity, &mut found));
    }
    // The fields of a script are its own, and may well be called so.
    if !action.name.starts_with("script.")
        && let Some(wide) = WIDE_TARGETS.into_iter().find(|key| data.contains_key(*key))
    {
        return Err(format!(
            "the data of {} may name entities only, not `{wide}`",
            action.name
        ));
    }
    Ok(found)
}

fn object(bytes: &[u8], part: &str, action: &str) -> Result<Map<String, Value>, String> {
    if bytes.is_empty() {
        return Ok(Map::new());
    }
    serde_json::from_slice(bytes).map_err(|error| format!("the {part} of {action} is not a JSON object: {error}"))
}

/// Entity ids as Home Assistant reads them: one, several separated by commas, or a list of such.
fn collect(value: &Value, found: &mut Vec<String>) -> Option<()> {
    match value {
        Value::Null => Some(()),
        Value::String(text) => {
            text.split(',').for_each(|entity| push(entity, found));
            Some(())
        }
        Value::Array(values) => values.iter().try_for_each(|value| collect(value, found)),
        _ => None,
    }
}

fn push(entity: &str, found: &mut Vec<String>) {
    let entity = entity.trim();
    if !found.iter().any(|known| known == entity) {
        found.push(entity.to_owned());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn action(name: &str, target: &str, data: &str) -> Action {
        Action {
            name: name.to_owned(),
            target: target.into(),
            data: data.into(),
        }
    }

    #[test]
    fn every_way_to_name_an_entity_is_found() {
        let action = action(
            "scene.apply",
            r#"{"entity_id": ["light.a", "light.b, light.c"]}"#,
            r#"{"entity_id": "light.d", "group_members": ["media_player.e"], "entities": {"light.f": "on"}}"#,
        );
        let found = entities(&action).expect("it is understood");
        assert_eq!(
            found,
            ["light.a", "light.b", "light.c", "light.d", "media_player.e", "light.f"]
        );
    }

    #[test]
    fn a_target_wider_than_entities_is_refused() {
        for wide in WIDE_TARGETS {
            let wide = format!(r#"{{"{wide}": "kitchen"}}"#);
            assert!(
                entities(&action("light.turn_on", &wide, "")).is_err(),
                "{wide} as target"
            );
            assert!(entities(&action("light.turn_on", "", &wide)).is_err(), "{wide} as data");
        }
        assert!(entities(&action("script.tidy", "", r#"{"area_id": "kitchen"}"#)).is_ok());
    }

    #[test]
    fn a_pattern_declares_its_domain_and_no_other() {
        let declared = Declared::new(&["script.*".to_owned(), "light.turn_on".to_owned()]);
        assert!(declared.contains("script.tidy") && declared.contains("light.turn_on"));
        assert!(!declared.contains("scripts.tidy") && !declared.contains("light.turn_off"));
    }
}
