//! The command of Hearth.

mod cli;

use std::process::ExitCode;

fn main() -> ExitCode {
    cli::run()
}
