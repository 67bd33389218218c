//! A host in memory with one instance behind it. It owns what the contract says a host owns, applies effects, and does
//! not believe them: what a client could see go wrong, and what a host would call a fault, is a panic here.

mod effects;

use std::collections::{BTreeMap, BTreeSet};

use hearth_component::contract::exports::hearth::mcp::server::{Delivery, News, OpenWork, Origin, Principal, Route};
use hearth_component::contract::hearth::mcp::types::{Change, Checkpoint, Effect, Nonce};
use serde_json::Value;

use self::effects::Expected;
use crate::installation::Installation;
use crate::jsonrpc::{Asked, requests};
use crate::reducer::{Answered, Event, Make, Reducer};

/// When every input begins: 2026-01-01T00:00:00Z.
const BEGIN: u64 = 1_767_225_600_000;

/// See the module.
pub struct Host<'a> {
    make: Make<'a>,
    /// What the component may ask.
    pub installation: Installation,
    reducer: Box<dyn Reducer>,
    /// Live sessions by their id.
    pub sessions: BTreeMap<String, Conversation>,
    /// What is kept.
    pub checkpoints: BTreeMap<String, Checkpoint>,
    /// Work whose outcomes were not given yet.
    pub work: BTreeMap<String, Work>,
    /// Streams that were ended and are not closed yet.
    ended: BTreeSet<u64>,
    /// The newest outlet.
    pub outlets: u64,
    nonces: u64,
    /// The time.
    pub moment: u64,
    /// Revision of the config entries.
    pub entry_revision: u64,
}

/// A session as its client sees it.
#[derive(Debug, Clone, PartialEq)]
pub struct Conversation {
    /// Its stream.
    pub outlet: u64,
    /// Id of the one who opened it.
    pub principal: String,
}

/// Work that the component asked for.
#[derive(Debug, Clone, PartialEq)]
pub struct Work {
    /// Whose request it is.
    pub session: String,
    /// The request.
    pub asked: Asked,
    /// To be given back.
    pub ticket: Vec<u8>,
    /// How many outcomes it gets.
    pub actions: usize,
}

impl<'a> Host<'a> {
    /// A host with a started instance.
    pub fn new(make: Make<'a>) -> Self {
        Self::with(make, Installation::new())
    }

    /// A host with a started instance in this installation.
    pub fn with(make: Make<'a>, installation: Installation) -> Self {
        let mut host = Self {
            make,
            reducer: make(installation.clone()),
            installation,
            sessions: BTreeMap::new(),
            checkpoints: BTreeMap::new(),
            work: BTreeMap::new(),
            ended: BTreeSet::new(),
            outlets: 0,
            nonces: 0,
            moment: BEGIN,
            entry_revision: 1,
        };
        host.restart();
        host
    }

    /// Goes on with a new instance. Answers what it did at its start.
    pub fn restart(&mut self) -> Vec<Effect> {
        self.restart_with(Vec::new(), Vec::new()).1
    }

    /// Goes on with a new instance that is given more than what is kept. Answers what it cannot read of that, and what
    /// it did at its start.
    pub fn restart_with(&mut self, checkpoints: Vec<Checkpoint>, work: Vec<OpenWork>) -> (Vec<String>, Vec<Effect>) {
        self.reducer = (self.make)(self.installation.clone());
        let replaced: BTreeSet<String> = checkpoints
            .iter()
            .map(|given| given.key.clone())
            .chain(work.iter().map(|given| given.key.clone()))
            .collect();
        let kept = self.checkpoints.values().cloned().chain(checkpoints).collect();
        let open = self.work.iter().map(|(key, work)| OpenWork {
            key: key.clone(),
            ticket: work.ticket.clone(),
        });
        let unread = self.reducer.restore(kept, open.chain(work).collect());
        for key in unread.iter().filter(|key| !replaced.contains(*key)) {
            let own = self.checkpoints.contains_key(key) || self.work.contains_key(key);
            assert!(!own, "it cannot read what it wrote: {key}");
        }
        let event = Event::Start {
            moment: self.moment,
            nonce: Nonce { high: 0, low: 0 },
        };
        let started = self.reducer.handle(event).expect("a start is not refused");
        (unread, started.effects)
    }

    fn nonce(&mut self) -> Nonce {
        self.nonces += 1;
        Nonce {
            high: self.nonces.wrapping_mul(0x9e37_79b9_7f4a_7c15),
            low: self.nonces,
        }
    }

