//! The session of a client with a handshake: begun by the client's own words, and begun again by them when the host has
//! lost it.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderName, HeaderValue, Method, StatusCode};
use tokio::task::AbortHandle;
use tokio::time::{Instant, sleep, timeout};

use super::asking::Answer;
use super::bridge::{Bridge, Trouble, far};
use super::events::Events;
use super::message::{self, Kind, Message, Said};

pub const SESSION: HeaderName = HeaderName::from_static("mcp-session-id");
pub const VERSION: HeaderName = HeaderName::from_static("mcp-protocol-version");
pub const LAST_EVENT: HeaderName = HeaderName::from_static("last-event-id");

/// For the host to end a session when the client goes.
const LEAVING: Duration = Duration::from_secs(2);
/// Between two streams of the same session, unless the host says.
const REST: Duration = Duration::from_millis(500);
/// What a client can set up in a session and has again in the next: its log level, the resources it watches.
const SET_UP: usize = 1_024;

/// The session that there is, and what it takes to begin it again.
#[derive(Default)]
pub struct Session {
    begun: Mutex<Option<Begun>>,
    renewing: tokio::sync::Mutex<()>,
}

struct Begun {
    current: Current,
    initialize: Message,
    initialized: Option<Message>,
    /// Requests that set something up, by what they set up.
    set_up: BTreeMap<String, Bytes>,
    listening: Option<AbortHandle>,
}

/// What requests of a session bring.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Current {
    /// Which one it is, counted from 1.
    pub number: u64,
    pub id: Option<HeaderValue>,
    version: Option<HeaderValue>,
}

impl Current {
    pub fn headers(&self) -> Vec<(HeaderName, HeaderValue)> {
        let id = self.id.clone().map(|id| (SESSION, id));
        let version = self.version.clone().map(|version| (VERSION, version));
        id.into_iter().chain(version).collect()
    }
}

/// The answer to `initialize`.
struct Greeted {
    current: Current,
    lists_change: bool,
    messages: Vec<Bytes>,
}

impl Session {
    fn begun(&self) -> MutexGuard<'_, Option<Begun>> {
        self.begun.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The session, once the client has begun one.
    pub fn current(&self) -> Option<Current> {
        self.begun().as_ref().map(|begun| begun.current.clone())
    }

    /// The client begins a session; one that it had is over.
    pub async fn begin(&self, bridge: &Bridge, initialize: Message, until: Instant) {
        self.end(bridge).await;
        match greet(bridge, &initialize, 1, until).await {
            Ok(greeted) => {
                *self.begun() = Some(Begun {
                    current: greeted.current,
                    initialize,
                    initialized: None,
                    set_up: BTreeMap::new(),
                    listening: None,
                });
                for message in greeted.messages {
                    bridge.say(message).await;
                }
            }
            Err(error) => {
                for id in &initialize.ids {
                    bridge.say(error.to(id)).await;
                }
            }
        }
    }

    /// The client has begun it: the host may speak from now on.
    pub fn has_begun(&self, bridge: &Bridge, initialized: Message) {
        if let Some(begun) = &mut *self.begun() {
            begun.initialized = Some(initialized);
            begun.listen(bridge);
        }
    }

    /// A request was answered that sets something up, or takes it back.
    pub fn note(&self, message: &Message) {
        let Kind::Request { sets, unsets, .. } = &message.kind else {
            return;
        };
        if let Some(begun) = &mut *self.begun() {
            if let Some(unset) = unsets {
                begun.set_up.remove(unset);
            }
            if let Some(set) = sets
                && (begun.set_up.len() < SET_UP || begun.set_up.contains_key(set))
            {
                begun.set_up.insert(set.clone(), message.bytes.clone());
            }
        }
    }

    /// The host does not know the session of this number any more: begins it again, as the client did, unless somebody
    /// has already. The client hears nothing of it, except that the tools may be others.
    ///
    /// # Errors
    /// Why the host has no new session for it.
    pub async fn renew(&self, bridge: &Bridge, number: u64) -> Result<(), String> {
        let _one_at_a_time = self.renewing.lock().await;
        let (initialize, initialized, set_up) = match &*self.begun() {
            Some(begun) if begun.current.number == number => {
                let set_up = begun.set_up.values().cloned().collect::<Vec<_>>();
                (begun.initialize.clone(), begun.initialized.clone(), set_up)
            }
            _ => return Ok(()),
        };
        let until = Instant::now() + bridge.wait;
        let greeted = greet(bridge, &initialize, number + 1, until).await;
        let greeted = greeted.map_err(|error| error.text())?;
        let headers = greeted.current.headers();
        let first = initialized.iter().map(|message| message.bytes.clone());
        for body in first.chain(set_up) {
            // Should one of them fail, the next request meets the same trouble and tells of it.
            let _ = bridge.send(Method::POST, &headers, body, until).await;
        }
        if let Some(begun) = &mut *self.begun() {
            begun.current = greeted.current;
            if initialized.is_some() {
                begun.listen(bridge);
            }
        }
        if greeted.lists_change {
            bridge.say(message::tools_changed()).await;
        }
        Ok(())
    }

    /// Ends it, if there is one: nobody comes back to it.
    pub async fn end(&self, bridge: &Bridge) {
        let Some(begun) = self.begun().take() else { return };
        if let Some(listening) = &begun.listening {
            listening.abort();
        }
        if begun.current.id.is_some() {
            let headers = begun.current.headers();
            let ending = bridge.send(Method::DELETE, &headers, Bytes::new(), Instant::now());
            // A session that is not ended is given up by the host in time.
            let _ = timeout(LEAVING, ending).await;
        }
    }
}

