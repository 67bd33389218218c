//! `hearth-harness check`.

use std::borrow::Cow;
use std::fs;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context as _;
use hearth_harness::check::{Options, check};
use hearth_harness::level::Level;
use hearth_harness::report;

/// What to try, and where to write what came of it.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The component, as built for wasm32-wasip2. Default: the one that is built into the host.
    #[arg(value_name = "FILE.wasm")]
    component: Option<PathBuf>,
    /// Try no more than this level and those below it. Default: the level that the component declares.
    #[arg(long, value_enum)]
    level: Option<Level>,
    /// Try only the behaviour or rule of this name; may be given more than once, or with commas between.
    #[arg(long, value_name = "NAME", value_delimiter = ',')]
    only: Vec<String>,
    /// Makes the random bits that events carry; the same seed gives the same run.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Also write the report here, as JUnit's XML.
    #[arg(long, value_name = "FILE")]
    junit: Option<PathBuf>,
}

/// Runs it.
///
/// # Errors
/// When the file cannot be read, is no component, or the report cannot be written.
pub fn run(args: Args) -> anyhow::Result<ExitCode> {
    let (bytes, file) = match &args.component {
        Some(path) => {
            let file = path.display().to_string();
            let bytes = fs::read(path).with_context(|| format!("{file} cannot be read"))?;
            (Cow::from(bytes), file)
        }
        None => (Cow::from(hearth_host::COMPONENT), "the built-in component".to_owned()),
    };
    let options = Options {
        level: args.level,
        only: args.only,
        seed: args.seed,
    };
    let report = check(&bytes, &options).with_context(|| format!("{file} cannot be tried"))?;
    print!("{}", report::text(&report));
    if let Some(path) = &args.junit {
        fs::write(path, report::junit(&report)?).with_context(|| format!("{} cannot be written", path.display()))?;
    }
    Ok(ExitCode::from(u8::from(!report.holds())))
}
