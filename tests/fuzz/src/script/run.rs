//! One run of a script.

use std::collections::BTreeMap;

use hearth_component::contract::exports::hearth::mcp::server::{News, Principal};
use hearth_component::contract::hearth::mcp::config_entries::LookupError;
use hearth_component::contract::hearth::mcp::home::Entity;
use hearth_component::contract::hearth::mcp::types::{
    Change, Checkpoint, Outcome, OutcomeKind, Progress, RefusalReason,
};
use serde_json::Value;
use serde_json::value::RawValue;

use crate::home::home;
use crate::host::{Host, Work};
use crate::input::{number, owned, parts, text};
use crate::installation::Installation;
use crate::probe::{admin, done};
use crate::reducer::{Answered, Make};
use crate::ticket::outcomes;

/// Who connects.
const PRINCIPALS: [&str; 3] = ["ann", "bob", "cem"];

/// The state of one run.
pub struct Run<'a> {
    host: Host<'a>,
    /// Sessions in the order in which they were opened; some are over.
    clients: Vec<(String, usize)>,
    /// Whether each principal is an administrator; None: it has no rights at all.
    rights: [Option<bool>; PRINCIPALS.len()],
    /// Entities that are not exposed now, with their places.
    hidden: BTreeMap<usize, Entity>,
    /// A new instance for every event.
    fleeting: bool,
}

impl<'a> Run<'a> {
    /// Before the first line.
    pub fn new(make: Make<'a>, fleeting: bool) -> Self {
        let installation = Installation::new();
        installation.tell().low_limits = true;
        Self {
            host: Host::with(make, installation),
            clients: Vec::new(),
            rights: [Some(true), Some(false), Some(false)],
            hidden: BTreeMap::new(),
            fleeting,
        }
    }

    /// One thing happens. None: there was nothing to do it to.
    pub fn step(&mut self, line: &[u8]) -> Option<Answered> {
        if self.fleeting || line == b"R" {
            let said = self.host.restart();
            assert_eq!(
                said,
                [],
                "a new instance has nothing to say that the old one did not say"
            );
        }
        self.host.moment += 1;
        let (letter, rest) = line.split_first()?;
        match letter {
            b'o' => self.open(digit(rest)),
            b'p' | b'x' | b'f' => self.post(*letter, rest),
            b'r' | b'g' | b'z' => self.news(*letter, rest),
            b'c' => {
                let (session, _) = self.client(digit(rest))?;
                Some(self.host.close(&session))
            }
            b's' => self.state(rest),
            b'h' => self.expose(digit(rest)),
            b'e' => self.entry(rest),
            b'a' => self.rights(rest),
            b'm' => {
                self.host.moment += u64::from(number::<u32>(rest));
                None
            }
            b'l' => Some(self.host.change(vec![change("llm-apis", "", Vec::new())])),
            b'w' => Some(self.host.wake()),
            _ => None,
        }
    }

    /// What the host has for the component.
    pub fn kept(&self) -> (&BTreeMap<String, Checkpoint>, &BTreeMap<String, Work>) {
        (&self.host.checkpoints, &self.host.work)
    }

    /// All that is open comes to its end.
    pub fn finish(mut self) {
        for key in self.host.work.keys().cloned().collect::<Vec<_>>() {
            let actions = self.host.work[&key].actions;
            self.host
                .resume(&key, News::Outcomes(vec![done(); actions]))
                .expect("news are not refused");
        }
        for session in self.host.sessions.keys().cloned().collect::<Vec<_>>() {
            self.host.close(&session).expect("the end of a stream is not refused");
        }
        assert_eq!(
            self.kept(),
            (&BTreeMap::new(), &BTreeMap::new()),
            "nothing is left behind"
        );
    }

    fn principal(&self, place: usize) -> Option<Principal> {
        self.rights[place].map(|admin| Principal {
            id: PRINCIPALS[place].to_owned(),
            admin,
        })
    }

    fn client(&self, number: usize) -> Option<(String, usize)> {
        let live = |(session, _): &&(String, usize)| self.host.sessions.contains_key(session);
        let live: Vec<_> = self.clients.iter().filter(live).collect();
        live.get(number.checked_rem(live.len())?).copied().cloned()
    }

    fn open(&mut self, place: usize) -> Option<Answered> {
        let place = place % PRINCIPALS.len();
        let principal = self.principal(place)?;
        let opened = self.host.open(&principal);
        if let Ok(answer) = &opened {
            self.clients.push((answer.session.clone()?, place));
        }
        Some(opened)
    }

    fn post(&mut self, letter: u8, rest: &[u8]) -> Option<Answered> {
        let (session, place) = self.client(digit(rest))?;
        let body = rest.get(1..).unwrap_or_default();
        if letter == b'x' {
            let answered = self.host.receive(&session, &admin("mallory"), body, false);
            let refusal = answered.expect_err("the session of somebody else does not exist");
            let told = [RefusalReason::Malformed, RefusalReason::TooManySessions];
            assert!(
                !told.contains(&refusal.reason),
                "{refusal:?} tells that there is such a session"
            );
            return Some(Err(refusal));
        }
        let principal = self.principal(place)?;
        Some(self.host.post(&session, &principal, body, letter == b'f'))
    }

