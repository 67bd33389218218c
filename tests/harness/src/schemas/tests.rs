use serde_json::{Value, json};

use super::{Conversation, VERSIONS, check_message};

fn answer(result: Value) -> Value {
    json!({"jsonrpc": "2.0", "id": 1, "result": result})
}

fn error(code: i64, data: Value) -> Value {
    json!({"jsonrpc": "2.0", "id": 1, "error": {"code": code, "message": "no", "data": data}})
}

fn wrong(version: &str, message: &Value, answers: Option<&str>) -> String {
    let judged = check_message(version, message, answers);
    judged.expect_err(&format!("{message} is right at {version}"))
}

fn right(version: &str, message: &Value, answers: Option<&str>) {
    if let Err(wrong) = check_message(version, message, answers) {
        panic!("{wrong}");
    }
}

const TOOLS: &str = "tools/list";

fn tools(tool: Value) -> Value {
    let result = json!({"tools": [tool], "resultType": "complete", "ttlMs": 0, "cacheScope": "private"});
    answer(result)
}

#[test]
fn a_result_is_that_of_the_method_that_was_asked() {
    for version in VERSIONS {
        let message = tools(json!({"name": "a", "inputSchema": {"type": "object"}}));
        right(version, &message, Some(TOOLS));
        let text = wrong(version, &message, Some("prompts/list"));
        assert!(text.contains(version) && text.contains("ListPromptsResult"), "{text}");
        wrong(version, &message, Some("tools/unheard_of"));
        wrong(version, &message, None);
    }
}

#[test]
fn what_is_wrong_is_told_with_its_place() {
    for version in VERSIONS {
        let text = wrong(version, &tools(json!({"name": "a"})), Some(TOOLS));
        assert!(text.contains("/tools/0") && text.contains("required"), "{text}");
        let array = json!({"name": "a", "inputSchema": {"type": "array"}});
        let text = wrong(version, &tools(array), Some(TOOLS));
        assert!(text.contains("/tools/0/inputSchema/type"), "{text}");
    }
}

#[test]
fn only_what_servers_send_at_the_version_may_be_sent() {
    let sends = |method: &str| json!({"jsonrpc": "2.0", "method": method, "params": {}});
    for version in VERSIONS {
        right(version, &sends("notifications/tools/list_changed"), None);
        for method in ["notifications/initialized", "notifications/unheard_of", "ping"] {
            wrong(version, &sends(method), None);
        }
    }
    let asks = json!({"jsonrpc": "2.0", "id": 1, "method": "ping"});
    VERSIONS[..4].iter().for_each(|version| right(version, &asks, None));
    wrong("2026-07-28", &asks, None);
    let elicit = json!({"jsonrpc": "2.0", "id": 1, "method": "elicitation/create", "params": {
        "message": "how many", "requestedSchema": {"type": "object", "properties": {
            "n": {"type": "number", "minimum": 0.5}
        }}
    }});
    VERSIONS[..2]
        .iter()
        .for_each(|version| drop(wrong(version, &elicit, None)));
    VERSIONS[2..4].iter().for_each(|version| right(version, &elicit, None));
}

#[test]
fn batches_are_of_one_version() {
    let pong = answer(json!({}));
    let batch = json!([pong, pong]);
    for version in VERSIONS {
        let judged = check_message(version, &batch, Some("ping"));
        assert_eq!(judged.is_ok(), version == "2025-03-26", "{judged:?}");
    }
    wrong("2025-03-26", &json!([]), None);
}

#[test]
fn an_error_has_an_id_unless_nothing_could_be_read() {
    for version in VERSIONS {
        right(version, &error(-32601, json!("x")), Some("x"));
        let mut unread = error(-32700, json!("x"));
        unread.as_object_mut().expect("an object").remove("id");
        right(version, &unread, None);
        unread["id"] = Value::Null;
        wrong(version, &unread, None);
        wrong(version, &json!({"jsonrpc": "2.0", "id": 1, "error": {"code": 1}}), None);
        wrong(
            version,
            &json!({"jsonrpc": "2.0", "id": 1, "error": {"code": 0.5, "message": "x"}}),
            None,
        );
    }
    let mut unasked = error(-32601, json!("x"));
    unasked.as_object_mut().expect("an object").remove("id");
    wrong("2025-06-18", &unasked, None);
}

