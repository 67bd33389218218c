//! The items of a to-do list.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::clock::Moment;
use crate::home::embedded::domains::civil::{self, Written};
use crate::home::embedded::domains::entries::{Entry, entries};
use crate::home::embedded::domains::uid::uid;
use crate::home::embedded::model::{EntityConfig, EntityState, OptionError, ServiceError};
use crate::home::embedded::show;

/// Items that a list may have.
pub const MAX_ITEMS: usize = 1_000;
/// Bytes of what an item is called.
pub const MAX_SUMMARY_BYTES: usize = 500;
/// Bytes of what is said of an item beside that.
pub const MAX_DESCRIPTION_BYTES: usize = 4_000;
/// Bytes of the id that a file gives an item.
const MAX_UID_BYTES: usize = 100;
/// An open item.
pub const NEEDS_ACTION: &str = "needs_action";
/// One that is done.
pub const COMPLETED: &str = "completed";

/// One item.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Item {
    summary: String,
    uid: String,
    /// A date, or a time with its offset, as it is shown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    due: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    description: Option<String>,
    /// Since when it is done; an open item has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    completed: Option<Moment>,
}

impl Item {
    /// `needs_action` or `completed`.
    pub fn status(&self) -> &'static str {
        match self.completed {
            Some(_) => COMPLETED,
            None => NEEDS_ACTION,
        }
    }

    /// The item as it is answered; `detailed` also says since when it is done.
    pub fn shown(&self, detailed: bool) -> Value {
        let completed = self.completed.filter(|_| detailed).filter(|moment| *moment > 0);
        let members = [
            ("summary", Some(self.summary.clone())),
            ("uid", Some(self.uid.clone())),
            ("status", Some(self.status().to_owned())),
            ("due", self.due.clone()),
            ("description", self.description.clone()),
            ("completed", completed.map(show::timestamp)),
        ];
        let members = members
            .into_iter()
            .filter_map(|(key, text)| Some((key.to_owned(), text?.into())));
        Value::Object(members.collect())
    }
}

/// What a call says of an item; `None` leaves it as it is, and `Some(None)` takes it away.
#[derive(Debug, Default)]
pub struct Changes {
    /// What it is called from now on.
    pub rename: Option<String>,
    /// Whether it is done.
    pub completed: Option<bool>,
    /// By when.
    pub due: Option<Option<String>>,
    /// What is said of it.
    pub description: Option<Option<String>>,
}

/// A list; it is kept in [`EntityState::hidden`].
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct List {
    /// In the order in which they were added.
    pub items: Vec<Item>,
    /// How many were ever added.
    added: u64,
}

impl List {
    /// The list that a file describes.
    pub fn read(config: &EntityConfig) -> Result<Self, OptionError> {
        let known = ["summary", "due", "description", "status", "uid"];
        let mut list = Self::default();
        for entry in entries(config, "items", &known, MAX_ITEMS)? {
            let item = list.item(config, &entry)?;
            if list.items.iter().any(|other| other.uid == item.uid) {
                return Err(entry.wrong(format!("there is another item with the uid `{}`", item.uid)));
            }
            list.items.push(item);
        }
        Ok(list)
    }

    fn item(&mut self, config: &EntityConfig, entry: &Entry<'_>) -> Result<Item, OptionError> {
        let status = entry.text("status", MAX_SUMMARY_BYTES)?;
        let completed = match status.as_deref() {
            None | Some(NEEDS_ACTION) => None,
            // Nobody knows since when.
            Some(COMPLETED) => Some(0),
            Some(other) => {
                let reason = format!("`status` is `{other}`; it must be `{NEEDS_ACTION}` or `{COMPLETED}`");
                return Err(entry.wrong(reason));
            }
        };
        let due = entry.text("due", MAX_SUMMARY_BYTES)?;
        let due = due.map(|due| {
            let date = civil::parse_date(&due).map(|_| due.clone());
            date.or_else(|| due_datetime(config, &due))
                .ok_or_else(|| entry.wrong(format!("`due` is `{due}`; write 2026-03-29 or 2026-03-29T12:30:00")))
        });
        Ok(Item {
            summary: entry.required("summary", MAX_SUMMARY_BYTES)?,
            uid: match entry.text("uid", MAX_UID_BYTES)? {
                Some(uid) => uid,
                None => self.next_uid(config, 0),
            },
            due: due.transpose()?,
            description: entry.text("description", MAX_DESCRIPTION_BYTES)?,
            completed,
        })
    }

    /// The list that a state holds.
    pub fn of(state: &EntityState) -> Self {
        state.remembered().unwrap_or_default()
    }

    /// The state that shows it.
    pub fn state(&self) -> EntityState {
        let open = self.items.iter().filter(|item| item.completed.is_none()).count();
        EntityState::new(open.to_string()).remembering(self)
    }

    /// Adds an open item at the end.
    pub fn add(
        &mut self,
        config: &EntityConfig,
        summary: &str,
        changes: &Changes,
        now: Moment,
    ) -> Result<(), ServiceError> {
        if self.items.len() >= MAX_ITEMS {
            return Err(ServiceError::Refused(format!(
                "{} has {MAX_ITEMS} items and can take no more; remove some first",
                config.id
            )));
        }
        let uid = self.next_uid(config, now);
        self.items.push(Item {
            summary: summary.to_owned(),
            uid,
            due: changes.due.clone().flatten(),
            description: changes.description.clone().flatten(),
            completed: None,
        });
        Ok(())
    }

    /// The place of the first item of this uid or summary.
    pub fn find(&self, name: &str) -> Result<usize, ServiceError> {
        let mut items = self.items.iter();
        let place = items.position(|item| item.uid == name || item.summary == name);
        place.ok_or_else(|| ServiceError::Refused(format!("Unable to find to-do list item: {name}")))
    }

    /// Changes what is said of an item.
    pub fn update(&mut self, place: usize, changes: &Changes, now: Moment) {
        let item = &mut self.items[place];
        if let Some(summary) = &changes.rename {
            item.summary.clone_from(summary);
        }
        match changes.completed {
            Some(true) if item.completed.is_none() => item.completed = Some(now),
            Some(false) => item.completed = None,
            _ => {}
        }
        if let Some(due) = &changes.due {
            item.due.clone_from(due);
        }
        if let Some(description) = &changes.description {
            item.description.clone_from(description);
        }
    }

    /// Removes these items, or none of them when one is not there.
    pub fn remove<'a>(&mut self, names: impl Iterator<Item = &'a str>) -> Result<(), ServiceError> {
        let places = names.map(|name| self.find(name)).collect::<Result<Vec<_>, _>>()?;
        let mut place = 0;
        self.items.retain(|_| {
            place += 1;
            !places.contains(&(place - 1))
        });
        Ok(())
    }

    /// Removes what is done.
    pub fn remove_completed(&mut self) {
        self.items.retain(|item| item.completed.is_none());
    }

    fn next_uid(&mut self, config: &EntityConfig, now: Moment) -> String {
        self.added += 1;
        uid(&config.id, now, self.added)
    }
}

/// A due time as it is shown: by the clocks of the home, with their offset.
pub fn due_datetime(config: &EntityConfig, text: &str) -> Option<String> {
    let due = Written::parse(text)?.zoned(&civil::zone(config))?;
    Some(civil::iso(&due))
}
