//! `hearth home`: what is in the home, and what of it assistants may see.

mod support;

use serde_json::{Value, json};
use support::{Host, Installation, SseStream};

fn parsed(text: &str) -> Value {
    serde_json::from_str(text).expect("JSON")
}

/// An entity as its owner sees it.
fn shown(installation: &Installation, id: &str) -> Value {
    parsed(&installation.ok(&["home", "show", id, "--json"]))
}

fn tools(client: &mut SseStream) -> Vec<String> {
    let listed = client.ask("tools/list", &json!({}));
    let tools = listed["tools"].as_array().expect("a list of tools").iter();
    tools
        .map(|tool| tool["name"].as_str().expect("a name").to_owned())
        .collect()
}

fn context(client: &mut SseStream) -> String {
    let call = json!({"name": "homeassistant__GetLiveContext", "arguments": {}});
    let answer = client.ask("tools/call", &call);
    answer["content"][0]["text"].as_str().expect("a text").to_owned()
}

/// What turning something on by its name comes to.
fn turn_on(client: &mut SseStream, name: &str) -> Value {
    let call = json!({"name": "intent__HassTurnOn", "arguments": {"name": name}});
    client.ask("tools/call", &call)
}

fn connected(installation: &Installation) -> (Host, SseStream) {
    let host = installation.serve();
    let token = installation.ok(&["token", "create", "laptop", "--admin"]);
    let client = host.client(&token);
    (host, client)
}

#[test]
fn what_is_hidden_is_gone_for_a_connected_client_at_once_and_comes_back() {
    let installation = Installation::new();
    let (_host, mut client) = connected(&installation);
    let all = tools(&mut client);
    assert!(all.contains(&"fan__HassFanSetSpeed".to_owned()));
    assert!(context(&mut client).contains("Ceiling Fan"));

    let text = installation.ok(&["home", "hide", "Ceiling Fan", "--yes"]);
    assert!(
        text.contains("fan.bedroom") && text.contains("exposed  hidden"),
        "{text}"
    );
    assert!(text.contains("Gone: fan__HassFanSetSpeed"), "{text}");
    assert!(text.ends_with("To undo:\n\n  hearth home reset fan.bedroom"), "{text}");
    let told = client.message();
    assert_eq!(told["method"], "notifications/tools/list_changed", "{told}");
    let fewer = tools(&mut client);
    assert_eq!(fewer.len() + 1, all.len());
    assert!(!fewer.contains(&"fan__HassFanSetSpeed".to_owned()));
    assert!(!context(&mut client).contains("Ceiling Fan"));
    assert_eq!(turn_on(&mut client, "Ceiling Fan")["isError"], true);
    assert_eq!(turn_on(&mut client, "Bed Light")["isError"], false);

    installation.ok(&["home", "reset", "fan.bedroom", "--yes"]);
    assert_eq!(client.message()["method"], "notifications/tools/list_changed");
    assert_eq!(tools(&mut client), all);
    assert_eq!(turn_on(&mut client, "Ceiling Fan")["isError"], false);
}

#[test]
fn a_change_that_leaves_the_tools_as_they_are_is_not_told() {
    let installation = Installation::new();
    let (_host, mut client) = connected(&installation);
    let all = tools(&mut client);
    let text = installation.ok(&["home", "expose", "light.safe", "--yes"]);
    assert!(text.contains("and the same") && !text.contains("New:"), "{text}");
    // `tools` takes the next message for its answer: nothing was told before it.
    assert_eq!(tools(&mut client), all);
    assert!(context(&mut client).contains("Safe Light"));
    assert_eq!(turn_on(&mut client, "Safe Light")["isError"], false);
}