    /// A client connects. Answers the event, and the session in it.
    pub fn open(&mut self, principal: &Principal) -> Answered {
        self.outlets += 1;
        let origin = Origin {
            outlet: self.outlets,
            principal: principal.clone(),
            headers: Vec::new(),
            entry_revision: self.entry_revision,
        };
        let (moment, nonce) = (self.moment, self.nonce());
        let answer = self.reducer.handle(Event::Open { origin, moment, nonce })?;
        let session = answer.session.clone().expect("who opens gets a session");
        let conversation = Conversation {
            outlet: self.outlets,
            principal: principal.id.clone(),
        };
        let taken = self.sessions.insert(session, conversation);
        assert_eq!(taken, None, "a session is given to one client only");
        self.apply(Expected::default(), &answer.effects);
        Ok(answer)
    }

    /// A body arrives.
    pub fn post(&mut self, session: &str, principal: &Principal, body: &[u8], fault: bool) -> Answered {
        let answer = self.receive(session, principal, body, fault)?;
        let owner = self.sessions.get(session).map(|session| session.principal.as_str());
        assert_eq!(
            owner,
            Some(principal.id.as_str()),
            "only the owner of a session is heard in it"
        );
        assert_eq!(answer.session, None, "a body on SSE begins no session");
        let expected = Expected {
            session: session.to_owned(),
            asked: requests(body),
            works: !fault,
            ..Expected::default()
        };
        self.apply(expected, &answer.effects);
        Ok(answer)
    }

    /// A body arrives at a session that the host may not know. Nothing of it is checked or applied.
    pub fn receive(&mut self, session: &str, principal: &Principal, body: &[u8], fault: bool) -> Answered {
        let delivery = Delivery {
            route: Route::Sse,
            session: Some(session.to_owned()),
            exchange: None,
            principal: principal.clone(),
            headers: Vec::new(),
            body: body.to_vec(),
            entry_revision: self.entry_revision,
            moment: self.moment,
            nonce: self.nonce(),
            fault,
        };
        self.reducer.handle(Event::Receive(delivery))
    }

    /// News of open work.
    pub fn resume(&mut self, key: &str, news: News) -> Answered {
        let work = self.work[key].clone();
        let mut expected = Expected {
            session: work.session.clone(),
            ..Expected::default()
        };
        match news {
            News::Progress(_) => expected.progress = work.asked.token.clone(),
            News::Outcomes(_) | News::Fault => {
                self.work.remove(key);
                expected.asked.push(work.asked);
            }
        }
        let answer = self.news(work.ticket, news)?;
        self.apply(expected, &answer.effects);
        Ok(answer)
    }

    /// News with a ticket that may not be one. Nothing of it is checked or applied.
    pub fn news(&mut self, ticket: Vec<u8>, news: News) -> Answered {
        let (moment, nonce) = (self.moment, self.nonce());
        self.reducer.handle(Event::Resume {
            ticket,
            news,
            moment,
            nonce,
        })
    }

    /// Something changed.
    pub fn change(&mut self, changes: Vec<Change>) -> Answered {
        let moment = self.moment;
        let answer = self.reducer.handle(Event::HomeChanged { changes, moment })?;
        let expected = Expected {
            lists: true,
            ..Expected::default()
        };
        self.apply(expected, &answer.effects);
        Ok(answer)
    }

    /// A client hung up.
    pub fn close(&mut self, session: &str) -> Answered {
        let outlet = self.sessions[session].outlet;
        let answer = self.closed(outlet)?;
        assert!(!self.sessions.contains_key(session), "the session goes with its stream");
        Ok(answer)
    }

    fn closed(&mut self, outlet: u64) -> Answered {
        let moment = self.moment;
        let answer = self.reducer.handle(Event::Closed { outlet, moment })?;
        self.apply(Expected::default(), &answer.effects);
        Ok(answer)
    }

    /// The timer went off.
    pub fn wake(&mut self) -> Answered {
        let moment = self.moment;
        let answer = self.reducer.handle(Event::Wake { moment })?;
        let expected = Expected {
            lists: true,
            ..Expected::default()
        };
        self.apply(expected, &answer.effects);
        Ok(answer)
    }

    /// What the component would offer.
    pub fn offers(&mut self, principal: &Principal) -> Vec<String> {
        let tools = self.reducer.offers(principal.clone(), Route::Sse);
        let definition = |definition: &[u8]| serde_json::from_slice::<Value>(definition).expect("a tool is JSON");
        tools
            .into_iter()
            .map(|tool| {
                assert_eq!(definition(&tool.definition)["name"], tool.name.as_str());
                tool.name
            })
            .collect()
    }

    /// Applies what a start did.
    pub fn apply_start(&mut self, effects: &[Effect]) {
        let expected = Expected {
            lists: true,
            ..Expected::default()
        };
        self.apply(expected, effects);
    }
}
