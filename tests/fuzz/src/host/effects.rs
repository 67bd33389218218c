//! What a host does with effects, and what it checks of each.

use hearth_component::contract::hearth::mcp::types::{Checkpoint, CheckpointKind, Effect, Perform, Send, Status};
use hearth_component::llm;
use serde_json::Value;

use super::{Host, Work};
use crate::jsonrpc::{Asked, Said};
use crate::reducer::Answer;

/// Bytes that the body of a checkpoint may have.
const CHECKPOINT_BYTES: usize = 4 << 10;

/// What an event may lead to.
#[derive(Default)]
pub(super) struct Expected {
    /// The session that may hear answers and progress.
    pub session: String,
    /// Requests that have to be answered or worked on.
    pub asked: Vec<Asked>,
    /// Requests may become work.
    pub works: bool,
    /// Progress with this token.
    pub progress: Option<String>,
    /// Any session may hear that its list changed.
    pub lists: bool,
    /// Work that was asked for in place of answers.
    pub performed: Vec<Perform>,
}

impl Host<'_> {
    /// Applies the effects of an event.
    ///
    /// # Panics
    /// When one of them is not what may come of it.
    pub(super) fn apply(&mut self, mut expected: Expected, effects: &[Effect]) {
        for effect in effects {
            self.apply_one(&mut expected, effect);
        }
        let Expected {
            session,
            asked,
            performed,
            ..
        } = expected;
        assert_eq!(
            asked.len(),
            performed.len(),
            "each request is answered or worked on: {asked:?}"
        );
        for (asked, perform) in asked.into_iter().zip(performed) {
            let work = Work {
                session: session.clone(),
                asked,
                ticket: perform.ticket,
                actions: perform.actions.len(),
            };
            self.work.insert(perform.key, work);
        }
        self.check();
        // A stream that was ended is closed next.
        while let Some(outlet) = self.ended.pop_first() {
            let answer = self.closed(outlet).expect("the end of a stream is not refused");
            assert_eq!(answer, Answer::default(), "its session was over already");
        }
    }

    fn apply_one(&mut self, expected: &mut Expected, effect: &Effect) {
        match effect {
            Effect::Send(send) => self.send(expected, send),
            Effect::Perform(perform) => {
                assert!(expected.works, "it asked for work at an event that is no request");
                self.check_perform(&expected.session, perform);
                let twice = expected.performed.iter().any(|other| other.key == perform.key);
                assert!(
                    !twice && !self.work.contains_key(&perform.key),
                    "the key is open already"
                );
                expected.performed.push(perform.clone());
            }
            Effect::Abandon(key) => {
                // A batch may cancel what it has just asked for.
                let just = expected.performed.iter().position(|perform| perform.key == *key);
                if let Some(place) = just {
                    let ticket = expected.performed.remove(place).ticket;
                    let place = expected.asked.iter().position(|asked| mentions(&ticket, &asked.id));
                    expected.asked.remove(place.expect("a ticket says whom to answer"));
                } else {
                    assert!(self.work.remove(key).is_some(), "it abandoned {key}, which is not open");
                }
            }
            Effect::Keep(checkpoint) => self.keep(checkpoint),
            Effect::Forget(key) => {
                assert!(
                    self.checkpoints.remove(key).is_some(),
                    "it forgot {key}, which was not kept"
                );
                self.sessions.remove(key);
            }
            Effect::End(outlet) => {
                assert!(
                    (1..=self.outlets).contains(outlet),
                    "the outlet {outlet} was never given out"
                );
                assert!(self.ended.insert(*outlet), "an outlet is ended once");
            }
            Effect::Log(log) => assert!(!log.text.is_empty(), "a log says something"),
            Effect::Served(served) => {
                assert!(
                    !served.method.is_empty() && served.method.len() < 64,
                    "it names the method"
                );
            }
            Effect::Wake(_) => {}
            Effect::Resumable(_) | Effect::Detach(_) => panic!("no transport here can: {effect:?}"),
        }
    }

    fn send(&mut self, expected: &mut Expected, send: &Send) {
        let session = self.sessions.iter().find(|(_, session)| session.outlet == send.outlet);
        let (session, _) = session.unwrap_or_else(|| panic!("no session is at the outlet {}", send.outlet));
        assert!(
            !send.last && send.status == Status::Ok,
            "the stream of a session goes on"
        );
        match Said::read(&send.body) {
            Said::Answer { id, .. } => {
                assert_eq!(*session, expected.session, "the answer {id} goes to whom did not ask");
                let place = expected.asked.iter().position(|asked| asked.id == id);
                let place = place.unwrap_or_else(|| panic!("nobody waits for an answer to {id}"));
                expected.asked.remove(place);
            }
            Said::Progress(token) => {
                assert_eq!(
                    *session, expected.session,
                    "the progress {token} goes to whom did not ask"
                );
                assert_eq!(Some(token), expected.progress.take(), "nobody asked for this progress");
            }
            Said::Notification(method) => {
                let list = expected.lists && method == "notifications/tools/list_changed";
                assert!(list, "{method} out of nowhere");
            }
        }
    }

    fn keep(&mut self, checkpoint: &Checkpoint) {
        let Checkpoint { key, body, .. } = checkpoint;
        assert!(
            !body.is_empty() && body.len() <= CHECKPOINT_BYTES,
            "{} bytes under {key}",
            body.len()
        );
        let session = self.sessions.get(key);
        let session = session.unwrap_or_else(|| panic!("it keeps {key}, which is no live session"));
        assert_eq!(checkpoint.kind, CheckpointKind::Session);
        assert_eq!(checkpoint.principal.as_ref(), Some(&session.principal));
        self.checkpoints.insert(key.clone(), checkpoint.clone());
    }

    fn check_perform(&self, session: &str, perform: &Perform) {
        let owner = &self.sessions[session].principal;
        assert_eq!(perform.principal, *owner, "it acts for the one who asked");
        assert!(!perform.actions.is_empty() && !perform.ticket.is_empty());
        let told = self.installation.told();
        let entry = told.entry.as_ref().expect("nothing is done without a config entry");
        assert!(!entry.read_only, "nothing is done under a read-only config entry");
        for action in &perform.actions {
            let domain = action.name.split('.').next().unwrap_or_default();
            let declared = llm::actions();
            let declared = declared.contains(&action.name) || declared.contains(&format!("{domain}.*"));
            assert!(declared, "{} was not declared", action.name);
            let target: Value = parse_or_empty(&action.target);
            let data: Value = parse_or_empty(&action.data);
            assert!(target.is_object() && data.is_object());
            for entity in target["entity_id"].as_array().into_iter().flatten() {
                let exposed = told.home.entities.iter().any(|exposed| *entity == exposed.id);
                assert!(exposed, "{entity} is not exposed");
            }
        }
    }

    /// What holds between two events.
    fn check(&self) {
        let sessions: Vec<&String> = self.sessions.keys().collect();
        let kept: Vec<&String> = self.checkpoints.keys().collect();
        assert_eq!(sessions, kept, "each session is kept, and nothing else");
        for work in self.work.values() {
            assert!(self.sessions.contains_key(&work.session), "work of no session goes on");
        }
    }
}

fn parse_or_empty(json: &[u8]) -> Value {
    if json.is_empty() {
        return Value::Object(serde_json::Map::new());
    }
    serde_json::from_slice(json).expect("JSON")
}

/// Whether a ticket is about the request of this id. The host never looks into one; a checker may.
fn mentions(ticket: &[u8], id: &str) -> bool {
    let ticket: Value = serde_json::from_slice(ticket).unwrap_or_default();
    ticket["request"] == id
}
