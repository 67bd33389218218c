//! What is refused of clients that are to be connected, and of what stands between them and the host.

use std::path::Path;

use super::List;
use super::support::{Installation, failure};

#[test]
fn connecting() {
    let place = Installation::new();
    let mut list = List::of(&place);
    let file = |name: &str, text: &str| {
        let path = place.path().join(name);
        std::fs::create_dir_all(path.parent().expect("it has a folder")).expect("the test can write");
        std::fs::write(path, text).expect("the test can write");
    };
    file(".cursor/mcp.json", "{ \"mcpServers\": {");
    file(".lmstudio/mcp.json", "{ \"mcpServers\": [] }");
    file(".codex/config.toml", "model = ");
    file("token", "hearth_00");
    file("no-token", "hearth_\u{1}");
    file("none.pem", "");
    std::fs::create_dir_all(place.path().join(".config/zed")).expect("the test can write");
    std::fs::write(place.path().join(".config/zed/settings.json"), b"{ \xff }").expect("the test can write");
    file(".gemini/settings.json", "{ \"mcpServers\": { \"hearth\": 1 } }");
    for arguments in [
        &["connect", "netscape"][..],
        &["connect", "cursor"],
        &["connect", "cursor", "--url", "localhost"],
        &["connect", "cursor", "--name", "my home"],
        &["connect", "windsurf", "--project", "."],
        &["connect", "cursor", "--project", "nowhere"],
        &["connect", "cursor", "--url", "http://localhost:8124", "--write"],
        &["connect", "lm-studio", "--url", "http://localhost:8124", "--write"],
        &["connect", "codex", "--url", "http://localhost:8124", "--write"],
        &["connect", "gemini", "--url", "http://localhost:8124", "--write"],
        &["connect", "zed", "--url", "http://localhost:8124", "--write"],
        &["status"],
        &["stdio", "--url", "http://localhost:8124"],
        &["stdio", "--url", "localhost", "--token-file", "token"],
        &["stdio", "--url", "https://localhost", "--token-file", "token"],
        &["stdio", "--token-file", "no-token"],
        &["stdio", "--token-file", "nowhere"],
    ] {
        let mut command = place.command(arguments);
        command
            .env("HOME", place.path())
            .env_remove("XDG_CONFIG_HOME")
            .env_remove("CODEX_HOME");
        command
            .current_dir(place.path())
            .env("SSL_CERT_FILE", "none.pem")
            .env_remove("SSL_CERT_DIR");
        list.note(&format!("hearth {}", arguments.join(" ")), &failure(command));
    }
    let mut homeless = place.command(&["connect"]);
    homeless.env_remove("HOME");
    list.note("hearth connect, without HOME", &failure(homeless));
    list.keep("clients");
}

#[test]
fn tls_and_proxies() {
    let place = Installation::new();
    let mut list = List::of(&place);
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/tls");
    for name in ["one.pem", "one.key", "other.key"] {
        std::fs::copy(fixtures.join(name), place.path().join(name)).expect("the test can write");
    }
    for arguments in [
        &["serve", "--tls-cert", "one.pem"][..],
        &[
            "serve",
            "--listen",
            "127.0.0.1:0",
            "--tls-cert",
            "nowhere.pem",
            "--tls-key",
            "one.key",
        ],
        &[
            "serve",
            "--listen",
            "127.0.0.1:0",
            "--tls-cert",
            "one.key",
            "--tls-key",
            "one.key",
        ],
        &[
            "serve",
            "--listen",
            "127.0.0.1:0",
            "--tls-cert",
            "one.pem",
            "--tls-key",
            "one.pem",
        ],
        &[
            "serve",
            "--listen",
            "127.0.0.1:0",
            "--tls-cert",
            "one.pem",
            "--tls-key",
            "other.key",
        ],
        &["serve", "--trusted-proxy", "10.0.0.0/33"],
        &["serve", "--path-prefix", "hearth"],
    ] {
        let mut command = place.command(arguments);
        command.current_dir(place.path()).env("HEARTH_LOG_FORMAT", "text");
        list.note(&format!("hearth {}", arguments.join(" ")), &failure(command));
    }
    for text in [
        "tls-key = \"one.key\"",
        "trusted-proxy = [\"localhost\"]",
        "path-prefix = \"hearth\"",
    ] {
        place.file("hearth.toml", text.as_bytes());
        let mut command = place.command(&["serve", "--listen", "127.0.0.1:0"]);
        command.env("HEARTH_LOG_FORMAT", "text");
        list.note(&format!("hearth serve, with {text} in hearth.toml"), &failure(command));
    }
    list.keep("tls_and_proxies");
}
