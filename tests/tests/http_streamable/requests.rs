//! Methods, headers, sessions and the checks before a message is heard.

use hearth_tests::http_client::{Connection, ask, request};
use hearth_tests::http_host::{ADA, BEN};
use hearth_tests::streamable_client::{Answer, Streamable};
use serde_json::json;

use super::{begun, header, last, outlet, resumable, say, stage, told, with_session};

#[tokio::test]
async fn a_body_that_is_not_said_to_be_json_is_415() {
    let (_host, ben) = stage().await;
    for kind in [
        "none",
        "text/plain",
        "application/x-www-form-urlencoded",
        "application/jsonp",
    ] {
        let (status, text) = ben
            .clone()
            .with(&format!("Content-Type: {kind}"))
            .post("{}")
            .await
            .text();
        assert_eq!(status, 415, "{kind}");
        assert!(text.contains("application/json"), "{text}");
    }
    let with_charset = ben.with("Content-Type: Application/JSON; charset=utf-8");
    assert_eq!(with_charset.post(told(&[last("x")])).await.json().0, 200);
}

#[tokio::test]
async fn other_methods_are_405_with_those_that_there_are() {
    let (host, ben) = stage().await;
    for path in ["/api/mcp", "/api/mcp/assist"] {
        for method in ["PUT", "PATCH", "HEAD", "TRACE"] {
            let mut connection = Connection::open(host.address).await;
            connection.send(request(method, path, &[])).await;
            let head = connection.head().await;
            assert_eq!(head.status, 405, "{method}");
            assert_eq!(head.header("allow"), Some("DELETE,GET,OPTIONS,POST"));
        }
        let options = ask(host.address, request("OPTIONS", path, &[])).await;
        assert_eq!(
            (options.status, options.header("allow")),
            (204, Some("DELETE,GET,OPTIONS,POST"))
        );
        assert_eq!(
            ben.clone()
                .at(path)
                .without("authorization")
                .post("{}")
                .await
                .whole()
                .status,
            401
        );
    }
    for path in ["/api/mcp/", "/api/mcp/assist/", "/api/mcp/a/b"] {
        assert_eq!(ben.clone().at(path).post("{}").await.whole().status, 404, "{path}");
    }
}

#[tokio::test]
async fn the_checks_come_in_their_order() {
    let (_host, ben) = stage().await;
    let wrong = ben
        .without("authorization")
        .with("Accept: text/html")
        .with("Content-Type: text/plain");
    let evil = wrong.clone().with("Origin: https://evil.example");
    assert_eq!(evil.ask("PUT").await.whole().status, 403);
    assert_eq!(wrong.ask("PUT").await.whole().status, 405);
    assert_eq!(wrong.get().await.whole().status, 401);
    assert_eq!(wrong.post("{}").await.whole().status, 401);
    let known = wrong.with(&format!("Authorization: Bearer {BEN}"));
    assert_eq!(known.get().await.whole().status, 406);
    assert_eq!(known.post("nonsense").await.whole().status, 415);
}

#[tokio::test]
async fn pages_may_read_the_session_and_the_challenge() {
    let (_host, ben) = stage().await;
    let page = ben.with("Origin: http://localhost:6274");
    let preflight = page
        .clone()
        .without("authorization")
        .with("Access-Control-Request-Method: POST")
        .with("Access-Control-Request-Headers: mcp-session-id, mcp-param-region")
        .ask("OPTIONS")
        .await
        .whole();
    assert_eq!(preflight.status, 204);
    let allowed = preflight.header("access-control-allow-headers").unwrap_or_default();
    for name in [
        "content-type",
        "accept",
        "authorization",
        "mcp-session-id",
        "mcp-protocol-version",
        "mcp-method",
    ] {
        assert!(allowed.contains(name), "{allowed}");
    }
    for name in ["mcp-name", "last-event-id", "mcp-param-region"] {
        assert!(allowed.contains(name), "{allowed}");
    }
    assert_eq!(
        preflight.header("access-control-allow-methods"),
        Some("GET, POST, DELETE, OPTIONS")
    );
    for answer in [
        page.post(told(&[last("x")])).await.whole(),
        page.without("authorization").post("{}").await.whole(),
    ] {
        let exposed = answer.header("access-control-expose-headers").unwrap_or_default();
        assert!(
            exposed.contains("Mcp-Session-Id") && exposed.contains("WWW-Authenticate"),
            "{exposed}"
        );
        assert_eq!(
            answer.header("access-control-allow-origin"),
            Some("http://localhost:6274")
        );
    }
}

