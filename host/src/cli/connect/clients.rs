//! The clients whose configuration is known: where its file lies, what a server looks like in it, what to do then.

use std::path::PathBuf;

use serde_json::{Value, json};

use super::places::Places;

/// A program that can be a client of Hearth.
pub struct Client {
    /// For the command line, and the name of its token.
    pub id: &'static str,
    /// As its makers call it.
    pub name: &'static str,
    /// The user's own file.
    pub file: fn(&Places) -> PathBuf,
    /// The file of a project, from its folder.
    pub project_file: Option<&'static str>,
    /// How the file is written.
    pub format: Format,
    /// The member of the file that holds the servers.
    pub servers: &'static str,
    /// A server that is reached over Streamable HTTP with a header; `None` for a client that starts programs alone.
    pub over_http: Option<fn(&Http) -> Value>,
    /// A server that is a program.
    pub over_stdio: fn(&Program) -> Value,
    /// The client's own command that does the same, of the server's name, where it has one.
    pub command: Option<fn(&str, &Http) -> String>,
    /// What the user has to do for it to take effect.
    pub then: &'static str,
    /// Where its makers describe all this.
    pub documentation: &'static str,
}

/// How a configuration file is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    Json,
    /// With comments and commas before closing brackets.
    JsonWithComments,
    Toml,
}

/// Hearth as a server that is reached.
#[derive(Debug, Clone)]
pub struct Http {
    pub url: String,
    pub token: String,
}

/// Hearth as a program that is started: `hearth stdio`.
#[derive(Debug, Clone)]
pub struct Program {
    pub command: String,
    pub arguments: Vec<String>,
    pub token: String,
}

/// All members by which any of the clients reaches a server. What else stands in an entry is the user's and stays.
pub const WAYS: [&str; 10] = [
    "args",
    "command",
    "env",
    "headers",
    "httpUrl",
    "http_headers",
    "serverUrl",
    "source",
    "type",
    "url",
];

