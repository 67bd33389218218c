//! Which entities an owner means.

use std::collections::BTreeSet;

use anyhow::bail;
use clap::Args;
use hearth_host::home::owned::{Inventory, OwnedEntity, Place};

/// Names that are told where none matched.
const SHOWN: usize = 3;
/// How alike two names are, from 0 to 1, to be taken for each other.
const ALIKE: f64 = 0.75;

/// Where entities are, and what they are.
#[derive(Args, Clone)]
pub struct Places {
    /// Those in this area: its id, name or an alias. Can be given several times, or with commas between.
    #[arg(long, value_name = "AREA", value_delimiter = ',')]
    area: Vec<String>,
    /// Those on this floor.
    #[arg(long, value_name = "FLOOR", value_delimiter = ',')]
    floor: Vec<String>,
    /// Those of this domain: `light`.
    #[arg(long, value_name = "DOMAIN", value_delimiter = ',')]
    domain: Vec<String>,
    /// Those with this label.
    #[arg(long, value_name = "LABEL", value_delimiter = ',')]
    label: Vec<String>,
}

/// Entities by their names, and by where and what they are: any of the names, any of the areas and so on, and of each
/// kind that is given one.
pub struct Choice {
    pub names: Vec<String>,
    pub places: Places,
}

impl Places {
    pub fn is_empty(&self) -> bool {
        [&self.area, &self.floor, &self.domain, &self.label]
            .iter()
            .all(|given| given.is_empty())
    }
}

impl Choice {
    /// All that it may mean, in the home's order.
    pub fn of<'a>(&self, inventory: &'a Inventory) -> anyhow::Result<Vec<&'a OwnedEntity>> {
        let placed = self.placed(inventory)?;
        let mut chosen = BTreeSet::new();
        for name in &self.names {
            chosen.extend(called(inventory, name)?.iter().map(|entity| entity.id.as_str()));
        }
        let is_chosen = |entity: &&OwnedEntity| self.names.is_empty() || chosen.contains(entity.id.as_str());
        Ok(placed.into_iter().filter(is_chosen).collect())
    }

    /// What it means, where each name means one entity.
    pub fn exactly<'a>(&self, inventory: &'a Inventory) -> anyhow::Result<Vec<&'a OwnedEntity>> {
        let placed = self.placed(inventory)?;
        for name in &self.names {
            let called = called(inventory, name)?;
            let is_placed = |entity: &OwnedEntity| placed.iter().any(|placed| placed.id == entity.id);
            let meant: Vec<_> = called.iter().copied().filter(|entity| is_placed(entity)).collect();
            match meant.as_slice() {
                [_] => {}
                [] => bail!("{} is not among what the options choose.", listed(inventory, &called)),
                several => bail!(
                    "“{name}” may be any of {}. Name one by its id, or add --area.",
                    listed(inventory, several)
                ),
            }
        }
        self.of(inventory)
    }

    /// What the options choose.
    fn placed<'a>(&self, inventory: &'a Inventory) -> anyhow::Result<Vec<&'a OwnedEntity>> {
        let areas = found("area", &inventory.areas, &self.places.area)?;
        let floors = found("floor", &inventory.floors, &self.places.floor)?;
        let labels = found("label", &inventory.labels, &self.places.label)?;
        let domains = self.domains(inventory)?;
        let floor_of = |area: &str| {
            let area = inventory.areas.iter().find(|known| known.id == area);
            area.and_then(|area| area.within.as_deref())
        };
        let among = |wanted: &BTreeSet<&str>, there: Option<&str>| {
            wanted.is_empty() || there.is_some_and(|there| wanted.contains(there))
        };
        let chosen = inventory.entities.iter().filter(|entity| {
            let area = entity.area.as_deref();
            among(&areas, area)
                && among(&floors, area.and_then(floor_of))
                && among(&domains, Some(&entity.domain))
                && (labels.is_empty() || entity.labels.iter().any(|label| labels.contains(label.as_str())))
        });
        Ok(chosen.collect())
    }

    fn domains<'a>(&self, inventory: &'a Inventory) -> anyhow::Result<BTreeSet<&'a str>> {
        let there: BTreeSet<&str> = inventory.entities.iter().map(|entity| entity.domain.as_str()).collect();
        let find = |wanted: &String| match there.get(key(wanted).as_str()) {
            Some(domain) => Ok(*domain),
            None => bail!(
                "There is nothing of the domain `{wanted}` in the home. There is something of {}.",
                there.iter().copied().collect::<Vec<_>>().join(", ")
            ),
        };
        self.places.domain.iter().map(find).collect()
    }
}

