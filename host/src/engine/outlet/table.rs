//! All open outlets, and which numbers were given out.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::sync::Arc;

use super::{Expiries, Id, Lane, Queue};

/// Exchanges of one session that are finished and can still be resumed. The oldest go first.
const FINISHED_PER_SESSION: usize = 16;

/// Exchanges that finished last, of all sessions: what is sent to one of them breaks the contract.
const FINISHED_KNOWN: usize = 256;

/// An outlet that is open.
#[derive(Debug)]
pub(in crate::engine) struct Open {
    pub way: Way,
    /// The session that it belongs to; empty where there is none.
    pub session: String,
    /// Id of the principal that it belongs to.
    pub principal: String,
    /// Checkpoints of it: without them it is of no use.
    pub checkpoints: Vec<String>,
    /// It is the stream that a session holds (GET), not the answer to anything.
    pub attached: bool,
    /// It can be resumed, and so outlives the host.
    pub written: bool,
}

/// How its messages get to the client.
#[derive(Debug, Clone)]
pub(in crate::engine) enum Way {
    /// The stream of an SSE session.
    Stream(Arc<Queue>),
    /// An exchange or stream of Streamable HTTP.
    Exchange(Arc<Lane>),
}

impl Open {
    pub fn end(&self) {
        match &self.way {
            Way::Stream(queue) => queue.end(),
            Way::Exchange(lane) => lane.end(),
        }
    }

    /// Nobody has anything more to say on it; it is open only to be read again.
    pub fn is_finished(&self) -> bool {
        matches!(&self.way, Way::Exchange(lane) if lane.is_finished())
    }
}

/// See the module.
#[derive(Debug, Default)]
pub(in crate::engine) struct Outlets {
    open: HashMap<Id, Open>,
    last: Id,
    /// The last number that an earlier host may have given out.
    earlier: Id,
    streams: usize,
    /// Finished exchanges that can be resumed, by their session, the oldest first.
    finished: BTreeMap<String, VecDeque<Id>>,
    finished_last: VecDeque<Id>,
    pub expiries: Expiries,
    /// Those that can be resumed since somebody took the changes.
    begun: Vec<Id>,
    /// Those that could be and are over, with their sessions.
    over: Vec<(Id, String)>,
}

/// Where a message would go.
pub(in crate::engine) enum Destination<'a> {
    Open(&'a Open),
    /// It was open once.
    Ended,
    /// It has got its last message, not long ago.
    Finished,
    /// No such number was ever given out.
    Unknown,
}

impl Outlets {
    /// Numbers go on after this one: those up to it are an earlier host's.
    pub fn begin_after(&mut self, last: Id) {
        self.earlier = last;
        self.last = self.last.max(last);
    }

    /// Whether an earlier host may have given it out.
    pub fn is_earlier(&self, id: Id) -> bool {
        (1..=self.earlier).contains(&id)
    }

    /// A number that was never given out before.
    pub fn number(&mut self) -> Id {
        self.last += 1;
        self.last
    }

    pub fn insert(&mut self, id: Id, open: Open) {
        self.streams += usize::from(matches!(open.way, Way::Stream(_)));
        self.open.insert(id, open);
    }

