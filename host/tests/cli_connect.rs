//! `hearth connect`: what is printed for each client, and what becomes of the files that its users have.

mod support;

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Value, json};
use support::{Host, Installation, failure};
use tempfile::TempDir;

/// A user with files of clients, and an installation of theirs.
struct User {
    installation: Installation,
    home: TempDir,
}

/// Each client with its file, as it lies under the home of a user on Linux, and what may be in it already.
const FILES: [(&str, &str, &str); 10] = [
    (
        "claude-desktop",
        ".config/Claude/claude_desktop_config.json",
        include_str!("clients/claude_desktop_config.json"),
    ),
    ("claude-code", ".claude.json", include_str!("clients/claude.json")),
    ("cursor", ".cursor/mcp.json", include_str!("clients/cursor_mcp.json")),
    (
        "vscode",
        ".config/Code/User/mcp.json",
        include_str!("clients/vscode_mcp.json"),
    ),
    ("codex", ".codex/config.toml", include_str!("clients/codex_config.toml")),
    (
        "gemini",
        ".gemini/settings.json",
        include_str!("clients/gemini_settings.json"),
    ),
    (
        "windsurf",
        ".codeium/windsurf/mcp_config.json",
        include_str!("clients/windsurf_mcp_config.json"),
    ),
    (
        "zed",
        ".config/zed/settings.json",
        include_str!("clients/zed_settings.json"),
    ),
    (
        "lm-studio",
        ".lmstudio/mcp.json",
        include_str!("clients/lm_studio_mcp.json"),
    ),
    (
        "cline",
        ".cline/data/settings/cline_mcp_settings.json",
        include_str!("clients/cline_mcp_settings.json"),
    ),
];

impl User {
    fn new() -> Self {
        Self {
            installation: Installation::new(),
            home: tempfile::tempdir().expect("a directory for the test"),
        }
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = self.installation.command(&["connect"]);
        for variable in [
            "XDG_CONFIG_HOME",
            "CODEX_HOME",
            "CLAUDE_CONFIG_DIR",
            "CLINE_MCP_SETTINGS_PATH",
        ] {
            command.env_remove(variable);
        }
        command.args(arguments).env("HOME", self.home.path());
        command
    }

    fn connect(&self, arguments: &[&str]) -> String {
        let output = self.command(arguments).output().expect("the command starts");
        let error = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{arguments:?}: {error}");
        String::from_utf8(output.stdout).expect("it prints UTF-8")
    }

    fn path(&self, file: &str) -> PathBuf {
        self.home.path().join(file)
    }

    fn put(&self, file: &str, text: &str) -> PathBuf {
        let path = self.path(file);
        std::fs::create_dir_all(path.parent().expect("it has a folder")).expect("the test can write");
        std::fs::write(&path, text).expect("the test can write");
        path
    }
}

fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The server that a file says Hearth is. Comments are none of the values that are looked at.
fn server(id: &str, text: &str) -> Value {
    if id == "codex" {
        let file: toml::Value = toml::from_str(text).unwrap_or_else(|error| panic!("{id}: {error}\n{text}"));
        return serde_json::to_value(&file["mcp_servers"]["hearth"]).expect("it is JSON as well");
    }
    let options = jsonc_parser::ParseOptions::default();
    let root = jsonc_parser::cst::CstRootNode::parse(text, &options);
    let root = root.unwrap_or_else(|error| panic!("{id}: {error}\n{text}"));
    let member = match id {
        "vscode" => "servers",
        "zed" => "context_servers",
        _ => "mcpServers",
    };
    let server = root
        .object_value()
        .and_then(|root| root.object_value(member)?.object_value("hearth"));
    let server = server
        .unwrap_or_else(|| panic!("{id}: there is no server\n{text}"))
        .to_string();
    serde_json::from_str(&without_last_commas(&server)).unwrap_or_else(|error| panic!("{id}: {error}\n{server}"))
}

/// Commas before closing brackets are allowed where comments are.
fn without_last_commas(text: &str) -> String {
    let pieces = text.split(',');
    let is_last = |after: &str| after.trim_start().starts_with(['}', ']']);
    pieces
        .enumerate()
        .map(|(number, piece)| {
            if number == 0 || is_last(piece) {
                piece.to_owned()
            } else {
                format!(",{piece}")
            }
        })
        .collect()
}

/// The token that a server is reached with.
fn token(server: &Value) -> String {
    let bearer = ["headers", "http_headers"]
        .iter()
        .find_map(|name| server[name]["Authorization"].as_str());
    match bearer {
        Some(bearer) => bearer.strip_prefix("Bearer ").expect("it is a bearer token").to_owned(),
        None => server["env"]["HEARTH_TOKEN"]
            .as_str()
            .expect("there is a token")
            .to_owned(),
    }
}

