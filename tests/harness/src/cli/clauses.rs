//! `hearth-harness clauses`.

use std::process::ExitCode;

use anyhow::bail;
use hearth_harness::clauses::{Clause, faults, read, root, text};

/// Which of them.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Only those of this version of the protocol.
    #[arg(long, value_name = "VERSION")]
    version: Option<String>,
    /// Only those of this page, as `transports`.
    #[arg(long)]
    page: Option<String>,
}

/// Runs it.
///
/// # Errors
/// When the tables cannot be read, or nothing was asked for that is in them.
pub fn run(args: Args) -> anyhow::Result<ExitCode> {
    let wanted = |clause: &Clause| {
        let version = args
            .version
            .as_deref()
            .is_none_or(|version| version == clause.version());
        version && args.page.as_deref().is_none_or(|page| page == clause.page())
    };
    let clauses: Vec<Clause> = read(root())?.into_iter().filter(wanted).collect();
    if clauses.is_empty() {
        bail!("no clause is of that version and page");
    }
    print!("{}", text(&clauses.iter().collect::<Vec<_>>()));
    let faults = faults(root(), &clauses);
    faults.iter().for_each(|fault| eprintln!("{fault}"));
    Ok(ExitCode::from(u8::from(!faults.is_empty())))
}
