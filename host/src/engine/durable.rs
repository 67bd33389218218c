//! Over a restart of the host: what is written behind of each event, and how an engine goes on from it.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::core::{Cause, Core};
use super::outlet::{Closing, Lane, Open, Way};
use super::shared::Shared;
use super::turn::rights;
use super::work;
use crate::contract::hearth::mcp::types::{Checkpoint, CheckpointKind, News, Outlet, Transport};
use crate::durable::{Changes, KeptCheckpoint, KeptOutlet, KeptWork, Left};

/// Bytes of all messages that are kept over a stop. Of the outlets beyond that, the largest, only the heads are: their
/// clients go on, without what they had not read.
const STOP_BYTES: usize = 64 << 20;

/// What the component is told of work that a restart cut off.
const CUT_OFF: &str = "Hearth was ended while this was under way; whether it was done is not known";

/// What is still to be written.
#[derive(Debug, Default)]
pub(super) struct Unwritten {
    /// Keys of checkpoints that are not what they were.
    keys: Vec<String>,
    /// The sessions of exchanges whose checkpoints are written, by the keys of these.
    exchanges: BTreeMap<String, String>,
}

impl Unwritten {
    /// A checkpoint is kept. `session`: that of its event, if it is one that outlives the host.
    pub fn kept(&mut self, checkpoint: &Checkpoint, session: Option<&str>) {
        let key = &checkpoint.key;
        let is_written = match (checkpoint.kind, checkpoint.transport) {
            (CheckpointKind::Shared, _) | (CheckpointKind::Session, Transport::Streamable) => true,
            (CheckpointKind::Session, _) => false,
            (CheckpointKind::Exchange, _) => {
                if let (Some(session), false) = (session, self.exchanges.contains_key(key)) {
                    self.exchanges.insert(key.clone(), session.to_owned());
                }
                self.exchanges.contains_key(key)
            }
        };
        if is_written {
            self.keys.push(key.clone());
        }
    }

    /// A checkpoint is gone.
    pub fn forgot(&mut self, key: &str) {
        self.exchanges.remove(key);
        self.keys.push(key.to_owned());
    }
}

impl Core {
    /// The session of an event, if it is one of Streamable HTTP: it outlives the host, and what belongs to it does.
    pub(super) fn lasting_session<'a>(&self, cause: &'a Cause) -> Option<&'a str> {
        let (session, principal) = (cause.session.as_deref()?, cause.principal.as_ref()?);
        self.checkpoints
            .is_session_of(session, &principal.id)
            .then_some(session)
    }

    /// An event is over: what it changed is to be written. Most change nothing that is.
    pub(super) fn write_behind(&mut self, shared: &Shared) {
        let (begun, over) = self.outlets.take_changes();
        let work = self.work.take_changes();
        if self.unwritten.keys.is_empty() && begun.is_empty() && over.is_empty() && work.is_empty() {
            return;
        }
        let keys = std::mem::take(&mut self.unwritten.keys);
        let head = |id| Some((id, Some(head(id, self.outlets.get(id)?))));
        let begun = begun.into_iter().filter_map(head);
        // Of a session that is set aside a later generation may make use, with its stream.
        let gone = over
            .into_iter()
            .filter(|(_, session)| !self.checkpoints.is_aside(session));
        let changes = Changes {
            outlets: begun.chain(gone.map(|(id, _)| (id, None))).collect(),
            checkpoints: keys.into_iter().map(|key| self.written(key)).collect(),
            work: work
                .into_iter()
                .map(|key| (key.clone(), self.work.kept(&key)))
                .collect(),
        };
        shared.durable.note(changes);
    }

    fn written(&self, key: String) -> (String, Option<KeptCheckpoint>) {
        let kept = self.checkpoints.shared(&key).map(|checkpoint| KeptCheckpoint {
            checkpoint,
            session: self.unwritten.exchanges.get(&key).cloned(),
            since: self.visits.since(&key),
        });
        (key, kept)
    }

    /// The host stops: what clients can resume is kept with all that is in it.
    pub(super) fn write_outlets(&mut self, shared: &Shared) {
        let mut kept: Vec<KeptOutlet> = Vec::new();
        for (id, open) in self.outlets.resumable() {
            let buffer = match &open.way {
                Way::Exchange(lane) => lane.kept(),
                Way::Stream(_) => None,
            };
            kept.push(KeptOutlet {
                buffer,
                ..head(id, open)
            });
        }
        fit(&mut kept, STOP_BYTES);
        shared.durable.note(Changes {
            outlets: kept.into_iter().map(|outlet| (outlet.outlet, Some(outlet))).collect(),
            ..Changes::default()
        });
    }

    /// Puts in its place what the host before has left, for the first instance. Answers the work that it cut off.
    pub(super) fn take_up(&mut self, shared: &Shared, left: Left) -> Vec<CutOff> {
        let base = u64::from(left.starts) << 32;
        self.outlets.begin_after(base);
        let now = shared.clock.now();
        let (exchanges, others): (Vec<_>, Vec<_>) =
            left.checkpoints.into_iter().partition(|kept| kept.session.is_some());
        for KeptCheckpoint {
            checkpoint,
            session,
            since,
        } in others.into_iter().chain(exchanges)
        {
            let key = checkpoint.key.clone();
            let is_over = checkpoint.expiry.is_some_and(|expiry| expiry <= now);
            let is_orphan = session
                .as_ref()
                .is_some_and(|session| self.checkpoints.get(session).is_none());
            if is_over || is_orphan {
                self.unwritten.keys.push(key);
                continue;
            }
            if let Some(session) = session {
                self.unwritten.exchanges.insert(key, session);
            }
            self.visits.goes_on(&checkpoint, since, now);
            self.checkpoints.put(checkpoint);
        }
        for outlet in left.outlets {
            self.take_up_outlet(shared, outlet, base);
        }
        shared.expiry.set(self.outlets.expiries.next());
        left.work
            .into_iter()
            .filter_map(|work| self.take_up_work(work))
            .collect()
    }

    /// From now on its client can come again for as long as if it had just left.
    fn take_up_outlet(&mut self, shared: &Shared, kept: KeptOutlet, base: u64) {
        let id = kept.outlet;
        let is_finished = kept.buffer.as_ref().is_some_and(|buffer| buffer.finished);
        let is_over = kept.buffer.as_ref().is_some_and(|buffer| buffer.ended) && !is_finished;
        let is_orphan = !self.checkpoints.is_session_of(&kept.session, &kept.principal);
        let lane = match kept.buffer {
            Some(buffer) => Lane::restored(buffer),
            None => Lane::emptied(base),
        };
        let open = Open {
            way: Way::Exchange(Arc::new(lane)),
            session: kept.session,
            principal: kept.principal,
            checkpoints: kept.checkpoints,
            attached: kept.attached,
            written: true,
        };
        self.outlets.insert(id, open);
        if is_finished {
            self.outlets.stays_finished(id);
        }
        if is_orphan {
            self.outlets.remove(id);
            return;
        }
        if is_over {
            let _ = shared.closings.send(Closing::Over(id));
        }
        let until = shared.clock.now().saturating_add(shared.limits.resume_time_ms);
        self.outlets.expiries.set(id, until);
    }

    fn take_up_work(&mut self, kept: KeptWork) -> Option<CutOff> {
        let key = kept.key.clone();
        if !self.checkpoints.is_session_of(&kept.session, &kept.principal) {
            self.work.note(key);
            return None;
        }
        let actions = kept.actions;
        let serial = self.work.insert(key.clone(), work::Open::cut_off(kept));
        Some(CutOff { key, serial, actions })
    }

    /// Tells the first instance of rights that may have changed while no host ran. What else may have, it finds out by
    /// itself when it starts.
    pub(super) async fn catch_up(&mut self, shared: &Arc<Shared>) {
        let principals = self.checkpoints.principals();
        if principals.is_empty() || self.reducer.is_none() {
            return;
        }
        for principal in principals {
            shared.notices.push(rights(shared, &principal));
        }
        self.deliver_changes(shared).await;
    }
}

