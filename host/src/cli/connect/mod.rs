//! `hearth connect`: the configuration of a client, printed or written into its file.

mod clients;
mod edit;
mod file;
mod places;
mod saying;

use std::env;
use std::path::PathBuf;

use anyhow::{Context as _, anyhow, bail};
use hearth_host::data_dir::DataDir;
use hearth_host::store::{NewToken, TokenView};
use serde_json::Value;

use self::clients::{CLIENTS, Client, Http, Program};
use self::file::ConfigFile;
use self::places::Places;
use super::desk::{self, Desk};
use super::{Common, config};

/// The options of `connect`.
#[derive(clap::Args)]
pub struct ConnectOptions {
    /// The client to connect. Without one they are all listed.
    client: Option<String>,

    /// Write it into the client's file, and keep a copy of what was there beside it.
    #[arg(long, requires = "client")]
    write: bool,

    /// The file of the project in this folder, in place of the user's own.
    #[arg(long, value_name = "DIR", requires = "client")]
    project: Option<PathBuf>,

    /// Where the client finds Hearth, when that is not where the running one listens: the name of a reverse proxy, for
    /// example.
    #[arg(long, value_name = "URL", requires = "client")]
    url: Option<String>,

    /// Have the client start `hearth stdio`, even when it could reach Hearth itself.
    #[arg(long, requires = "client")]
    stdio: bool,

    /// What Hearth is called in the client.
    #[arg(long, value_name = "NAME", default_value = "hearth", hide_default_value = true)]
    name: String,

    /// List the clients as JSON.
    #[arg(long, conflicts_with = "client")]
    json: bool,
}

/// Lists the clients, or connects one.
pub fn run(common: &Common, options: &ConnectOptions) -> anyhow::Result<()> {
    let places =
        Places::find().context("There is no home directory to look for the files of clients in: HOME is not set")?;
    let Some(id) = &options.client else {
        return saying::list(&places, &options.name, options.json);
    };
    check_name(&options.name)?;
    let client = clients::named(id).ok_or_else(|| unknown(id))?;
    let path = match &options.project {
        Some(folder) => project_file(client, folder)?,
        None => (client.file)(&places),
    };
    let data_dir = config::data_dir(common)?;
    let desk = desk::at(&data_dir)?;
    let way = Way::choose(client, options, &data_dir)?;
    let file = ConfigFile::read(&path)?;
    // What cannot be done is refused before a token is replaced.
    if options.write {
        changed(&file, client, options, &way.entry(client, "")).map_err(|error| refused(&file, error))?;
        file.try_to_write()?;
    }
    let token = Token::make(&*desk, client, &options.name)?;
    let entry = way.entry(client, &token.text);
    if !options.write {
        return saying::show(client, options, &path, &entry, &way, &token);
    }
    let text = changed(&file, client, options, &entry).map_err(|error| refused(&file, error))?;
    let written = file.write(&text)?;
    saying::written(client, &written, &token)
}

fn changed(
    file: &ConfigFile,
    client: &Client,
    options: &ConnectOptions,
    entry: &Value,
) -> Result<String, edit::Unreadable> {
    edit::with_server(file.text(), client.format, client.servers, &options.name, entry)
}

fn refused(file: &ConfigFile, error: edit::Unreadable) -> anyhow::Error {
    anyhow!(
        "{}: {error}. Nothing was changed; mend the file, or move it away.",
        file.path().display()
    )
}

fn unknown(id: &str) -> anyhow::Error {
    let known: Vec<_> = CLIENTS.iter().map(|client| client.id).collect();
    anyhow!(
        "`{id}` is no client that is known; known are {}. Others can be given the URL and a token by hand.",
        known.join(", ")
    )
}

/// It becomes a key in every kind of file, and part of the name of a token.
fn check_name(name: &str) -> anyhow::Result<()> {
    let fits = name
        .chars()
        .all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_'));
    if name.is_empty() || name.len() > 32 || !fits || !name.starts_with(|c: char| c.is_ascii_alphanumeric()) {
        bail!(
            "`{name}` cannot be the name of a server: it takes 1 to 32 letters, digits, `-` and `_`, and begins with one of the first two."
        );
    }
    Ok(())
}

fn project_file(client: &Client, folder: &std::path::Path) -> anyhow::Result<PathBuf> {
    let Some(file) = client.project_file else {
        bail!("{} has no files of projects. Leave --project out.", client.name);
    };
    if !folder.is_dir() {
        bail!(
            "{} is no folder. Name that of a project with --project.",
            folder.display()
        );
    }
    Ok(folder.join(file))
}

/// How a client reaches Hearth.
enum Way {
    Http { url: String },
    Stdio { command: String, arguments: Vec<String> },
}

