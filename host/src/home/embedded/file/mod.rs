//! The file that describes a home: TOML, read as a whole and checked as a whole. What is wrong is told by its line.

mod entities;
mod intents;
mod mentions;
mod node;
mod places;
mod scenes;
mod scripts;
mod selector;

use std::fmt;
use std::sync::Arc;

use jiff::tz::TimeZone;
use toml::de::DeTable;

use self::node::{Problem, Table};
pub use self::places::{Area, Device, Floor, Label};
use super::domains::Domain;
use super::follow::Links;
use super::intent::Intent;
use super::model::{EntityConfig, EntityState};
use super::scene::Scene;
use super::script::Script;

/// Bytes that a home file may have.
pub const MAX_FILE_BYTES: usize = 4 << 20;

/// Entities that a home may have.
pub const MAX_ENTITIES: usize = 10_000;

/// Why a home file is refused, and where.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{file}:{line}:{column}: {reason}")]
pub struct HomeFileError {
    /// The file as it was named.
    pub file: String,
    /// The line, from 1.
    pub line: usize,
    /// The character in the line, from 1.
    pub column: usize,
    /// What is wrong with which value, and what would be right.
    pub reason: String,
}

/// A home as its file describes it.
#[derive(Debug)]
pub struct HomeFile {
    /// What the home is called.
    pub name: String,
    /// Where its clocks belong.
    pub time_zone: TimeZone,
    /// The IANA name of that.
    pub time_zone_name: String,
    /// Floors, in the order of the file.
    pub floors: Vec<Floor>,
    /// Areas, in the order of the file.
    pub areas: Vec<Area>,
    /// Devices, in the order of the file.
    pub devices: Vec<Device>,
    /// Labels, in the order of the file.
    pub labels: Vec<Label>,
    /// Entities, then scripts, then scenes, in the order of the file.
    pub entities: Vec<Entity>,
    /// Who is on and off together with whom.
    pub links: Links,
    /// Intents, in the order of the file.
    pub intents: Vec<Intent>,
}

/// An entity as the file describes it.
#[derive(Debug)]
pub struct Entity {
    /// What is said of it.
    pub config: EntityConfig,
    /// What moves it.
    pub kind: Kind,
    /// The state that it begins with.
    pub initial: EntityState,
}

/// What an entity is.
#[derive(Clone)]
pub enum Kind {
    /// It obeys the rules of a domain.
    Domain(&'static dyn Domain),
    /// A script.
    Script(Arc<Script>),
    /// A scene.
    Scene(Arc<Scene>),
}

impl fmt::Debug for Kind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Domain(rules) => formatter.write_str(rules.name()),
            Self::Script(script) => script.fmt(formatter),
            Self::Scene(scene) => scene.fmt(formatter),
        }
    }
}

impl HomeFile {
    /// Reads a home file; `file_name` is what messages call it.
    ///
    /// # Errors
    /// When it is not TOML, or does not describe a home.
    pub fn parse(text: &str, file_name: &str) -> Result<Self, HomeFileError> {
        parse(text).map_err(|problem| {
            let before = text.get(..problem.at).unwrap_or(text);
            let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
            HomeFileError {
                file: file_name.to_owned(),
                line: before.matches('\n').count() + 1,
                column: before[line_start..].chars().count() + 1,
                reason: problem.reason,
            }
        })
    }
}

fn parse(text: &str) -> Result<HomeFile, Problem> {
    if text.len() > MAX_FILE_BYTES {
        return Err(Problem::new(
            0,
            format!("the file has more than {MAX_FILE_BYTES} bytes"),
        ));
    }
    let tree = DeTable::parse(text).map_err(|error| {
        let at = error.span().map_or(0, |span| span.start);
        Problem::new(at, format!("this is not TOML: {}", error.message()))
    })?;
    let root = Table::root(&tree);
    root.only(&[
        "name",
        "time_zone",
        "floors",
        "areas",
        "devices",
        "labels",
        "entities",
        "scripts",
        "scenes",
        "intents",
    ])?;

    let name = root.required("name")?.text;
    let (time_zone_name, time_zone) = time_zone(&root)?;
    let (floors, floor_ids) = places::floors(&root)?;
    let (areas, area_ids) = places::areas(&root, &floor_ids)?;
    let (devices, device_ids) = places::devices(&root, &area_ids)?;
    let (labels, label_ids) = places::labels(&root)?;
    let known = entities::Known {
        areas: &area_ids,
        device_ids: &device_ids,
        devices: &devices,
        labels: &label_ids,
        time_zone: &time_zone,
    };
    let mut entity_ids = places::Ids::new("an", "entity");
    let mut entities = entities::entities(&root, &known, &mut entity_ids)?;
    let mut mentioned = Vec::new();
    entities.extend(scripts::scripts(&root, &known, &mut entity_ids, &mut mentioned)?);
    let intents = intents::intents(&root, &mut mentioned)?;
    let scenes = scenes::scenes(&root, &known, &mut entity_ids, &entities)?;
    entities.extend(scenes);
    let links = entities::links(&root, &entities, &entity_ids)?;
    mentions::check(&mentioned, &entities, &entity_ids, &area_ids, &label_ids)?;
    if entities.len() > MAX_ENTITIES {
        return Err(Problem::new(
            0,
            format!("a home may have {MAX_ENTITIES} entities, not {}", entities.len()),
        ));
    }
    Ok(HomeFile {
        name,
        time_zone,
        time_zone_name,
        floors,
        areas,
        devices,
        labels,
        entities,
        links,
        intents,
    })
}

fn time_zone(root: &Table<'_>) -> Result<(String, TimeZone), Problem> {
    let word = root.required("time_zone")?;
    match TimeZone::get(&word.text) {
        Ok(zone) => Ok((word.text, zone)),
        Err(_) => {
            let reason = format!(
                "there is no time zone `{}`; write an IANA name like Europe/Berlin",
                word.text
            );
            Err(Problem::new(word.at, reason))
        }
    }
}