impl Begun {
    fn listen(&mut self, bridge: &Bridge) {
        if let Some(listening) = self.listening.take() {
            listening.abort();
        }
        if self.current.id.is_some() {
            let (bridge, current) = (bridge.clone(), self.current.clone());
            self.listening = Some(tokio::spawn(async move { listen(&bridge, current).await }).abort_handle());
        }
    }
}

/// Why there was no good answer to `initialize`.
enum Ungreeted {
    /// The host said so, in JSON-RPC.
    Refused(Bytes),
    Failed(String),
}

impl Ungreeted {
    fn to(&self, id: &serde_json::Value) -> Bytes {
        match self {
            Self::Refused(body) => {
                message::error_of_host(id, body).unwrap_or_else(|| message::unanswered(id, &self.text()))
            }
            Self::Failed(why) => message::unanswered(id, why),
        }
    }

    fn text(&self) -> String {
        match self {
            Self::Refused(body) => format!("Hearth begins no session: {}", String::from_utf8_lossy(body)),
            Self::Failed(why) => why.clone(),
        }
    }
}

async fn greet(bridge: &Bridge, initialize: &Message, number: u64, until: Instant) -> Result<Greeted, Ungreeted> {
    let answer = loop {
        match bridge.send(Method::POST, &[], initialize.bytes.clone(), until).await {
            // A session that was begun and is never used ends by itself.
            Err(Trouble::Broken(_)) if Instant::now() < until => {}
            Err(trouble) => return Err(Ungreeted::Failed(trouble.to_string())),
            Ok(answer) => break answer,
        }
    };
    if !answer.status.is_success() {
        return Err(match bridge.refusal(answer, &initialize.ids).await {
            Ok(body) => Ungreeted::Refused(body),
            Err(why) => Ungreeted::Failed(why),
        });
    }
    let id = answer.headers.get(&SESSION).cloned();
    let messages = answered(answer, initialize).await.map_err(Ungreeted::Failed)?;
    let said: Vec<_> = messages.iter().map(|message| Said::read(message)).collect();
    let version = said.iter().find_map(|said| said.version.clone());
    let Some(version) = version.and_then(|version| HeaderValue::try_from(version).ok()) else {
        let last = messages.last().cloned().unwrap_or_default();
        return Err(Ungreeted::Refused(last));
    };
    Ok(Greeted {
        current: Current {
            number,
            id,
            version: Some(version),
        },
        lists_change: said.iter().any(|said| said.lists_change),
        messages,
    })
}

/// The messages as far as the answer.
async fn answered(mut answer: Answer, initialize: &Message) -> Result<Vec<Bytes>, String> {
    if !answer.is_stream() {
        let document = answer.whole().await.map_err(|error| error.to_string())?;
        return Ok(message::messages(&document));
    }
    let (mut events, mut messages) = (Events::default(), Vec::new());
    while let Some(bytes) = answer.next().await.map_err(|error| error.to_string())? {
        for message in events.take(&bytes).map_err(|error| error.to_string())? {
            let is_answer = Said::read(&message)
                .answers
                .is_some_and(|id| initialize.ids.contains(&id));
            messages.push(message);
            if is_answer {
                return Ok(messages);
            }
        }
    }
    Err("Hearth ended the answer to `initialize` before it was whole".to_owned())
}

/// Passes on what the host says by itself, for as long as the session is this one.
async fn listen(bridge: &Bridge, current: Current) {
    let mut events = Events::default();
    loop {
        let mut headers = current.headers();
        let last = events.last_id.take().and_then(|last| HeaderValue::try_from(last).ok());
        headers.extend(last.clone().map(|last| (LAST_EVENT, last)));
        match bridge.send(Method::GET, &headers, Bytes::new(), far()).await {
            Ok(answer) if answer.status.is_success() && answer.is_stream() => {
                events = pass_on(bridge, answer).await;
                // What was said before this stream is not to be said again by the next one.
                if events.last_id.is_none() {
                    events.last_id = last.and_then(|last| last.to_str().ok().map(str::to_owned));
                }
            }
            // It says nothing by itself.
            Ok(answer) if answer.status == StatusCode::METHOD_NOT_ALLOWED => return,
            Ok(answer) if answer.status == StatusCode::NOT_FOUND => {
                drop(answer);
                // In a task of its own: the new session ends this one. Without one, the next request tries again.
                let bridge = bridge.clone();
                tokio::spawn(async move {
                    if let Err(why) = bridge.session.renew(&bridge, current.number).await {
                        bridge.tell(&why);
                    }
                });
                return;
            }
            Ok(answer) => {
                if let Err(why) = bridge.refusal(answer, &[]).await {
                    bridge.tell(&why);
                }
            }
            Err(trouble) => bridge.tell(&trouble.to_string()),
        }
        sleep(events.retry.unwrap_or(REST)).await;
    }
}

async fn pass_on(bridge: &Bridge, mut answer: Answer) -> Events {
    let mut events = Events::default();
    while let Ok(Some(bytes)) = answer.next().await {
        let Ok(messages) = events.take(&bytes) else { break };
        for message in messages {
            bridge.say(message).await;
        }
    }
    events
}
