//! Which entities a call means: matching by name, area, floor, domain, device class, features and state.
//!
//! The order of the steps is Home Assistant's, so that the same call fails for the same reason. What is not exposed is
//! not in the mirror, so it fails as what does not exist does.

use std::fmt;

use crate::home::{Area, Entity, Floor, Mirror, names};
use crate::llm::python;

/// What an entity has to meet.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Constraints<'a> {
    /// A name, alias or entity id.
    pub name: Option<&'a str>,
    /// A name, alias or id of an area.
    pub area: Option<&'a str>,
    /// A name, alias or id of a floor.
    pub floor: Option<&'a str>,
    /// One of these domains. An empty list is met by nothing.
    pub domains: Option<Vec<&'a str>>,
    /// One of these device classes; empty for any.
    pub device_classes: Vec<&'a str>,
    /// All of these bits of `supported_features`; zero for any.
    pub features: u64,
    /// One of these states; empty for any.
    pub states: Vec<&'a str>,
    /// Exactly one entity.
    pub single_target: bool,
    /// Several entities of the name are welcome.
    pub duplicate_names: bool,
}

impl Constraints<'_> {
    /// Whether anything is asked for at all.
    pub fn any(&self) -> bool {
        let given = |text: Option<&str>| text.is_some_and(|text| !text.is_empty());
        given(self.name)
            || given(self.area)
            || given(self.floor)
            || self.domains.as_ref().is_some_and(|domains| !domains.is_empty())
            || !self.device_classes.is_empty()
            || self.features != 0
            || !self.states.is_empty()
            || self.single_target
    }
}

/// Where the one who asks is: what decides between several entities of one name.
#[derive(Clone, Copy, Default)]
pub(crate) struct Preferences<'a> {
    pub area: Option<&'a Area>,
    pub floor: Option<&'a Floor>,
}

impl<'a> Preferences<'a> {
    /// Those of the device that was spoken to.
    pub fn of_device(mirror: &'a Mirror, device: Option<&str>) -> Self {
        let (area, floor) = device.map_or((None, None), |device| mirror.place_of_device(device));
        Self { area, floor }
    }
}

/// What was meant.
#[derive(Default)]
pub(crate) struct Matched<'a> {
    /// The floors that the floor asked for is.
    pub floors: Vec<&'a Floor>,
    /// The areas that the area asked for is.
    pub areas: Vec<&'a Area>,
    /// In the home's order.
    pub entities: Vec<&'a Entity>,
}

/// Why nothing was meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reason {
    Name,
    Area,
    Floor,
    Domain,
    DeviceClass,
    Feature,
    State,
    InvalidArea,
    InvalidFloor,
    DuplicateName,
    MultipleTargets,
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Name => "No entities matched the name",
            Self::Area => "No entities were in the area",
            Self::Floor => "No entities were on the floor",
            Self::Domain => "No entities matched the domain",
            Self::DeviceClass => "No entities matched the device class",
            Self::Feature => "No entities supported the required features",
            Self::State => "No entities were in the required state",
            Self::InvalidArea => "The area does not exist",
            Self::InvalidFloor => "The floor does not exist",
            Self::DuplicateName => "Multiple entities share the name",
            Self::MultipleTargets => "Multiple entities matched, but a single target is required",
        })
    }
}

/// Finds what is meant among these entities.
///
/// # Errors
/// With the first constraint that nothing meets.
pub(crate) fn find<'a>(
    mirror: &'a Mirror,
    among: impl Iterator<Item = &'a Entity>,
    wanted: &Constraints,
    preferences: Preferences,
) -> Result<Matched<'a>, Reason> {
    let mut left: Vec<&Entity> = match &wanted.domains {
        None => among.collect(),
        Some(domains) => some(
            among.filter(|entity| domains.contains(&entity.domain.as_str())),
            Reason::Domain,
        )?,
    };
    if !wanted.states.is_empty() {
        left = keep(left, Reason::State, |entity| {
            wanted.states.contains(&entity.state.as_str())
        })?;
    }
    if let Some(name) = given(wanted.name) {
        let key = names::key(name);
        left = keep(left, Reason::Name, |entity| entity.is_called(name, &key))?;
    }
    if wanted.features != 0 {
        left = keep(left, Reason::Feature, |entity| {
            entity.features & wanted.features == wanted.features
        })?;
    }
    if !wanted.device_classes.is_empty() {
        left = keep(left, Reason::DeviceClass, |entity| {
            entity
                .device_class
                .as_deref()
                .is_some_and(|class| wanted.device_classes.contains(&class))
        })?;
    }
    let (floors, areas) = in_place(mirror, wanted, &mut left)?;
    if given(wanted.name).is_some() && !wanted.duplicate_names {
        left = tell_apart(mirror, left, preferences)?;
    }
    if wanted.single_target && left.len() > 1 {
        left = single(mirror, left, preferences)?;
    }
    Ok(Matched {
        floors,
        areas,
        entities: left,
    })
}

