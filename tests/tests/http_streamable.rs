//! Streamable HTTP over real sockets, with a component that does as it is told: methods, headers, and the form of an
//! answer. What is said in it is the protocol's, and tried elsewhere.

use hearth_host::limits::Limits;
use hearth_tests::guests;
use hearth_tests::http_client::{Client, Connection, ask, request};
use hearth_tests::http_host::{ADA, BEN, Host, Setup};
use hearth_tests::streamable_client::{Answer, Reading, Streamable};
use serde_json::{Value, json};

async fn host(limits: Limits) -> Host {
    let setup = Setup {
        limits,
        component: Some(guests::puppet()),
        ..Setup::default()
    };
    Host::start(setup).await
}

/// A host, and Ben, who has no session.
async fn stage() -> (Host, Streamable) {
    let host = host(Limits::default()).await;
    let ben = Streamable::new(host.address, BEN);
    (host, ben)
}

/// Ben, who has one.
async fn with_session(host: &Host, token: &str) -> Streamable {
    let new = Streamable::new(host.address, token);
    let begin = json!({"begin": true, "do": [{"send": {"last": true, "status": "accepted"}}]});
    let answer = new.post(begin.to_string()).await.whole();
    let session = answer.header("mcp-session-id").expect("a session begins").to_owned();
    new.with(&format!("Mcp-Session-Id: {session}"))
}

fn told(effects: &[Value]) -> String {
    json!({ "do": effects }).to_string()
}

fn last(body: &str) -> Value {
    json!({"send": {"body": body, "last": true}})
}

fn more(body: &str) -> Value {
    json!({"send": {"body": body}})
}

fn resumable() -> Value {
    json!({"resumable": {"prime": true}})
}

/// An effect of GET or DELETE.
fn header(effects: &[Value]) -> String {
    format!("Mcp-Puppet: {}", told(effects))
}

/// Says more on an outlet, in an exchange of its own.
async fn say(ben: &Streamable, outlet: &str, body: &str, last: bool) {
    let outlet: u64 = outlet.parse().expect("an outlet is a number");
    let more = json!({"send": {"outlet": outlet, "body": body, "last": last}});
    let answer = ben.post(told(&[more, json!({"send": {"last": true}})])).await;
    assert_eq!(answer.whole().status, 200);
}

/// The outlet of an event id.
fn outlet(id: &str) -> &str {
    id.split('-').next().unwrap_or_default()
}

#[tokio::test]
async fn one_message_at_once_is_a_json_document() {
    let (_host, ben) = stage().await;
    let answer = ben.post(told(&[last("hello")])).await.whole();
    assert_eq!((answer.status, answer.text()), (200, "\"hello\""));
    assert_eq!(answer.header("content-type"), Some("application/json"));
    assert_eq!(answer.header("mcp-session-id"), None, "none began");
}

#[tokio::test]
async fn anything_before_the_last_message_makes_it_a_stream() {
    let (_host, ben) = stage().await;
    let Answer::Stream(head, mut reading) = ben.post(told(&[more("one"), last("end")])).await else {
        panic!("it is no stream");
    };
    assert_eq!(head.status, 200);
    assert_eq!(head.header("cache-control"), Some("no-cache"));
    assert_eq!(head.header("x-accel-buffering"), Some("no"));
    assert_eq!(reading.message().await, (None, json!("one")));
    assert_eq!(reading.message().await, (None, json!("end")));
    assert_eq!(reading.event().await, None);
}

#[tokio::test]
async fn no_message_is_no_body_and_no_content_type() {
    let (_host, ben) = stage().await;
    for (status, code) in [("accepted", 202), ("not-found", 404), ("bad-request", 400)] {
        let answer = ben
            .post(told(&[json!({"send": {"last": true, "status": status}})]))
            .await
            .whole();
        assert_eq!((answer.status, answer.text()), (code, ""));
        assert_eq!(answer.header("content-type"), None);
    }
}

#[tokio::test]
async fn a_message_has_the_status_that_the_component_says() {
    let (_host, ben) = stage().await;
    let said = json!({"send": {"body": {"error": 1}, "last": true, "status": "not-found"}});
    assert_eq!(
        ben.post(told(std::slice::from_ref(&said))).await.json(),
        (404, json!({"error": 1}))
    );
    let Answer::Whole(answer) = ben.clone().with("Accept: text/event-stream").post(told(&[said])).await else {
        panic!("it is all there");
    };
    assert_eq!(
        (answer.status, answer.header("content-type")),
        (404, Some("text/event-stream"))
    );
    assert_eq!(answer.text(), "event: message\r\ndata: {\"error\":1}\r\n\r\n");
}