#[test]
fn what_was_said_by_hand_holds_without_a_host_and_over_restarts() {
    let installation = Installation::new();
    let text = installation.ok(&["home", "hide", "--label", "Security", "--domain", "lock", "--yes"]);
    assert!(
        text.contains("lock.front_door") && text.contains("lock.terrace_door"),
        "{text}"
    );
    assert!(
        !text.contains("cover.garage_door") && text.contains("2 entities are hidden now"),
        "{text}"
    );
    let lock = shown(&installation, "lock.front_door");
    assert_eq!((&lock["exposed"], &lock["why"]["by"]), (&false.into(), &"hand".into()));

    for _ in 0..2 {
        let (host, mut client) = connected(&installation);
        assert!(!context(&mut client).contains("Front Door"));
        assert_eq!(shown(&installation, "Front Door")["exposed"], false);
        installation.ok(&["token", "revoke", "laptop"]);
        host.terminate();
        assert!(host.ended().0.success());
    }
    let text = installation.ok(&["home", "entities", "--domain", "lock", "--hidden"]);
    assert!(text.contains("hidden by hand on 2"), "{text}");
    installation.ok(&["home", "reset", "--label", "security", "--yes"]);
    let lock = shown(&installation, "lock.front_door");
    assert_eq!(
        (&lock["exposed"], &lock["why"]["by"]),
        (&true.into(), &"default".into())
    );
}

#[test]
fn what_would_be_done_is_shown_and_only_done_when_it_is_agreed_to() {
    let installation = Installation::new();
    for beside in [false, true] {
        let _host = beside.then(|| installation.serve());
        let text = installation.ok(&["home", "hide", "--area", "kitchen", "--domain", "light", "--dry-run"]);
        assert!(
            text.contains("light.worktop") && text.contains("light.kitchen_lamp"),
            "{text}"
        );
        assert!(
            text.contains("Nothing was changed") && text.contains("instead of"),
            "{text}"
        );
        let text = installation.fails(&["home", "hide", "light.worktop"]);
        assert!(text.contains("Nothing was changed") && text.contains("--yes"), "{text}");
        let text = installation.fails(&["home", "hide", "light.worktop", "--json"]);
        assert!(text.contains("--yes") && text.contains("--dry-run"), "{text}");
        assert_eq!(shown(&installation, "light.worktop")["exposed"], true);
    }
    let told = parsed(&installation.ok(&["home", "hide", "light.worktop", "light.safe", "--yes", "--json"]));
    assert_eq!(told["changed"], json!(["light.worktop"]));
    assert_eq!(
        (&told["already"], &told["done"]),
        (&json!(["light.safe"]), &true.into())
    );
    assert_eq!(told["undo"], json!(["hearth home reset light.worktop"]));
    // What was said by hand before is what an undo says again.
    let told = parsed(&installation.ok(&["home", "expose", "light.worktop", "light.safe", "--yes", "--json"]));
    let undo = ["hearth home hide light.worktop", "hearth home reset light.safe"];
    assert_eq!(told["undo"], json!(undo));
    let text = installation.ok(&["home", "expose", "light.worktop"]);
    assert!(
        text.contains("Exposed already") && text.contains("nothing to do"),
        "{text}"
    );
}

#[test]
fn names_that_match_nothing_or_too_much_are_refused_with_what_would_be_right() {
    let installation = Installation::new();
    let cases: [(&[&str], &[&str]); 8] = [
        (
            &["Ceiling Fam"],
            &["Nothing in the home is called “Ceiling Fam”", "“Ceiling Fan”"],
        ),
        (
            &["Lamp"],
            &["light.kitchen_lamp (Lamp, Kitchen)", "light.garage_lamp", "by its id"],
        ),
        (&["--area", "Kichen"], &["no area “Kichen”", "“Kitchen”"]),
        (&["--floor", "roof"], &["no floor “roof”"]),
        (&["--label", "securty"], &["no label “securty”", "“Security”"]),
        (&["--domain", "lamp"], &["nothing of the domain `lamp`", "light"]),
        (
            &["light.bed", "--area", "kitchen"],
            &["light.bed (Bed Light, Bedroom) is not among"],
        ),
        (&[], &["Say of which entities", "--all"]),
    ];
    for (arguments, wanted) in cases {
        let mut command = vec!["home", "hide", "--yes"];
        command.extend(arguments);
        let text = installation.fails(&command);
        for wanted in wanted {
            assert!(text.contains(wanted), "{arguments:?}: {text}\ndoes not say: {wanted}");
        }
    }
    // The area tells two lamps of one name apart.
    let text = installation.ok(&["home", "hide", "lamp", "--area", "Kitchen", "--yes"]);
    assert!(
        text.contains("light.kitchen_lamp") && !text.contains("garage"),
        "{text}"
    );
    assert_eq!(shown(&installation, "light.garage_lamp")["exposed"], true);
}