impl Way {
    fn choose(client: &Client, options: &ConnectOptions, data_dir: &DataDir) -> anyhow::Result<Self> {
        if client.over_http.is_none() || options.stdio {
            return Ok(Self::program(options, data_dir));
        }
        let url = match (&options.url, data_dir.running()) {
            (Some(url), _) => url.clone(),
            (None, Some(run)) => run.url,
            (None, None) => bail!(
                "No Hearth runs on the data directory {}, so it is not known where {} finds it. Start it with `hearth \
                 serve`, or give --url.",
                data_dir.path().display(),
                client.name
            ),
        };
        Ok(Self::Http { url: endpoint(&url)? })
    }

    fn program(options: &ConnectOptions, data_dir: &DataDir) -> Self {
        let program = env::current_exe().map_or_else(|_| "hearth".to_owned(), |program| program.display().to_string());
        let mut arguments = vec!["stdio".to_owned()];
        if let Some(url) = &options.url {
            arguments.extend(["--url".to_owned(), url.clone()]);
        } else if DataDir::of_the_platform().is_ok_and(|standard| standard != *data_dir) {
            // It is started somewhere else.
            let path = std::path::absolute(data_dir.path());
            let path = path.unwrap_or_else(|_| data_dir.path().to_path_buf());
            arguments.extend(["--data-dir".to_owned(), path.display().to_string()]);
        }
        Self::Stdio {
            command: program,
            arguments,
        }
    }

    fn entry(&self, client: &Client, token: &str) -> Value {
        let token = token.to_owned();
        match (self, client.over_http) {
            (Self::Http { url }, Some(over_http)) => over_http(&Http {
                url: url.clone(),
                token,
            }),
            (Self::Http { url }, None) => (client.over_stdio)(&Program {
                command: "hearth".to_owned(),
                arguments: vec!["stdio".to_owned(), "--url".to_owned(), url.clone()],
                token,
            }),
            (Self::Stdio { command, arguments }, _) => (client.over_stdio)(&Program {
                command: command.clone(),
                arguments: arguments.clone(),
                token,
            }),
        }
    }
}

/// The URL of the endpoint.
fn endpoint(url: &str) -> anyhow::Result<String> {
    const ENDPOINT: &str = "/api/mcp";
    let parsed = url.parse::<http::Uri>().ok();
    let scheme = parsed.as_ref().and_then(http::Uri::scheme_str);
    if !matches!(scheme, Some("http" | "https")) {
        bail!("`{url}` is no URL of a Hearth: it looks like https://hearth.example or http://127.0.0.1:8124.");
    }
    let url = url.trim_end_matches('/');
    Ok(if url.contains(ENDPOINT) {
        url.to_owned()
    } else {
        format!("{url}{ENDPOINT}")
    })
}

/// The token of a client, made for this.
struct Token {
    text: String,
    view: TokenView,
    /// There was one before, which is good no more.
    replaced: bool,
}

impl Token {
    /// Makes it. What it is called after is revoked if it is there.
    fn make(desk: &dyn Desk, client: &Client, server: &str) -> anyhow::Result<Self> {
        let name = match server {
            "hearth" => client.id.to_owned(),
            other => format!("{}-{other}", client.id),
        };
        // A client needs no more rights than the config entries ask for.
        let entries = desk.entries()?;
        let admin = entries.is_empty() || entries.iter().any(|view| view.entry.require_admin);
        let tokens = desk.tokens()?;
        let old = tokens.iter().find(|token| token.name == name);
        let principal = old.map(|old| old.principal.clone());
        // What another token of the same principal may do, this one may as well.
        let others = tokens
            .iter()
            .find(|token| Some(&token.principal) == principal.as_ref() && token.name != name);
        let admin = others.map_or(admin, |other| other.admin);
        if old.is_some() {
            desk.revoke_token(&name)?;
        }
        let created = desk.create_token(NewToken { name, admin, principal })?;
        Ok(Self {
            text: created.token,
            view: created.view,
            replaced: old.is_some(),
        })
    }

    fn said(&self) -> String {
        let rights = if self.view.admin {
            "an administrator's"
        } else {
            "not an administrator's"
        };
        let old = if self.replaced {
            " It takes the place of the one before, which is good no more."
        } else {
            ""
        };
        format!("The token `{}` was made for it, {rights}.{old}", self.view.name)
    }
}

/// Prints it as a block of lines that begin with two blanks.
fn indented(text: &str) -> String {
    let lines = text.trim_end().lines().map(|line| {
        if line.is_empty() {
            String::new()
        } else {
            format!("  {line}")
        }
    });
    lines.collect::<Vec<_>>().join("\n")
}
