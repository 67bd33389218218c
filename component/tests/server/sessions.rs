//! Who may open a session, whose it is, how many there may be, and when it ends.

use hearth_component::contract::exports::hearth::mcp::server::{Origin, Route};
use hearth_component::contract::hearth::mcp::config_entries::LookupError;
use hearth_component::contract::hearth::mcp::types::{Effect, RefusalReason};
use serde_json::json;

use crate::support::{Client, Host, admin, initialize, light_on, nonce, request, user};

#[test]
fn a_session_is_a_random_id_that_is_kept() {
    let mut host = Host::new();
    let (client, opened) = host.try_open(admin("a")).expect("it is admitted");
    assert_eq!(client.session.len(), 36);
    let [Effect::Keep(checkpoint)] = opened.effects.as_slice() else {
        panic!("{:?}", opened.effects);
    };
    assert_eq!(checkpoint.key, client.session);
    assert_eq!(checkpoint.principal.as_deref(), Some("a"));
    assert_ne!(host.open(admin("a")).session, client.session);
}

#[test]
fn the_checkpoint_says_what_the_client_said() {
    let mut host = Host::new();
    let client = host.connect(admin("a"), "2025-06-18");
    let kept = host.checkpoints[&client.session].clone();
    assert_eq!(
        (kept.protocol_version.as_str(), kept.client.as_str()),
        ("2025-06-18", "test 1")
    );
    assert_eq!(kept.tools_digest, "");
    host.ask(&client, request(1, "tools/list", json!({})));
    assert_eq!(host.checkpoints[&client.session].tools_digest.len(), 64);
}

#[test]
fn a_client_with_an_endless_name_does_not_make_an_endless_checkpoint() {
    let mut host = Host::new();
    let client = host.open(admin("a"));
    let mut hello = initialize("2025-06-18");
    hello["params"]["clientInfo"]["name"] = json!("\u{7}x".repeat(100_000));
    host.ask(&client, hello);
    let kept = &host.checkpoints[&client.session];
    assert!(kept.client.len() < 300 && !kept.client.contains('\u{7}'));
}

#[test]
fn pings_calls_and_lists_keep_nothing_more() {
    let mut host = Host::new();
    let client = host.connect(admin("a"), "2025-06-18");
    host.ask(&client, request(1, "tools/list", json!({})));
    let kept = host.checkpoints.clone();
    for round in 0..100 {
        host.post(&client, request(round, "ping", json!({})).to_string())
            .expect("received");
        host.post(&client, request(round, "tools/list", json!({})).to_string())
            .expect("received");
        let effects = host.post(&client, light_on(round).to_string()).expect("received");
        assert!(matches!(effects.as_slice(), [Effect::Perform(_)]), "{effects:?}");
        host.finish(vec![crate::support::ok()]);
    }
    assert_eq!(host.checkpoints, kept);
}

#[test]
fn a_session_of_somebody_else_does_not_exist() {
    let mut host = Host::new();
    let mut client = host.connect(admin("a"), "2025-06-18");
    client.principal = admin("b");
    let refusal = host.post(&client, "not even JSON").expect_err("it is refused");
    assert_eq!(
        (refusal.reason, refusal.detail.as_str()),
        (RefusalReason::UnknownSession, client.session.as_str())
    );
    client.principal = user("a");
    host.ask(&client, request(1, "ping", json!({})));
}

#[test]
fn sessions_that_never_were_are_unknown() {
    let mut host = Host::new();
    for session in [
        "",
        "x",
        "01M81MWB83EVNQ1VE2ZX6RVZ34",
        "ffffffff-ffff-4fff-8000-000000000000",
    ] {
        let client = Client {
            session: session.to_owned(),
            outlet: 1,
            principal: admin("a"),
        };
        let refusal = host.post(&client, "{}").expect_err("it is refused");
        assert_eq!(
            (refusal.reason, refusal.detail.as_str()),
            (RefusalReason::UnknownSession, session)
        );
    }
}