/// The one entity of this id, name or alias.
pub fn one<'a>(inventory: &'a Inventory, name: &str) -> anyhow::Result<&'a OwnedEntity> {
    match called(inventory, name)?.as_slice() {
        [entity] => Ok(entity),
        several => bail!(
            "“{name}” may be any of {}. Name one by its id.",
            listed(inventory, several)
        ),
    }
}

/// The entities of this id, or else of this name or alias: at least one.
fn called<'a>(inventory: &'a Inventory, name: &str) -> anyhow::Result<Vec<&'a OwnedEntity>> {
    let wanted = key(name);
    let entities = &inventory.entities;
    if let Some(entity) = entities.iter().find(|entity| entity.id == wanted) {
        return Ok(vec![entity]);
    }
    let names = |entity: &'a OwnedEntity| std::iter::once(&entity.name).chain(&entity.aliases);
    let called: Vec<_> = entities
        .iter()
        .filter(|entity| names(entity).any(|name| key(name) == wanted))
        .collect();
    if !called.is_empty() {
        return Ok(called);
    }
    let known = entities
        .iter()
        .flat_map(|entity| names(entity).map(String::as_str).chain([entity.id.as_str()]));
    bail!(
        "Nothing in the home is called “{name}”.{} `hearth home entities` lists what there is.",
        closest(&wanted, known)
    )
}

/// The ids of the places that are called so, each of which there must be.
fn found<'a>(kind: &str, places: &'a [Place], wanted: &[String]) -> anyhow::Result<BTreeSet<&'a str>> {
    let mut found = BTreeSet::new();
    for name in wanted {
        let wanted = key(name);
        let is_called = |place: &&Place| {
            place.id == wanted || key(&place.name) == wanted || place.aliases.iter().any(|alias| key(alias) == wanted)
        };
        let of_that_name: BTreeSet<&str> = places.iter().filter(is_called).map(|place| place.id.as_str()).collect();
        if of_that_name.is_empty() {
            let known = places.iter().flat_map(|place| {
                let names = std::iter::once(&place.name).chain(&place.aliases);
                names.map(String::as_str).chain([place.id.as_str()])
            });
            let names: Vec<_> = places.iter().map(|place| place.name.as_str()).collect();
            let hint = match closest(&wanted, known) {
                _ if names.is_empty() => format!(" The home has no {kind}s."),
                hint if hint.is_empty() => format!(" The home has {}.", names.join(", ")),
                hint => hint,
            };
            bail!("There is no {kind} “{name}”.{hint}");
        }
        found.extend(of_that_name);
    }
    Ok(found)
}

/// `light.garage_lamp (Lamp, Garage)`, and so on.
fn listed(inventory: &Inventory, entities: &[&OwnedEntity]) -> String {
    let one = |entity: &&OwnedEntity| match area_name(inventory, entity) {
        Some(area) => format!("{} ({}, {area})", entity.id, entity.name),
        None => format!("{} ({})", entity.id, entity.name),
    };
    entities.iter().map(one).collect::<Vec<_>>().join(", ")
}

/// What the area of an entity is called.
pub fn area_name<'a>(inventory: &'a Inventory, entity: &OwnedEntity) -> Option<&'a str> {
    let id = entity.area.as_ref()?;
    let area = inventory.areas.iter().find(|area| area.id == *id)?;
    Some(&area.name)
}

/// ` Did you mean “Lamp”?`, or nothing where nothing is like it.
fn closest<'a>(wanted: &str, known: impl Iterator<Item = &'a str>) -> String {
    let mut alike: Vec<(f64, &str)> = known
        .map(|name| {
            let own = key(name);
            let holds = wanted.chars().count() > 2 && own.contains(wanted);
            (if holds { 1.0 } else { strsim::jaro_winkler(wanted, &own) }, name)
        })
        .filter(|(likeness, _)| *likeness >= ALIKE)
        .collect();
    alike.sort_by(|one, other| other.0.total_cmp(&one.0));
    let mut names: Vec<&str> = Vec::new();
    for (_, name) in alike {
        if !names.iter().any(|known| key(known) == key(name)) && names.len() < SHOWN {
            names.push(name);
        }
    }
    let names: Vec<_> = names.iter().map(|name| format!("“{name}”")).collect();
    match names.is_empty() {
        true => String::new(),
        false => format!(" Did you mean {}?", names.join(" or ")),
    }
}

/// Names are told apart without their case and the spaces around them.
fn key(name: &str) -> String {
    name.trim().to_lowercase()
}