#[test]
fn lists_tell_where_things_are_and_why_they_are_seen() {
    let installation = Installation::new();
    let areas = installation.ok(&["home", "areas"]);
    assert!(areas.starts_with("FLOOR") && areas.contains("Utility Room"), "{areas}");
    let rows = parsed(&installation.ok(&["home", "areas", "--json"]));
    let office = rows
        .as_array()
        .expect("rows")
        .iter()
        .find(|row| row["area"]["id"] == "office");
    let office = office.expect("the office is one");
    let (all, exposed) = (office["entities"].as_u64(), office["exposed"].as_u64());
    assert_eq!(all, exposed.map(|exposed| exposed + 1), "the safe is hidden: {office}");
    assert_eq!(office["floor"]["name"], "First floor");

    let listed = parsed(&installation.ok(&["home", "entities", "--floor", "upstairs", "--hidden", "--json"]));
    let entities = listed["entities"].as_array().expect("entities");
    assert_eq!(entities.len(), 1, "{listed}");
    assert_eq!(
        (&entities[0]["id"], &entities[0]["why"]["by"]),
        (&"light.safe".into(), &"description".into())
    );
    let text = installation.ok(&["home", "show", "Heating"]);
    for part in [
        "climate.living_room",
        "Living Room Thermostat, Heating",
        "Ground floor (ground_floor)",
        "20.4",
    ] {
        assert!(text.contains(part), "{text}\ndoes not say {part}");
    }
}

#[test]
fn the_built_in_home_is_a_file_to_begin_with_and_a_broken_one_is_told_by_its_line() {
    let installation = Installation::new();
    let own = installation.ok(&["home", "file"]);
    let path = installation.file(
        "my-home.toml",
        format!("{own}\n[[entities]]\nid = \"switch.mine\"\nname = \"Mine\"\n").as_bytes(),
    );
    let text = installation.ok(&["home", "check", &path]);
    assert!(text.contains("“Hearth”") && text.contains("3 labels"), "{text}");
    assert!(installation.fails(&["home", "file", "--path"]).contains("my-home.toml"));

    installation.ok(&["home", "--home", &path, "hide", "Mine", "--yes"]);
    let host = installation.serve_with(&["--home", &path]);
    assert_eq!(shown(&installation, "switch.mine")["exposed"], false);
    drop(host);
    // Under another home it is gone, and is remembered until it is taken back.
    let text = installation.ok(&["home", "entities", "--domain", "lock"]);
    assert!(
        text.contains("switch.mine (hidden on 2") && text.contains("--gone"),
        "{text}"
    );
    installation.ok(&["home", "reset", "--gone", "--yes"]);
    let listed = parsed(&installation.ok(&["home", "entities", "--json"]));
    assert_eq!(listed["gone"], json!([]));

    let broken = installation.file(
        "broken.toml",
        own.replace("floor = \"cellar\"", "floor = \"attic\"").as_bytes(),
    );
    let text = installation.fails(&["home", "check", &broken]);
    assert!(
        text.contains("broken.toml:") && text.contains("no floor `attic`"),
        "{text}"
    );
}
