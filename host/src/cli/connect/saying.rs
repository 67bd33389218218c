//! What `hearth connect` prints.

use std::fs;
use std::path::Path;

use serde::Serialize;
use serde_json::Value;

use super::super::table::table;
use super::super::{print, print_json};
use super::clients::{CLIENTS, Client, Http};
use super::edit;
use super::file::Written;
use super::places::Places;
use super::{ConnectOptions, Token, Way};

/// A client, as it is listed.
#[derive(Serialize)]
struct Listed {
    id: &'static str,
    name: &'static str,
    /// `http`, or `stdio` for one that has to start `hearth stdio`.
    through: &'static str,
    file: String,
    /// The file is there, so the client most likely is.
    found: bool,
    /// Hearth is in it.
    connected: bool,
    documentation: &'static str,
}

/// The clients that are known.
pub fn list(places: &Places, server: &str, json: bool) -> anyhow::Result<()> {
    let listed: Vec<_> = CLIENTS.iter().map(|client| listed(client, places, server)).collect();
    if json {
        return print_json(&listed);
    }
    let rows = listed.iter().map(|one| {
        let state = match (one.connected, one.found) {
            (true, _) => "connected",
            (false, true) => "file there",
            (false, false) => "",
        };
        [one.id, one.name, one.through, state, &one.file].map(str::to_owned)
    });
    print(&table(
        ["CLIENT", "NAME", "THROUGH", "STATE", "FILE"],
        &rows.collect::<Vec<_>>(),
    ))?;
    print("\n`hearth connect CLIENT` prints what goes into the file, `hearth connect CLIENT --write` writes it.")
}

fn listed(client: &Client, places: &Places, server: &str) -> Listed {
    let file = (client.file)(places);
    let text = fs::read_to_string(&file).ok();
    Listed {
        id: client.id,
        name: client.name,
        through: if client.over_http.is_some() { "http" } else { "stdio" },
        found: file.exists(),
        connected: text.is_some_and(|text| edit::has_server(&text, client.format, client.servers, server)),
        file: file.display().to_string(),
        documentation: client.documentation,
    }
}

/// What goes into the file, and where that is.
pub fn show(
    client: &Client,
    options: &ConnectOptions,
    path: &Path,
    entry: &Value,
    way: &Way,
    token: &Token,
) -> anyhow::Result<()> {
    let block = edit::with_server("", client.format, client.servers, &options.name, entry)?;
    let mut text = format!("{} It is shown only now.\n\n", token.said());
    if let (Way::Http { url }, Some(command), None) = (way, client.command, &options.project) {
        let http = Http {
            url: url.clone(),
            token: token.text.clone(),
        };
        let command = command(&options.name, &http);
        text += &format!("{} does it itself with\n\n  {command}\n\nor it goes", client.name);
    } else {
        text += "It goes";
    }
    text += &format!(
        " into {}:\n\n{}\n\n{}\n",
        path.display(),
        super::indented(&block),
        client.then
    );
    text +=
        "With --write this command puts it there itself, with a new token, and leaves all else in the file as it is.";
    print(&text)
}

/// What was written.
pub fn written(client: &Client, written: &Written, token: &Token) -> anyhow::Result<()> {
    let mut text = format!("Written to {}.", written.path.display());
    if let Some(backup) = &written.backup {
        text += &format!(" As it was before, it lies in {}.", backup.display());
    }
    text += &format!("\n{}\n{}", token.said(), client.then);
    print(&text)?;
    if written.is_open {
        eprintln!(
            "hearth: others on this machine can read {0}, and with it the token. Unless they shall: chmod 600 {0}",
            written.path.display()
        );
    }
    Ok(())
}
