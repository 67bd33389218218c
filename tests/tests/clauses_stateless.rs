//! What the specification demands of servers at 2026-07-28, where each request stands alone: each test stands in
//! `tests/harness/clauses/`.

use std::collections::BTreeSet;

use hearth_tests::guests;
use hearth_tests::http_host::{ADA, BEN, Host, Setup};
use hearth_tests::stateless_client::{Stateless, VERSION};
use serde_json::{Value, json};

async fn stage() -> (Host, Stateless) {
    let host = Host::start(Setup::default()).await;
    let ben = Stateless::new(host.address, BEN);
    (host, ben)
}

fn eggs(seconds: u64, token: Value) -> Value {
    json!({"name": "script__egg_timer", "arguments": {"seconds": seconds}, "_meta": {"progressToken": token}})
}

fn of_headers(answer: (u16, Value)) {
    let (status, error) = answer;
    assert_eq!((status, &error["error"]["code"]), (400, &json!(-32020)), "{error}");
}

#[tokio::test]
async fn each_request_stands_alone_on_one_path() {
    let (_host, ben) = stage().await;
    for id in [json!(1), json!("one")] {
        let list = ben.request(id.clone(), "tools/list", json!({}));
        let answer = ben.send(&list).await.whole();
        assert_eq!((answer.status, answer.header("mcp-session-id")), (200, None));
        assert_eq!(answer.header("content-type"), Some("application/json"));
    }
    let stray = Stateless {
        http: ben.http.clone().with("Mcp-Session-Id: nobody's"),
        ..ben.clone()
    };
    assert!(stray.result(2, "tools/list", json!({})).await["tools"].is_array());
}

#[tokio::test]
async fn a_notification_is_202_without_a_body() {
    let (_host, ben) = stage().await;
    let cancel = json!({"jsonrpc": "2.0", "method": "notifications/cancelled", "params": {"requestId": 1}});
    let http = ben.http.clone().with(&format!("MCP-Protocol-Version: {VERSION}"));
    let answer = http.post(cancel.to_string()).await.whole();
    assert_eq!(
        (answer.status, answer.text(), answer.header("content-type")),
        (202, "", None)
    );
}

#[tokio::test]
async fn what_cannot_be_accepted_is_an_http_error() {
    let (_host, ben) = stage().await;
    let http = ben.http.clone().with(&format!("MCP-Protocol-Version: {VERSION}"));
    let batch = json!([ben.request(1, "tools/list", json!({}))]).to_string();
    for body in ["{", r#"{"jsonrpc":"2.0","method":5}"#, "[]", &batch] {
        assert_eq!(http.post(body).await.json().0, 400, "{body}");
    }
}

#[tokio::test]
async fn answers_are_not_taken_and_requests_never_sent() {
    let (host, ben) = stage().await;
    let http = ben.http.clone().with(&format!("MCP-Protocol-Version: {VERSION}"));
    for body in [
        r#"{"jsonrpc":"2.0","id":1,"result":{}}"#,
        r#"{"jsonrpc":"2.0","id":1,"error":{"code":1,"message":"x"}}"#,
    ] {
        assert_eq!(http.post(body).await.json().0, 400, "{body}");
    }
    // Whatever it declares, a client is sent no request.
    let open = ben.declaring(json!({"elicitation": {}, "sampling": {}, "roots": {}}));
    let call = open.request("eggs", "tools/call", eggs(6, json!("eggs")));
    let mut reading = open.send(&call).await.stream();
    let moment = host.now() + 6_000;
    host.until("the eggs", || host.clock.is_awaited(moment)).await;
    host.clock.advance(6_000);
    for message in reading.rest().await {
        assert!(
            message.get("id").is_none() || message.get("result").is_some(),
            "{message}"
        );
    }
}

#[tokio::test]
async fn progress_comes_before_the_answer_on_the_stream_of_its_request() {
    let (host, ben) = stage().await;
    for token in [json!("a token"), json!(7)] {
        let call = ben.request("eggs", "tools/call", eggs(6, token.clone()));
        let mut reading = ben.send(&call).await.stream();
        let moment = host.now() + 6_000;
        host.until("the eggs", || host.clock.is_awaited(moment)).await;
        // Another request meanwhile hears nothing of it.
        assert!(ben.result("other", "tools/list", json!({})).await["tools"].is_array());
        host.clock.advance(6_000);
        let mut told = Vec::new();
        while let Some(event) = reading.event().await {
            assert_eq!(event.id, None, "nothing can be resumed");
            told.extend(
                event
                    .data
                    .map(|data| serde_json::from_str::<Value>(&data).expect("JSON")),
            );
        }
        let (answer, progress) = told.split_last().expect("it is answered");
        assert_eq!(
            (&answer["id"], &answer["result"]["isError"]),
            (&json!("eggs"), &json!(false)),
            "{answer}"
        );
        let mut last = f64::NEG_INFINITY;
        for message in progress {
            assert_eq!(message["method"], "notifications/progress", "{message}");
            assert_eq!(message["params"]["progressToken"], token, "{message}");
            let now = message["params"]["progress"].as_f64().expect("a number");
            assert!(now > last, "{progress:?}");
            last = now;
        }
        assert!(!progress.is_empty(), "it tells how far it is");
    }
    let quiet = json!({"name": "script__egg_timer", "arguments": {"seconds": 0}});
    let (status, _) = ben.ask("quiet", "tools/call", quiet).await;
    assert_eq!(status, 200, "without a token there is nothing before the answer");
}

