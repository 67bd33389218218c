//! The subcommands, one file each.

mod check;
mod clauses;
mod list;
mod new;
mod serve_conformance;
mod simulate;

use std::process::ExitCode;

/// Tests a component of the world `hearth:mcp/mcp-server` alone: without a host, a network or a clock.
#[derive(Debug, clap::Parser)]
#[command(name = "hearth-harness", version)]
pub enum Command {
    /// Tries every behaviour of the levels that a component declares, and every rule of the contract.
    Check(check::Args),
    /// Prints what the protocol demands, clause by clause, with the code that honours it and the test that proves it; run in
    /// the repository that it was built from.
    Clauses(clauses::Args),
    /// Names the behaviours and rules.
    List(list::Args),
    /// Writes a component project to begin from: an MCP server with one tool of its own.
    New(new::Args),
    /// Serves the LLM API `conformance` over HTTP to whoever connects from this machine: for MCP's official suite.
    ServeConformance(serve_conformance::Args),
    /// Plays scripts drawn from seeds while the instance is replaced and trapped: nobody may be able to tell.
    Simulate(simulate::Args),
}

impl Command {
    /// Runs it: 0 when all holds, 1 when something does not, 2 when it could not be tried.
    pub fn run(self) -> ExitCode {
        let done = match self {
            Self::Check(args) => check::run(args),
            Self::Clauses(args) => clauses::run(args),
            Self::List(args) => list::run(args),
            Self::New(args) => new::run(args),
            Self::ServeConformance(args) => serve_conformance::run(args),
            Self::Simulate(args) => simulate::run(args),
        };
        done.unwrap_or_else(|error| {
            eprintln!("hearth-harness: {error:#}");
            ExitCode::from(2)
        })
    }
}
