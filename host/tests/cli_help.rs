//! What the command says of itself, kept so that a change of it is seen.

mod support;

use support::bare;

fn printed(arguments: &[&str]) -> String {
    let output = bare(arguments).output().expect("the command starts");
    assert!(output.status.success());
    let text = String::from_utf8(output.stdout).expect("it prints UTF-8");
    text.lines().map(str::trim_end).collect::<Vec<_>>().join("\n")
}

#[test]
fn help() {
    insta::assert_snapshot!("hearth", printed(&["--help"]));
    insta::assert_snapshot!("serve", printed(&["serve", "--help"]));
    insta::assert_snapshot!("token", printed(&["token", "--help"]));
    insta::assert_snapshot!("token_create", printed(&["token", "create", "--help"]));
    insta::assert_snapshot!("entry", printed(&["entry", "--help"]));
    insta::assert_snapshot!("entry_set", printed(&["entry", "set", "--help"]));
    insta::assert_snapshot!("home", printed(&["home", "--help"]));
    insta::assert_snapshot!("home_hide", printed(&["home", "hide", "--help"]));
    insta::assert_snapshot!("audit", printed(&["audit", "--help"]));
    insta::assert_snapshot!("session", printed(&["session", "--help"]));
    insta::assert_snapshot!("session_end", printed(&["session", "end", "--help"]));
    insta::assert_snapshot!("component", printed(&["component", "--help"]));
    insta::assert_snapshot!("component_install", printed(&["component", "install", "--help"]));
    insta::assert_snapshot!("stdio", printed(&["stdio", "--help"]));
    insta::assert_snapshot!("connect", printed(&["connect", "--help"]));
    insta::assert_snapshot!("status", printed(&["status", "--help"]));
}

#[test]
fn version() {
    let text = printed(&["--version"]);
    assert_eq!(text, printed(&["-V"]));
    assert_eq!(text, printed(&["--data-dir", "anywhere", "--version"]));
    let lines: Vec<_> = text.lines().collect();
    let version = env!("CARGO_PKG_VERSION");
    assert_eq!(lines[0], format!("hearth {version}"));
    let digest = lines[1]
        .strip_prefix(&format!("component {version} sha256:"))
        .expect("the digest");
    assert!(
        digest.len() == 64 && digest.chars().all(|c| c.is_ascii_hexdigit()),
        "{digest}"
    );
}
