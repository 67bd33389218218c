//! The first start makes what a client needs; every start says how to connect, if somebody looks.

use std::env;
use std::io::{IsTerminal as _, Write as _};

use hearth_host::data_dir::DataDir;
use hearth_host::entries::EntryChange;
use serde_json::json;

use super::kept::Kept;

/// What the token of the first start is called.
const FIRST_TOKEN: &str = "first";

/// What a start has to say.
pub struct Greeting {
    /// For the terminal alone. It can hold a token, so it goes into no log.
    terminal: Option<String>,
    /// How a token is made, for a start that nobody watches.
    token_command: String,
    /// Whether there is any token to connect with.
    tokens: bool,
}

/// Makes what is not there at the first start: a config entry that serves everything to administrators and, if
/// somebody looks, a token. Without a terminal standard output is likely to be kept somewhere, and so would be a token.
pub fn greeting(kept: &Kept, url: &str, data_dir: &DataDir) -> anyhow::Result<Greeting> {
    let watched = std::io::stdout().is_terminal();
    let this = This::on(data_dir);
    let token_command = this.command("token create NAME --admin");
    let mut token = None;
    if !kept.store.served_before()? {
        if kept.entries.list().is_empty() {
            kept.entries.add(EntryChange::default())?;
        }
        if watched && kept.tokens.list().is_empty() {
            token = Some(kept.tokens.create(first_token())?.token);
        }
        kept.store.has_served()?;
    }
    let terminal = match token {
        Some(token) => first(url, &token, &this),
        None => later(url, &this),
    };
    Ok(Greeting {
        terminal: watched.then_some(terminal),
        token_command,
        tokens: !kept.tokens.list().is_empty(),
    })
}

impl Greeting {
    /// Says it.
    pub fn show(&self) {
        if let Some(text) = &self.terminal {
            // A terminal that has gone does not keep the host from serving.
            let _ = writeln!(std::io::stdout(), "{text}");
        } else if !self.tokens {
            tracing::warn!(
                "nobody can connect yet: there is no token. Make one with: {}",
                self.token_command
            );
        }
    }
}

fn first_token() -> hearth_host::store::NewToken {
    hearth_host::store::NewToken {
        name: FIRST_TOKEN.to_owned(),
        admin: true,
        principal: None,
    }
}

/// Where Hearth is, a token, and how a client uses both.
fn first(url: &str, token: &str, this: &This) -> String {
    let desktop = json!({
        "mcpServers": {
            "hearth": {
                "command": this.program,
                "args": this.arguments("stdio"),
            }
        }
    });
    format!(
        "
Hearth serves its home at

  {url}/api/mcp

The token to connect with, shown only now:

  {token}

Claude Code:

  claude mcp add --transport http hearth {url}/api/mcp --header \"Authorization: Bearer {token}\"

Claude Desktop, Cursor, VS Code and others, which it writes to their files itself:

  {connect}

Any client that starts programs:

{desktop:#}
",
        connect = this.command("connect")
    )
}

/// Any later start: the token is known to who wrote it down, and nobody else.
fn later(url: &str, this: &This) -> String {
    format!(
        "
Hearth serves its home at

  {url}/api/mcp

To connect one more client:

  {connect}

When a token is lost:

  {token}
",
        connect = this.command("connect"),
        token = this.command("token create NAME --admin")
    )
}

/// This program on this data directory, as it can be called again.
struct This {
    /// Where the program lies.
    program: String,
    /// It is found by its name.
    is_on_the_path: bool,
    /// The data directory, where it is not the platform's.
    data_dir: Option<String>,
}

impl This {
    fn on(data_dir: &DataDir) -> Self {
        let program = env::current_exe().ok();
        let standard = DataDir::of_the_platform().is_ok_and(|standard| standard == *data_dir);
        Self {
            is_on_the_path: program.as_deref().is_none_or(is_on_the_path),
            program: program.map_or_else(|| "hearth".to_owned(), |program| program.display().to_string()),
            data_dir: (!standard).then(|| data_dir.path().display().to_string()),
        }
    }

    /// The arguments of this command.
    fn arguments<'a>(&'a self, command: &'a str) -> Vec<&'a str> {
        let option = self.data_dir.iter().flat_map(|path| ["--data-dir", path]);
        command.split(' ').chain(option).collect()
    }

    /// This command, as it can be typed here.
    fn command(&self, command: &str) -> String {
        let program = if self.is_on_the_path { "hearth" } else { &self.program };
        let words: Vec<_> = std::iter::once(program).chain(self.arguments(command)).collect();
        words.join(" ")
    }
}

fn is_on_the_path(program: &std::path::Path) -> bool {
    let path = env::var_os("PATH").unwrap_or_default();
    let program = program.canonicalize();
    env::split_paths(&path).any(|directory| {
        let found = directory.join("hearth").canonicalize();
        matches!((&found, &program), (Ok(found), Ok(program)) if found == program)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn elsewhere() -> This {
        This::on(&DataDir::new("/elsewhere".into()))
    }

    #[test]
    fn the_first_greeting_can_be_pasted_into_a_client() {
        let text = first("http://127.0.0.1:8124", "hearth_00", &elsewhere());
        let json = &text[text.find('{').expect("there is JSON")..];
        let pasted: serde_json::Value = serde_json::from_str(json.trim()).expect("it is JSON");
        let server = &pasted["mcpServers"]["hearth"];
        assert!(
            server["command"]
                .as_str()
                .is_some_and(|command| command.starts_with('/'))
        );
        assert_eq!(server["args"], json!(["stdio", "--data-dir", "/elsewhere"]));
        assert!(text.contains(" connect --data-dir /elsewhere\n"), "{text}");
        assert!(text.contains(
            "claude mcp add --transport http hearth http://127.0.0.1:8124/api/mcp \
             --header \"Authorization: Bearer hearth_00\""
        ));
    }

    #[test]
    fn a_later_greeting_says_how_a_token_is_made() {
        let text = later("http://127.0.0.1:8124", &elsewhere());
        assert!(
            text.contains("token create NAME --admin --data-dir /elsewhere"),
            "{text}"
        );
    }
}