#[tokio::test]
async fn a_client_is_given_the_form_that_it_takes() {
    let (_host, ben) = stage().await;
    let two = told(&[more("one"), last("end")]);
    for accept in ["application/json", "application/*", "text/event-stream;q=0, */*"] {
        let ben = ben.clone().with(&format!("Accept: {accept}"));
        assert_eq!(ben.post(&two).await.json(), (200, json!("end")), "{accept}");
    }
    for accept in ["*/*", "text/html", "application/json, text/event-stream"] {
        let ben = ben.clone().with(&format!("Accept: {accept}"));
        assert_eq!(ben.post(&two).await.stream().rest().await, ["one", "end"], "{accept}");
        assert_eq!(ben.post(told(&[last("x")])).await.json().1, "x", "{accept}");
    }
    let silent = ben.clone().without("accept");
    assert_eq!(silent.post(told(&[last("x")])).await.json().1, "x");
}

#[tokio::test]
async fn who_would_rather_have_a_stream_gets_one_for_what_is_no_refusal() {
    let (_host, ben) = stage().await;
    for accept in [
        "text/event-stream, application/json",
        "application/json;q=0.5, text/event-stream",
    ] {
        let ben = ben.clone().with(&format!("Accept: {accept}"));
        let Answer::Whole(answer) = ben.post(told(&[last("x")])).await else {
            panic!("it is all there");
        };
        assert_eq!(answer.header("content-type"), Some("text/event-stream"), "{accept}");
        assert_eq!(answer.text(), "event: message\r\ndata: \"x\"\r\n\r\n");
        let refusal = json!({"send": {"body": {"error": 1}, "last": true, "status": "not-found"}});
        assert_eq!(ben.post(told(&[refusal])).await.json(), (404, json!({"error": 1})));
    }
}

#[tokio::test]
async fn who_takes_no_stream_waits_for_the_last_message_though_it_is_detached() {
    let (host, ben) = stage().await;
    let ben = ben.with("Accept: application/json");
    let begin = json!({"begin": true, "do": [resumable(), {"detach": {"retry": 1}}, more("one"), last("end")]});
    assert_eq!(ben.post(begin.to_string()).await.json(), (200, json!("end")));
    // It was given no id to come again with, so nothing is kept for it.
    host.until("its end", || host.engine.status().exchanges == 0).await;
}

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
async fn a_silent_exchange_becomes_a_stream_that_is_kept_alive() {
    let (host, ben) = stage().await;
    let connection = ben.send(told(&[])).await;
    host.until("the exchange", || host.engine.status().exchanges == 1).await;
    host.sleepers(1).await;
    host.clock.advance(15_000);
    let mut reading = Streamable::read(connection).await.stream();
    assert!(reading.event().await.expect("a comment").comment);
    host.sleepers(1).await;
    host.clock.advance(15_000);
    assert!(reading.event().await.expect("another comment").comment);
}

#[tokio::test]
async fn who_takes_no_stream_is_not_given_one_for_its_silence() {
    let (host, ben) = stage().await;
    let ben = ben.with("Accept: application/json");
    let connection = ben.send(told(&[])).await;
    host.until("the exchange", || host.engine.status().exchanges == 1).await;
    host.clock.advance(60_000);
    say(&ben, "1", "late", true).await;
    assert_eq!(Streamable::read(connection).await.json(), (200, json!("late")));
}

#[tokio::test]
async fn a_revoked_token_ends_what_it_waits_for() {
    let (host, ben) = stage().await;
    let waiting = ben.send(told(&[])).await;
    let streaming = ben.send(told(&[more("one")])).await;
    let mut streaming = Streamable::read(streaming).await.stream();
    assert_eq!(streaming.message().await.1, "one");
    host.until("the exchanges", || host.engine.status().exchanges == 2)
        .await;
    host.tokens.revoke(BEN);
    assert_eq!(Streamable::read(waiting).await.whole().status, 401);
    assert_eq!(streaming.event().await, None);
    host.until("their end", || host.engine.status().exchanges == 0).await;
}

