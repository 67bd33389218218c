//! `hearth status`: what it tells, and when it fails.

mod support;

use serde_json::Value;
use support::{Installation, marked};

#[test]
fn a_host_that_is_well_is_told_of_and_none_is_a_failure() {
    let installation = Installation::new();
    let host = installation.serve();
    let said = installation.ok(&["status"]);
    assert!(
        said.contains(&format!("serves {}/api/mcp", host.url)) && said.contains("All is well."),
        "{said}"
    );
    let status: Value = serde_json::from_str(&installation.ok(&["status", "--json"])).expect("it is JSON");
    assert_eq!(
        (&status["url"], &status["pid"]),
        (&host.url.clone().into(), &host.pid().into())
    );
    host.terminate();
    assert!(host.ended().0.success());
    let error = installation.fails(&["status"]);
    assert!(
        error.contains("No Hearth runs") && error.contains("hearth serve"),
        "{error}"
    );
}

#[test]
fn a_host_that_is_degraded_is_a_failure_that_says_why() {
    let installation = Installation::new();
    let host = installation.serve();
    let component = installation.file("other.wasm", &marked("other"));
    installation.ok(&["component", "install", &component]);
    host.terminate();
    assert!(host.ended().0.success());
    std::fs::remove_dir_all(installation.path().join("components")).expect("it is there");
    let host = installation.serve();
    let output = installation.run(&["status"]);
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(
        !output.status.success() && said.contains("Degraded:\n- generation 2"),
        "{said}"
    );
    assert!(output.stderr.is_empty(), "it is said once");
    drop(host);
}
