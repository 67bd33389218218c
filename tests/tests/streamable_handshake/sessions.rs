//! Sessions: how they begin, what is read of them with GET, and how they end.

use hearth_host::limits::Limits;
use hearth_tests::http_host::{ADA, BEN, Host, Setup};
use hearth_tests::streamable_client::{Answer, Streamable};
use serde_json::{Value, json};

use super::{VERSIONS, after, boil_eggs, goes_on, initialize, ping, request, stage};

#[tokio::test]
async fn the_version_that_is_asked_for_is_agreed_on() {
    let host = Host::start(Setup::default()).await;
    for (asked, agreed) in [
        ("2024-11-05", "2024-11-05"),
        ("2025-03-26", "2025-03-26"),
        ("2025-06-18", "2025-06-18"),
        ("2025-11-25", "2025-11-25"),
        ("2026-07-28", "2025-11-25"),
        ("1999-01-01", "2025-11-25"),
    ] {
        let answer = Streamable::new(host.address, BEN)
            .judged()
            .post(initialize(asked))
            .await;
        let (status, answer) = answer.json();
        assert_eq!((status, &answer["result"]["protocolVersion"]), (200, &json!(agreed)));
    }
}

#[tokio::test]
async fn a_session_id_is_visible_ascii() {
    let host = Host::start(Setup::default()).await;
    let answer = Streamable::new(host.address, BEN)
        .judged()
        .post(initialize("2025-11-25"))
        .await
        .whole();
    let session = answer.header("mcp-session-id").expect("a session begins");
    assert!(
        !session.is_empty() && session.bytes().all(|byte| byte.is_ascii_graphic()),
        "{session}"
    );
}

#[tokio::test]
async fn without_a_session_a_request_is_400_with_its_id() {
    let (_host, ben) = stage().await;
    let nobody = ben.without("mcp-session-id");
    for method in ["ping", "tools/list"] {
        let answer = nobody.post(request("a", method, json!({}))).await;
        assert_eq!(answer.error(), (400, -32600, json!("a")), "{method}");
    }
    let notification = r#"{"jsonrpc":"2.0","method":"notifications/initialized"}"#;
    assert_eq!(nobody.post(notification).await.whole().status, 400);
    assert_eq!(nobody.get().await.text().0, 400);
    let answer = nobody.delete().await;
    assert_eq!(answer.status, 400);
    assert!(answer.text().contains("Mcp-Session-Id"), "{}", answer.text());
}

#[tokio::test]
async fn an_unknown_session_is_404_with_the_id_of_the_request() {
    let (_host, ben) = stage().await;
    let ada = ben.clone().with(&format!("Authorization: Bearer {ADA}"));
    for stranger in [
        ada,
        ben.clone().with("Mcp-Session-Id: nobodys"),
        ben.clone().with("Mcp-Session-Id: 00000000-0000-4000-8000-000000000000"),
        ben.clone().at("/api/mcp/assist"),
    ] {
        assert_eq!(stranger.post(ping("a")).await.error(), (404, -32001, json!("a")));
        assert_eq!(stranger.get().await.text().0, 404);
        assert_eq!(stranger.delete().await.status, 404);
    }
    goes_on(&ben).await;
}

#[tokio::test]
async fn a_session_is_initialized_once() {
    let (_host, ben) = stage().await;
    let answer = ben.post(initialize("2025-11-25")).await;
    assert_eq!(answer.error(), (400, -32600, json!("again")));
    goes_on(&ben).await;
}

#[tokio::test]
async fn a_stream_for_who_takes_none_is_406() {
    let (_host, ben) = stage().await;
    assert_eq!(ben.clone().with("Accept: application/json").get().await.text().0, 406);
    goes_on(&ben).await;
}

#[tokio::test]
async fn a_second_stream_takes_the_place_of_the_first() {
    let (host, ben) = stage().await;
    ben.post(request("list", "tools/list", json!({}))).await.json();
    let (mut first, mut second) = (ben.get().await.stream(), ben.get().await.stream());
    first.prime().await;
    second.prime().await;
    assert_eq!(first.event().await, None);
    host.entries.change(|entry| entry.read_only = true);
    host.engine.notify_entries();
    let (id, message) = second.message().await;
    assert!(id.is_some(), "it can be resumed");
    assert_eq!(message["method"], "notifications/tools/list_changed");
}

#[tokio::test]
async fn a_last_event_that_is_unknown_is_400() {
    let (_host, ben) = stage().await;
    for event in ["nonsense", "999-1", "0-0", "-1"] {
        assert_eq!(ben.resume(event).await.text().0, 400, "{event}");
    }
    goes_on(&ben).await;
}