#[test]
fn what_2026_07_28_wants_beside_is_wanted() {
    const VERSION: &str = "2026-07-28";
    let tool = json!({"name": "a", "inputSchema": {"type": "object"}});
    for member in ["resultType", "ttlMs", "cacheScope"] {
        let mut message = tools(tool.clone());
        message["result"].as_object_mut().expect("an object").remove(member);
        wrong(VERSION, &message, Some(TOOLS));
        right("2025-11-25", &message, Some(TOOLS));
    }
    wrong(
        VERSION,
        &answer(json!({"resultType": "finished", "content": []})),
        Some("tools/call"),
    );
    let asks = answer(json!({"resultType": "input_required", "requestState": "x"}));
    right(VERSION, &asks, Some("tools/call"));
    wrong(VERSION, &asks, Some("completion/complete"));
    wrong(
        VERSION,
        &answer(json!({"resultType": "input_required"})),
        Some("tools/call"),
    );
    right(
        VERSION,
        &error(-32022, json!({"supported": [], "requested": "x"})),
        None,
    );
    wrong(VERSION, &error(-32022, json!({})), None);
    wrong(VERSION, &error(-32002, json!({})), None);
    right("2025-11-25", &error(-32002, json!({})), None);
}

fn hear(conversation: &mut Conversation, message: Value) -> Result<(), String> {
    conversation.heard(&message)
}

#[test]
fn a_conversation_knows_its_version_and_what_was_asked() {
    let mut conversation = Conversation::default();
    let pong = || answer(json!({}));
    hear(&mut conversation, pong()).expect_err("nothing was asked");
    conversation.said(br#"{"jsonrpc":"2.0","id":1,"method":"ping"}"#);
    hear(&mut conversation, pong()).expect("a ping is answered");
    hear(&mut conversation, pong()).expect_err("it is answered again");
    conversation.said(br#"{"jsonrpc":"2.0","id":1,"method":"initialize","params":{}}"#);
    let server = json!({"name": "s", "version": "1"});
    let result = json!({"protocolVersion": "2025-03-26", "capabilities": {}, "serverInfo": server});
    hear(&mut conversation, answer(result)).expect("it is agreed");
    conversation.said(br#"[{"jsonrpc":"2.0","id":1,"method":"ping"},{"jsonrpc":"2.0","id":"a","method":"ping"}]"#);
    let other = json!({"jsonrpc": "2.0", "id": "a", "result": {}});
    hear(&mut conversation, json!([other, pong()])).expect("a batch is answered");
}

#[test]
fn a_version_that_is_agreed_on_must_exist() {
    let mut conversation = Conversation::default();
    conversation.said(br#"{"jsonrpc":"2.0","id":1,"method":"initialize","params":{}}"#);
    let server = json!({"name": "s", "version": "1"});
    let result = json!({"protocolVersion": "1.0", "capabilities": {}, "serverInfo": server});
    hear(&mut conversation, answer(result)).expect_err("no such version");
}

#[test]
fn requests_with_the_envelope_are_answered_at_their_version() {
    let mut conversation = Conversation::default();
    let envelope = json!({"io.modelcontextprotocol/protocolVersion": "2026-07-28"});
    let list = json!({"jsonrpc": "2.0", "id": 1, "method": TOOLS, "params": {"_meta": envelope}}).to_string();
    let tool = json!({"name": "a", "inputSchema": {"type": "object"}});
    conversation.said(list.as_bytes());
    hear(&mut conversation, tools(tool)).expect("the answer has what it must");
    conversation.said(list.as_bytes());
    hear(&mut conversation, answer(json!({"tools": []}))).expect_err("it has not");
    let acknowledged = json!({"jsonrpc": "2.0", "method": "notifications/subscriptions/acknowledged", "params": {
        "notifications": {}, "_meta": {"io.modelcontextprotocol/subscriptionId": 1}
    }});
    hear(&mut conversation, acknowledged.clone()).expect("it is of that version");
    hear(&mut Conversation::default(), acknowledged).expect_err("it is not of a session without");
}

#[test]
fn two_requests_of_one_id_are_told_apart() {
    let mut conversation = Conversation::default();
    let call = br#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"a"}}"#;
    conversation.said(call);
    conversation.said(br#"{"jsonrpc":"2.0","id":1,"method":"tools/list"}"#);
    hear(&mut conversation, error(-32600, json!("in flight"))).expect("the second is refused");
    hear(&mut conversation, answer(json!({"content": []}))).expect("the first is answered");
    conversation.said(call);
    conversation.said(br#"{"jsonrpc":"2.0","id":1,"method":"tools/list"}"#);
    hear(&mut conversation, answer(json!({"content": []})))
        .expect("the first is answered before the second is refused");
    hear(&mut conversation, error(-32600, json!("in flight"))).expect("the second is refused");
    conversation.said(br#"{"jsonrpc":"2.0","id":1,"method":"server/discover"}"#);
    conversation.said(call);
    hear(&mut conversation, error(-32601, json!("server/discover"))).expect("the first is not there");
    hear(&mut conversation, answer(json!({"content": []}))).expect("the second is answered");
}
