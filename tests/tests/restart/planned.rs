//! A host that is asked to stop, and the next one.

use hearth_host::limits::Limits;
use hearth_tests::http_host::{ADA, BEN};
use hearth_tests::restarts::Installation;
use hearth_tests::streamable_client::{Answer, Streamable};
use serde_json::json;

use super::*;

const SNAPSHOT: &str = "homeassistant://assist/context-snapshot";

#[tokio::test]
async fn a_session_of_every_version_goes_on_with_its_id() {
    let mut installation = Installation::default();
    let running = installation.start().await;
    let mut clients = Vec::new();
    for version in VERSIONS {
        clients.push(Streamable::initialized(running.host.address, BEN, version).await);
    }
    let running = installation.restart(running).await;
    assert_eq!(running.host.engine.status().sessions, VERSIONS.len());
    for client in &clients {
        goes_on(&at(client, &running)).await;
    }
    let running = installation.restart(running).await;
    for client in &clients {
        let client = at(client, &running);
        goes_on(&client).await;
        assert_eq!(client.delete().await.status, 204);
    }
    let running = installation.restart(running).await;
    for client in &clients {
        is_unknown(&at(client, &running)).await;
    }
}

#[tokio::test]
async fn a_stream_goes_on_after_what_its_client_has_read() {
    let (mut installation, running, ben) = stage().await;
    result(&ben, "tools/list", json!({})).await;
    let mut stream = ben.get().await.stream();
    stream.prime().await;
    change_the_list(&installation);
    running.host.engine.notify_entries();
    let read = hears(&mut stream, CHANGED).await.expect("it has an id");
    drop(stream);
    change_the_list(&installation);
    running.host.engine.notify_entries();
    running.host.engine.deliver_changes().await;

    let running = installation.restart(running).await;
    let ben = at(&ben, &running);
    let mut again = ben.resume(&read).await.stream();
    hears(&mut again, CHANGED).await;
    change_the_list(&installation);
    running.host.engine.notify_entries();
    hears(&mut again, CHANGED).await;
    running.stop().await;
    is_sent_away(&mut again).await;
}

#[tokio::test]
async fn the_list_changed_if_and_only_if_it_is_another_one() {
    for version in ["2025-06-18", NEWEST] {
        let mut installation = Installation::default();
        let running = installation.start().await;
        let ben = Streamable::initialized(running.host.address, BEN, version).await;
        result(&ben, "tools/list", json!({})).await;
        let mut stream = ben.get().await.stream();
        let read = match version {
            NEWEST => Some(stream.prime().await),
            _ => None,
        };
        let running = installation.restart(running).await;
        is_sent_away(&mut stream).await;
        // Nothing changed, and nothing is in the stream before what changes then.
        running.stop().await;
        change_the_list(&installation);
        let running = installation.start().await;
        let ben = at(&ben, &running);
        let mut stream = match &read {
            Some(read) => ben.resume(read).await.stream(),
            // A client that was never given an id has none to come with.
            None => ben.get().await.stream(),
        };
        hears(&mut stream, CHANGED).await;
        running.stop().await;
        is_sent_away(&mut stream).await;
    }
}

#[tokio::test]
async fn a_call_that_the_stop_cuts_off_is_answered_once() {
    let (mut installation, running, ben) = stage().await;
    let mut reading = ben.post(boil_eggs("eggs")).await.stream();
    let prime = reading.prime().await;
    let running = installation.restart(running).await;
    let (id, answer) = reading.message().await;
    is_cut_off(&answer, "eggs", "Hearth was stopped");
    assert_eq!(reading.event().await, None, "nothing comes after the answer");

    let ben = at(&ben, &running);
    assert_eq!(ben.resume(&prime).await.stream().rest().await, [answer]);
    let all = id.expect("it has an id");
    assert_eq!(ben.resume(&all).await.stream().rest().await, Vec::<Value>::new());
    let mut other = ben.post(boil_eggs("eggs")).await.stream();
    assert_ne!(other.prime().await, prime, "no id comes twice");
}

#[tokio::test]
async fn a_question_waits_for_its_answer_over_a_restart() {
    let mut installation = Installation::with_fixtures();
    let running = installation.start().await;
    let (ben, mut reading, read, question) = asked(&running).await;
    let running = installation.restart(running).await;
    is_sent_away(&mut reading).await;
    let ben = at(&ben, &running);
    let mut again = ben.resume(&read).await.stream();
    answers(&ben, &question).await;
    is_answered(&again.message().await.1);
    assert_eq!(again.event().await, None);
}