#[test]
fn checks_come_in_the_order_of_home_assistant() {
    let mut host = Host::new();
    let client = host.open(user("u"));
    let garbage = "not JSON";
    assert_eq!(host.refused(&client, garbage), RefusalReason::Malformed);
    let unknown = Client {
        session: "x".into(),
        ..client.clone()
    };
    assert_eq!(host.refused(&unknown, garbage), RefusalReason::UnknownSession);
    host.reconfigure("config-entry", |installation| {
        installation.entry.as_mut().expect("an entry").require_admin = true;
    });
    assert_eq!(host.refused(&unknown, garbage), RefusalReason::AdminRequired);
    assert_eq!(
        host.try_open(user("u")).expect_err("refused").reason,
        RefusalReason::AdminRequired
    );
    for (error, reason) in [
        (LookupError::NotConfigured, RefusalReason::NotConfigured),
        (LookupError::SeveralConfigured, RefusalReason::SeveralConfigured),
    ] {
        host.reconfigure("config-entry", |installation| installation.entry = Err(error));
        assert_eq!(host.refused(&unknown, garbage), reason);
        assert_eq!(host.try_open(user("u")).expect_err("refused").reason, reason);
    }
}

#[test]
fn the_entry_is_looked_up_once_a_revision() {
    let mut host = Host::new();
    let client = host.open(admin("a"));
    for id in 0..10 {
        host.ask(&client, request(id, "ping", json!({})));
    }
    assert_eq!(host.installation.0.borrow().lookups, 1);
    host.revision += 1;
    host.ask(&client, request(11, "ping", json!({})));
    assert_eq!(host.installation.0.borrow().lookups, 2);
}

#[test]
fn one_principal_has_so_many_sessions_and_a_closed_one_makes_room() {
    let mut host = Host::new();
    host.installation
        .0
        .borrow_mut()
        .limits
        .extend([("sessions", 3), ("sessions-per-principal", 2)]);
    host.restart();
    let first = host.open(admin("a"));
    host.open(admin("a"));
    let refusal = host.try_open(admin("a")).expect_err("too many of its own");
    assert_eq!(refusal.reason, RefusalReason::TooManySessions);
    assert!(refusal.detail.contains("sessions-per-principal"), "{}", refusal.detail);
    host.open(admin("b"));
    let refusal = host.try_open(admin("c")).expect_err("too many of all");
    assert_eq!(refusal.reason, RefusalReason::TooManySessions);
    host.close(&first);
    host.open(admin("c"));
}

#[test]
fn a_closed_session_is_forgotten_and_its_work_stopped() {
    let mut host = Host::new();
    let client = host.connect(admin("a"), "2025-06-18");
    host.post(&client, light_on(1).to_string()).expect("received");
    let key = host.work.keys().next().expect("work").clone();
    let effects = host.close(&client);
    assert_eq!(effects, [Effect::Abandon(key), Effect::Forget(client.session.clone())]);
    assert_eq!(host.refused(&client, "{}"), RefusalReason::UnknownSession);
    assert_eq!(host.close(&client), []);
}

#[test]
fn a_nonce_that_comes_twice_takes_no_session_away() {
    let mut host = Host::new();
    let client = host.open(admin("a"));
    let origin = Origin {
        outlet: 77,
        principal: admin("thief"),
        headers: Vec::new(),
        entry_revision: host.revision,
    };
    assert!(host.server.open(origin, host.moment, nonce(1)).is_err());
    host.ask(&client, request(1, "ping", json!({})));
}

#[test]
fn what_only_streamable_http_needs_is_unsupported() {
    let mut host = Host::new();
    let client = host.open(admin("a"));
    for route in [Route::Streamable(None), Route::Streamable(Some("assist".into()))] {
        let mut delivery = host.delivery(&client.session, admin("a"), b"{}");
        delivery.route = route;
        assert_eq!(
            host.deliver(delivery).expect_err("refused").reason,
            RefusalReason::Unsupported
        );
    }
}

#[test]
fn what_is_offered_is_what_would_be_listed() {
    let mut host = Host::new();
    let client = host.connect(user("u"), "2025-06-18");
    let listed = host.ask(&client, request(1, "tools/list", json!({})))["result"]["tools"].clone();
    let offered = host.server.offers(user("u"), Route::Sse);
    let offered: Vec<serde_json::Value> = offered
        .iter()
        .map(|tool| serde_json::from_slice(&tool.definition).expect("JSON"))
        .collect();
    assert_eq!(listed, json!(offered));
    assert!(
        !host
            .server
            .offers(user("u"), Route::Streamable(Some("assist".into())))
            .is_empty()
    );
    assert!(
        host.server
            .offers(user("u"), Route::Streamable(Some("nope".into())))
            .is_empty()
    );
    host.reconfigure("config-entry", |installation| {
        installation.entry.as_mut().expect("an entry").require_admin = true;
    });
    assert!(host.server.offers(user("u"), Route::Sse).is_empty());
}
