//! Changing what is exposed: what it will do is shown first.

use std::io::{self, BufRead as _, IsTerminal as _, Write as _};

use anyhow::bail;
use clap::Args;
use hearth_host::home::owned::{Consequence, Inventory, OwnedEntity, Seen, Why, Wishes};
use serde_json::json;

use super::file::counted;
use super::selection::{Choice, Places, area_name};
use super::shown::why;
use crate::cli::config::HomeSource;
use crate::cli::desk::Desk;
use crate::cli::table::{plain, table};
use crate::cli::{print, print_json};

/// How names and options choose together, for the help.
pub const RULE: &str = "Several areas mean all that is in any of them, and so with floors, domains, labels and names. Of \
    different kinds what is chosen by each of them: `--area kitchen --domain light` are the lights of the kitchen. What it \
    will do is shown first, and how to undo it afterwards.";

/// Of which entities it is said, and how.
#[derive(Args)]
pub struct Change {
    /// Entities: their ids, names or aliases.
    what: Vec<String>,
    #[command(flatten)]
    places: Places,
    /// All that is in the home.
    #[arg(long, conflicts_with_all = ["what", "area", "floor", "domain", "label"])]
    all: bool,
    /// Do it without asking.
    #[arg(long)]
    yes: bool,
    /// Only show what it would do.
    #[arg(long, conflicts_with = "yes")]
    dry_run: bool,
    /// Tell it as JSON; does not ask, so --yes or --dry-run goes with it.
    #[arg(long)]
    json: bool,
}

/// What is to become of them.
#[derive(Clone, Copy)]
pub enum Wish {
    Expose,
    Hide,
    Reset { gone: bool },
}

/// What is to be done, before it is.
struct Plan<'a> {
    inventory: &'a Inventory,
    wish: Wish,
    /// Of which something else is said from now on.
    changed: Vec<&'a OwnedEntity>,
    /// Which are so already.
    already: Vec<&'a OwnedEntity>,
    /// The same of entities that are gone.
    forgotten: Vec<&'a str>,
}

impl Change {
    /// Shows what it will do, asks, does it, and says how to undo it.
    pub fn make(self, desk: &dyn Desk, home: &HomeSource, wish: Wish) -> anyhow::Result<()> {
        let inventory = desk.inventory(home)?;
        let plan = self.plan(&inventory, wish)?;
        let wishes = plan.wishes();
        let expected = desk.preview_exposure(home, &wishes)?;
        if self.json {
            if !self.yes && !self.dry_run {
                bail!("Nothing was changed: --json does not ask, so it wants --yes, or --dry-run to only look.");
            }
            let done = self.yes && !wishes.is_empty();
            let consequence = if done { desk.expose(home, &wishes)? } else { expected };
            return print_json(&plan.json(&consequence, done));
        }
        print(&plan.text(&expected))?;
        if wishes.is_empty() {
            return Ok(());
        }
        if self.dry_run {
            return print("\nNothing was changed: this was a dry run.");
        }
        if !self.yes && !agreed()? {
            return print("\nNothing was changed.");
        }
        desk.expose(home, &wishes)?;
        print(&format!("\n{}", plan.done()))
    }

    fn plan<'a>(self: &Change, inventory: &'a Inventory, wish: Wish) -> anyhow::Result<Plan<'a>> {
        let takes_gone = matches!(wish, Wish::Reset { gone: true });
        let none = self.what.is_empty() && self.places.is_empty() && !self.all;
        if none && !takes_gone {
            bail!(
                "Say of which entities: name them, or choose them with --area, --floor, --domain or --label, or all of \
                 them with --all."
            );
        }
        // What is gone has no name any more, and is called by its id.
        let is_reset = matches!(wish, Wish::Reset { .. });
        let is_gone = |name: &str| is_reset && inventory.gone.iter().any(|gone| gone.id == name);
        let (gone, there): (Vec<&String>, Vec<&String>) = self.what.iter().partition(|name| is_gone(name));
        let chosen = match none || (there.is_empty() && !gone.is_empty() && self.places.is_empty()) {
            true => Vec::new(),
            false => Choice {
                names: there.into_iter().cloned().collect(),
                places: self.places.clone(),
            }
            .exactly(inventory)?,
        };
        let (already, changed) = chosen.into_iter().partition(|entity| match wish {
            Wish::Expose => entity.exposed,
            Wish::Hide => !entity.exposed,
            Wish::Reset { .. } => !matches!(entity.why, Why::Hand { .. }),
        });
        let forgotten = inventory.gone.iter().map(|gone| gone.id.as_str());
        let forgotten = forgotten.filter(|id| takes_gone || gone.iter().any(|gone| gone == id));
        Ok(Plan {
            inventory,
            wish,
            changed,
            already,
            forgotten: forgotten.collect(),
        })
    }
}

