//! What changes of the home, the configuration and rights mean for clients that are connected.

use hearth_component::contract::hearth::mcp::config_entries::LookupError;
use hearth_component::contract::hearth::mcp::types::{Effect, RefusalReason};
use serde_json::{Value, json};

use crate::home::add_script;
use crate::support::{Client, Host, admin, call, change, light_on, ok, request, user};

const LIST_CHANGED: &str = r#"{"jsonrpc":"2.0","method":"notifications/tools/list_changed"}"#;

fn list(host: &mut Host, client: &Client) -> Value {
    host.ask(client, request("list", "tools/list", json!({})))["result"]["tools"].clone()
}

#[test]
fn clients_that_listed_tools_are_told_once_that_the_list_changed() {
    let mut host = Host::new();
    let listed = host.connect(admin("a"), "2025-06-18");
    let never_listed = host.connect(admin("a"), "2025-06-18");
    let tools = list(&mut host, &listed);
    let (before, untouched) = (host.unread(&listed), host.unread(&never_listed));
    host.reconfigure("registry", |installation| add_script(&mut installation.home));
    assert_eq!(host.read_from(&listed, before), [LIST_CHANGED]);
    assert_eq!(host.unread(&never_listed), untouched);
    // The same list again is no news, whether or not the client fetched it.
    assert_eq!(host.reconfigure("registry", |_| {}), []);
    assert_ne!(list(&mut host, &listed), tools);
    assert_eq!(host.reconfigure("registry", |_| {}), []);
}

#[test]
fn a_change_that_does_not_concern_the_tools_is_not_told() {
    let mut host = Host::new();
    let client = host.connect(admin("a"), "2025-06-18");
    list(&mut host, &client);
    let effects = host.reconfigure("registry", |installation| {
        installation.home.entities[0].name = "Lamp".into()
    });
    assert_eq!(effects, []);
    let on = br#"{"state":"on","attributes":{"friendly_name":"Kitchen light"}}"#;
    assert_eq!(host.change(vec![change("state", "light.kitchen", on)]), []);
    assert_eq!(host.change(vec![change("weather", "", b"rain")]), []);
}

#[test]
fn a_changed_state_is_read_back() {
    let mut host = Host::new();
    let client = host.connect(admin("a"), "2025-06-18");
    let ask = call(1, "homeassistant__GetLiveContext", json!({"name": "Kitchen light"}));
    let text = |answer: Value| {
        answer["result"]["content"][0]["text"]
            .as_str()
            .expect("a text")
            .to_owned()
    };
    assert!(text(host.ask(&client, ask.clone())).contains("off"));
    let on = br#"{"state":"on","attributes":{"friendly_name":"Kitchen light"}}"#;
    host.change(vec![change("state", "light.kitchen", on)]);
    assert!(text(host.ask(&client, ask)).contains("on"));
}

#[test]
fn other_options_keep_streams_open_and_hold_for_the_next_request() {
    let mut host = Host::new();
    let client = host.connect(admin("a"), "2025-06-18");
    list(&mut host, &client);
    let before = host.unread(&client);
    host.reconfigure("config-entry", |installation| {
        installation.entry.as_mut().expect("an entry").read_only = true;
    });
    assert_eq!(host.read_from(&client, before), [LIST_CHANGED]);
    assert!(host.ended.is_empty());
    assert_eq!(host.ask(&client, light_on(1))["result"]["isError"], true);
    let same = host.reconfigure("config-entry", |installation| {
        installation.entry.as_mut().expect("an entry").title = "Another title".into();
    });
    assert_eq!(same, []);
}

#[test]
fn without_a_loaded_entry_every_stream_ends() {
    for error in [LookupError::NotConfigured, LookupError::SeveralConfigured] {
        let mut host = Host::new();
        let clients = [host.connect(admin("a"), "2025-06-18"), host.open(user("u"))];
        host.post(&clients[0], light_on(1).to_string()).expect("received");
        host.reconfigure("config-entry", |installation| installation.entry = Err(error));
        assert_eq!(host.ended.len(), 2);
        assert!(host.checkpoints.is_empty() && host.work.is_empty());
        // The host tells of the ended outlets, and nothing is left to do.
        assert_eq!(host.close(&clients[0]), []);
        host.reconfigure("config-entry", |installation| {
            installation.entry = Ok(crate::support::entry())
        });
        assert_eq!(host.refused(&clients[0], "{}"), RefusalReason::UnknownSession);
    }
}

