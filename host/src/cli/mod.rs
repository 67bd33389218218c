//! The command line: one file for each subcommand.

mod audit;
mod backup;
mod component;
mod config;
mod connect;
mod desk;
mod downgrade;
mod entry;
mod first_start;
mod generations;
mod home;
mod kept;
mod logging;
mod restore;
mod serve;
mod session;
mod signals;
mod status;
mod stdio;
mod table;
mod token;
mod trust;
mod when;

use std::ffi::OsString;
use std::io::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use hearth_host::COMPONENT;

/// Hearth, the Model Context Protocol server of a home.
///
/// An LLM client connects to it and sees the home as tools, prompts and resources. Without a command it serves:
/// `hearth` is `hearth serve`, and takes the same options.
///
/// Each option can also be given as the environment variable that stands beside it, or as a key of `hearth.toml` in
/// the data directory; the command line wins over the environment, and the environment over the file.
#[derive(Parser)]
#[command(name = "hearth", disable_version_flag = true, arg_required_else_help = true)]
struct Cli {
    #[command(flatten)]
    common: Common,
    /// Print the version of Hearth and of the component that is built in.
    #[arg(short = 'V', long)]
    version: bool,
    #[command(subcommand)]
    command: Option<Command>,
}

/// What every command takes.
#[derive(clap::Args)]
struct Common {
    /// The directory that holds all that Hearth keeps: its database, the component that runs, its configuration file.
    /// It is made when it is not there. Default: the platform's directory for data of this user.
    #[arg(
        long,
        env = "HEARTH_DATA_DIR",
        hide_env_values = true,
        value_name = "DIR",
        global = true
    )]
    data_dir: Option<PathBuf>,

    /// The configuration file. Default: `hearth.toml` in the data directory, if there is one.
    #[arg(
        long,
        env = "HEARTH_CONFIG",
        hide_env_values = true,
        value_name = "FILE",
        global = true
    )]
    config: Option<PathBuf>,
}

#[derive(Subcommand)]
enum Command {
    /// Serve the home to MCP clients until Ctrl-C or SIGTERM.
    Serve(Box<config::ServeOptions>),
    /// Config entries: which LLM APIs are served, and to whom.
    #[command(subcommand)]
    Entry(entry::EntryCommand),
    /// The home: what is in it, and what of that assistants may see.
    Home(home::HomeArguments),
    /// Who did what in the home, with which client and tool, and what came of it.
    Audit(audit::AuditOptions),
    /// Tokens: who may connect.
    #[command(subcommand)]
    Token(token::TokenCommand),
    /// Sessions: who is connected.
    #[command(subcommand)]
    Session(session::SessionCommand),
    /// The component that holds the server's logic.
    #[command(subcommand)]
    Component(component::ComponentCommand),
    /// Write all that Hearth keeps into one file, also while it runs: database, configuration file, components.
    Backup(backup::BackupOptions),
    /// Put a backup in the place of what is there. A running host takes it over at once: its clients see a restart.
    Restore(restore::RestoreOptions),
    /// Take the database of a newer Hearth back to what this one knows, by the way back that the newer one left in it. A
    /// copy of it is kept. No host may run meanwhile.
    Downgrade,
    /// Tell whether Hearth runs and is well, where, and what it does. Fails when it does not run, or is degraded.
    Status(status::StatusOptions),
    /// Connect a client: print what goes into its configuration file, or write it there. Without one, list the clients.
    Connect(connect::ConnectOptions),
    /// Join a client that speaks over standard input and output to the Hearth that runs.
    ///
    /// Messages go line by line; what is wrong is said on standard error. A client that starts before Hearth is served
    /// once that is there, and stays connected while it starts again.
    Stdio(stdio::StdioOptions),
}

