//! `hearth-harness simulate`: many seeds, one seed again, or a script that was saved.

use std::fs;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Instant;

use anyhow::Context;
use hearth_harness::simulation::{Options, Simulation};

/// The arguments.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The component. Default: the one built into the host.
    #[arg(value_name = "FILE.wasm")]
    file: Option<PathBuf>,
    #[command(flatten)]
    options: Options,
}

/// 0: nobody can tell that instances were replaced. 1: somebody can.
///
/// # Errors
/// When the component or the script cannot be read, or the component does not start.
pub fn run(args: Args) -> anyhow::Result<ExitCode> {
    let (name, simulation) = match &args.file {
        Some(file) => {
            let bytes = fs::read(file).with_context(|| format!("{} cannot be read", file.display()))?;
            let name = file.display().to_string();
            let simulation = Simulation::of(&bytes).with_context(|| format!("{name} cannot be simulated"))?;
            (Some(name), simulation)
        }
        None => (None, Simulation::of(hearth_host::COMPONENT)?),
    };
    let began = Instant::now();
    let tally = args.options.run(&simulation)?;
    print!("{}", tally.tell(name.as_deref(), began.elapsed()));
    Ok(if tally.failure.is_none() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}
