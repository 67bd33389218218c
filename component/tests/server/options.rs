//! Other options of the config entry, from each combination to each other one: a client is told that its list changed
//! exactly when it did, by whichever way it listens.

use std::collections::BTreeMap;

use hearth_component::contract::exports::hearth::mcp::server::{Attachment, Delivery, Principal, Route};
use hearth_component::contract::hearth::mcp::config_entries::ConfigEntry;
use hearth_component::contract::hearth::mcp::types::{Effect, Header};
use serde_json::{Value, json};

use crate::home::add_script;
use crate::support::{Client, Host, admin, entry, initialize, nonce, request, user};

/// Every way in which a client can hear of changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Way {
    /// HTTP+SSE after a handshake.
    Sse,
    /// HTTP+SSE without one: `subscriptions/listen` on its stream.
    SseListening,
    /// The stream of a session of Streamable HTTP.
    Streamable,
    /// `subscriptions/listen` as an exchange of Streamable HTTP.
    Listening,
}

const WAYS: [Way; 4] = [Way::Sse, Way::SseListening, Way::Streamable, Way::Listening];

/// A client, where it hears, and the tools that it knows of.
struct Listener {
    way: Way,
    principal: Principal,
    outlet: u64,
    known: Vec<String>,
}

/// A request of the stateless era.
fn enveloped(id: u64, method: &str, mut params: Value) -> Value {
    params["_meta"] = json!({
        "io.modelcontextprotocol/protocolVersion": "2026-07-28",
        "io.modelcontextprotocol/clientCapabilities": {},
        "io.modelcontextprotocol/clientInfo": {"name": "test", "version": "1"},
    });
    request(id, method, params)
}

fn listen(id: u64) -> Value {
    let wanted = json!({"toolsListChanged": true, "promptsListChanged": true, "resourcesListChanged": true});
    enveloped(id, "subscriptions/listen", json!({"notifications": wanted}))
}

/// The outlets of Streamable HTTP, which the host of these tests does not have: far from its own, and in its books.
struct Outlets(u64);

impl Outlets {
    fn next(&mut self) -> u64 {
        self.0 += 1;
        self.0
    }
}

fn route(way: Way) -> Route {
    match way {
        Way::Sse | Way::SseListening => Route::Sse,
        Way::Streamable | Way::Listening => Route::Streamable(None),
    }
}

fn header(name: &str, value: &str) -> Header {
    Header {
        name: name.to_owned(),
        value: value.to_owned(),
    }
}

/// Posts a body over Streamable HTTP and answers the session that it began.
fn post(host: &mut Host, way: &Listener, session: Option<&str>, headers: Vec<Header>, body: &Value) -> Option<String> {
    let delivery = Delivery {
        route: route(way.way),
        session: session.map(str::to_owned),
        exchange: Some(way.outlet),
        principal: way.principal.clone(),
        headers,
        body: body.to_string().into_bytes(),
        entry_revision: host.revision,
        moment: host.moment,
        nonce: nonce(1_000 + way.outlet),
        fault: false,
    };
    host.server.receive(delivery).expect("it is received").session
}

/// A client of this principal that knows its tools and listens.
fn connected(host: &mut Host, outlets: &mut Outlets, way: Way, principal: Principal) -> Listener {
    let mut listener = Listener {
        way,
        principal: principal.clone(),
        outlet: outlets.next(),
        known: Vec::new(),
    };
    match way {
        Way::Sse => {
            let client = host.connect(principal, "2025-11-25");
            host.ask(&client, request(1, "tools/list", json!({})));
            listener.outlet = client.outlet;
        }
        Way::SseListening => {
            let client = host.open(principal);
            host.said(&client, listen(1).to_string());
            listener.outlet = client.outlet;
        }
        Way::Streamable => {
            let session = post(host, &listener, None, Vec::new(), &initialize("2025-11-25"));
            let session = session.expect("a session begins");
            let version = || vec![header("mcp-protocol-version", "2025-11-25")];
            listener.outlet = outlets.next();
            let list = request(1, "tools/list", json!({}));
            post(host, &listener, Some(&session), version(), &list);
            listener.outlet = outlets.next();
            let attachment = Attachment {
                route: route(way),
                session: Some(session),
                outlet: listener.outlet,
                resumes: None,
                principal,
                headers: version(),
                entry_revision: host.revision,
                moment: host.moment,
            };
            host.server.attach(attachment).expect("it may listen");
        }
        Way::Listening => {
            let headers = vec![
                header("mcp-protocol-version", "2026-07-28"),
                header("mcp-method", "subscriptions/listen"),
            ];
            post(host, &listener, None, headers, &listen(1));
        }
    }
    listener.known = offered(host, &listener);
    assert!(!listener.known.is_empty());
    listener
}