/// Runs the command that the process was started with.
pub fn run() -> ExitCode {
    let cli = Cli::parse_from(with_default_command(std::env::args_os().collect()));
    let Some(command) = cli.command.filter(|_| !cli.version) else {
        return finish(print(&component::version()));
    };
    finish(match command {
        Command::Serve(options) => serve::run(&cli.common, &options),
        Command::Entry(command) => entry::run(&cli.common, command),
        Command::Home(arguments) => home::run(&cli.common, arguments),
        Command::Audit(options) => audit::run(&cli.common, &options),
        Command::Token(command) => token::run(&cli.common, command),
        Command::Session(command) => session::run(&cli.common, command),
        Command::Component(command) => component::run(&cli.common, &command),
        Command::Backup(options) => backup::run(&cli.common, &options),
        Command::Restore(options) => restore::run(&cli.common, &options),
        Command::Downgrade => downgrade::run(&cli.common),
        Command::Status(options) => status::run(&cli.common, &options),
        Command::Connect(options) => connect::run(&cli.common, &options),
        Command::Stdio(options) => stdio::run(&cli.common, &options),
    })
}

fn finish(done: anyhow::Result<()>) -> ExitCode {
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            if !error.is::<logging::Told>() {
                eprintln!("hearth: {}", said(&error));
            }
            ExitCode::FAILURE
        }
    }
}

/// An error with its causes, up to one that is said already: the text of an error may name its cause.
fn said(error: &anyhow::Error) -> String {
    let mut said = String::new();
    for cause in error.chain().map(ToString::to_string) {
        if said.is_empty() {
            said = cause;
        } else if said.contains(&cause) {
            break;
        } else {
            said = format!("{said}: {cause}");
        }
    }
    said
}

/// `hearth --listen …` is `hearth serve --listen …`. A word that is no option is left to be taken, or refused, as a
/// command.
fn with_default_command(mut arguments: Vec<OsString>) -> Vec<OsString> {
    let mut at = 1;
    while let Some(argument) = arguments.get(at).and_then(|argument| argument.to_str()) {
        match argument {
            "--data-dir" | "--config" => at += 2,
            _ if argument.starts_with("--data-dir=") || argument.starts_with("--config=") => at += 1,
            "-h" | "--help" | "-V" | "--version" => return arguments,
            _ if argument.starts_with('-') => break,
            _ => return arguments,
        }
    }
    let at = at.min(arguments.len());
    arguments.insert(at, "serve".into());
    arguments
}

/// Prints text to standard output. A reader that has gone (`hearth token list | head -1`) is no error.
fn print(text: &str) -> anyhow::Result<()> {
    match writeln!(std::io::stdout(), "{text}") {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => Err(error.into()),
        _ => Ok(()),
    }
}

/// Prints a value as JSON to standard output.
fn print_json(value: &impl serde::Serialize) -> anyhow::Result<()> {
    print(&serde_json::to_string_pretty(value)?)
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    fn completed(line: &str) -> String {
        let arguments = line.split(' ').map(OsString::from).collect();
        let completed = with_default_command(arguments);
        let words: Vec<_> = completed
            .iter()
            .map(|word| word.to_string_lossy().into_owned())
            .collect();
        words.join(" ")
    }

    #[test]
    fn the_definition_of_the_command_line_is_sound() {
        Cli::command().debug_assert();
    }

    #[test]
    fn without_a_command_it_serves() {
        assert_eq!(completed("hearth"), "hearth serve");
        assert_eq!(completed("hearth --listen 1"), "hearth serve --listen 1");
        assert_eq!(
            completed("hearth --data-dir d --listen 1"),
            "hearth --data-dir d serve --listen 1"
        );
        assert_eq!(completed("hearth --data-dir=d"), "hearth --data-dir=d serve");
        assert_eq!(completed("hearth --data-dir"), "hearth --data-dir serve");
        assert_eq!(
            completed("hearth --data-dir d token list"),
            "hearth --data-dir d token list"
        );
        assert_eq!(completed("hearth --help"), "hearth --help");
        assert_eq!(completed("hearth tokne list"), "hearth tokne list");
    }
}
