//! Entities of a home file, and what scripts and scenes share with them.

use jiff::tz::TimeZone;
use serde_json::{Map, Value};

use super::super::domains::{DOMAINS, Domain, domain};
use super::super::follow::Links;
use super::super::model::{EntityConfig, EntityState, OptionError, UNAVAILABLE};
use super::node::{Problem, Table, Word};
use super::places::{Device, Ids, slug, texts};
use super::{Entity, Kind};

/// The keys that entities of every domain have.
const COMMON: &[&str] = &[
    "id",
    "name",
    "area",
    "device",
    "aliases",
    "labels",
    "exposed",
    "device_class",
    "unit_of_measurement",
    "icon",
    "assumed_state",
    "follows",
    "precision",
    "state",
    "attributes",
];

/// What entities are checked against.
pub(super) struct Known<'a> {
    pub areas: &'a Ids,
    pub device_ids: &'a Ids,
    pub devices: &'a [Device],
    pub labels: &'a Ids,
    pub time_zone: &'a TimeZone,
}

pub(super) fn entities(root: &Table<'_>, known: &Known<'_>, ids: &mut Ids) -> Result<Vec<Entity>, Problem> {
    root.tables("entities")?
        .iter()
        .map(|table| entity(table, known, ids))
        .collect()
}

fn entity(table: &Table<'_>, known: &Known<'_>, ids: &mut Ids) -> Result<Entity, Problem> {
    let id = table.required("id")?;
    let (rules, object_id) = split(&id)?;
    ids.add(&id)?;
    let keys: Vec<&str> = COMMON.iter().chain(rules.options()).copied().collect();
    table.only(&keys)?;

    let mut config = described(table, known, &id, rules.name(), &object_id)?;
    config.device_class = table.text("device_class")?;
    config.unit = table.text("unit_of_measurement")?;
    config.assumed_state = table.boolean("assumed_state")?.unwrap_or(false);
    config.precision = table.integer("precision", 0..=10)?.map(|digits| digits as u32);
    config.state = state(table, "state")?;
    config.follows = table.text("follows")?;
    config.attributes = match table.table("attributes")? {
        Some(attributes) => attributes.to_json()?,
        None => Map::new(),
    };
    for key in rules.options() {
        if let Some(value) = table.json(key)? {
            config.options.insert((*key).to_owned(), value);
        }
    }
    for key in rules.area_options() {
        table.ids(key)?.iter().try_for_each(|area| known.areas.check(area))?;
    }
    let initial = initial(rules, &config).map_err(|error| {
        let at = error.key.as_deref().map_or(table.at, |key| table.place(key));
        Problem::new(at, format!("{}: {}", config.id, error.reason))
    })?;
    Ok(Entity {
        config,
        kind: Kind::Domain(rules),
        initial,
    })
}

/// Who is on and off together with whom.
pub(super) fn links(root: &Table<'_>, entities: &[Entity], ids: &Ids) -> Result<Links, Problem> {
    let mut links = Links::default();
    let switched = |entity: &Entity| match entity.kind {
        Kind::Domain(rules) => ["turn_on", "turn_off"]
            .iter()
            .all(|wanted| rules.services().iter().any(|service| service.name == *wanted)),
        _ => false,
    };
    for (place, table) in root.tables("entities")?.iter().enumerate() {
        let Some(followed) = table.word("follows")? else {
            continue;
        };
        ids.check(&followed)?;
        let leader = entities.iter().position(|entity| entity.config.id == followed.text);
        let Some(leader) = leader.filter(|leader| entities[*leader].config.follows.is_none()) else {
            let reason = format!("{} follows another itself; follow that one", followed.text);
            return Err(Problem::new(followed.at, reason));
        };
        if !switched(&entities[leader]) || !switched(&entities[place]) || leader == place {
            let reason = format!(
                "{} cannot follow {}: both must be something else that is turned on and off",
                entities[place].config.id, followed.text
            );
            return Err(Problem::new(followed.at, reason));
        }
        links.add(place, leader);
    }
    Ok(links)
}

/// The state that it begins with. Any entity may begin as `unavailable`; the domain says the rest.
fn initial(rules: &dyn Domain, config: &EntityConfig) -> Result<EntityState, OptionError> {
    if config.state.as_deref() != Some(UNAVAILABLE) {
        return rules.initial(config);
    }
    let available = EntityConfig {
        state: None,
        ..config.clone()
    };
    rules.initial(&available)?;
    Ok(EntityState::new(UNAVAILABLE))
}

/// What the tables of entities, scripts and scenes have in common.
pub(super) fn described(
    table: &Table<'_>,
    known: &Known<'_>,
    id: &Word,
    domain: &str,
    object_id: &str,
) -> Result<EntityConfig, Problem> {
    let name = table.text("name")?;
    let own_area = super::places::known(table, "area", known.areas)?;
    let device = super::places::known(table, "device", known.device_ids)?;
    let device_area = device
        .as_deref()
        .and_then(|id| known.devices.iter().find(|device| device.id == id))
        .and_then(|device| device.area.clone());
    let aliases = match table.words("aliases")? {
        Some(words) => texts(Some(words)),
        None => vec![name.clone().unwrap_or_else(|| object_id.replace('_', " "))],
    };
    Ok(EntityConfig {
        id: id.text.clone(),
        domain: domain.to_owned(),
        object_id: object_id.to_owned(),
        name,
        area: own_area.or(device_area),
        device,
        aliases,
        exposed: table.boolean("exposed")?,
        labels: labels(table, known.labels)?,
        time_zone: Some(known.time_zone.clone()),
        icon: table.text("icon")?,
        ..EntityConfig::default()
    })
}

/// Labels that there are, each once.
fn labels(table: &Table<'_>, known: &Ids) -> Result<Vec<String>, Problem> {
    let mut labels: Vec<String> = Vec::new();
    for word in table.words("labels")?.unwrap_or_default() {
        known.check(&word)?;
        if !labels.contains(&word.text) {
            labels.push(word.text);
        }
    }
    Ok(labels)
}

/// A state: a text, or a number as people write them.
pub(super) fn state(table: &Table<'_>, key: &str) -> Result<Option<String>, Problem> {
    let at = table.place(key);
    match table.json(key)? {
        None => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(Value::Number(number)) => Ok(Some(number.to_string())),
        Some(Value::Bool(on)) => {
            let meant = if on { "on" } else { "off" };
            Err(Problem::new(
                at,
                format!("a state is a text; write {key} = \"{meant}\""),
            ))
        }
        Some(_) => Err(Problem::new(at, "a state is a text, \"…\"")),
    }
}

fn split(id: &Word) -> Result<(&'static dyn Domain, String), Problem> {
    let Some((name, object_id)) = id.text.split_once('.') else {
        let reason = format!("`{}` is not an entity id; it looks like light.bed_light", id.text);
        return Err(Problem::new(id.at, reason));
    };
    if name == "script" || name == "scene" {
        let reason = format!("a {name} is not written as an entity; begin it with [[{name}s]]");
        return Err(Problem::new(id.at, reason));
    }
    let Some(rules) = domain(name) else {
        let domains: Vec<_> = DOMAINS.iter().map(|domain| domain.name()).collect();
        let reason = format!("there is no domain `{name}`; there are {}", domains.join(", "));
        return Err(Problem::new(id.at, reason));
    };
    let object_id = slug(Word {
        text: object_id.to_owned(),
        at: id.at,
    })?;
    Ok((rules, object_id.text))
}
