//! `hearth home …`

mod change;
mod file;
mod selection;
mod shown;

use std::path::PathBuf;
use std::sync::Arc;

use clap::{Args, Subcommand};
use hearth_host::clock::SharedClock;
use hearth_host::home::embedded::EmbeddedHome;
use hearth_host::home::embedded::state::StateStore;

use self::change::{Change, Wish};
use self::selection::{Choice, Places};
use super::config::HomeSource;
use super::{Common, config, desk};

/// The arguments of `hearth home`.
#[derive(Args)]
pub struct HomeArguments {
    /// The home, where no host runs: `embedded`, or a TOML file that describes one. Default: as `hearth serve` has it. A
    /// host that runs tells of the one that it serves.
    #[arg(
        long,
        env = "HEARTH_HOME",
        hide_env_values = true,
        value_name = "embedded|FILE",
        global = true
    )]
    home: Option<HomeSource>,
    #[command(subcommand)]
    command: HomeCommand,
}

#[derive(Subcommand)]
enum HomeCommand {
    /// List floors and areas: how many entities they have, and how many of those are exposed.
    Areas {
        /// As JSON.
        #[arg(long)]
        json: bool,
    },
    /// List entities: where and how they are, whether assistants may see them, and why.
    Entities {
        /// Those that are called so: an id, a name or an alias. Can be given several times.
        #[arg(long, value_name = "NAME")]
        name: Vec<String>,
        #[command(flatten)]
        places: Places,
        /// Only those that are exposed.
        #[arg(long, conflicts_with = "hidden")]
        exposed: bool,
        /// Only those that are hidden.
        #[arg(long)]
        hidden: bool,
        /// As JSON, with what was said of entities that are gone.
        #[arg(long)]
        json: bool,
    },
    /// Show all that is known of one entity.
    Show {
        /// Its id, its name or an alias.
        entity: String,
        /// As JSON.
        #[arg(long)]
        json: bool,
    },
    /// Have assistants see entities. What you say here wins over the home file, and is kept.
    #[command(after_help = change::RULE)]
    Expose(Change),
    /// Hide entities from assistants. What you say here wins over the home file, and is kept.
    #[command(after_help = change::RULE)]
    Hide(Change),
    /// Take back what was said by hand: entities are exposed or hidden as the home file says.
    #[command(after_help = change::RULE)]
    Reset {
        #[command(flatten)]
        change: Change,
        /// Also forget what was said of entities that the home does not have any more.
        #[arg(long)]
        gone: bool,
    },
    /// Print the home as the text of its file, to begin your own with: `hearth home file > my-home.toml`.
    File {
        /// Print where the file lies, not what is in it.
        #[arg(long)]
        path: bool,
    },
    /// Check a home file, and say what is wrong with it, and where.
    Check {
        /// The file. Default: the home that is configured.
        file: Option<PathBuf>,
    },
}

pub fn run(common: &Common, arguments: HomeArguments) -> anyhow::Result<()> {
    let (data_dir, home) = config::data_dir_and_home(common, arguments.home.as_ref())?;
    let desk = || desk::at(&data_dir);
    match arguments.command {
        HomeCommand::File { path } => file::print_file(&home, path),
        HomeCommand::Check { file } => file::check(&file.map_or(home, HomeSource::File)),
        HomeCommand::Areas { json } => shown::areas(&desk()?.inventory(&home)?, json),
        HomeCommand::Entities {
            name,
            places,
            exposed,
            hidden,
            json,
        } => {
            let inventory = desk()?.inventory(&home)?;
            let mut chosen = Choice { names: name, places }.of(&inventory)?;
            chosen.retain(|entity| !(exposed && !entity.exposed || hidden && entity.exposed));
            shown::entities(&inventory, &chosen, json)
        }
        HomeCommand::Show { entity, json } => {
            let inventory = desk()?.inventory(&home)?;
            shown::entity(&inventory, selection::one(&inventory, &entity)?, json)
        }
        HomeCommand::Expose(change) => change.make(&*desk()?, &home, Wish::Expose),
        HomeCommand::Hide(change) => change.make(&*desk()?, &home, Wish::Hide),
        HomeCommand::Reset { change, gone } => change.make(&*desk()?, &home, Wish::Reset { gone }),
    }
}

/// The home of this source, which goes on from what is kept here.
pub fn open(source: &HomeSource, kept: Arc<dyn StateStore>, clock: &SharedClock) -> anyhow::Result<Arc<EmbeddedHome>> {
    let (text, name) = file::text(source)?;
    Ok(EmbeddedHome::open(&text, &name, kept, clock.clone())?)
}
