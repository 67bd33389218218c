//! `hearth stdio`: joins a client that speaks over standard input and output to the host that runs.
//!
//! | file | concept |
//! |---|---|
//! | `lines` | standard input and output, one message a line |
//! | `message` | what is understood of a message, and the errors said in its place |
//! | `bridge` | the order of things; trying again while the host is away |
//! | `request` | one request, to its answer |
//! | `session` | the session, begun again when the host has lost it; what the host says by itself |
//! | `whereabouts` | where the host is, and the token |
//! | `asking`, `events` | one HTTP exchange; a stream of events |

mod asking;
mod bridge;
mod events;
mod lines;
mod message;
mod request;
mod session;
mod whereabouts;

use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use anyhow::Context as _;

use self::bridge::Bridge;
use self::lines::Outgoing;
use self::whereabouts::Whereabouts;
use super::signals::Signals;
use super::{Common, config};

/// For the client to read what was said last.
const LAST_WORDS: Duration = Duration::from_secs(2);

/// The options of `stdio`.
#[derive(clap::Args)]
pub struct StdioOptions {
    /// Where Hearth is, when it is not the one that runs on the data directory: `http://127.0.0.1:8124`, or the whole
    /// URL of an endpoint.
    #[arg(long, env = "HEARTH_URL", hide_env_values = true, value_name = "URL")]
    url: Option<String>,

    /// A file with the token in it. It can also be given in the environment variable HEARTH_TOKEN. Default: a token of
    /// its own, which it makes at the first use and keeps in the data directory.
    #[arg(long, env = "HEARTH_TOKEN_FILE", hide_env_values = true, value_name = "FILE")]
    token_file: Option<PathBuf>,

    /// Seconds for which a request waits for a Hearth that is not there; then it is answered with an error. Default: 30.
    #[arg(
        long,
        env = "HEARTH_WAIT_S",
        hide_env_values = true,
        value_name = "SECONDS",
        default_value_t = 30,
        hide_default_value = true
    )]
    wait_s: u32,
}

/// Runs until the client closes its end, or a signal.
pub fn run(common: &Common, options: &StdioOptions) -> anyhow::Result<()> {
    let token = token(options)?;
    let whereabouts = Whereabouts::new(config::data_dir(common)?, options.url.as_deref(), token.as_deref())?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let wait = Duration::from_secs(options.wait_s.into());
    let done = runtime.block_on(join(whereabouts, wait));
    // The thread that reads standard input may wait for it for ever.
    runtime.shutdown_background();
    done
}

async fn join(whereabouts: Whereabouts, wait: Duration) -> anyhow::Result<()> {
    let signals = Signals::catch()?;
    let Outgoing { messages, thread } = lines::outgoing();
    let bridge = Bridge::new(whereabouts, wait, messages.clone());
    tokio::select! {
        () = bridge.run(lines::incoming()) => {}
        () = signals.asked_to_stop() => {}
        // Nobody reads what is said.
        () = messages.closed() => {}
    }
    bridge.session.end(&bridge).await;
    let written = async {
        let _ = messages.send(None).await;
        tokio::task::spawn_blocking(|| thread.join()).await
    };
    let _ = tokio::time::timeout(LAST_WORDS, written).await;
    Ok(())
}

fn token(options: &StdioOptions) -> anyhow::Result<Option<String>> {
    if let Some(path) = &options.token_file {
        let token = fs::read_to_string(path);
        let token = token.with_context(|| {
            format!(
                "{} cannot be read. Name the file of a token with --token-file",
                path.display()
            )
        })?;
        return Ok(Some(token));
    }
    // Not an option: it would stand in the list of processes.
    Ok(std::env::var("HEARTH_TOKEN").ok().filter(|token| !token.is_empty()))
}