#[test]
fn a_principal_without_rights_loses_its_sessions_and_no_other_does() {
    let mut host = Host::new();
    let (gone, stays) = (
        host.connect(user("u"), "2025-06-18"),
        host.connect(user("v"), "2025-06-18"),
    );
    host.post(&gone, light_on(1).to_string()).expect("received");
    host.change(vec![change("rights", "u", b"null")]);
    assert!(host.ended.contains(&gone.outlet) && host.work.is_empty());
    assert_eq!(host.refused(&gone, "{}"), RefusalReason::UnknownSession);
    host.ask(&stays, request(1, "ping", json!({})));
}

#[test]
fn other_rights_are_kept_and_do_not_end_a_session() {
    let mut host = Host::new();
    let client = host.connect(user("u"), "2025-06-18");
    let effects = host.change(vec![change("rights", "u", br#"{"admin":true}"#)]);
    assert!(matches!(effects.as_slice(), [Effect::Keep(_)]), "{effects:?}");
    assert_eq!(host.change(vec![change("rights", "u", br#"{"admin":true}"#)]), []);
    assert!(host.ended.is_empty());
    let promoted = Client {
        principal: admin("u"),
        ..client
    };
    assert_eq!(
        host.post(&promoted, r#"{"jsonrpc":"2.0","method":"x"}"#)
            .expect("received"),
        []
    );
}

#[test]
fn rights_that_come_with_a_message_hold_at_once() {
    let mut host = Host::new();
    let client = host.connect(admin("a"), "2025-06-18");
    let demoted = Client {
        principal: user("a"),
        ..client
    };
    let ping = request(1, "ping", json!({})).to_string();
    let effects = host.post(&demoted, &ping).expect("received");
    assert!(
        matches!(effects.as_slice(), [Effect::Keep(_), Effect::Send(_)]),
        "{effects:?}"
    );
    let effects = host.post(&demoted, &ping).expect("received");
    assert!(matches!(effects.as_slice(), [Effect::Send(_)]), "{effects:?}");
}

#[test]
fn who_may_not_list_any_more_is_not_told_of_lists() {
    let mut host = Host::new();
    let client = host.connect(user("u"), "2025-06-18");
    list(&mut host, &client);
    let effects = host.reconfigure("config-entry", |installation| {
        let entry = installation.entry.as_mut().expect("an entry");
        (entry.require_admin, entry.read_only) = (true, true);
    });
    assert_eq!(effects, []);
}

#[test]
fn rights_that_cannot_be_read_are_logged() {
    let mut host = Host::new();
    let client = host.open(user("u"));
    host.change(vec![change("rights", "u", b"?")]);
    assert_eq!(host.logged.len(), 1);
    host.ask(&client, request(1, "ping", json!({})));
}

#[test]
fn an_instance_that_offers_other_tools_than_the_one_before_tells_clients_at_its_start() {
    let mut host = Host::new();
    let client = host.connect(admin("a"), "2025-06-18");
    list(&mut host, &client);
    host.post(&client, light_on(1).to_string()).expect("received");
    add_script(&mut host.installation.0.borrow_mut().home);
    let before = host.unread(&client);
    host.restart();
    assert_eq!(host.read_from(&client, before), [LIST_CHANGED]);
    assert_eq!(host.restart(), []);
    host.finish(vec![ok()]);
}

#[test]
fn work_whose_session_did_not_come_along_is_abandoned() {
    let mut host = Host::new();
    let client = host.connect(admin("a"), "2025-06-18");
    host.post(&client, light_on(1).to_string()).expect("received");
    host.checkpoints.clear();
    let effects = host.restart();
    assert!(matches!(effects.as_slice(), [Effect::Abandon(_)]), "{effects:?}");
    assert!(host.work.is_empty());
}