#[tokio::test]
async fn hanging_up_cancels_the_request() {
    let (host, ben) = stage().await;
    let call = ben.request("eggs", "tools/call", eggs(600, json!("eggs")));
    let reading = ben.send(&call).await.stream();
    host.until("the work", || host.engine.status().work == 1).await;
    drop(reading);
    host.until("the end of the work", || host.engine.status().work == 0)
        .await;
    assert!(ben.result(2, "tools/list", json!({})).await["tools"].is_array());
}

#[tokio::test]
async fn hanging_up_after_the_answer_harms_nothing() {
    let (host, ben) = stage().await;
    let faults = host.engine.status().faults;
    for id in 0..10 {
        let list = ben.request(id, "tools/list", json!({}));
        let connection = ben.repeating(&list).send(list.to_string()).await;
        // It may be answered already or not.
        drop(connection);
    }
    assert!(ben.result("after", "tools/list", json!({})).await["tools"].is_array());
    assert_eq!(host.engine.status().faults, faults);
}

#[tokio::test]
async fn headers_that_say_something_else_are_refused() {
    let (_host, ben) = stage().await;
    let list = ben.request(1, "tools/list", json!({}));
    let call = ben.request(
        2,
        "tools/call",
        json!({"name": "intent__HassTurnOn", "arguments": {"name": "no such"}}),
    );
    for (request, header) in [
        (&list, "MCP-Protocol-Version"),
        (&list, "Mcp-Method"),
        (&call, "Mcp-Method"),
        (&call, "Mcp-Name"),
    ] {
        let right = ben.repeating(request);
        let missing = right.clone().without(header);
        of_headers(missing.post(request.to_string()).await.json());
        let other = right.clone().with(&format!("{header}: 2025-11-25"));
        of_headers(other.post(request.to_string()).await.json());
        let twice = right.clone().and(&format!("{header}: 2025-11-25"));
        of_headers(twice.post(request.to_string()).await.json());
        assert_eq!(right.post(request.to_string()).await.json().0, 200);
    }
    // What a header says has a case.
    let shouted = ben.repeating(&list).with("Mcp-Method: TOOLS/LIST");
    of_headers(shouted.post(list.to_string()).await.json());
}

#[tokio::test]
async fn names_of_headers_have_no_case() {
    let (_host, ben) = stage().await;
    let mut request = ben.request(1, "tools/call", json!({"name": "intent__HassTurnOn", "arguments": {}}));
    request["params"]["arguments"] = json!({"name": "no such"});
    let mut http = ben.repeating(&request);
    for line in &mut http.headers {
        let (name, value) = line.split_once(':').expect("a header line");
        let odd: String = name
            .chars()
            .map(|c| {
                if c.is_uppercase() {
                    c.to_ascii_lowercase()
                } else {
                    c.to_ascii_uppercase()
                }
            })
            .collect();
        *line = format!("{odd}:{value}");
    }
    assert_eq!(http.post(request.to_string()).await.json().0, 200);
}

#[tokio::test]
async fn names_in_base64_are_read_strictly() {
    let (_host, ben) = stage().await;
    let request = ben.request(1, "tools/call", json!({"name": "lamp", "arguments": {}}));
    let named = |value: &str| ben.repeating(&request).with(&format!("Mcp-Name: {value}"));
    let body = request.to_string();
    assert_ne!(
        named("=?base64?bGFtcA==?=").post(&body).await.json().0,
        400,
        "it says what the body says"
    );
    for odd in [
        "=?base64?bGFtcA?=",
        "=?base64?bGFtcA=?=",
        "=?base64?bGF*cA==?=",
        "=?base64?TGFtcA==?=",
        "=?BASE64?bGFtcA==?=",
        "=?base64?bGFtcA==",
        "bGFtcA==",
        "=?base64?/w==?=",
    ] {
        of_headers(named(odd).post(&body).await.json());
    }
    let umlaut = ben.request(2, "tools/call", json!({"name": "Küche", "arguments": {}}));
    let http = ben.repeating(&umlaut).with("Mcp-Name: =?base64?S8O8Y2hl?=");
    assert_ne!(http.post(umlaut.to_string()).await.json().0, 400);
}

