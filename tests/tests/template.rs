//! The component project that `hearth-harness new` writes: it builds as it is, and is a server of MCP.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::LazyLock;

use hearth_harness::check::{Options, check};
use hearth_harness::conversation::{call, cancelled, initialized, ping, request};
use hearth_harness::level::Level;
use hearth_harness::report;
use hearth_harness::stage::{Client, Stage};
use hearth_harness::template::{Project, packages};
use hearth_host::contract::hearth::mcp::types::{RefusalReason, Route};
use hearth_host::engine::Refused;
use hearth_host::limits::Limits;
use hearth_host::principals::Rights;
use hearth_tests::guests;
use serde_json::{Value, json};

const NAME: &str = "night-lights";
const TOOL: &str = "turn_off_lights";

/// The component of a project that was written just now.
fn component() -> &'static [u8] {
    static COMPONENT: LazyLock<Vec<u8>> = LazyLock::new(|| {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let project = Project::named(NAME).expect("a name for a crate");
        project.write(folder.path()).expect("an empty folder is written into");
        guests::project(folder.path(), NAME)
    });
    &COMPONENT
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .expect("tests/ lies in the workspace")
}

fn files() -> Vec<(&'static str, String)> {
    Project::named(NAME).expect("a name for a crate").files().collect()
}

fn text(answer: &Value, is_error: bool) -> &str {
    let result = &answer["result"];
    assert_eq!(result["isError"], is_error, "{answer}");
    result["content"][0]["text"].as_str().unwrap_or_default()
}

/// A stage whose lights are on and whose actions wait, with a client that has called the tool.
async fn calling(id: &str) -> (Stage, Client) {
    let stage = Stage::new(component()).await;
    stage.home.set("light.bed", "on");
    stage.home.hold_all(true);
    let ben = initialized(&stage, "ben").await;
    ben.post(&call(id, TOOL, json!({}))).await.expect("it is taken");
    stage.settle().await;
    assert_eq!(stage.home.waiting(), 2, "one action for each light that is exposed");
    (stage, ben)
}

#[test]
fn the_contract_is_in_it_whole() {
    let written: BTreeSet<String> = files().iter().map(|(path, _)| (*path).to_owned()).collect();
    let contract = std::fs::read_dir(root().join("wit")).expect("the contract is there");
    for file in contract {
        let name = file.expect("it can be read").file_name();
        let path = format!("wit/{}", name.to_string_lossy());
        assert!(
            written.contains(&path),
            "{path} is missing: add it to `FILES` of the template"
        );
    }
}

#[test]
fn its_name_stands_everywhere() {
    for (path, text) in files() {
        let unfilled = ["{{name}}", "{{lib}}"].iter().any(|place| text.contains(place));
        assert!(!unfilled, "{path} has a place that was not filled");
    }
    let readme = files()
        .into_iter()
        .find(|(path, _)| *path == "README.md")
        .expect("a README")
        .1;
    assert!(readme.contains("# night-lights") && readme.contains("release/night_lights.wasm"));
}

#[test]
fn it_is_locked_to_the_versions_of_this_workspace() {
    let ours = std::fs::read_to_string(root().join("Cargo.lock")).expect("the workspace has a lock file");
    let ours: BTreeSet<(&str, &str)> = packages(&ours).collect();
    let lock = files()
        .into_iter()
        .find(|(path, _)| *path == "Cargo.lock")
        .expect("a lock file")
        .1;
    let strangers: Vec<_> = packages(&lock)
        .filter(|package| package.0 != NAME && !ours.contains(package))
        .collect();
    assert!(
        strangers.is_empty(),
        "update tests/harness/template/Cargo.lock.in: {strangers:?}"
    );
}

#[tokio::test(start_paused = true)]
async fn it_says_what_it_is() {
    let stage = Stage::new(component()).await;
    let description = stage.engine.describe();
    assert_eq!(
        (description.name.as_str(), description.version.as_str()),
        (NAME, "0.1.0")
    );
    assert_eq!(description.actions, ["light.turn_off"]);
    let ben = stage.principal("ben");
    let offered = stage.engine.offers(&ben, &Route::Sse).await.expect("it does not fail");
    assert_eq!(offered[0].name, TOOL);
    let mut client = initialized(&stage, "ben").await;
    let listed = client.ask(&request("1", "tools/list", json!({}))).await;
    let definition: Value = serde_json::from_slice(&offered[0].definition).expect("JSON");
    assert_eq!(listed["result"]["tools"], json!([definition]));
}