/// What `tools/list` says to a client, tool by tool; nothing where it may not ask.
fn offered(host: &mut Host, listener: &Listener) -> Vec<String> {
    let tools = host.server.offers(listener.principal.clone(), route(listener.way));
    let definition = |definition| String::from_utf8(definition).expect("UTF-8");
    tools.into_iter().map(|tool| definition(tool.definition)).collect()
}

/// The list changes that effects tell, by outlet.
fn told(effects: &[Effect]) -> BTreeMap<u64, Vec<String>> {
    let mut told: BTreeMap<u64, Vec<String>> = BTreeMap::new();
    for effect in effects {
        if let Effect::Send(send) = effect {
            let message: Value = serde_json::from_slice(&send.body).expect("JSON");
            let method = message["method"].as_str().expect("a notification").to_owned();
            told.entry(send.outlet).or_default().push(method);
        }
    }
    told
}

/// Every combination of the options that leaves the entry loaded.
fn options() -> Vec<ConfigEntry> {
    let mut options = Vec::new();
    for (all_llm_apis, llm_apis) in [(true, vec![]), (false, vec!["assist"]), (true, vec!["assist"])] {
        for flags in 0..8 {
            options.push(ConfigEntry {
                title: if flags & 1 == 0 { "One" } else { "Two" }.to_owned(),
                all_llm_apis,
                llm_apis: llm_apis.iter().map(|id| (*id).to_owned()).collect(),
                require_admin: flags & 2 != 0,
                read_only: flags & 4 != 0,
                ..entry()
            });
        }
    }
    options
}

/// Changes the options and holds what each client hears against what it is then offered.
fn change_to(host: &mut Host, listeners: &mut [Listener], wanted: &ConfigEntry) {
    let before = host.installation.0.borrow().entry.clone();
    host.installation.0.borrow_mut().entry = Ok(wanted.clone());
    host.revision += 1;
    let change = crate::support::change("config-entry", "", b"");
    let effects = host.server.home_changed(vec![change], host.moment);
    assert!(
        !effects.iter().any(|effect| matches!(effect, Effect::End(_))),
        "streams stay open"
    );
    let told = told(&effects);
    for listener in listeners {
        let now = offered(host, listener);
        let differs = !now.is_empty() && now != listener.known;
        let heard = told.get(&listener.outlet).cloned().unwrap_or_default();
        let wanted_notice: &[&str] = if differs {
            &["notifications/tools/list_changed"]
        } else {
            &[]
        };
        assert_eq!(
            heard, wanted_notice,
            "{:?} {:?}\nfrom {before:?}\nto {wanted:?}",
            listener.way, listener.principal
        );
        if differs {
            listener.known = now;
        }
    }
}

#[test]
fn each_client_is_told_exactly_when_its_list_is_another() {
    let mut host = Host::new();
    let mut outlets = Outlets(1_000);
    let mut listeners = Vec::new();
    for way in WAYS {
        for principal in [admin("a"), user("u")] {
            listeners.push(connected(&mut host, &mut outlets, way, principal));
        }
    }
    let options = options();
    let mut changes = 0;
    for from in &options {
        for to in &options {
            change_to(&mut host, &mut listeners, from);
            change_to(&mut host, &mut listeners, to);
            changes += 1;
        }
    }
    assert_eq!(changes, 24 * 24);
}

#[test]
fn what_changes_with_the_home_meanwhile_is_told_with_the_options_at_the_latest() {
    let mut host = Host::new();
    let mut outlets = Outlets(1_000);
    let mut user = connected(&mut host, &mut outlets, Way::Streamable, user("u"));
    let closed = ConfigEntry {
        require_admin: true,
        ..entry()
    };
    change_to(&mut host, std::slice::from_mut(&mut user), &closed);
    // It may not list now, so it is told nothing; when it may again, it is.
    add_script(&mut host.installation.0.borrow_mut().home);
    let registry = crate::support::change("registry", "", b"");
    let effects = host.server.home_changed(vec![registry], host.moment);
    assert!(told(&effects).is_empty(), "{effects:?}");
    let before = user.known.clone();
    change_to(&mut host, std::slice::from_mut(&mut user), &entry());
    assert_ne!(user.known, before);
}

#[test]
fn prompts_and_resources_stay_what_they_are_so_nobody_is_told_of_them() {
    let mut host = Host::new();
    let client: Client = host.connect(admin("a"), "2025-11-25");
    let lists = |host: &mut Host| {
        let method = |host: &mut Host, method: &str| host.ask(&client, request(7, method, json!({})))["result"].clone();
        [method(host, "prompts/list"), method(host, "resources/list")]
    };
    let before = lists(&mut host);
    for wanted in options() {
        host.reconfigure("config-entry", |installation| installation.entry = Ok(wanted));
        assert_eq!(lists(&mut host), before);
    }
}