#[tokio::test]
async fn delete_is_204_and_then_all_is_404() {
    let (_host, ben) = stage().await;
    let answer = ben.delete().await;
    assert_eq!(
        (answer.status, answer.text(), answer.header("content-type")),
        (204, "", None)
    );
    assert_eq!(ben.delete().await.status, 404);
    assert_eq!(ben.post(ping("a")).await.error(), (404, -32001, json!("a")));
    assert_eq!(ben.get().await.text().0, 404);
}

#[tokio::test]
async fn a_session_that_ends_ends_its_stream_and_its_calls() {
    let (host, ben) = stage().await;
    let mut stream = ben.get().await.stream();
    stream.prime().await;
    let mut call = ben.post(boil_eggs("eggs", 30)).await.stream();
    call.prime().await;
    host.until("the call", || host.engine.status().work == 1).await;
    assert_eq!(ben.delete().await.status, 204);
    assert_eq!(stream.rest().await, Vec::<Value>::new());
    assert_eq!(call.rest().await.len(), 0, "what was cancelled is not answered");
    let status = host.engine.status();
    assert_eq!((status.sessions, status.work), (0, 0));
}

#[tokio::test]
async fn an_idle_session_ends_late_and_with_404() {
    let limits = Limits {
        session_idle_ms: 60_000,
        ..Limits::default()
    };
    let host = Host::start(Setup {
        limits,
        ..Setup::default()
    })
    .await;
    let ben = Streamable::initialized(host.address, BEN, "2025-11-25").await;
    host.clock.advance(59_000);
    goes_on(&ben).await;
    host.clock.advance(59_000);
    goes_on(&ben).await;
    host.clock.advance(63_000);
    host.until("its end", || host.engine.status().sessions == 0).await;
    assert_eq!(ben.post(ping("a")).await.error(), (404, -32001, json!("a")));
}

#[tokio::test]
async fn a_silent_stream_is_kept_alive() {
    let (host, ben) = stage().await;
    let mut stream = ben.get().await.stream();
    stream.prime().await;
    for _ in 0..3 {
        let moment = host.now() + 15_000;
        host.until("the next comment", || host.clock.is_awaited(moment)).await;
        host.clock.advance(15_000);
        assert!(stream.event().await.expect("the stream goes on").comment);
    }
}

#[tokio::test]
async fn a_call_that_takes_long_is_a_stream_which_only_the_newest_clients_are_primed_on() {
    let host = Host::start(Setup::default()).await;
    for version in VERSIONS {
        let ben = Streamable::initialized(host.address, BEN, version).await;
        let waiting = ben.send(boil_eggs("eggs", 3)).await;
        after(&host, 3).await;
        match ben.hear(waiting).await {
            Answer::Stream(_, mut reading) => {
                assert_eq!(version, "2025-11-25");
                let id = reading.prime().await;
                let (last, answer) = reading.message().await;
                assert_eq!(answer["id"], "eggs");
                assert_ne!(last, Some(id));
                assert_eq!(reading.event().await, None);
            }
            answer => assert_eq!(answer.json().1["id"], "eggs", "{version}"),
        }
    }
}

#[tokio::test]
async fn a_call_that_was_hung_up_goes_on_and_its_answer_can_be_fetched() {
    let (host, ben) = stage().await;
    let mut call = ben.post(boil_eggs("eggs", 3)).await.stream();
    let id = call.prime().await;
    drop(call.into_connection());
    after(&host, 3).await;
    host.until("the answer", || host.engine.status().work == 0).await;
    let mut again = ben.resume(&id).await.stream();
    let (_, answer) = again.message().await;
    assert_eq!(
        (&answer["id"], &answer["result"]["isError"]),
        (&json!("eggs"), &json!(false))
    );
    assert_eq!(again.event().await, None);
    let other = Streamable::initialized(host.address, BEN, "2025-11-25").await;
    assert_eq!(other.resume(&id).await.text().0, 400, "it is of another session");
}

#[tokio::test]
async fn an_event_from_the_future_is_400_and_disturbs_nobody() {
    let (host, ben) = stage().await;
    let mut call = ben.post(boil_eggs("eggs", 3)).await.stream();
    let id = call.prime().await;
    let outlet = id.split('-').next().unwrap_or_default();
    assert_eq!(ben.resume(&format!("{outlet}-1")).await.text().0, 400);
    after(&host, 3).await;
    assert_eq!(call.message().await.1["id"], "eggs");
}

#[tokio::test]
async fn a_thousand_streams_of_one_session_leave_one() {
    let (host, ben) = stage().await;
    for _ in 0..1_000 {
        let stream = ben.get().await.stream();
        drop(stream.into_connection());
    }
    host.until("the end of all but one", || host.engine.status().exchanges == 1)
        .await;
    assert_eq!(host.engine.status().checkpoints, 1);
    goes_on(&ben).await;
}