#[tokio::test]
async fn what_nobody_came_back_for_is_over_in_time() {
    let mut installation = Installation::with_fixtures();
    installation.limits.resume_time_ms = 5_000;
    let running = installation.start().await;
    let (ben, _, read, question) = asked(&running).await;
    let running = installation.restart(running).await;
    assert_eq!(running.host.engine.status().exchanges, 1);
    let over = installation.clock.clone();
    running
        .host
        .until("the expiry", || over.is_awaited(running.host.now() + 5_000))
        .await;
    over.advance(5_000);
    running
        .host
        .until("the end of the exchange", || {
            running.host.engine.status().exchanges == 0
        })
        .await;
    let ben = at(&ben, &running);
    answers(&ben, &question).await;
    assert_eq!(running.host.engine.status().checkpoints, 1, "that of the session");
    // It is not turned away: it has a new stream of its session.
    assert_ne!(ben.resume(&read).await.stream().prime().await, read);
    goes_on(&ben).await;
}

#[tokio::test]
async fn an_idle_session_ends_while_no_host_runs() {
    let (mut installation, running, ben) = stage().await;
    running.stop().await;
    installation.clock.advance(Limits::default().session_idle_ms);
    let running = installation.start().await;
    assert_eq!(running.host.engine.status().sessions, 0);
    is_unknown(&at(&ben, &running)).await;
}

#[tokio::test]
async fn a_session_of_somebody_else_does_not_exist_after_a_restart_either() {
    let (mut installation, running, ben) = stage().await;
    let mut reading = ben.post(boil_eggs("eggs")).await.stream();
    let prime = reading.prime().await;
    let running = installation.restart(running).await;
    let ada = at(&ben, &running).with(&format!("Authorization: Bearer {ADA}"));
    is_unknown(&ada).await;
    assert_eq!(ada.resume(&prime).await.text().0, 404);
    assert_eq!(ada.delete().await.status, 404);
    let other = Streamable::initialized(running.host.address, BEN, NEWEST).await;
    assert_eq!(
        other.resume(&prime).await.text().0,
        400,
        "that is another session of Ben's"
    );
    assert!(matches!(at(&ben, &running).resume(&prime).await, Answer::Stream(..)));
}

#[tokio::test]
async fn who_lost_all_rights_meanwhile_has_lost_the_session() {
    let (mut installation, running, ben) = stage().await;
    running.stop().await;
    installation.tokens.revoke(BEN);
    let running = installation.start().await;
    assert_eq!(running.host.engine.status().sessions, 0);
    installation.tokens.add(BEN, "ben", false);
    is_unknown(&at(&ben, &running)).await;
}

#[tokio::test]
async fn what_a_client_subscribed_to_is_told_after_a_restart() {
    let (mut installation, running, ben) = stage().await;
    result(&ben, "resources/subscribe", json!({"uri": SNAPSHOT})).await;
    let mut stream = ben.get().await.stream();
    let prime = stream.prime().await;
    let running = installation.restart(running).await;
    let ben = at(&ben, &running);
    let mut stream = ben.resume(&prime).await.stream();
    let call = json!({"name": "intent__HassTurnOn", "arguments": {"name": "Reading Lamp"}});
    let _ = ben.post(request("on", "tools/call", call)).await;
    let id = hears(&mut stream, "notifications/resources/updated").await;
    assert!(id.is_some());
}

#[tokio::test]
async fn restored_sessions_count_against_the_limits() {
    let mut installation = Installation::default();
    installation.limits.sessions = 2;
    let running = installation.start().await;
    let ada = Streamable::initialized(running.host.address, ADA, NEWEST).await;
    Streamable::initialized(running.host.address, ADA, NEWEST).await;
    let running = installation.restart(running).await;
    let initialize = json!({
        "protocolVersion": NEWEST,
        "capabilities": {},
        "clientInfo": {"name": "test", "version": "1"},
    });
    let ben = Streamable::new(running.host.address, BEN);
    let (status, text) = ben.post(request("a", "initialize", initialize)).await.text();
    assert!(status == 503 && text.contains("2 sessions"), "{status} {text}");
    goes_on(&at(&ada, &running)).await;
}