/// The clients, in the order in which they are listed.
pub const CLIENTS: &[Client] = &[
    Client {
        id: "claude-desktop",
        name: "Claude Desktop",
        file: |places| places.config.join("Claude/claude_desktop_config.json"),
        project_file: None,
        format: Format::Json,
        servers: "mcpServers",
        over_http: None,
        over_stdio: program,
        command: None,
        then: "Quit Claude Desktop (closing its window is not enough) and start it again.",
        documentation: "https://modelcontextprotocol.io/docs/develop/connect-local-servers",
    },
    Client {
        id: "claude-code",
        name: "Claude Code",
        file: |places| places.claude_code.join(".claude.json"),
        project_file: Some(".mcp.json"),
        format: Format::Json,
        servers: "mcpServers",
        over_http: Some(|http| json!({"type": "http", "url": http.url, "headers": headers(http)})),
        over_stdio: |started| of_type("stdio", program(started)),
        command: Some(|name, http| {
            format!(
                "claude mcp add --scope user --transport http {name} {} --header \"Authorization: Bearer {}\"",
                http.url, http.token
            )
        }),
        then: "Start Claude Code anew; `/mcp` in it lists its servers.",
        documentation: "https://code.claude.com/docs/en/mcp",
    },
    Client {
        id: "cursor",
        name: "Cursor",
        file: |places| places.home.join(".cursor/mcp.json"),
        project_file: Some(".cursor/mcp.json"),
        format: Format::Json,
        servers: "mcpServers",
        over_http: Some(|http| json!({"url": http.url, "headers": headers(http)})),
        over_stdio: program,
        command: None,
        then: "Start Cursor anew, and see in its settings under MCP that the server is switched on.",
        documentation: "https://cursor.com/docs/mcp",
    },
    Client {
        id: "vscode",
        name: "VS Code",
        file: |places| places.config.join("Code/User/mcp.json"),
        project_file: Some(".vscode/mcp.json"),
        format: Format::JsonWithComments,
        servers: "servers",
        over_http: Some(|http| json!({"type": "http", "url": http.url, "headers": headers(http)})),
        over_stdio: |started| of_type("stdio", program(started)),
        command: Some(|name, http| {
            let server = json!({"name": name, "type": "http", "url": http.url, "headers": headers(http)});
            format!("code --add-mcp '{server}'")
        }),
        then: "In VS Code run `MCP: List Servers` and start the server.",
        documentation: "https://code.visualstudio.com/docs/copilot/reference/mcp-configuration",
    },
    Client {
        id: "codex",
        name: "Codex",
        file: |places| places.codex.join("config.toml"),
        project_file: Some(".codex/config.toml"),
        format: Format::Toml,
        servers: "mcp_servers",
        over_http: Some(|http| json!({"url": http.url, "http_headers": headers(http)})),
        over_stdio: program,
        command: None,
        then: "Start Codex anew; `/mcp` in it lists its servers.",
        documentation: "https://developers.openai.com/codex/mcp",
    },
    Client {
        id: "gemini",
        name: "Gemini CLI",
        file: |places| places.home.join(".gemini/settings.json"),
        project_file: Some(".gemini/settings.json"),
        format: Format::JsonWithComments,
        servers: "mcpServers",
        // `url` is the older transport there.
        over_http: Some(|http| json!({"httpUrl": http.url, "headers": headers(http)})),
        over_stdio: program,
        command: Some(|name, http| {
            format!(
                "gemini mcp add --scope user --transport http --header \"Authorization: Bearer {}\" {name} {}",
                http.token, http.url
            )
        }),
        then: "Start Gemini CLI anew; `/mcp` in it lists its servers.",
        documentation: "https://geminicli.com/docs/tools/mcp-server",
    },
    Client {
        id: "windsurf",
        name: "Windsurf",
        file: |places| places.home.join(".codeium/windsurf/mcp_config.json"),
        project_file: None,
        format: Format::Json,
        servers: "mcpServers",
        over_http: Some(|http| json!({"serverUrl": http.url, "headers": headers(http)})),
        over_stdio: program,
        command: None,
        then: "In Windsurf open the MCP servers of Cascade and press refresh.",
        documentation: "https://docs.windsurf.com/windsurf/cascade/mcp",
    },
    Client {
        id: "zed",
        name: "Zed",
        file: |places| places.zed.join("settings.json"),
        project_file: Some(".zed/settings.json"),
        format: Format::JsonWithComments,
        servers: "context_servers",
        over_http: Some(|http| json!({"url": http.url, "headers": headers(http)})),
        over_stdio: program,
        command: None,
        then: "Zed sees it by itself; the settings of its agent list the server.",
        documentation: "https://zed.dev/docs/ai/mcp",
    },
    Client {
        id: "lm-studio",
        name: "LM Studio",
        file: |places| places.home.join(".lmstudio/mcp.json"),
        project_file: None,
        format: Format::Json,
        servers: "mcpServers",
        over_http: Some(|http| json!({"url": http.url, "headers": headers(http)})),
        over_stdio: program,
        command: None,
        then: "LM Studio sees it by itself; switch the server on under Program.",
        documentation: "https://lmstudio.ai/docs/app/mcp",
    },
    Client {
        id: "cline",
        name: "Cline",
        file: |places| places.cline.clone(),
        project_file: None,
        format: Format::Json,
        servers: "mcpServers",
        over_http: Some(|http| json!({"type": "streamableHttp", "url": http.url, "headers": headers(http)})),
        over_stdio: program,
        command: None,
        then: "Cline sees it by itself; its MCP servers list it.",
        documentation: "https://docs.cline.bot/mcp/mcp-overview",
    },
];

fn headers(http: &Http) -> Value {
    json!({"Authorization": format!("Bearer {}", http.token)})
}

/// The token goes by the environment: arguments can be read by everybody on the machine.
fn program(started: &Program) -> Value {
    json!({
        "command": started.command,
        "args": started.arguments,
        "env": {"HEARTH_TOKEN": started.token},
    })
}

fn of_type(kind: &str, mut entry: Value) -> Value {
    if let Some(members) = entry.as_object_mut() {
        members.shift_insert(0, "type".to_owned(), kind.into());
    }
    entry
}

/// The client of this id.
pub fn named(id: &str) -> Option<&'static Client> {
    CLIENTS.iter().find(|client| client.id == id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_way_to_reach_a_server_is_known_as_one() {
        let http = Http {
            url: String::new(),
            token: String::new(),
        };
        let started = Program {
            command: String::new(),
            arguments: Vec::new(),
            token: String::new(),
        };
        for client in CLIENTS {
            let over_http = client.over_http.map(|entry| entry(&http));
            let entries = over_http.into_iter().chain([(client.over_stdio)(&started)]);
            for name in entries.flat_map(|entry| {
                entry
                    .as_object()
                    .expect("an object")
                    .keys()
                    .cloned()
                    .collect::<Vec<_>>()
            }) {
                assert!(WAYS.contains(&name.as_str()), "{}: {name}", client.id);
            }
        }
    }

    #[test]
    fn ids_are_different_and_can_be_names_of_tokens() {
        for (at, client) in CLIENTS.iter().enumerate() {
            let first = CLIENTS.iter().position(|other| other.id == client.id);
            assert_eq!(first, Some(at), "{}", client.id);
            assert!(
                client.id.chars().all(|c| c.is_ascii_lowercase() || c == '-'),
                "{}",
                client.id
            );
            assert!(client.documentation.starts_with("https://"), "{}", client.id);
        }
    }
}
