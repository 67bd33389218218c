//! `hearth session …`

use anyhow::bail;
use clap::{ArgGroup, Args, Subcommand};
use hearth_host::engine::SessionView;

use super::desk::{self, WhichSessions};
use super::table::table;
use super::when::to_the_minute;
use super::{Common, config, print, print_json};

#[derive(Subcommand)]
pub enum SessionCommand {
    /// List the sessions, the oldest first: who is connected, with which client, how much it asked and what it has not
    /// read. How long a session lasts outlives a restart of the host; what is counted begins anew with it.
    ///
    /// The id is the beginning of the real one, which nobody is shown: with it and a token one could speak in the session.
    List {
        /// As JSON.
        #[arg(long)]
        json: bool,
    },
    /// End sessions: their streams end, and what their clients wait for is given up. Whoever has a good token can begin a
    /// new one at once; `hearth token revoke` keeps a client away.
    End(End),
}

#[derive(Args)]
#[command(group = ArgGroup::new("which").required(true))]
pub struct End {
    /// The session, as `hearth session list` shows it.
    #[arg(group = "which")]
    session: Option<String>,
    /// All sessions of this principal.
    #[arg(long, group = "which")]
    principal: Option<String>,
    /// All sessions.
    #[arg(long, group = "which")]
    all: bool,
}

pub fn run(common: &Common, command: SessionCommand) -> anyhow::Result<()> {
    let desk = desk::at(&config::data_dir(common)?)?;
    match command {
        SessionCommand::List { json } => {
            let sessions = desk.sessions()?;
            if json {
                print_json(&sessions)
            } else {
                print(&listed(&sessions))
            }
        }
        SessionCommand::End(End { session, principal, .. }) => {
            let which = match (session, &principal) {
                (Some(session), _) => WhichSessions::One(session),
                (None, Some(principal)) => WhichSessions::OfPrincipal(principal.clone()),
                (None, None) => WhichSessions::All,
            };
            let ended = desk.end_sessions(which)?;
            if let (true, Some(principal)) = (ended.is_empty(), principal) {
                bail!("`{principal}` has no sessions. `hearth session list` shows those there are.");
            }
            match ended.as_slice() {
                [] => eprintln!("There are no sessions."),
                [one] => eprintln!("The session {} of `{}` has ended.", one.id, one.principal),
                several => eprintln!("{} sessions have ended.", several.len()),
            }
            Ok(())
        }
    }
}

fn listed(sessions: &[SessionView]) -> String {
    let rows = sessions.iter().map(|session| {
        [
            session.id.clone(),
            session.principal.clone(),
            or_dash(&session.client),
            session.transport.clone(),
            or_dash(&session.protocol_version),
            to_the_minute(session.since),
            to_the_minute(session.last_use),
            session.requests.to_string(),
            session.in_flight.to_string(),
            session.unread.to_string(),
            session.streams.to_string(),
        ]
    });
    table(
        [
            "ID",
            "PRINCIPAL",
            "CLIENT",
            "TRANSPORT",
            "PROTOCOL",
            "SINCE",
            "LAST USE",
            "REQUESTS",
            "IN FLIGHT",
            "UNREAD",
            "STREAMS",
        ],
        &rows.collect::<Vec<_>>(),
    )
}

fn or_dash(text: &str) -> String {
    if text.is_empty() { "-" } else { text }.to_owned()
}