#[tokio::test(start_paused = true)]
async fn a_call_acts_in_the_home_and_says_what_came_of_it() {
    let (stage, mut ben) = calling("a").await;
    ping(&mut ben).await;
    stage.home.release(2);
    let answer = ben.next().await;
    assert_eq!(answer["id"], "a");
    assert_eq!(text(&answer, false), "Bed Light: off\nCeiling Light: off");
    assert_eq!(
        stage.home.done(),
        ["light.turn_off light.bed", "light.turn_off light.ceiling"]
    );
    assert_eq!(
        stage.audit.lines(),
        ["ben light.turn_off: ok", "ben light.turn_off: ok"]
    );
    let mut numbered = call("b", TOOL, json!({"area": " bedroom"}));
    // More digits than a double holds.
    numbered["id"] = json!(9_007_199_254_740_993_u64);
    stage.home.release(2);
    let in_the_bedroom = ben.ask(&numbered).await;
    assert_eq!(text(&in_the_bedroom, false), "Bed Light: off\nCeiling Light: off");
}

#[tokio::test(start_paused = true)]
async fn a_call_and_its_session_outlive_the_instance() {
    let (stage, mut ben) = calling("a").await;
    stage.engine.renew().await;
    ping(&mut ben).await;
    let again = ben.ask(&call("a", TOOL, json!({}))).await;
    assert_eq!(
        again["error"]["code"], -32600,
        "it knows that the id is in flight: {again}"
    );
    stage.engine.renew().await;
    stage.home.release(2);
    assert_eq!(text(&ben.next().await, false), "Bed Light: off\nCeiling Light: off");
    stage.settle().await;
    assert!(ben.unread().is_empty());
    assert_eq!(stage.engine.status().faults, 0);
}

#[tokio::test(start_paused = true)]
async fn a_cancelled_call_stops_and_is_never_answered() {
    let (stage, mut ben) = calling("a").await;
    stage.engine.renew().await;
    ben.post(&cancelled("a")).await.expect("it is taken");
    stage.settle().await;
    assert_eq!((stage.home.waiting(), stage.home.cancelled()), (0, 2));
    stage.home.release(2);
    ping(&mut ben).await;
    assert!(ben.unread().is_empty() && stage.home.done().is_empty());
    ben.post(&cancelled("a")).await.expect("what is over is ignored");
    let again = ben.ask(&call("a", TOOL, json!({}))).await;
    assert_eq!(text(&again, false), "Bed Light: off\nCeiling Light: off");
}

#[tokio::test(start_paused = true)]
async fn who_hangs_up_leaves_nothing_behind() {
    let (stage, ben) = calling("a").await;
    drop(ben);
    stage.settle().await;
    assert_eq!((stage.home.waiting(), stage.home.cancelled()), (0, 2));
    let status = stage.engine.status();
    assert_eq!((status.sessions, status.work, status.checkpoints), (0, 0, 0));
}