/// What each client wants to find, with the token left out.
fn expected(id: &str, host: &Host, data_dir: &Path) -> Value {
    let url = format!("{}/api/mcp", host.url);
    let headers = json!({"Authorization": "Bearer"});
    match id {
        "claude-desktop" => json!({
            "command": env!("CARGO_BIN_EXE_hearth"),
            "args": ["stdio", "--data-dir", data_dir],
            "env": {"HEARTH_TOKEN": ""},
        }),
        "claude-code" | "vscode" => json!({"type": "http", "url": url, "headers": headers}),
        "cursor" | "zed" | "lm-studio" => json!({"url": url, "headers": headers}),
        "codex" => json!({"url": url, "http_headers": headers}),
        "gemini" => json!({"httpUrl": url, "headers": headers}),
        "windsurf" => json!({"serverUrl": url, "headers": headers}),
        "cline" => json!({
            "type": "streamableHttp",
            "url": url,
            "headers": headers,
            // What its user had set stays.
            "disabled": true,
            "autoApprove": ["homeassistant__GetLiveContext"],
            "timeout": 30,
        }),
        _ => panic!("{id} is not known"),
    }
}

fn without_token(server: &Value) -> Value {
    let token = token(server);
    let text = server
        .to_string()
        .replace(&format!("Bearer {token}"), "Bearer")
        .replace(&token, "");
    serde_json::from_str(&text).expect("it is still JSON")
}

/// The lines of a text that another has not, as they are there.
fn lost<'a>(before: &'a str, after: &str) -> Vec<&'a str> {
    let mut rest = after;
    before
        .split_inclusive('\n')
        .filter(|line| match rest.find(line) {
            Some(at) => {
                rest = &rest[at + line.len()..];
                false
            }
            None => true,
        })
        .collect()
}

#[test]
fn every_client_finds_hearth_in_its_file_and_all_else_as_it_was() {
    let user = User::new();
    let host = user.installation.serve();
    for (id, file, before) in FILES {
        let path = user.put(file, before);
        let said = user.connect(&[id, "--write"]);
        assert!(said.contains(&path.display().to_string()), "{said}");
        let after = read(&path);
        let found = server(id, &after);
        assert_eq!(
            without_token(&found),
            expected(id, &host, user.installation.path()),
            "{id}"
        );
        let (status, _) = host.get("/api/mcp", &token(&found));
        assert_eq!(status, 400, "{id}: the token lets it in, and then a session is missing");
        let backup = path.with_file_name(format!(
            "{}.before-hearth",
            path.file_name().expect("one").to_string_lossy()
        ));
        assert_eq!(read(&backup), before, "{id}");
        // Of lines that were there, one may have got a comma.
        let changed = lost(before, &after);
        let of_the_entry = if id == "cline" { 3 } else { 0 };
        assert!(changed.len() <= 1 + of_the_entry, "{id}: {changed:?}\n{after}");
    }
}

#[test]
fn a_second_time_replaces_the_token_and_changes_nothing_else() {
    let user = User::new();
    let host = user.installation.serve();
    for (id, file, before) in FILES {
        let path = user.put(file, before);
        user.connect(&[id, "--write"]);
        let first = read(&path);
        let said = user.connect(&[id, "--write"]);
        assert!(said.contains("takes the place of the one before"), "{said}");
        let second = read(&path);
        let (old, new) = (token(&server(id, &first)), token(&server(id, &second)));
        assert_ne!(old, new, "{id}");
        assert_eq!(second, first.replace(&old, &new), "{id}");
        assert_eq!(host.get("/api/mcp", &old).0, 401, "{id}");
        assert_ne!(host.get("/api/mcp", &new).0, 401, "{id}");
    }
    let tokens: Value = serde_json::from_str(&user.installation.ok(&["token", "list", "--json"])).expect("it is JSON");
    assert_eq!(tokens.as_array().map(Vec::len), Some(FILES.len()));
}

#[cfg(unix)]
#[test]
fn files_that_are_new_are_for_their_owner_alone_and_links_are_followed() {
    use std::os::unix::fs::{PermissionsExt as _, symlink};
    let user = User::new();
    let _host = user.installation.serve();
    let mode = |path: &Path| std::fs::metadata(path).expect("it is there").permissions().mode() & 0o777;
    for (id, file, _) in FILES {
        user.connect(&[id, "--write"]);
        assert_eq!(mode(&user.path(file)), 0o600, "{id}");
        assert!(!token(&server(id, &read(&user.path(file)))).is_empty());
    }
    let real = user.put("dotfiles/mcp.json", "{}");
    std::fs::set_permissions(&real, std::fs::Permissions::from_mode(0o640)).expect("the test can");
    let link = user.path(".cursor/mcp.json");
    std::fs::remove_file(&link).expect("it is there");
    symlink(&real, &link).expect("the test can write");
    let output = user
        .command(&["cursor", "--write"])
        .output()
        .expect("the command starts");
    assert!(String::from_utf8_lossy(&output.stderr).contains("chmod 600"));
    assert!(link.is_symlink());
    assert_eq!(mode(&real), 0o640);
    assert!(!token(&server("cursor", &read(&real))).is_empty());
}

