//! What a host has promised, told a second time and more simply: which message reaches whom, which news may come, who may
//! do what. The guest tells it what it answered; the world tells it what was seen.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use hearth_host::contract::exports::hearth::mcp::server::OpenWork;
use hearth_host::contract::hearth::mcp::types::{Action, Checkpoint, Effect, News, Perform, Send};
use hearth_host::engine::{CHECKPOINT_BODY_LIMIT, Event};
use serde_json::Value;

use super::lanes::Lanes;
use super::limits;

/// The state format that the guest names.
pub const FORMAT: u32 = 1;
/// The actions that it declares.
pub const ACTIONS: [&str; 5] = [
    "light.turn_on",
    "light.turn_off",
    "light.look",
    "home.restart",
    "script.*",
];
/// Bytes of a key from which on it is not kept.
const KEY_BYTES: usize = 4 << 10;

/// See the module.
#[derive(Default)]
pub struct Model {
    /// Unread messages of each open outlet.
    queues: BTreeMap<u64, Queue>,
    /// All work there ever was, by its ticket.
    work: BTreeMap<u64, Work>,
    /// Who ever had a session.
    connected: BTreeSet<String>,
    /// What was promised of exchanges.
    pub lanes: Lanes,
    /// What holds now.
    pub rules: Rules,
    moment: u64,
    /// The newest event that trapped: it may come once more as it was.
    lost: Option<Event>,
    /// The outlet whose end was told last.
    closed: Option<u64>,
    /// Promises that were broken.
    pub broken: Vec<String>,
}

/// Who may do what.
#[derive(Default)]
pub struct Rules {
    /// Whether each principal is an administrator. Who is not here has no rights.
    pub admins: BTreeMap<String, bool>,
    /// Entities that are not exposed.
    pub hidden: BTreeSet<String>,
    /// One config entry is loaded.
    pub loaded: bool,
    /// It is reserved to administrators.
    pub require_admin: bool,
    /// Nothing may be changed.
    pub read_only: bool,
}

#[derive(Default)]
struct Queue {
    messages: VecDeque<(Vec<u8>, Option<String>)>,
    ended: bool,
}

struct Work {
    key: String,
    principal: String,
    actions: usize,
    /// It was allowed when it was asked for.
    allowed: bool,
    /// It is over, or was abandoned.
    gone: bool,
    told: f64,
}

impl Model {
    /// Nothing has happened yet.
    pub fn new() -> Self {
        let rules = Rules {
            admins: [("ada", true), ("ben", false), ("eve", false)]
                .map(|(id, admin)| (id.to_owned(), admin))
                .into(),
            hidden: ["light.safe", "script.hidden"].map(str::to_owned).into(),
            loaded: true,
            ..Rules::default()
        };
        Self {
            rules,
            ..Self::default()
        }
    }

    fn promise(&mut self, holds: bool, broken: impl FnOnce() -> String) {
        if !holds {
            self.broken.push(broken());
        }
    }

    /// What a new instance is given.
    pub fn restored(&mut self, checkpoints: &[Checkpoint], work: &[OpenWork]) {
        for checkpoint in checkpoints {
            let fits = checkpoint.body.len() <= CHECKPOINT_BODY_LIMIT && checkpoint.format == FORMAT;
            self.promise(fits, || format!("{:?} was kept", checkpoint.key));
        }
        for open in work {
            let known = self.open_work(&open.ticket).is_some();
            self.promise(known, || format!("{:?} is given as open work", open.key));
        }
    }

    /// An event comes in.
    pub fn event(&mut self, event: &Event) {
        let moment = event.moment();
        self.promise(moment >= self.moment, || "time went back".to_owned());
        self.moment = moment;
        match event {
            Event::Closed { outlet, .. } => {
                // After a trap it comes once more.
                let was_open = self.lanes.closed(*outlet) || self.closed == Some(*outlet);
                self.closed = Some(*outlet);
                self.promise(was_open, || format!("{outlet} is closed, and was not open"));
                self.queues.remove(outlet);
            }
            Event::Resume { ticket, news, .. } => {
                let again = self.lost.take_if(|lost| lost == event).is_some();
                self.news(ticket, news, again);
            }
            _ => {}
        }
    }

