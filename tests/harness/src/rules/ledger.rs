//! What a component was given and has done until now: what its next effects may refer to.

use std::collections::{BTreeMap, BTreeSet};

use hearth_host::contract::hearth::mcp::types::{Effect, News};
use hearth_host::engine::Event;
use serde_json::Value;

/// See the module.
#[derive(Default)]
pub struct Ledger {
    /// Outlets given out, and the principals of those that are still open.
    outlets: BTreeMap<u64, Option<String>>,
    /// Principal by the ticket of its work.
    tickets: BTreeMap<Vec<u8>, String>,
    /// Keys of work that is open, by the ticket.
    open: BTreeMap<Vec<u8>, String>,
    performed: BTreeSet<String>,
    kept: BTreeSet<String>,
    /// How many requests and notifications of each method clients sent whose end was not told.
    untold: BTreeMap<String, usize>,
    /// The methods of which an end was told at news of work, by its ticket.
    told: BTreeMap<Vec<u8>, Vec<String>>,
    /// The ticket of the event that is judged, if it is news of work.
    ticket: Option<Vec<u8>>,
}

impl Ledger {
    /// Notes what an event brings, before its effects are judged.
    pub fn begin(&mut self, event: &Event) {
        self.ticket = None;
        match event {
            Event::Open { origin, .. } => {
                self.outlets.insert(origin.outlet, Some(origin.principal.id.clone()));
            }
            Event::Receive(delivery) => {
                if let Some(exchange) = delivery.exchange {
                    self.outlets.insert(exchange, Some(delivery.principal.id.clone()));
                }
                for method in methods_of(&delivery.body) {
                    *self.untold.entry(method).or_default() += 1;
                }
            }
            Event::Attach(attachment) => {
                self.outlets
                    .insert(attachment.outlet, Some(attachment.principal.id.clone()));
            }
            Event::Resume { ticket, news, .. } => {
                if !matches!(news, News::Progress(_)) {
                    self.open.remove(ticket);
                }
                if matches!(news, News::Fault) {
                    // The attempt before is taken for one that did nothing, whatever it told.
                    for method in self.told.remove(ticket).unwrap_or_default() {
                        *self.untold.entry(method).or_default() += 1;
                    }
                }
                self.ticket = Some(ticket.clone());
            }
            _ => {}
        }
    }

    /// Notes an effect, after it was judged.
    pub fn note(&mut self, effect: &Effect) {
        match effect {
            Effect::Perform(perform) => {
                self.performed.insert(perform.key.clone());
                self.open.insert(perform.ticket.clone(), perform.key.clone());
                self.tickets.insert(perform.ticket.clone(), perform.principal.clone());
            }
            Effect::Served(served) => {
                if let Some(untold) = self.untold.get_mut(&served.method) {
                    *untold = untold.saturating_sub(1);
                }
                if let Some(ticket) = &self.ticket {
                    self.told.entry(ticket.clone()).or_default().push(served.method.clone());
                }
            }
            Effect::Abandon(key) => self.open.retain(|_, open| open != key),
            Effect::Keep(checkpoint) => {
                self.kept.insert(checkpoint.key.clone());
            }
            _ => {}
        }
    }

    /// Notes that an event is over.
    pub fn end(&mut self, event: &Event) {
        if let Event::Closed { outlet, .. } = event {
            self.outlets.insert(*outlet, None);
        }
    }

    /// Whether the host ever gave this outlet out.
    pub fn was_given(&self, outlet: u64) -> bool {
        self.outlets.contains_key(&outlet)
    }

    /// Whether someone of this id asked in this event, for the work of its ticket, or in a live session.
    pub fn may_act_for(&self, principal: &str, event: &Event) -> bool {
        let of_event = match event {
            Event::Receive(delivery) => delivery.principal.id == principal,
            Event::Resume { ticket, .. } => self.tickets.get(ticket).is_some_and(|asked| asked == principal),
            _ => false,
        };
        of_event || self.outlets.values().flatten().any(|live| live == principal)
    }

    /// Whether work of this key is open.
    pub fn is_open(&self, key: &str) -> bool {
        self.open.values().any(|open| open == key)
    }

    /// Whether there was ever work of this key.
    pub fn was_performed(&self, key: &str) -> bool {
        self.performed.contains(key)
    }

    /// Whether a client sent a message of this method whose end was not told yet.
    pub fn is_untold(&self, method: &str) -> bool {
        self.untold.get(method).is_some_and(|untold| *untold > 0)
    }

    /// Whether a checkpoint of this key was ever kept.
    pub fn was_kept(&self, key: &str) -> bool {
        self.kept.contains(key)
    }
}

/// The methods of the requests and notifications in a body.
fn methods_of(body: &[u8]) -> Vec<String> {
    let messages = match serde_json::from_slice(body) {
        Ok(Value::Array(messages)) => messages,
        Ok(message) => vec![message],
        Err(_) => Vec::new(),
    };
    let method = |message: &Value| Some(message["method"].as_str()?.to_owned());
    messages.iter().filter_map(method).collect()
}
