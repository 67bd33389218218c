//! `hearth entry …`

use anyhow::bail;
use clap::{ArgAction, Args, Subcommand};
use hearth_host::entries::{EntryChange, EntryState, EntryView};

use super::table::{table, yes_or_no};
use super::{Common, config, desk, print, print_json};

#[derive(Subcommand)]
pub enum EntryCommand {
    /// Make a config entry and print its id. Without options it serves all LLM APIs, to administrators. Clients are
    /// served while exactly one entry is loaded.
    Add(What),
    /// Change a config entry. Streams stay open; clients hear of tools that come or go.
    Set {
        /// The id of the entry.
        id: String,
        #[command(flatten)]
        what: What,
    },
    /// List the config entries and how they stand.
    List {
        /// As JSON.
        #[arg(long)]
        json: bool,
    },
    /// Show one config entry.
    Show {
        /// The id of the entry.
        id: String,
        /// As JSON.
        #[arg(long)]
        json: bool,
    },
    /// Switch a config entry on.
    Enable {
        /// The id of the entry.
        id: String,
    },
    /// Switch a config entry off: the streams of its clients end.
    Disable {
        /// The id of the entry.
        id: String,
    },
    /// Remove a config entry: the streams of its clients end.
    Remove {
        /// The id of the entry.
        id: String,
    },
}

/// What an entry is.
#[derive(Args)]
pub struct What {
    /// What you call it. Default: after the LLM APIs that it serves.
    #[arg(long)]
    title: Option<String>,
    /// An LLM API to serve, instead of all: `assist`. Can be given several times, or with commas between.
    #[arg(long = "llm-api", value_name = "ID", value_delimiter = ',')]
    llm_apis: Option<Vec<String>>,
    /// Serve every LLM API that there is.
    #[arg(long, value_name = "true|false", action = ArgAction::Set, conflicts_with = "llm_apis")]
    all_llm_apis: Option<bool>,
    /// Serve administrators only.
    #[arg(long, value_name = "true|false", action = ArgAction::Set)]
    require_admin: Option<bool>,
    /// Offer only tools that change nothing.
    #[arg(long, value_name = "true|false", action = ArgAction::Set)]
    read_only: Option<bool>,
}

impl From<What> for EntryChange {
    fn from(what: What) -> Self {
        Self {
            title: what.title,
            all_llm_apis: what.all_llm_apis,
            llm_apis: what.llm_apis,
            require_admin: what.require_admin,
            read_only: what.read_only,
            disabled: None,
        }
    }
}

pub fn run(common: &Common, command: EntryCommand) -> anyhow::Result<()> {
    let desk = desk::at(&config::data_dir(common)?)?;
    let disabled = |disabled| EntryChange {
        disabled: Some(disabled),
        ..EntryChange::default()
    };
    let changed = match command {
        EntryCommand::Add(what) => {
            let view = desk.add_entry(what.into())?;
            print(&view.entry.id)?;
            view
        }
        EntryCommand::Set { id, what } => {
            let change = EntryChange::from(what);
            if change == EntryChange::default() {
                bail!(
                    "Say what to change: --title, --llm-api, --all-llm-apis, --require-admin or --read-only. `hearth entry \
                     show {id}` tells how it is; `hearth entry disable {id}` switches it off."
                );
            }
            desk.set_entry(&id, change)?
        }
        EntryCommand::Enable { id } => desk.set_entry(&id, disabled(false))?,
        EntryCommand::Disable { id } => desk.set_entry(&id, disabled(true))?,
        EntryCommand::Remove { id } => return desk.remove_entry(&id),
        EntryCommand::List { json: true } => return print_json(&desk.entries()?),
        EntryCommand::List { json: false } => return print(&listed(&desk.entries()?)),
        EntryCommand::Show { id, json: true } => return print_json(&desk.entry(&id)?),
        EntryCommand::Show { id, json: false } => return print(&shown(&desk.entry(&id)?)),
    };
    if let EntryState::Failed { reason } = &changed.state {
        eprintln!("hearth: the entry failed: {reason}");
    }
    let loaded = desk
        .entries()?
        .iter()
        .filter(|view| view.state == EntryState::Loaded)
        .count();
    if loaded > 1 {
        eprintln!("hearth: {loaded} entries are loaded now; clients are turned away until only one is.");
    }
    Ok(())
}

fn listed(entries: &[EntryView]) -> String {
    let rows = entries.iter().map(|view| {
        [
            view.entry.id.clone(),
            view.entry.title.clone(),
            state(view),
            llm_apis(view),
            yes_or_no(view.entry.require_admin),
            yes_or_no(view.entry.read_only),
        ]
    });
    table(
        ["ID", "TITLE", "STATE", "LLM APIS", "REQUIRE ADMIN", "READ ONLY"],
        &rows.collect::<Vec<_>>(),
    )
}

fn shown(view: &EntryView) -> String {
    let rows = [
        ["title".to_owned(), view.entry.title.clone()],
        ["state".to_owned(), state(view)],
        ["LLM APIs".to_owned(), llm_apis(view)],
        ["require admin".to_owned(), yes_or_no(view.entry.require_admin)],
        ["read only".to_owned(), yes_or_no(view.entry.read_only)],
    ];
    table(["id", &view.entry.id], &rows)
}

fn state(view: &EntryView) -> String {
    match &view.state {
        EntryState::Loaded => "loaded".to_owned(),
        EntryState::NotLoaded => "not loaded".to_owned(),
        EntryState::Disabled => "disabled".to_owned(),
        EntryState::Failed { reason } => format!("failed: {reason}"),
    }
}

fn llm_apis(view: &EntryView) -> String {
    if view.entry.all_llm_apis {
        "all".to_owned()
    } else {
        view.entry.llm_apis.join(", ")
    }
}