    /// An event came in and trapped.
    pub fn lost(&mut self, event: &Event) {
        // The start of the instance that comes after it may trap as well; the event comes once more all the same.
        if !matches!(event, Event::Start { .. }) {
            self.lost = Some(event.clone());
        }
    }

    fn news(&mut self, ticket: &[u8], news: &News, again: bool) {
        let Some(work) = self.open_work(ticket) else {
            self.broken.push(format!("news of what is over: {news:?}"));
            return;
        };
        let holds = match news {
            News::Progress(progress) => {
                let rises = progress.done > work.told || again;
                work.told = progress.done;
                rises
            }
            News::Outcomes(outcomes) => outcomes.len() == work.actions,
            News::Fault => true,
        };
        self.promise(holds, || format!("{news:?} cannot be"));
    }

    fn open_work(&mut self, ticket: &[u8]) -> Option<&mut Work> {
        let ticket = std::str::from_utf8(ticket).ok()?.parse().ok()?;
        self.work.get_mut(&ticket).filter(|work: &&mut Work| !work.gone)
    }

    /// Whether the host counts an answer as a trap.
    pub fn is_fault(effects: &[Effect]) -> bool {
        effects.iter().any(|effect| match effect {
            Effect::Keep(kept) => {
                kept.body.len() > CHECKPOINT_BODY_LIMIT || kept.format != FORMAT || kept.key.len() > KEY_BYTES
            }
            _ => false,
        })
    }

    /// An event was answered with these effects, and they are applied.
    pub fn answered(&mut self, event: &Event, session: Option<&str>, effects: &[Effect]) {
        self.lanes.answered(event, session, effects);
        match event {
            Event::Open { origin, .. } => {
                self.queues.insert(origin.outlet, Queue::default());
                self.connected.insert(origin.principal.id.clone());
            }
            Event::Receive(delivery) if delivery.exchange.is_some() => {
                self.connected.insert(delivery.principal.id.clone());
            }
            Event::Attach(attachment) => {
                self.connected.insert(attachment.principal.id.clone());
            }
            Event::Resume { ticket, news, .. } if !matches!(news, News::Progress(_)) => {
                if let Some(work) = self.open_work(ticket) {
                    work.gone = true;
                }
            }
            _ => {}
        }
        for effect in effects {
            match effect {
                Effect::Send(send) => self.send(send),
                Effect::End(outlet) => {
                    if let Some(queue) = self.queues.get_mut(outlet) {
                        queue.ended = true;
                    }
                }
                Effect::Perform(perform) => self.perform(event, perform),
                Effect::Abandon(key) => {
                    let of_key = self.work.values_mut().filter(|work| work.key == *key);
                    of_key.for_each(|work| work.gone = true);
                }
                _ => {}
            }
        }
    }

    fn send(&mut self, send: &Send) {
        let limits = limits();
        if send.last {
            // The stream of a session has none.
            return;
        }
        let Some(queue) = self.queues.get_mut(&send.outlet).filter(|queue| !queue.ended) else {
            return;
        };
        if send.replaces.is_some() {
            queue.messages.retain(|(_, tag)| *tag != send.replaces);
        }
        let bytes: usize = queue.messages.iter().map(|(body, _)| body.len()).sum();
        if queue.messages.len() >= limits.unread_messages || bytes + send.body.len() > limits.unread_bytes {
            *queue = Queue {
                messages: VecDeque::new(),
                ended: true,
            };
            return;
        }
        queue.messages.push_back((send.body.clone(), send.replaces.clone()));
    }