#[tokio::test]
async fn a_version_that_is_not_served_is_told_with_those_that_are() {
    let (_host, ben) = stage().await;
    for version in ["2099-12-31", "1999-01-01", "nonsense"] {
        let mut request = ben.request(1, "tools/list", json!({}));
        request["params"]["_meta"]["io.modelcontextprotocol/protocolVersion"] = json!(version);
        let http = ben
            .repeating(&request)
            .with(&format!("MCP-Protocol-Version: {version}"));
        let (status, error) = http.post(request.to_string()).await.json();
        assert_eq!(
            (status, &error["error"]["code"], &error["id"]),
            (400, &json!(-32022), &json!(1)),
            "{error}"
        );
        let data = &error["error"]["data"];
        assert_eq!(data["requested"], version);
        assert!(
            data["supported"]
                .as_array()
                .is_some_and(|all| all.contains(&json!(VERSION))),
            "{data}"
        );
    }
}

#[tokio::test]
async fn methods_that_are_not_there_are_404() {
    let (_host, ben) = stage().await;
    for method in [
        "initialize",
        "ping",
        "logging/setLevel",
        "resources/subscribe",
        "unheard/of",
    ] {
        let (status, error) = ben.ask(1, method, json!({})).await;
        assert_eq!(
            (status, &error["error"]["code"]),
            (404, &json!(-32601)),
            "{method}: {error}"
        );
    }
}

#[tokio::test]
async fn discover_says_what_there_is() {
    let (_host, ben) = stage().await;
    let result = ben.result(1, "server/discover", json!({})).await;
    assert!(
        result["supportedVersions"]
            .as_array()
            .is_some_and(|all| all.contains(&json!(VERSION))),
        "{result}"
    );
    assert!(result["capabilities"]["tools"].is_object(), "{result}");
}

#[tokio::test]
async fn the_list_of_tools_is_the_same_on_every_connection() {
    let (host, ben) = stage().await;
    let first = ben.result(1, "tools/list", json!({})).await;
    let call = json!({"name": "intent__HassTurnOn", "arguments": {"name": "no such"}});
    assert_eq!(ben.ask(2, "tools/call", call).await.0, 200);
    let other = Stateless::new(host.address, BEN).declaring(json!({"roots": {}}));
    for client in [&ben, &other] {
        assert_eq!(client.result(3, "tools/list", json!({})).await["tools"], first["tools"]);
    }
    assert!(first["tools"].as_array().is_some_and(|tools| !tools.is_empty()));
}

/// Where the annotation stands under a schema, as the members on the way there.
fn annotated(schema: &Value, path: &str, found: &mut Vec<(String, Value, Value)>) {
    match schema {
        Value::Object(members) => {
            if let Some(name) = members.get("x-mcp-header") {
                found.push((
                    path.to_owned(),
                    name.clone(),
                    members.get("type").cloned().unwrap_or_default(),
                ));
            }
            for (member, inner) in members {
                annotated(inner, &format!("{path}/{member}"), found);
            }
        }
        Value::Array(items) => items
            .iter()
            .for_each(|item| annotated(item, &format!("{path}/[]"), found)),
        _ => {}
    }
}

#[tokio::test]
async fn annotated_parameters_are_as_clients_want_them() {
    let host = Host::start(Setup {
        component: Some(guests::conformance()),
        ..Setup::default()
    })
    .await;
    let ada = Stateless::new(host.address, ADA);
    let mut annotations = 0;
    for path in ["/api/mcp", "/api/mcp/conformance"] {
        let client = Stateless {
            http: ada.http.clone().at(path),
            ..ada.clone()
        };
        let list = client.result(1, "tools/list", json!({})).await;
        for tool in list["tools"].as_array().expect("a list") {
            let mut found = Vec::new();
            annotated(&tool["inputSchema"], "", &mut found);
            let mut names = BTreeSet::new();
            for (at, name, kind) in found {
                let name = name.as_str().expect("a name is a text").to_ascii_lowercase();
                let token = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
                assert!(!name.is_empty() && name.bytes().all(token), "{name:?} at {at}");
                assert!(names.insert(name.clone()), "{name} stands twice in {}", tool["name"]);
                assert!(
                    ["string", "integer", "boolean"].contains(&kind.as_str().unwrap_or_default()),
                    "{kind} at {at}"
                );
                let steps: Vec<&str> = at.split('/').skip(1).collect();
                assert!(steps.iter().step_by(2).all(|step| *step == "properties"), "{at}");
                annotations += 1;
            }
        }
    }
    assert!(annotations > 0, "the fixture has annotations");
}