impl Plan<'_> {
    fn wishes(&self) -> Wishes {
        let wish = match self.wish {
            Wish::Expose => Some(true),
            Wish::Hide => Some(false),
            Wish::Reset { .. } => None,
        };
        let changed = self.changed.iter().map(|entity| (entity.id.clone(), wish));
        let forgotten = self.forgotten.iter().map(|id| ((*id).to_owned(), None));
        changed.chain(forgotten).collect()
    }

    /// What it will do, for people.
    fn text(&self, expected: &Consequence) -> String {
        let mut parts = Vec::new();
        if !self.changed.is_empty() {
            parts.push(self.table(expected));
        }
        if !self.forgotten.is_empty() {
            parts.push(format!(
                "Forgotten, and that cannot be undone: what was said of {}, which the home does not have any more.",
                plain(&self.forgotten.join(", "))
            ));
        }
        if !self.already.is_empty() {
            parts.push(self.unchanged());
        }
        match parts.is_empty() {
            true => parts.push("Nothing is chosen by this.".to_owned()),
            false if self.changed.is_empty() && self.forgotten.is_empty() => {
                parts.push("There is nothing to do.".to_owned());
            }
            false => parts.push(seen(&expected.before, &expected.after)),
        }
        parts.join("\n\n")
    }

    fn table(&self, expected: &Consequence) -> String {
        let word = |exposed: bool| if exposed { "exposed" } else { "hidden" };
        let rows = self.changed.iter().map(|entity| {
            let turns = expected.exposed.contains(&entity.id) || expected.hidden.contains(&entity.id);
            [
                entity.id.clone(),
                entity.name.clone(),
                area_name(self.inventory, entity).unwrap_or("-").to_owned(),
                word(entity.exposed).to_owned(),
                word(entity.exposed != turns).to_owned(),
            ]
        });
        table(["ID", "NAME", "AREA", "NOW", "THEN"], &rows.collect::<Vec<_>>())
    }

    /// What is so already, and why.
    fn unchanged(&self) -> String {
        const SHOWN: usize = 12;
        let head = match self.wish {
            Wish::Expose => "Exposed already",
            Wish::Hide => "Hidden already",
            Wish::Reset { .. } => "Nothing is said by hand of",
        };
        let one = |entity: &&OwnedEntity| match self.wish {
            Wish::Reset { .. } => entity.id.clone(),
            _ => format!("{} ({})", entity.id, why(entity)),
        };
        let mut shown: Vec<_> = self.already.iter().take(SHOWN).map(one).collect();
        if self.already.len() > SHOWN {
            shown.push(format!("and {} more", self.already.len() - SHOWN));
        }
        format!("{head}: {}.", plain(&shown.join(", ")))
    }

    fn done(&self) -> String {
        if self.changed.is_empty() {
            return "It is forgotten.".to_owned();
        }
        let count = counted(self.changed.len(), "entity is", "entities are");
        let done = match self.wish {
            Wish::Expose => format!("{count} exposed now."),
            Wish::Hide => format!("{count} hidden now."),
            Wish::Reset { .. } => format!("{count} as the home file says now."),
        };
        let undo = self.undo();
        match undo.is_empty() {
            true => done,
            false => format!("{done} To undo:\n\n  {}", undo.join("\n  ")),
        }
    }

    /// The commands that bring back what was.
    fn undo(&self) -> Vec<String> {
        let said = |entity: &&&OwnedEntity| matches!(entity.why, Why::Hand { .. });
        let ids = |wanted: &dyn Fn(&&&OwnedEntity) -> bool| {
            let ids = self.changed.iter().filter(wanted).map(|entity| entity.id.as_str());
            ids.collect::<Vec<_>>().join(" ")
        };
        let commands = [
            ("expose", ids(&|entity| said(entity) && entity.exposed)),
            ("hide", ids(&|entity| said(entity) && !entity.exposed)),
            ("reset", ids(&|entity| !said(entity))),
        ];
        let commands = commands.into_iter().filter(|(_, ids)| !ids.is_empty());
        commands
            .map(|(command, ids)| format!("hearth home {command} {ids}"))
            .collect()
    }

    fn json(&self, consequence: &Consequence, done: bool) -> serde_json::Value {
        let ids = |entities: &[&OwnedEntity]| entities.iter().map(|entity| entity.id.clone()).collect::<Vec<_>>();
        json!({
            "done": done,
            "changed": ids(&self.changed),
            "already": ids(&self.already),
            "forgotten": self.forgotten,
            "exposed": consequence.exposed,
            "hidden": consequence.hidden,
            "before": consequence.before,
            "after": consequence.after,
            "undo": self.undo(),
        })
    }
}

/// What clients see before and after.
fn seen(before: &Seen, after: &Seen) -> String {
    let entities = match before.entities == after.entities {
        true => format!(
            "Clients see {} as before",
            counted(after.entities, "entity", "entities")
        ),
        false => format!(
            "Clients see {} instead of {}",
            counted(after.entities, "entity", "entities"),
            before.entities
        ),
    };
    let (Some(tools_before), Some(tools_after)) = (&before.tools, &after.tools) else {
        return format!("{entities}.");
    };
    let only = |one: &[String], other: &[String]| {
        let only = one.iter().filter(|tool| !other.contains(tool));
        only.cloned().collect::<Vec<_>>()
    };
    let (come, go) = (only(tools_after, tools_before), only(tools_before, tools_after));
    let mut text = match come.is_empty() && go.is_empty() {
        true => format!(
            "{entities}, and the same {}.",
            counted(tools_after.len(), "tool", "tools")
        ),
        false => format!(
            "{entities}, and {} instead of {}.",
            counted(tools_after.len(), "tool", "tools"),
            tools_before.len()
        ),
    };
    for (head, tools) in [("New", come), ("Gone", go)] {
        if !tools.is_empty() {
            text += &format!("\n{head}: {}.", plain(&tools.join(", ")));
        }
    }
    text
}

/// Asks on the terminal.
fn agreed() -> anyhow::Result<bool> {
    if !io::stdin().is_terminal() {
        bail!("Nothing was changed: there is no terminal to ask on. Say --yes to do it, or --dry-run to only look.");
    }
    eprint!("\nDo it? [y/N] ");
    io::stderr().flush()?;
    let mut answer = String::new();
    io::stdin().lock().read_line(&mut answer)?;
    Ok(["y", "yes"].contains(&answer.trim().to_lowercase().as_str()))
}