#[tokio::test(start_paused = true)]
async fn bad_input_is_answered_and_harms_nothing() {
    let stage = Stage::new(component()).await;
    let mut ben = initialized(&stage, "ben").await;
    let malformed = [
        json!([]),
        json!([request("1", "ping", json!({}))]),
        json!({"jsonrpc": "1.0", "id": 1, "method": "ping"}),
        json!({"jsonrpc": "2.0", "id": null, "method": "ping"}),
        json!({"jsonrpc": "2.0", "id": 1.5, "method": "ping"}),
        json!({"jsonrpc": "2.0", "id": 1, "method": "ping", "params": []}),
        (0..70).fold(json!(1), |inner, _| json!([inner])),
    ];
    for body in malformed {
        match ben.post(&body).await {
            Err(Refused::Refusal(refusal)) => assert_eq!(refusal.reason, RefusalReason::Malformed, "{body}"),
            other => panic!("{body}: {other:?}"),
        }
    }
    let errors = [
        ("tools/no_such", json!({}), -32601),
        ("tools/call", json!({}), -32602),
        ("tools/call", json!({"name": TOOL, "arguments": 1}), -32602),
        ("tools/list", json!({"cursor": 1}), -32602),
        ("initialize", json!({"protocolVersion": "2025-11-25"}), -32602),
    ];
    for (method, params, code) in errors {
        let answer = ben.ask(&request("1", method, params)).await;
        assert_eq!(answer["error"]["code"], code, "{answer}");
    }
    for arguments in [
        json!({"area": 1}),
        json!({"area": "cellar"}),
        json!({"room": "bedroom"}),
    ] {
        let answer = ben.ask(&call("1", TOOL, arguments)).await;
        assert!(text(&answer, true).contains("area"), "{answer}");
    }
    let unknown = ben.ask(&call("1", "no_such_tool", json!({}))).await;
    assert!(text(&unknown, true).contains("no_such_tool"));
    assert!(stage.home.done().is_empty());
    ping(&mut ben).await;
}

#[tokio::test(start_paused = true)]
async fn the_owner_decides_who_is_served_what() {
    let stage = Stage::new(component()).await;
    let mut ben = initialized(&stage, "ben").await;
    ben.ask(&request("1", "tools/list", json!({}))).await;
    stage.entries.change(|entry| entry.read_only = true);
    stage.engine.notify_entries();
    stage.engine.deliver_changes().await;
    assert_eq!(ben.next().await["method"], "notifications/tools/list_changed");
    let listed = ben.ask(&request("2", "tools/list", json!({}))).await;
    assert_eq!(listed["result"]["tools"], json!([]));
    text(&ben.ask(&call("3", TOOL, json!({}))).await, true);

    stage.entries.change(|entry| entry.require_admin = true);
    let refused = ben.post(&request("4", "ping", json!({}))).await;
    assert!(matches!(refused, Err(Refused::Refusal(refusal)) if refusal.reason == RefusalReason::AdminRequired));
    let ada = initialized(&stage, "ada").await;
    stage.principals.set("ben", None::<Rights>);
    stage.engine.notify_rights("ben");
    ben.end().await;
    stage.entries.set_loaded(0);
    stage.engine.notify_entries();
    let mut ada = ada;
    ada.end().await;
}

#[tokio::test(start_paused = true)]
async fn its_limits_are_those_of_the_owner() {
    let limits = Limits {
        requests_in_flight: 1,
        sessions_per_principal: 1,
        nesting: 3,
        ..Limits::default()
    };
    let stage = Stage::with_limits(component(), limits).await;
    stage.home.hold_all(true);
    let mut ben = initialized(&stage, "ben").await;
    ben.post(&call("a", TOOL, json!({}))).await.expect("it is taken");
    let one_more = ben.ask(&call("b", TOOL, json!({}))).await;
    assert_eq!(one_more["error"]["code"], -32000, "{one_more}");
    let deep = request("c", "ping", json!({"a": [[]]}));
    assert!(matches!(ben.post(&deep).await, Err(Refused::Refusal(_))));
    match stage.try_client("ben", Vec::new()).await {
        Err(Refused::Refusal(refusal)) => assert_eq!(refusal.reason, RefusalReason::TooManySessions),
        other => panic!("a second session of one principal: {:?}", other.map(|_| "served")),
    }
    let eve = stage.client("eve").await;
    let stolen = eve
        .post_to(ben.stream.session(), &request("d", "ping", json!({})))
        .await;
    assert!(matches!(stolen, Err(Refused::Refusal(refusal)) if refusal.reason == RefusalReason::UnknownSession));
}

#[test]
fn it_passes_the_check_of_its_level() {
    let options = Options {
        level: Some(Level::Tools),
        ..Options::default()
    };
    let report = check(component(), &options).expect("it can be tried");
    assert!(report.holds(), "{}", report::text(&report));
}

#[test]
fn a_level_that_it_does_not_declare_is_not_tried() {
    let options = Options {
        level: Some(Level::Assist),
        ..Options::default()
    };
    let error = check(component(), &options).expect_err("it is of the level tools");
    assert!(error.to_string().contains("declares the level tools"), "{error}");
}
