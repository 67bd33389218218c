//! `hearth component …` and `hearth --version`

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context as _, bail};
use clap::Subcommand;
use hearth_host::clock::SharedClock;
use hearth_host::data_dir::DataDir;
use hearth_host::engine::{COMPONENT_SIZE_LIMIT, Component, Runtime, digest_of};
use hearth_host::entries::Entries;
use hearth_host::install::compiling::{Compiler, Refusal};
use hearth_host::install::{Grounds, InstallError, Options, ProbationTerms, Standing, Step};
use hearth_host::limits::Limits;
use hearth_host::store::Store;

use super::{COMPONENT, Common, config, desk, generations, logging, print, print_json};

/// Where no host runs, nothing is watched.
pub const UNWATCHED: ProbationTerms = ProbationTerms { ms: 0, faults: 0 };

#[derive(Subcommand)]
pub enum ComponentCommand {
    /// Install a component: it takes the place of the one that runs, and every client stays connected. Should it do wrong
    /// within a minute, the host goes back by itself. When no host runs, the next start begins with it.
    Install {
        /// The component, a `.wasm` file.
        #[arg(required_unless_present = "built_in", conflicts_with = "built_in")]
        file: Option<PathBuf>,
        /// Go back to the component that is part of this program.
        #[arg(long)]
        built_in: bool,
        /// Install it though connected clients know tools that it takes away, or calls that it would refuse.
        #[arg(long)]
        allow_incompatible: bool,
        /// Install it though the host could not go back from it: its state may be of a format that the one before cannot
        /// read.
        #[arg(long)]
        without_rollback: bool,
        /// Do everything but let it take the place of the one that runs.
        #[arg(long)]
        dry_run: bool,
        /// As JSON.
        #[arg(long)]
        json: bool,
    },
    /// Go back to the generation before the one that runs.
    Rollback {
        /// As JSON.
        #[arg(long)]
        json: bool,
    },
    /// List the generations: what ran, since when, and how it came and went.
    List {
        /// As JSON.
        #[arg(long)]
        json: bool,
    },
    /// Show all that is known of a generation.
    Show {
        /// Its number. Default: the one that runs, or ran last.
        number: Option<u64>,
        /// As JSON.
        #[arg(long)]
        json: bool,
    },
    /// Print where the `.wasm` file of the running component lies; of the one that ran last, when none runs.
    Path,
    /// Compile a component into a cache, for a host that starts or installs it.
    #[command(hide = true)]
    Compile {
        /// The component; the one that is built in when none is named.
        file: Option<PathBuf>,
        /// Where compiled components lie.
        #[arg(long)]
        cache: PathBuf,
        /// The limit of the host: it is part of what compiled code fits.
        #[arg(long)]
        memory: usize,
    },
}

pub fn run(common: &Common, command: &ComponentCommand) -> anyhow::Result<()> {
    if let ComponentCommand::Compile { file, cache, memory } = command {
        return compile(file.as_deref(), cache, *memory);
    }
    let (data_dir, limits) = config::data_dir_and_limits(common)?;
    let desk = || desk::at_within(&data_dir, limits);
    match command {
        ComponentCommand::Install { file, json, .. } => {
            let bytes = file.as_deref().map(read).transpose()?;
            let installed = desk()?.install(bytes, options(command))?;
            generations::print_installed(&installed, *json)
        }
        ComponentCommand::Rollback { json } => generations::print_installed(&desk()?.roll_back()?, *json),
        ComponentCommand::List { json } => {
            let list = desk()?.generations()?;
            if *json {
                print_json(&list)
            } else {
                print(&generations::listed(&list))
            }
        }
        ComponentCommand::Show { number, json } => {
            let detail = desk()?.generation(*number)?;
            if *json {
                print_json(&detail)
            } else {
                print(&generations::shown(&detail))
            }
        }
        ComponentCommand::Path => path(&data_dir, &*desk()?),
        ComponentCommand::Compile { .. } => unreachable!("it was done before the data directory was asked for"),
    }
}

fn options(command: &ComponentCommand) -> Options {
    match command {
        ComponentCommand::Install {
            allow_incompatible,
            without_rollback,
            dry_run,
            ..
        } => Options {
            allow_incompatible: *allow_incompatible,
            without_rollback: *without_rollback,
            dry_run: *dry_run,
        },
        _ => Options::default(),
    }
}

/// Reads a component, unless it is too large to be one.
fn read(file: &Path) -> anyhow::Result<Vec<u8>> {
    let metadata = fs::metadata(file);
    let size = metadata.with_context(|| cannot_be_read(file))?.len();
    if size > COMPONENT_SIZE_LIMIT as u64 {
        return Err(InstallError::NoComponent {
            step: Step::Read,
            reason: format!(
                "{} has {size} bytes, and {COMPONENT_SIZE_LIMIT} are allowed; build it with optimizations and without \
                 debug information",
                file.display()
            ),
        }
        .into());
    }
    fs::read(file).with_context(|| cannot_be_read(file))
}

fn cannot_be_read(file: &Path) -> String {
    format!("not installed, at the step `read`: {} cannot be read", file.display())
}

fn path(data_dir: &DataDir, desk: &dyn desk::Desk) -> anyhow::Result<()> {
    let generations = desk.generations()?;
    let Some(running) = generations
        .iter()
        .find(|generation| generation.standing != Standing::Past)
    else {
        bail!(
            "No component has run on {} yet: it is put there when Hearth is started.",
            data_dir.path().display()
        );
    };
    print(&data_dir.component(&running.digest).display().to_string())
}

fn compile(file: Option<&Path>, cache: &Path, memory: usize) -> anyhow::Result<()> {
    let bytes = file.map_or_else(|| Ok(COMPONENT.to_vec()), fs::read)?;
    let limits = Limits {
        memory,
        ..Limits::default()
    };
    // The ticker of the runtime is a thread of its own, nothing here needs another.
    if let Err(error) = Component::compile(&Runtime::new(&limits)?, &bytes, cache) {
        print(&serde_json::to_string(&Refusal::of(&error))?)?;
        return Err(logging::Told.into());
    }
    Ok(())
}

/// What an installer works on, in this data directory.
pub fn grounds(
    data_dir: &DataDir,
    limits: &Limits,
    (store, entries): (&Store, &Arc<Entries>),
    probation: ProbationTerms,
    clock: SharedClock,
) -> anyhow::Result<Grounds> {
    Ok(Grounds {
        data_dir: data_dir.clone(),
        store: store.clone(),
        runtime: Runtime::new(limits)?,
        compiler: Compiler {
            program: std::env::current_exe()?,
            cache: data_dir.cache(),
            memory: limits.memory,
            limit_ms: limits.compile_ms,
            clock,
        },
        entries: entries.clone(),
        probation,
    })
}

/// The versions of the host and of what is built in. They are built together, from one workspace of one version.
pub fn version() -> String {
    let version = env!("CARGO_PKG_VERSION");
    format!("hearth {version}\ncomponent {version} sha256:{}", digest_of(COMPONENT))
}