fn given(text: Option<&str>) -> Option<&str> {
    text.filter(|text| !text.is_empty())
}

fn some<'a>(entities: impl Iterator<Item = &'a Entity>, reason: Reason) -> Result<Vec<&'a Entity>, Reason> {
    let entities: Vec<&Entity> = entities.collect();
    if entities.is_empty() { Err(reason) } else { Ok(entities) }
}

fn keep(entities: Vec<&Entity>, reason: Reason, meets: impl Fn(&Entity) -> bool) -> Result<Vec<&Entity>, Reason> {
    some(entities.into_iter().filter(|entity| meets(entity)), reason)
}

/// Keeps what is on the floor and in the area asked for; answers which those are.
fn in_place<'a>(
    mirror: &'a Mirror,
    wanted: &Constraints,
    left: &mut Vec<&'a Entity>,
) -> Result<(Vec<&'a Floor>, Vec<&'a Area>), Reason> {
    let (mut floors, mut areas) = (Vec::new(), Vec::new());
    if let Some(text) = given(wanted.floor) {
        floors = mirror.floors_called(text);
        if floors.is_empty() {
            return Err(Reason::InvalidFloor);
        }
        let on_it: Vec<&str> = mirror
            .areas()
            .iter()
            .filter(|area| floors.iter().any(|floor| area.floor.as_ref() == Some(&floor.id)))
            .map(|area| area.id.as_str())
            .collect();
        let on_it = |entity: &Entity| entity.area.as_deref().is_some_and(|area| on_it.contains(&area));
        *left = keep(std::mem::take(left), Reason::Floor, on_it)?;
    }
    if let Some(text) = given(wanted.area) {
        areas = mirror.areas_called(text);
        if areas.is_empty() {
            return Err(Reason::InvalidArea);
        }
        let in_it = |entity: &Entity| {
            entity
                .area
                .as_ref()
                .is_some_and(|id| areas.iter().any(|area: &&Area| area.id == *id))
        };
        *left = keep(std::mem::take(left), Reason::Area, in_it)?;
    }
    Ok((floors, areas))
}

fn floor_of<'a>(mirror: &'a Mirror, entity: &Entity) -> Option<&'a str> {
    mirror.area(entity.area.as_deref()?)?.floor.as_deref()
}

fn is_on(mirror: &Mirror, entity: &Entity, floor: &Floor) -> bool {
    floor_of(mirror, entity) == Some(floor.id.as_str())
}

fn is_in(entity: &Entity, area: &Area) -> bool {
    entity.area.as_ref() == Some(&area.id)
}

/// Of several entities of one name, the one where the asker is.
fn tell_apart<'a>(
    mirror: &Mirror,
    mut left: Vec<&'a Entity>,
    preferences: Preferences,
) -> Result<Vec<&'a Entity>, Reason> {
    if left.len() > 1
        && let Some(floor) = preferences.floor
    {
        left.retain(|entity| is_on(mirror, entity, floor));
    }
    if left.len() > 1
        && let Some(area) = preferences.area
    {
        left.retain(|entity| is_in(entity, area));
    }
    match left.len() {
        0 => Err(Reason::Name),
        1 => Ok(left),
        _ => Err(Reason::DuplicateName),
    }
}

/// Of several entities, the only one in the area where the asker is, or else on the floor.
fn single<'a>(mirror: &Mirror, all: Vec<&'a Entity>, preferences: Preferences) -> Result<Vec<&'a Entity>, Reason> {
    let mut left = all.clone();
    if let Some(area) = preferences.area {
        left.retain(|entity| is_in(entity, area));
    }
    if left.len() > 1
        && let Some(floor) = preferences.floor
    {
        left = all;
        left.retain(|entity| is_on(mirror, entity, floor));
    }
    if left.len() == 1 {
        Ok(left)
    } else {
        Err(Reason::MultipleTargets)
    }
}

/// The sentence for a failed match: the reason, and what was asked for.
pub(crate) fn failure(reason: Reason, wanted: &Constraints) -> String {
    let mut given = Vec::new();
    for (label, value) in [("name", wanted.name), ("area", wanted.area), ("floor", wanted.floor)] {
        if let Some(value) = value.filter(|value| !value.is_empty()) {
            given.push(format!("{label} {}", python::quoted(value)));
        }
    }
    let none = Vec::new();
    for (label, values) in [
        ("domains", wanted.domains.as_ref().unwrap_or(&none)),
        ("device classes", &wanted.device_classes),
        ("states", &wanted.states),
    ] {
        let mut values = values.clone();
        values.sort_unstable();
        values.dedup();
        if !values.is_empty() {
            given.push(format!("{label} {}", values.join(", ")));
        }
    }
    if wanted.features != 0 {
        given.push(format!("features {}", wanted.features));
    }
    if given.is_empty() {
        reason.to_string()
    } else {
        format!("{reason} (given {})", given.join(", "))
    }
}