    fn news(&mut self, letter: u8, rest: &[u8]) -> Option<Answered> {
        let open = self.host.work.len();
        let key = self.host.work.keys().nth(digit(rest).checked_rem(open)?)?.clone();
        let actions = self.host.work[&key].actions;
        let [first, second] = parts(rest.get(1..).unwrap_or_default());
        let news = match letter {
            b'r' => {
                let mut outcomes = outcomes(first, second);
                outcomes.resize_with(actions, done);
                outcomes.iter_mut().for_each(as_a_host_says);
                News::Outcomes(outcomes)
            }
            b'g' => News::Progress(Progress {
                done: number(first),
                total: None,
                text: (!second.is_empty()).then(|| owned(second)),
            }),
            _ => News::Fault,
        };
        Some(self.host.resume(&key, news))
    }

    fn state(&mut self, rest: &[u8]) -> Option<Answered> {
        let [state, attributes] = parts(rest.get(1..).unwrap_or_default());
        // The home says what is so: an object, and the same in its snapshot.
        let attributes = serde_json::from_slice::<&RawValue>(attributes)
            .ok()
            .filter(|raw| raw.get().starts_with('{'))
            .map_or("{}", RawValue::get);
        let change = {
            let mut told = self.host.installation.tell();
            let count = told.home.entities.len();
            let entity = told.home.entities.get_mut(digit(rest).checked_rem(count)?)?;
            entity.state = owned(state);
            entity.attributes = attributes.as_bytes().to_vec();
            let state = Value::from(text(state));
            let data = format!(r#"{{"state":{state},"attributes":{attributes}}}"#);
            change("state", &entity.id, data.into_bytes())
        };
        Some(self.host.change(vec![change]))
    }

    fn expose(&mut self, number: usize) -> Option<Answered> {
        let all = home();
        let place = number % all.entities.len();
        match self.hidden.remove(&place) {
            Some(_) => {}
            None => {
                self.hidden.insert(place, all.entities[place].clone());
            }
        }
        let hidden = |id: &str| self.hidden.values().any(|entity| entity.id == id);
        {
            let mut told = self.host.installation.tell();
            let revision = told.home.revision + 1;
            told.home = all;
            told.home.revision = revision;
            told.home.entities.retain(|entity| !hidden(&entity.id));
            told.home.scripts.retain(|script| !hidden(&script.entity));
        }
        Some(self.host.change(vec![change("registry", "", Vec::new())]))
    }

    fn entry(&mut self, flags: &[u8]) -> Option<Answered> {
        let has = |flag: u8| flags.contains(&flag);
        let sound = Installation::new().told().entry.clone();
        self.host.installation.tell().entry = match sound {
            _ if has(b'n') => Err(LookupError::NotConfigured),
            _ if has(b's') => Err(LookupError::SeveralConfigured),
            Ok(mut entry) => {
                entry.read_only = has(b'r');
                entry.require_admin = has(b'a');
                entry.all_llm_apis = !has(b'o');
                Ok(entry)
            }
            Err(error) => Err(error),
        };
        self.host.entry_revision += 1;
        Some(self.host.change(vec![change("config-entry", "", Vec::new())]))
    }

    fn rights(&mut self, rest: &[u8]) -> Option<Answered> {
        let place = digit(rest) % PRINCIPALS.len();
        let admin = match rest.get(1)? {
            b'+' => Some(true),
            b'-' => Some(false),
            _ => None,
        };
        self.rights[place] = admin;
        let data = admin.map_or("null".to_owned(), |admin| format!(r#"{{"admin":{admin}}}"#));
        let change = change("rights", PRINCIPALS[place], data.into_bytes());
        Some(self.host.change(vec![change]))
    }
}

/// The number at the beginning of a part.
fn digit(rest: &[u8]) -> usize {
    rest.first().map_or(0, |byte| usize::from(byte.wrapping_sub(b'0')))
}

fn change(kind: &str, id: &str, data: Vec<u8>) -> Change {
    Change {
        kind: kind.to_owned(),
        id: id.to_owned(),
        data,
    }
}

/// What is done answers an object or nothing; what went wrong says why.
fn as_a_host_says(outcome: &mut Outcome) {
    let text = Value::from(text(&outcome.data));
    match outcome.kind {
        OutcomeKind::Ok => {
            if !serde_json::from_slice::<Value>(&outcome.data).is_ok_and(|data| data.is_object()) {
                outcome.data.clear();
            }
        }
        OutcomeKind::Failed | OutcomeKind::Refused => outcome.data = format!(r#"{{"error":{text}}}"#).into_bytes(),
        OutcomeKind::TimedOut | OutcomeKind::Running => outcome.data.clear(),
    }
}
