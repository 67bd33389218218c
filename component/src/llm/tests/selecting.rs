//! Which LLM APIs are served, and what changes what they offer.

use serde_json::json;

use super::{Bench, house, snapshot};
use crate::contract::hearth::mcp::config_entries::ConfigEntry;
use crate::llm::{Llm, Request, Selection, SelectionError};
use crate::protocol::capabilities::ClientCapabilities;

fn entry(all: bool, apis: &[&str], read_only: bool) -> ConfigEntry {
    ConfigEntry {
        id: "1".to_owned(),
        title: "Home".to_owned(),
        all_llm_apis: all,
        llm_apis: apis.iter().map(|id| (*id).to_owned()).collect(),
        require_admin: false,
        read_only,
    }
}

fn names(llm: &mut Llm, selection: &Selection, bench: &Bench) -> Vec<String> {
    let request = Request {
        mirror: &bench.mirror,
        device: None,
        admin: true,
        moment: 0,
        client: ClientCapabilities::default(),
        answers: None,
        paused: None,
    };
    llm.tools(selection, &request)
        .into_iter()
        .map(|(name, _)| name)
        .collect()
}

#[test]
fn an_entry_and_a_route_select() {
    let assist = Selection::of_api("assist").expect("it is our own");
    assert_eq!(assist.name(), "Device control");
    assert_eq!(Selection::of_entry(&entry(true, &["nope"], false)), assist);
    assert_eq!(Selection::of_entry(&entry(false, &["assist"], false)), assist);
    assert_eq!(Selection::of_api("nope"), None);
    assert_eq!(assist.check(false), Ok(()));
}

#[test]
fn a_selection_of_nothing_or_of_the_unknown_says_so() {
    let none = Selection::of_entry(&entry(false, &[], false)).check(true);
    assert_eq!(
        none.map_err(|error| error.to_string()),
        Err("No APIs provided".to_owned())
    );
    let several = Selection::of_entry(&entry(false, &["assist", "nope"], false));
    assert_eq!(several.name(), "Merged LLM API");
    assert_eq!(several.check(true), Err(SelectionError::Unknown("nope".to_owned())));
    assert_eq!(
        several.check(true).map_err(|error| error.to_string()),
        Err("API nope not found".to_owned())
    );
}

#[test]
fn read_only_leaves_what_only_reads() {
    let bench = Bench::house();
    let mut llm = Llm::new();
    let selection = Selection::of_entry(&entry(true, &[], true));
    assert_eq!(
        names(&mut llm, &selection, &bench),
        ["homeassistant__GetLiveContext", "llm__GetDateTime"]
    );
}

#[test]
fn tools_follow_what_is_exposed() {
    let mut bench = Bench::house();
    let mut llm = Llm::new();
    let assist = Selection::of_api("assist").expect("it is our own");
    let all = [
        "homeassistant__GetLiveContext",
        "intent__HassTurnOn",
        "intent__HassTurnOff",
        "intent__HassSetPosition",
        "intent__HassStopMoving",
        "intent__HassCancelAllTimers",
        "light__HassLightSet",
        "llm__GetDateTime",
        "script__tea",
    ];
    assert_eq!(names(&mut llm, &assist, &bench), all);

    let digest = bench.with(|llm, selection, request| llm.tools_digest(selection, request));
    assert_eq!(digest.len(), 64);
    let mut home = house();
    home["entities"] = json!([{"id": "lock.door", "name": "Front door", "state": "locked"}]);
    bench.mirror.replace(snapshot(&home));
    let few = [
        "homeassistant__GetLiveContext",
        "intent__HassTurnOn",
        "intent__HassTurnOff",
        "intent__HassCancelAllTimers",
        "llm__GetDateTime",
    ];
    assert_eq!(names(&mut llm, &assist, &bench), few);
    assert_ne!(
        bench.with(|llm, selection, request| llm.tools_digest(selection, request)),
        digest
    );
}

#[test]
fn every_planned_action_is_declared() {
    let declared = crate::llm::actions();
    let mut bench = Bench::house();
    let calls = [
        (
            "intent__HassTurnOn",
            json!({"floor": "downstairs", "domain": ["light", "valve"]}),
        ),
        ("intent__HassTurnOff", json!({"area": "bedroom"})),
        ("intent__HassTurnOn", json!({"name": "Bell"})),
        ("intent__HassTurnOff", json!({"name": "front door"})),
        ("intent__HassSetPosition", json!({"name": "Tap", "position": 3})),
        ("intent__HassStopMoving", json!({"name": "Blind"})),
        ("light__HassLightSet", json!({"brightness": 3})),
        ("script__tea", json!({"cups": 3})),
    ];
    for (tool, arguments) in calls {
        for action in bench.plan(tool, arguments).actions {
            let wild = action
                .name
                .split('.')
                .next()
                .map(|domain| format!("{domain}.*"))
                .unwrap_or_default();
            assert!(
                declared.contains(&action.name) || declared.contains(&wild),
                "{}",
                action.name
            );
        }
    }
}
