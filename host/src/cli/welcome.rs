//! What the terminal shows when Hearth has started.
#![allow(dead_code)]

use std::env;

use serde_json::json;

/// The first start: where Hearth is, a token, and how a client uses both. Shown on a terminal and nowhere else.
pub fn first(url: &str, token: &str) -> String {
    let desktop = json!({
        "mcpServers": {
            "hearth": {
                "command": "npx",
                "args": [
                    "-y", "mcp-remote", format!("{url}/mcp_server/sse"), "--transport", "sse-only",
                    "--header", "Authorization:${HEARTH_AUTHORIZATION}"
                ],
                "env": { "HEARTH_AUTHORIZATION": format!("Bearer {token}") }
            }
        }
    });
    format!(
        "\n\
         Hearth serves its built-in home at\n\n  {url}/mcp_server/sse\n\n\
         Your token, shown only now:\n\n  {token}\n\n\
         Claude Desktop, and others that read such a file:\n\n{desktop:#}\n\n\
         Claude Code:\n\n  claude mcp add --transport sse hearth {url}/mcp_server/sse --header \"Authorization: Bearer {token}\"\n"
    )
}

/// Any later start.
pub fn later(url: &str, data_dir: &str) -> String {
    format!(
        "\nHearth serves at\n\n  {url}/mcp_server/sse\n\nFor another token:\n\n  {}\n",
        token_command(data_dir)
    )
}

/// The command that makes a token for this data directory, as it can be typed here.
pub fn token_command(data_dir: &str) -> String {
    let program = env::current_exe().ok().filter(|program| {
        let found = env::split_paths(&env::var_os("PATH").unwrap_or_default()).any(|directory| {
            directory
                .join("hearth")
                .canonicalize()
                .is_ok_and(|found| program.canonicalize().is_ok_and(|own| own == found))
        });
        !found
    });
    let program = program.map_or_else(|| "hearth".to_owned(), |program| program.display().to_string());
    format!("{program} token create NAME --admin{data_dir}")
}