    pub fn find(&self, id: Id) -> Destination<'_> {
        match self.open.get(&id) {
            Some(open) => Destination::Open(open),
            None if self.finished_last.contains(&id) => Destination::Finished,
            None if (1..=self.last).contains(&id) => Destination::Ended,
            None => Destination::Unknown,
        }
    }

    /// The stream of a session of this principal that nobody reads any more; of several the one that was left first.
    pub fn left_first(&self, principal: &str) -> Option<Id> {
        let is_left = |id: &Id| {
            let open = self.open.get(id);
            open.is_some_and(|open| open.attached && open.principal == principal)
        };
        self.expiries.in_order().find(is_left)
    }

    /// A stream of this session that its client has left and can only come back to without an id.
    pub fn left_unnamed(&self, session: &str, principal: &str) -> Option<(Id, Arc<Lane>)> {
        self.expiries.in_order().find_map(|id| {
            let open = self.open.get(&id)?;
            let is_own = open.attached && open.session == session && open.principal == principal;
            match &open.way {
                Way::Exchange(lane) if is_own && !lane.is_connected() && lane.is_unnamed() => Some((id, lane.clone())),
                _ => None,
            }
        })
    }

    pub fn get(&self, id: Id) -> Option<&Open> {
        self.open.get(&id)
    }

    /// It can be resumed from now on.
    pub fn note_resumable(&mut self, id: Id) {
        if let Some(open) = self.open.get_mut(&id)
            && !std::mem::replace(&mut open.written, true)
        {
            self.begun.push(id);
        }
    }

    /// Which of those that can be resumed have begun and are over since this was last asked.
    pub fn take_changes(&mut self) -> (Vec<Id>, Vec<(Id, String)>) {
        (std::mem::take(&mut self.begun), std::mem::take(&mut self.over))
    }

    /// Those that can be resumed.
    pub fn resumable(&self) -> impl Iterator<Item = (Id, &Open)> {
        self.open
            .iter()
            .filter(|(_, open)| open.written)
            .map(|(id, open)| (*id, open))
    }

    /// The outlet is over; only the first who says so gets it.
    pub fn remove(&mut self, id: Id) -> Option<Open> {
        let open = self.open.remove(&id)?;
        self.streams -= usize::from(matches!(open.way, Way::Stream(_)));
        self.expiries.remove(id);
        if open.written {
            self.over.push((id, open.session.clone()));
        }
        if let Some(finished) = self.finished.get_mut(&open.session) {
            finished.retain(|other| *other != id);
            if finished.is_empty() {
                self.finished.remove(&open.session);
            }
        }
        Some(open)
    }

    /// The exchange has got its last message. It stays only if it can be resumed, and then not for ever.
    pub fn finish(&mut self, id: Id) {
        if self.finished_last.len() == FINISHED_KNOWN {
            self.finished_last.pop_front();
        }
        self.finished_last.push_back(id);
        let Some(open) = self.open.get(&id) else { return };
        if !matches!(&open.way, Way::Exchange(lane) if lane.is_resumable()) {
            self.remove(id);
            return;
        }
        self.stays_finished(id);
    }

    /// It has all its messages, and can be read again for a while.
    pub fn stays_finished(&mut self, id: Id) {
        let Some(open) = self.open.get(&id) else { return };
        let finished = self.finished.entry(open.session.clone()).or_default();
        finished.push_back(id);
        if finished.len() > FINISHED_PER_SESSION
            && let Some(oldest) = finished.front().copied()
        {
            // Who reads it can read it to its end.
            self.remove(oldest);
        }
    }

    /// The outlets that go with this checkpoint: those that it was kept for, and those of the session that it is.
    pub fn of_checkpoint(&self, key: &str) -> Vec<Id> {
        let mut ids: Vec<Id> = self
            .open
            .iter()
            .filter(|(_, open)| {
                let of_session = matches!(open.way, Way::Exchange(_)) && open.session == key;
                of_session || open.checkpoints.iter().any(|own| own == key)
            })
            .map(|(id, _)| *id)
            .collect();
        ids.sort_unstable();
        ids
    }

    /// How many of each session are being read, and how many messages lie in them unread.
    pub fn by_session(&self) -> HashMap<&str, (usize, usize)> {
        let mut counts: HashMap<&str, (usize, usize)> = HashMap::new();
        for open in self.open.values() {
            let (read, unread) = match &open.way {
                Way::Stream(queue) => (true, queue.unread()),
                Way::Exchange(lane) => (lane.is_connected(), lane.unread()),
            };
            let count = counts.entry(&open.session).or_default();
            *count = (count.0 + usize::from(read), count.1 + unread);
        }
        counts
    }

    /// Whether this principal has one.
    pub fn has_session_of(&self, principal: &str) -> bool {
        self.open.values().any(|open| open.principal == principal)
    }

    /// Whether this session of this principal has one of Streamable HTTP.
    pub fn has_exchange_of(&self, session: &str, principal: &str) -> bool {
        self.open.values().any(|open| {
            let is_exchange = matches!(open.way, Way::Exchange(_));
            is_exchange && open.session == session && open.principal == principal
        })
    }

    /// Streams of SSE sessions.
    pub fn streams(&self) -> usize {
        self.streams
    }

    /// Exchanges and streams of Streamable HTTP, those among them that can only be read again.
    pub fn exchanges(&self) -> usize {
        self.open.len() - self.streams
    }

    /// The host stops: clients are to come again after this many milliseconds.
    pub fn stop_all(&self, retry_ms: u32) {
        for open in self.open.values() {
            match &open.way {
                Way::Stream(queue) => queue.stop(retry_ms),
                Way::Exchange(lane) => lane.stop(retry_ms),
            }
        }
    }
}
