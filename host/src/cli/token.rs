//! `hearth token …`

use std::io::IsTerminal as _;

use clap::Subcommand;
use hearth_host::store::{NewToken, TokenView};

use super::table::{table, yes_or_no};
use super::when::to_the_minute;
use super::{Common, config, desk, print, print_json};

#[derive(Subcommand)]
pub enum TokenCommand {
    /// Make a token and print it, alone, on standard output. It is not kept, only its hash is: this is the one time
    /// that it can be read.
    Create {
        /// What you call it: the program or the device that will use it.
        name: String,
        /// It belongs to an administrator: it may use what is reserved to them.
        #[arg(long)]
        admin: bool,
        /// The principal that it belongs to, who has the same rights with all its tokens. Default: a new one of the
        /// token's name.
        #[arg(long, value_name = "PRINCIPAL")]
        principal: Option<String>,
    },
    /// List the tokens by name, never the tokens themselves.
    List {
        /// As JSON.
        #[arg(long)]
        json: bool,
    },
    /// Revoke a token: whoever uses it is turned away, and streams that it opened end.
    Revoke {
        /// The name that it was made with.
        name: String,
    },
}

pub fn run(common: &Common, command: TokenCommand) -> anyhow::Result<()> {
    let desk = desk::at(&config::data_dir(common)?)?;
    match command {
        TokenCommand::Create { name, admin, principal } => {
            let created = desk.create_token(NewToken { name, admin, principal })?;
            if std::io::stderr().is_terminal() {
                let rights = if created.view.admin {
                    "an administrator"
                } else {
                    "not an administrator"
                };
                eprintln!(
                    "A token of `{}`, {rights}. It is shown only now.",
                    created.view.principal
                );
            }
            print(&created.token)
        }
        TokenCommand::List { json } => {
            let tokens = desk.tokens()?;
            if json {
                print_json(&tokens)
            } else {
                print(&listed(&tokens))
            }
        }
        TokenCommand::Revoke { name } => desk.revoke_token(&name).map(drop),
    }
}

fn listed(tokens: &[TokenView]) -> String {
    let rows = tokens.iter().map(|token| {
        [
            token.name.clone(),
            token.principal.clone(),
            yes_or_no(token.admin),
            to_the_minute(token.created),
        ]
    });
    table(["NAME", "PRINCIPAL", "ADMIN", "CREATED"], &rows.collect::<Vec<_>>())
}