#[tokio::test]
async fn an_exchange_that_ends_without_a_word_is_an_error() {
    let (_host, ben) = stage().await;
    assert_eq!(ben.post(told(&[json!({"end": null})])).await.text().0, 500);
}

#[tokio::test]
async fn a_host_that_ends_says_so_to_who_waits() {
    let (mut host, ben) = stage().await;
    let waiting = ben.send(told(&[])).await;
    host.until("the exchange", || host.engine.status().exchanges == 1).await;
    host.stop();
    assert_eq!(
        Streamable::read(waiting).await.text(),
        (503, "The server is shutting down".to_owned())
    );
    host.stopped().await;
}

#[tokio::test]
async fn hanging_up_ends_an_exchange_and_its_component_hears_of_it() {
    let (host, ben) = stage().await;
    let mut eve = Client::puppeteer(host.address, ADA).await;
    let connection = ben.send(told(&[])).await;
    host.until("the exchange", || host.engine.status().exchanges == 1).await;
    drop(connection);
    assert_eq!(eve.events.message().await, json!({"closed": 2}));
    assert_eq!(ben.post(told(&[last("x")])).await.json().1, "x");
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

/// An exchange of Ben's that can be resumed, and the id that it was primed with.
async fn begun(ben: &Streamable, effects: &[Value]) -> (Reading, String) {
    let mut all = vec![resumable()];
    all.extend_from_slice(effects);
    let mut reading = ben.post(told(&all)).await.stream();
    let id = reading.prime().await;
    (reading, id)
}

#[tokio::test]
async fn an_exchange_goes_on_where_it_broke_off() {
    let (host, _) = stage().await;
    let ben = with_session(&host, BEN).await;
    let (mut reading, id) = begun(&ben, &[more("one"), more("two")]).await;
    let (first, one) = reading.message().await;
    assert_eq!(one, "one");
    drop(reading);
    say(&ben, outlet(&id), "end", true).await;
    let mut again = ben.resume(&first.expect("it has an id")).await.stream();
    assert_eq!(again.rest().await, ["two", "end"]);
    assert_eq!(ben.resume(&id).await.stream().rest().await, ["one", "two", "end"]);
}

#[tokio::test]
async fn a_detached_client_is_told_when_to_come_again() {
    let (host, _) = stage().await;
    let ben = with_session(&host, BEN).await;
    let (mut reading, id) = begun(&ben, &[json!({"detach": {"retry": 700}})]).await;
    assert_eq!(reading.event().await.expect("it is told").retry.as_deref(), Some("700"));
    assert_eq!(reading.event().await, None);
    say(&ben, outlet(&id), "end", true).await;
    assert_eq!(ben.resume(&id).await.stream().rest().await, ["end"]);
}

#[tokio::test]
async fn an_event_that_cannot_be_resumed_is_400_and_says_what_to_do() {
    let (host, _) = stage().await;
    let ben = with_session(&host, BEN).await;
    let (_reading, id) = begun(&ben, &[more("one")]).await;
    let other = with_session(&host, BEN).await;
    let future = format!("{}-9", outlet(&id));
    let (_hers, her_id) = begun(&other, &[]).await;
    let long = "x".repeat(5_000);
    for event in [future.as_str(), &her_id, "nonsense", "", "\u{e4}", &long, "1-0, 1-1"] {
        let (status, text) = ben.resume(event).await.text();
        assert_eq!(status, 400, "{event}");
        assert!(
            text.contains("Last-Event-ID") && text.contains("Begin a new stream"),
            "{text}"
        );
    }
    let twice = ben
        .clone()
        .and(&format!("Last-Event-ID: {id}"))
        .and(&format!("Last-Event-ID: {id}"));
    assert_eq!(twice.get().await.text().0, 400);
    assert!(matches!(ben.resume(&id).await, Answer::Stream(..)));
}

#[tokio::test]
async fn what_was_evicted_is_400() {
    let (host, _) = stage().await;
    let ben = with_session(&host, BEN).await;
    let (reading, id) = begun(&ben, &[]).await;
    drop(reading.into_connection());
    let number: u64 = outlet(&id).parse().expect("a number");
    let mut many = vec![json!({"send": {"outlet": number, "bytes": 9_000}}); 200];
    many.push(last("done"));
    ben.post(told(&many)).await.json();
    assert_eq!(ben.resume(&id).await.text().0, 400);
    assert!(matches!(ben.resume(&format!("{number}-199")).await, Answer::Stream(..)));
}

#[tokio::test]
async fn who_comes_again_after_too_long_is_400() {
    let limits = Limits {
        resume_time_ms: 5_000,
        ..Limits::default()
    };
    let host = host(limits).await;
    let ben = with_session(&host, BEN).await;
    let (reading, id) = begun(&ben, &[]).await;
    drop(reading.into_connection());
    // That of the connection that is left and that of the outlet: the first ends with its client.
    host.until("the end of the connection", || host.clock.sleepers() == 1)
        .await;
    host.clock.advance(4_999);
    assert!(matches!(ben.resume(&id).await, Answer::Stream(..)));
    host.until("the end of the connection", || host.clock.sleepers() == 1)
        .await;
    host.clock.advance(5_000);
    host.until("the end of the outlet", || host.engine.status().exchanges == 0)
        .await;
    assert_eq!(ben.resume(&id).await.text().0, 400);
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
async fn a_client_that_hangs_up_within_an_event_reads_it_when_it_comes_again() {
    let (host, _) = stage().await;
    let ben = with_session(&host, BEN).await;
    let mut connection = Connection::small(host.address).await;
    let large = json!({"send": {"bytes": 900_000}});
    connection
        .send(ben.body_of("POST", told(&[resumable(), large, last("end")]).as_bytes()))
        .await;
    let head = connection.head().await;
    assert_eq!(head.status, 200);
    let prime = connection.chunk().await.expect("the priming event");
    let prime = String::from_utf8(prime).expect("it is text");
    let id = prime
        .lines()
        .next()
        .and_then(|line| line.strip_prefix("id: "))
        .expect("it has an id")
        .to_owned();
    drop(connection);
    let messages = ben.resume(&id).await.stream().rest().await;
    assert_eq!(messages.len(), 2);
    assert_eq!(messages[1], "end");
}

#[tokio::test]
async fn a_client_that_does_not_read_what_can_be_resumed_loses_its_connection_and_nothing_else() {
    let limits = Limits {
        unread_bytes: 1 << 20,
        ..Limits::default()
    };
    let host = host(limits).await;
    let ben = with_session(&host, BEN).await;
    let mut deaf = Connection::small(host.address).await;
    deaf.send(ben.body_of("POST", told(&[resumable()]).as_bytes())).await;
    assert_eq!(deaf.head().await.status, 200);
    let id = String::from_utf8(deaf.chunk().await.expect("the priming event")).expect("it is text");
    let id = id
        .lines()
        .next()
        .and_then(|line| line.strip_prefix("id: "))
        .expect("it has an id")
        .to_owned();
    let number: u64 = outlet(&id).parse().expect("a number");
    let mut sent = 0;
    while host.engine.status().overflows == 0 {
        let large = json!({"send": {"outlet": number, "bytes": 300_000}});
        ben.post(told(&[large, last("said")])).await.json();
        sent += 1;
    }
    let mut again = ben.resume(&format!("{number}-{}", sent - 1)).await.stream();
    assert_eq!(again.message().await.0, Some(format!("{number}-{sent}")));
    assert_eq!(host.engine.status().sessions, 1, "the session goes on");
}

#[tokio::test]
async fn who_reads_slowly_what_is_replayed_gets_all_of_it() {
    let (host, _) = stage().await;
    let ben = with_session(&host, BEN).await;
    let (reading, id) = begun(&ben, &[]).await;
    drop(reading.into_connection());
    let number: u64 = outlet(&id).parse().expect("a number");
    let mut many: Vec<Value> = (0..100)
        .map(|_| json!({"send": {"outlet": number, "bytes": 9_000}}))
        .collect();
    many.push(last("done"));
    ben.post(told(&many)).await.json();
    let mut slow = Connection::small(host.address).await;
    let lines = ben.clone().with(&format!("Last-Event-ID: {id}"));
    let lines: Vec<&str> = lines.headers.iter().map(String::as_str).collect();
    slow.send(request("GET", "/api/mcp", &lines)).await;
    // While it has not read a byte others are served, and more comes for it.
    say(&ben, outlet(&id), "end", true).await;
    let messages = Streamable::read(slow).await.stream().rest().await;
    assert_eq!(messages.len(), 101);
    assert_eq!(messages[100], "end");
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
