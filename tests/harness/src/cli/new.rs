//! `hearth-harness new`.

use std::path::PathBuf;
use std::process::ExitCode;

use hearth_harness::template::Project;

/// What it is called, and where it goes.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The name of the crate: small letters, digits, `-` and `_`.
    name: String,
    /// The folder to write it into, new or empty and outside any cargo workspace. Default: one of that name, here.
    #[arg(long, value_name = "DIR")]
    path: Option<PathBuf>,
}

/// Writes it.
///
/// # Errors
/// When the name or the folder will not do, or the files cannot be written.
pub fn run(args: Args) -> anyhow::Result<ExitCode> {
    let project = Project::named(&args.name)?;
    let folder = args.path.unwrap_or_else(|| PathBuf::from(&args.name));
    project.write(&folder)?;
    println!(
        "A component is in {}; its README says how it works. Build and check it with:\n\n    \
         cd {}\n    cargo build --release --target wasm32-wasip2\n    hearth-harness check {} --level tools",
        folder.display(),
        folder.display(),
        project.built(),
    );
    Ok(ExitCode::SUCCESS)
}
