//! Floors, areas, devices and labels of a home file.

use std::collections::BTreeMap;

use super::node::{Problem, Table, Word};

/// A floor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Floor {
    /// `ground_floor`.
    pub id: String,
    /// What people call it.
    pub name: String,
    /// What they call it besides.
    pub aliases: Vec<String>,
    /// Floors above (or, negative, below) the ground.
    pub level: Option<i32>,
}

/// An area.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Area {
    /// `living_room`.
    pub id: String,
    /// What people call it.
    pub name: String,
    /// What they call it besides.
    pub aliases: Vec<String>,
    /// Floor id.
    pub floor: Option<String>,
}

/// A device that entities belong to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Device {
    /// `kitchen_panel`.
    pub id: String,
    /// What people call it.
    pub name: String,
    /// Area id.
    pub area: Option<String>,
    /// Timers can be set on it.
    pub timers: bool,
}

/// What entities have in common besides their place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Label {
    /// `security`.
    pub id: String,
    /// What people call it.
    pub name: String,
}

/// Ids of one kind, to find what is double and what does not exist.
pub struct Ids {
    article: &'static str,
    kind: &'static str,
    known: BTreeMap<String, usize>,
}

impl Ids {
    /// No ids yet; article and kind are what messages call them, `an` `entity`.
    pub fn new(article: &'static str, kind: &'static str) -> Self {
        Self {
            article,
            kind,
            known: BTreeMap::new(),
        }
    }

    /// Adds an id that must not be there yet.
    pub fn add(&mut self, id: &Word) -> Result<(), Problem> {
        if self.known.insert(id.text.clone(), id.at).is_some() {
            let reason = format!(
                "there is already {} {} `{}`; give this one another id",
                self.article, self.kind, id.text
            );
            return Err(Problem::new(id.at, reason));
        }
        Ok(())
    }

    /// Whether there is such an id.
    pub fn has(&self, id: &str) -> bool {
        self.known.contains_key(id)
    }

    /// Refuses an id that does not exist.
    pub fn check(&self, id: &Word) -> Result<(), Problem> {
        if self.has(&id.text) {
            return Ok(());
        }
        let known: Vec<_> = self.known.keys().map(String::as_str).collect();
        let known = match known.as_slice() {
            [] => "the file has none".to_owned(),
            some if some.len() <= SHOWN_IDS => format!("the file has {}", some.join(", ")),
            some => format!("the file has {}, …", some[..SHOWN_IDS].join(", ")),
        };
        let reason = format!("there is no {} `{}`; {known}", self.kind, id.text);
        Err(Problem::new(id.at, reason))
    }
}

/// How many ids a message lists.
const SHOWN_IDS: usize = 12;

/// An id of lower-case letters, digits and underscores, as Home Assistant makes them.
pub fn slug(word: Word) -> Result<Word, Problem> {
    let good = word
        .text
        .bytes()
        .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_');
    if good {
        return Ok(word);
    }
    let reason = format!(
        "`{}` is not an id; an id has only the letters a to z, digits and underscores",
        word.text
    );
    Err(Problem::new(word.at, reason))
}

/// Texts without their places.
pub fn texts(words: Option<Vec<Word>>) -> Vec<String> {
    words.unwrap_or_default().into_iter().map(|word| word.text).collect()
}

pub(super) fn floors(root: &Table<'_>) -> Result<(Vec<Floor>, Ids), Problem> {
    let mut ids = Ids::new("a", "floor");
    let mut floors = Vec::new();
    for table in root.tables("floors")? {
        table.only(&["id", "name", "level", "aliases"])?;
        let id = slug(table.required("id")?)?;
        ids.add(&id)?;
        floors.push(Floor {
            id: id.text,
            name: table.required("name")?.text,
            aliases: texts(table.words("aliases")?),
            level: table.integer("level", -1_000..=1_000)?.map(|level| level as i32),
        });
    }
    Ok((floors, ids))
}

pub(super) fn areas(root: &Table<'_>, floors: &Ids) -> Result<(Vec<Area>, Ids), Problem> {
    let mut ids = Ids::new("an", "area");
    let mut areas = Vec::new();
    for table in root.tables("areas")? {
        table.only(&["id", "name", "floor", "aliases"])?;
        let id = slug(table.required("id")?)?;
        ids.add(&id)?;
        areas.push(Area {
            id: id.text,
            name: table.required("name")?.text,
            aliases: texts(table.words("aliases")?),
            floor: known(&table, "floor", floors)?,
        });
    }
    Ok((areas, ids))
}

pub(super) fn devices(root: &Table<'_>, areas: &Ids) -> Result<(Vec<Device>, Ids), Problem> {
    let mut ids = Ids::new("a", "device");
    let mut devices = Vec::new();
    for table in root.tables("devices")? {
        table.only(&["id", "name", "area", "timers"])?;
        let id = slug(table.required("id")?)?;
        ids.add(&id)?;
        devices.push(Device {
            id: id.text,
            name: table.required("name")?.text,
            area: known(&table, "area", areas)?,
            timers: table.boolean("timers")?.unwrap_or(false),
        });
    }
    Ok((devices, ids))
}

pub(super) fn labels(root: &Table<'_>) -> Result<(Vec<Label>, Ids), Problem> {
    let mut ids = Ids::new("a", "label");
    let mut labels = Vec::new();
    for table in root.tables("labels")? {
        table.only(&["id", "name"])?;
        let id = slug(table.required("id")?)?;
        ids.add(&id)?;
        labels.push(Label {
            id: id.text,
            name: table.required("name")?.text,
        });
    }
    Ok((labels, ids))
}

/// The id under a key, which must be one of these.
pub(super) fn known(table: &Table<'_>, key: &str, ids: &Ids) -> Result<Option<String>, Problem> {
    let Some(word) = table.word(key)? else {
        return Ok(None);
    };
    ids.check(&word)?;
    Ok(Some(word.text))
}
