//! `hearth-harness list`.

use std::process::ExitCode;

use hearth_harness::check::names;
use hearth_harness::level::Level;

/// Which of them.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Only those of this level.
    #[arg(long, value_enum)]
    level: Option<Level>,
}

/// Runs it.
///
/// # Errors
/// Never.
pub fn run(args: Args) -> anyhow::Result<ExitCode> {
    for named in names().filter(|named| args.level.is_none_or(|level| level == named.level)) {
        println!("{:<7} {}\n        {}", named.level, named.name, named.says);
    }
    Ok(ExitCode::SUCCESS)
}
