//! Options, environment and `hearth.toml`.

mod support;

use std::fs;
use std::net::TcpListener;

use support::{Host, Installation, bare, failure};

/// An address that is taken: a host that is told to listen there says so and ends, which tells what it was told.
fn taken() -> (TcpListener, String) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("it is bound").to_string();
    (listener, address)
}

#[test]
fn an_option_wins_over_the_environment_and_that_over_the_file() {
    let installation = Installation::new();
    let [(_one, option), (_two, variable), (_three, file)] = [taken(), taken(), taken()];
    fs::write(
        installation.path().join("hearth.toml"),
        format!("listen = \"{file}\"\n"),
    )
    .expect("the test can write");

    let text = failure(installation.command(&["serve"]));
    assert!(text.contains(&format!("{file} is taken")), "{text}");
    let mut command = installation.command(&["serve"]);
    command.env("HEARTH_LISTEN", &variable);
    assert!(failure(command).contains(&format!("{variable} is taken")));
    let mut command = installation.command(&["serve", "--listen", &option]);
    command.env("HEARTH_LISTEN", &variable);
    assert!(failure(command).contains(&format!("{option} is taken")));
    let mut command = installation.command(&["--listen", &option]);
    command.env("HEARTH_LISTEN", &variable);
    assert!(
        failure(command).contains(&format!("{option} is taken")),
        "without a command it serves"
    );
}

#[test]
fn limits_come_from_all_three() {
    let installation = Installation::new();
    fs::write(
        installation.path().join("hearth.toml"),
        "[limits]\nsessions-per-principal = 1\nsessions = 1\n",
    )
    .expect("the test can write");
    let mut command = installation.command(&["serve", "--listen", "127.0.0.1:0", "--limit-sessions", "3"]);
    command.env("HEARTH_LIMIT_SESSIONS_PER_PRINCIPAL", "2");
    let host = Host::start(command);
    let one = installation.ok(&["token", "create", "one", "--admin"]);
    let other = installation.ok(&["token", "create", "other", "--admin"]);
    let _open = [host.stream(&one), host.stream(&one)];
    assert_eq!(host.get("/mcp_server/sse", &one).0, 503);
    let _third = host.stream(&other);
    assert_eq!(host.get("/mcp_server/sse", &other).0, 503);
}

#[test]
fn a_named_file_can_name_the_data_directory_beside_it() {
    let installation = Installation::new();
    let file = installation.path().join("elsewhere.toml");
    fs::write(&file, "data-dir = \"data\"\n").expect("the test can write");
    let mut command = bare(&["token", "create", "laptop", "--config"]);
    command.arg(&file);
    assert!(command.output().expect("the command starts").status.success());
    assert!(installation.path().join("data/hearth.db").exists());
}

#[test]
fn what_is_wrong_in_the_file_is_said_with_file_and_line() {
    let installation = Installation::new();
    let file = installation.path().join("hearth.toml");
    for (text, wrong) in [
        (
            "\nlisten = \"127.0.0.1:0\"\nhaus = \"embedded\"\n",
            "unknown field `haus`",
        ),
        ("\n[limits]\nsesions = 3\n", "unknown field `sesions`"),
        ("\n\nlisten = 8124\n", "invalid type: integer `8124`"),
        ("\n\nlisten = \"8124\"\n", "`8124`: it takes an address and a port"),
        (
            "\n\nhome = \"http://homeassistant.local:8123\"\n",
            "Home Assistant as the home is not there yet",
        ),
        ("\n\nlog-format = \"yaml\"\n", "unknown variant `yaml`"),
        ("\n\nlisten = \n", "line 3"),
    ] {
        fs::write(&file, text).expect("the test can write");
        for arguments in [&["serve"][..], &["token", "list"]] {
            let said = installation.fails(arguments);
            assert!(said.contains(&*file.to_string_lossy()), "{said}");
            assert!(said.contains("line 3") && said.contains(wrong), "{said}");
        }
    }
    fs::write(&file, "data-dir = \"/elsewhere\"\n").expect("the test can write");
    assert!(installation.fails(&["serve"]).contains("`data-dir` has no meaning"));
}

#[test]
fn values_that_cannot_be_are_refused() {
    let installation = Installation::new();
    let text = installation.fails(&["serve", "--home", "http://homeassistant.local:8123"]);
    assert!(text.contains("not there yet") && text.contains("embedded"), "{text}");
    let text = installation.fails(&["serve", "--limit-sessions", "0"]);
    assert!(
        text.contains("--limit-sessions") && text.contains("at least 1"),
        "{text}"
    );
    let text = installation.fails(&["serve", "--limit-sessions", "many"]);
    assert!(text.contains("--limit-sessions"), "{text}");
    let text = installation.fails(&["serve", "--config", "/nowhere/hearth.toml"]);
    assert!(text.contains("/nowhere/hearth.toml"), "{text}");
    let text = installation.fails(&["sreve"]);
    assert!(text.contains("serve"), "{text}");
}
