//! `hearth serve --watch`: the author's loop of edit and see.

mod support;

use std::fs;

use serde_json::json;
use support::{Installation, marked};

#[test]
fn a_build_goes_live_a_broken_one_is_told_and_the_next_one_mends_it() {
    let installation = Installation::new();
    let token = installation.ok(&["token", "create", "laptop", "--admin"]);
    let file = installation.file("server.wasm", &marked("first build"));
    let mut host = installation.serve_with(&["--watch", &file]);
    let mut client = host.client(&token);
    let mut is_served = || {
        let tools = client.ask("tools/list", &json!({}));
        assert!(
            tools["tools"].as_array().is_some_and(|tools| !tools.is_empty()),
            "{tools}"
        );
    };
    // As cargo does it: a finished file is moved to its place.
    let build = |bytes: &[u8]| {
        let beside = installation.file("server.wasm.building", bytes);
        fs::rename(beside, &file).expect("the test can write");
    };

    build(&marked("second build"));
    let live = host.wait_for_log("live");
    assert_eq!(live["generation"], 2, "{live}");
    assert_eq!(live["differences"], "nothing that clients see is different", "{live}");
    assert!(live["pause_us"].is_u64(), "{live}");
    is_served();

    build(b"error: could not compile");
    let broken = host.wait_for_log("not installed");
    let said = broken["message"].as_str().expect("it is a text");
    assert!(
        said.contains("at the step `verify`: this is not a WebAssembly file") && said.ends_with("; what runs goes on"),
        "{said}"
    );
    assert_eq!(host.health()["generation"], 2);
    is_served();

    build(&marked("third build"));
    assert_eq!(host.wait_for_log("live")["generation"], 3);
    is_served();

    // What is watched is not what the owner chose.
    host.terminate();
    assert!(host.ended().0.success());
    let later = installation.serve();
    assert_eq!(later.health()["generation"], 4);
    let path = installation.ok(&["component", "path"]);
    assert_eq!(fs::read(path).expect("it is kept"), hearth_host::COMPONENT);
}

#[test]
fn what_to_watch_and_what_to_run_are_one_thing() {
    let installation = Installation::new();
    let text = installation.fails(&["serve", "--watch", "a.wasm", "--component", "b.wasm"]);
    assert!(text.contains("--watch") && text.contains("--component"), "{text}");
    let nothing = installation.fails(&["serve", "--listen", "127.0.0.1:0", "--watch", "/nowhere/a.wasm"]);
    assert!(nothing.contains("/nowhere/a.wasm cannot be read"), "{nothing}");
}