/// Leaves out what is in the largest outlets, so that all the rest takes no more than so many bytes.
fn fit(kept: &mut [KeptOutlet], bytes: usize) {
    let size = |outlet: &KeptOutlet| -> usize {
        let messages = outlet.buffer.iter().flat_map(|buffer| &buffer.messages);
        messages.map(|message| message.len()).sum()
    };
    kept.sort_by_key(|outlet| (size(outlet), outlet.outlet));
    let mut room = bytes;
    for outlet in kept {
        match room.checked_sub(size(outlet)) {
            Some(rest) => room = rest,
            None => outlet.buffer = None,
        }
    }
}

/// An outlet without what is in it.
fn head(outlet: Outlet, open: &Open) -> KeptOutlet {
    KeptOutlet {
        outlet,
        session: open.session.clone(),
        principal: open.principal.clone(),
        checkpoints: open.checkpoints.clone(),
        attached: open.attached,
        buffer: None,
    }
}

/// Work that a restart cut off.
pub(super) struct CutOff {
    key: String,
    serial: u64,
    actions: usize,
}

impl CutOff {
    /// Tells what is known of it, so that the request that waits for it is answered.
    pub async fn tell(self, shared: &Arc<Shared>) {
        let outcomes = vec![work::failed(CUT_OFF); self.actions];
        shared.resume(&self.key, self.serial, News::Outcomes(outcomes)).await;
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::*;
    use crate::durable::Buffer;

    fn outlet(outlet: Outlet, bytes: usize) -> KeptOutlet {
        let buffer = Buffer {
            before: 0,
            messages: vec![Bytes::from(vec![b' '; bytes / 2]); 2],
            lost: 0,
            status: None,
            finished: false,
            ended: false,
            named: true,
            prime: false,
        };
        KeptOutlet {
            outlet,
            session: "a".into(),
            principal: "ada".into(),
            checkpoints: Vec::new(),
            attached: true,
            buffer: Some(buffer),
        }
    }

    #[test]
    fn of_more_than_is_kept_over_a_stop_the_largest_outlets_are_emptied() {
        let mut kept = vec![outlet(1, 60), outlet(2, 20), outlet(3, 30), outlet(4, 0), outlet(5, 60)];
        fit(&mut kept, 110);
        let whole: Vec<Outlet> = kept
            .iter()
            .filter(|outlet| outlet.buffer.is_some())
            .map(|outlet| outlet.outlet)
            .collect();
        assert_eq!(whole, [4, 2, 3, 1]);
        assert_eq!(kept.len(), 5, "the heads of all of them are kept");
    }
}