#[test]
fn a_file_that_cannot_be_read_is_left_alone_and_no_token_is_replaced() {
    let user = User::new();
    let _host = user.installation.serve();
    for (id, file, _) in FILES {
        user.connect(&[id, "--write"]);
        let tokens = user.installation.ok(&["token", "list", "--json"]);
        let broken = "{\n  \"a\": [\n";
        let path = user.put(file, broken);
        let error = failure(user.command(&[id, "--write"]));
        assert!(
            error.contains(&path.display().to_string()) && error.contains("line "),
            "{error}"
        );
        assert_eq!(read(&path), broken);
        assert_eq!(user.installation.ok(&["token", "list", "--json"]), tokens, "{id}");
    }
}

#[test]
fn without_write_the_block_and_the_clients_own_command_are_printed() {
    let user = User::new();
    let host = user.installation.serve();
    let said = user.connect(&["claude-code"]);
    let add = format!(
        "claude mcp add --scope user --transport http hearth {}/api/mcp --header \"Authorization: Bearer hearth_",
        host.url
    );
    assert!(
        said.contains(&add) && said.contains(".claude.json") && said.contains("--write"),
        "{said}"
    );
    assert!(!user.path(".claude.json").exists());
    let said = user.connect(&["vscode", "--project", &user.home.path().display().to_string()]);
    assert!(
        said.contains(".vscode/mcp.json") && said.contains("\"servers\""),
        "{said}"
    );
    let said = user.connect(&["cursor", "--stdio", "--url", "https://hearth.example"]);
    assert!(
        said.contains("\"--url\"") && said.contains("https://hearth.example"),
        "{said}"
    );
    let said = user.connect(&["zed", "--url", "https://hearth.example/", "--name", "cabin"]);
    assert!(
        said.contains("\"cabin\"") && said.contains("https://hearth.example/api/mcp"),
        "{said}"
    );
    assert!(user.installation.ok(&["token", "list"]).contains("zed-cabin"));
}

#[test]
fn the_list_tells_what_is_there_and_what_is_connected() {
    let user = User::new();
    user.put(".cursor/mcp.json", "{}");
    user.connect(&["claude-desktop", "--write"]);
    let list: Value = serde_json::from_str(&user.connect(&["--json"])).expect("it is JSON");
    let list = list.as_array().expect("a list");
    assert_eq!(list.len(), FILES.len());
    for (one, (id, file, _)) in list.iter().zip(FILES) {
        assert_eq!(one["id"], id);
        assert_eq!(one["file"], user.path(file).display().to_string());
        assert_eq!(one["connected"], id == "claude-desktop", "{one}");
        assert_eq!(one["found"], id == "claude-desktop" || id == "cursor", "{one}");
    }
    assert!(user.connect(&[]).contains("file there"));
}

#[test]
fn what_cannot_be_is_said_with_the_way_out() {
    let user = User::new();
    let fails = |arguments: &[&str]| failure(user.command(arguments));
    let error = fails(&["netscape"]);
    assert!(
        error.contains("`netscape`") && error.contains("claude-desktop, claude-code"),
        "{error}"
    );
    let error = fails(&["cursor"]);
    assert!(error.contains("No Hearth runs") && error.contains("--url"), "{error}");
    let error = fails(&["cursor", "--url", "localhost"]);
    assert!(error.contains("`localhost` is no URL"), "{error}");
    let error = fails(&["cursor", "--name", "my home"]);
    assert!(error.contains("`my home` cannot be the name"), "{error}");
    let error = fails(&["windsurf", "--project", "."]);
    assert!(error.contains("Windsurf has no files of projects"), "{error}");
    let error = fails(&["cursor", "--project", "/nowhere"]);
    assert!(error.contains("/nowhere is no folder"), "{error}");
    assert_eq!(user.installation.ok(&["token", "list", "--json"]), "[]");
}

#[test]
fn a_token_has_no_more_rights_than_the_config_entries_ask_for() {
    let user = User::new();
    let _host = user.installation.serve();
    let entries: Value = serde_json::from_str(&user.installation.ok(&["entry", "list", "--json"])).expect("it is JSON");
    let entry = entries[0]["id"].as_str().expect("there is one");
    assert!(user.connect(&["cursor"]).contains("an administrator's"));
    user.installation
        .ok(&["entry", "set", entry, "--require-admin", "false"]);
    assert!(user.connect(&["cursor"]).contains("not an administrator's"));
}