    fn perform(&mut self, event: &Event, perform: &Perform) {
        let claims = match event {
            Event::Open { origin, .. } => origin.principal.id == perform.principal,
            Event::Receive(delivery) => delivery.principal.id == perform.principal,
            Event::Attach(attachment) => attachment.principal.id == perform.principal,
            Event::Dismiss(dismissal) => dismissal.principal.id == perform.principal,
            Event::Resume { ticket, .. } => {
                let ticket = String::from_utf8_lossy(ticket).parse().unwrap_or(0);
                self.work
                    .get(&ticket)
                    .is_some_and(|work| work.principal == perform.principal)
            }
            _ => false,
        };
        let known = claims || self.connected.contains(&perform.principal);
        let allowed = perform
            .actions
            .iter()
            .all(|action| self.rules.allow(&perform.principal, action));
        let work = Work {
            key: perform.key.clone(),
            principal: perform.principal.clone(),
            actions: perform.actions.len(),
            allowed: known && allowed,
            gone: false,
            told: f64::NEG_INFINITY,
        };
        let ticket = perform.tool.parse().unwrap_or(0);
        self.work.insert(ticket, work);
    }

    /// A client read this, and its stream is over or not.
    pub fn read(&mut self, outlet: u64, messages: &[Vec<u8>], over: bool) {
        let most = limits().unread_messages;
        let few = messages.len() <= most && messages.iter().map(Vec::len).sum::<usize>() <= limits().unread_bytes;
        self.promise(few, || format!("{} messages were unread", messages.len()));
        // Of an outlet that was closed the client may read what was in it before.
        let Some(queue) = self.queues.get_mut(&outlet) else {
            self.promise(over, || format!("the stream of outlet {outlet} goes on"));
            return;
        };
        let sent: Vec<Vec<u8>> = queue.messages.iter().map(|(body, _)| body.clone()).collect();
        queue.messages.drain(..messages.len().min(sent.len()));
        let ended = queue.ended;
        self.promise(sent.starts_with(messages), || {
            format!("outlet {outlet} was sent {sent:?} and got {messages:?}")
        });
        let whole = over || (sent.len() == messages.len() && !ended);
        self.promise(whole, || format!("outlet {outlet} lost a message, or its end"));
    }

    /// The host says that it did an action of this work, or tried to, that many times.
    pub fn done(&mut self, ticket: &str, times: usize) {
        let work = ticket.parse().ok().and_then(|ticket: u64| self.work.get(&ticket));
        let holds = work.is_some_and(|work| work.allowed && times <= work.actions);
        self.promise(holds, || format!("{ticket} was done {times} times"));
    }
}

impl Rules {
    /// Whether this principal may do this, as far as it can be told without looking at all of it: what is not so here
    /// must be refused.
    fn allow(&self, principal: &str, action: &Action) -> bool {
        let Some(admin) = self.admins.get(principal) else {
            return false;
        };
        if !self.loaded || (self.require_admin && !admin) {
            return false;
        }
        let nature = match action.name.as_str() {
            "light.look" => true,
            "home.restart" => *admin && !self.read_only,
            "script.slow" | "script.hidden" => !self.read_only && !self.hidden.contains(&action.name),
            "light.turn_on" | "light.turn_off" | "script.turn_on" | "script.turn_off" | "script.look" => {
                !self.read_only || action.name == "script.look"
            }
            _ => false,
        };
        let target: Value = serde_json::from_slice(&action.target).unwrap_or_default();
        let data: Value = serde_json::from_slice(&action.data).unwrap_or_default();
        nature && !self.names_hidden(&target) && !self.names_hidden(&data["entity_id"])
    }

    fn names_hidden(&self, value: &Value) -> bool {
        match value {
            Value::String(text) => self.hidden.iter().any(|hidden| text.contains(hidden.as_str())),
            Value::Array(values) => values.iter().any(|value| self.names_hidden(value)),
            Value::Object(members) => members.values().any(|value| self.names_hidden(value)),
            _ => false,
        }
    }
}
