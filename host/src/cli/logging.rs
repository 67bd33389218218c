//! The log on standard error: lines for people on a terminal, JSON elsewhere.

use std::io::IsTerminal as _;

use tracing_subscriber::EnvFilter;

use super::config::{LogFormat, LogLevel};

/// An error that the log has told already, so that a JSON log holds nothing but JSON.
#[derive(Debug, thiserror::Error)]
#[error("told in the log")]
pub struct Told;

/// Starts to log. Called once. Whether the log is JSON.
pub fn start(format: LogFormat, level: LogLevel) -> bool {
    let level = match level {
        LogLevel::Error => "error",
        LogLevel::Warn => "warn",
        LogLevel::Info => "info",
        LogLevel::Debug => "debug",
        LogLevel::Trace => "trace",
    };
    // What libraries tell in passing helps nobody but their authors.
    let libraries = if level == "error" { "error" } else { "warn" };
    let filter = EnvFilter::new(format!("{libraries},hearth={level},hearth_host={level}"));
    let terminal = std::io::stderr().is_terminal();
    let log = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr);
    let json = format == LogFormat::Json || (format == LogFormat::Auto && !terminal);
    if json {
        log.json().flatten_event(true).init();
    } else {
        log.with_ansi(terminal && std::env::var_os("NO_COLOR").is_none())
            .with_target(false)
            .init();
    }
    json
}