#[tokio::test]
async fn a_session_is_begun_used_and_ended() {
    let (host, _) = stage().await;
    let ben = with_session(&host, BEN).await;
    assert_eq!(ben.post(told(&[last("yours")])).await.json(), (200, json!("yours")));
    let ada = ben.clone().with(&format!("Authorization: Bearer {ADA}"));
    assert_eq!(ada.post("{}").await.text().0, 404, "it is not hers");
    assert_eq!(ada.delete().await.status, 404);
    let answer = ben.delete().await;
    assert_eq!((answer.status, answer.text()), (204, ""));
    for gone in [
        ben.delete().await.status,
        ben.get().await.whole().status,
        ben.post("{}").await.whole().status,
    ] {
        assert_eq!(gone, 404);
    }
}

#[tokio::test]
async fn two_session_headers_name_none() {
    let (host, _) = stage().await;
    let ben = with_session(&host, BEN).await;
    let other = with_session(&host, BEN).await;
    let session = other.headers.last().expect("it has a session");
    let both = ben.clone().and(session);
    assert_eq!(both.delete().await.status, 400);
    assert_eq!(both.get().await.whole().status, 400);
    assert_eq!(ben.delete().await.status, 204, "it is still there");
}

#[tokio::test]
async fn a_stream_opens_at_once_and_says_what_comes() {
    let (host, _) = stage().await;
    let ben = with_session(&host, BEN).await.with(&header(&[resumable()]));
    let mut stream = ben.get().await.stream();
    let id = stream.prime().await;
    say(&ben, outlet(&id), "news", false).await;
    assert_eq!(
        stream.message().await,
        (Some(format!("{}-1", outlet(&id))), json!("news"))
    );
    // And one without anything to say.
    let quiet = ben.without("mcp-puppet").get().await;
    assert!(matches!(quiet, Answer::Stream(..)));
}

#[tokio::test]
async fn a_stream_needs_a_client_that_takes_one() {
    let (host, _) = stage().await;
    let ben = with_session(&host, BEN).await;
    for accept in ["application/json", "text/html", "text/event-stream;q=0"] {
        assert_eq!(
            ben.clone().with(&format!("Accept: {accept}")).get().await.text().0,
            406,
            "{accept}"
        );
    }
    assert!(matches!(ben.clone().without("accept").get().await, Answer::Stream(..)));
}

#[tokio::test]
async fn half_a_body_is_never_delivered() {
    let (host, ben) = stage().await;
    let events = host.engine.status().events;
    let whole = ben.body_of("POST", told(&[last("x")]).as_bytes());
    let mut connection = Connection::open(host.address).await;
    connection.send(&whole[..whole.len() - 3]).await;
    drop(connection);
    assert_eq!(ben.post(told(&[last("x")])).await.json().1, "x");
    assert_eq!(host.engine.status().events, events + 1);
}

#[tokio::test]
async fn two_bodies_of_one_session_at_once_are_both_answered() {
    let (host, _) = stage().await;
    let ben = with_session(&host, BEN).await;
    let (one, two) = (
        ben.send(told(&[last("one")])).await,
        ben.send(told(&[last("two")])).await,
    );
    let (one, two) = tokio::join!(Streamable::read(one), Streamable::read(two));
    assert_eq!((one.json().1, two.json().1), (json!("one"), json!("two")));
}

#[tokio::test]
async fn a_thousand_streams_one_after_the_other_leave_one() {
    let (host, _) = stage().await;
    let ben = with_session(&host, BEN).await;
    let mut previous: Option<u64> = None;
    for _ in 0..1_000 {
        let mut effects = vec![resumable()];
        effects.extend(previous.map(|outlet| json!({ "end": outlet })));
        let mut stream = ben.clone().with(&header(&effects)).get().await.stream();
        previous = outlet(&stream.prime().await).parse().ok();
        drop(stream.into_connection());
    }
    host.until("the end of all but one", || host.engine.status().exchanges == 1)
        .await;
    assert_eq!(ben.post(told(&[last("x")])).await.json().1, "x");
}

#[tokio::test]
async fn a_session_that_ends_ends_what_waits_in_it() {
    let (host, _) = stage().await;
    let ben = with_session(&host, BEN).await;
    let (mut reading, id) = begun(&ben, &[]).await;
    let number: u64 = outlet(&id).parse().expect("a number");
    let ending = ben.clone().with(&header(&[json!({ "end": number })]));
    assert_eq!(ending.delete().await.status, 204);
    assert_eq!(reading.event().await, None);
    assert_eq!(ben.resume(&id).await.text().0, 404);
}
