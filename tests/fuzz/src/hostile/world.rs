//! What happens around a hostile guest, and what is seen of it.

use std::collections::BTreeMap;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use futures_util::Stream as _;
use hearth_harness::stage::{Client, Stage};
use hearth_host::contract::hearth::mcp::types::Route;
use hearth_host::engine::{Incoming, Refused};
use hearth_host::principals::Rights;

use super::exchanges::{Asked, Exchanges};
use super::guest::Guest;
use super::planned::Planned;
use super::{Planted, limits};
use crate::input::{number, parts};

/// Who connects.
const PRINCIPALS: [&str; 2] = ["ada", "ben"];
/// The entities of the simulated home.
const ENTITIES: [&str; 5] = [
    "light.bed",
    "light.ceiling",
    "light.safe",
    "script.slow",
    "script.hidden",
];

/// See the module.
pub struct World {
    stage: Stage,
    guest: Guest,
    clients: Vec<Client>,
    exchanges: Exchanges,
    /// Records of the audit that were looked at.
    audited: BTreeMap<String, usize>,
    planted: Planted,
}

impl World {
    /// A host with the guest of this input.
    pub async fn new(data: &[u8], planted: Planted) -> Self {
        let guest = Guest::new(Planned::read(data), planted);
        let mut limits = limits();
        if planted == Planted::Unbounded {
            limits.unread_messages *= 2;
        }
        let stage = Stage::on_program(Arc::new(guest.clone()), limits).await;
        if planted == Planted::ExposesAll {
            ENTITIES.iter().for_each(|entity| stage.home.expose(entity, true));
        }
        Self {
            stage,
            guest,
            clients: Vec::new(),
            exchanges: Exchanges::default(),
            audited: BTreeMap::new(),
            planted,
        }
    }

    /// One thing happens, if the line says that.
    ///
    /// # Panics
    /// When the host breaks a promise.
    pub async fn step(&mut self, line: &[u8]) {
        let (letter, rest) = (line[0], &line[1..]);
        if !letter.is_ascii_uppercase() {
            return;
        }
        match letter {
            b'O' => self.open(rest).await,
            b'B' | b'X' => self.post(letter == b'X', rest).await,
            b'D' => self.drain(digit(rest)),
            b'C' => {
                if let Some(place) = self.place(rest) {
                    self.clients.remove(place);
                }
            }
            b'I' => self.exchanges.post(&self.stage, asked(rest)).await,
            b'L' => {
                let asked = asked(rest);
                let principal = asked.principal;
                if let Some((outlet, session)) = self.exchanges.attach(&self.stage, asked).await {
                    let mut shared = self.guest.shared();
                    let resumed = shared.model.lanes.resumed(outlet, &session, principal);
                    shared.model.broken.extend(resumed.err());
                }
            }
            b'J' => {
                let mut shared = self.guest.shared();
                let crossed = self.planted == Planted::Crosses;
                let drained = self.exchanges.drain(rest, &mut shared.model.lanes, crossed);
                shared.model.broken.extend(drained.err());
            }
            b'K' => self.exchanges.hang_up(rest),
            b'M' => self.exchanges.dismiss(&self.stage, asked(rest)).await,
            b'R' => self.stage.home.release(self.stage.home.waiting()),
            b'P' => self.stage.home.report(number(rest)),
            b'A' => self.stage.clock.advance(number::<u32>(rest).into()),
            b'N' => self.stage.engine.renew().await,
            b'V' => self.stage.engine.deliver_changes().await,
            b'F' => {
                let principal = self.stage.principal(PRINCIPALS[0]);
                let _ = self.stage.engine.offers(&principal, &Route::Sse).await;
            }
            _ => self.change(letter, rest),
        }
        self.stage.settle().await;
        self.check();
    }

    fn place(&self, rest: &[u8]) -> Option<usize> {
        digit(rest).checked_rem(self.clients.len())
    }

    async fn open(&mut self, rest: &[u8]) {
        let principal = PRINCIPALS[digit(rest) % PRINCIPALS.len()];
        if let Ok(client) = self.stage.try_client(principal, Vec::new()).await {
            self.clients.push(client);
        }
    }

    async fn post(&mut self, to_another: bool, rest: &[u8]) {
        let Some(place) = self.place(rest) else { return };
        let body = rest.get(1..).unwrap_or_default();
        let addressee = match to_another {
            true => digit(body) % self.clients.len(),
            false => place,
        };
        let incoming = Incoming {
            route: Route::Sse,
            session: Some(self.clients[addressee].stream.session().to_owned()),
            principal: self.clients[place].principal.clone(),
            headers: Vec::new(),
            body: body.to_vec().into(),
            request: Default::default(),
        };
        let _ = self.stage.engine.receive(incoming).await;
    }

    /// A client reads all there is.
    fn drain(&mut self, number: usize) {
        let Some(place) = number.checked_rem(self.clients.len()) else {
            return;
        };
        let stream = &mut self.clients[place].stream;
        let mut context = Context::from_waker(Waker::noop());
        let mut messages = Vec::new();
        let over = loop {
            match Pin::new(&mut *stream).poll_next(&mut context) {
                Poll::Ready(Some(message)) => messages.push(message.to_vec()),
                Poll::Ready(None) => break true,
                Poll::Pending => break false,
            }
        };
        let outlet = match (self.planted, place, self.clients.as_slice()) {
            (Planted::Misdelivers, 0 | 1, [first, second, ..]) => [second, first][place].stream.outlet(),
            _ => self.clients[place].stream.outlet(),
        };
        self.guest.shared().model.read(outlet, &messages, over);
    }

    /// Something changes that rights depend on.
    fn change(&mut self, letter: u8, rest: &[u8]) {
        let stage = &self.stage;
        let mut shared = self.guest.shared();
        let rules = &mut shared.model.rules;
        match letter {
            b'H' => {
                let entity = ENTITIES[digit(rest) % ENTITIES.len()];
                let exposed = rules.hidden.remove(entity);
                if !exposed {
                    rules.hidden.insert(entity.to_owned());
                }
                if self.planted != Planted::ExposesAll {
                    stage.home.expose(entity, exposed);
                }
            }
            b'S' => stage.home.set(ENTITIES[digit(rest) % ENTITIES.len()], "on"),
            b'E' => {
                let has = |flag: u8| rest.contains(&flag);
                let loaded = u64::from(!has(b'n')) + u64::from(has(b's'));
                rules.loaded = loaded == 1;
                rules.require_admin = has(b'a');
                rules.read_only = has(b'r');
                stage.entries.set_loaded(loaded);
                stage.entries.change(|entry| {
                    entry.require_admin = has(b'a');
                    entry.read_only = has(b'r') && self.planted != Planted::IgnoresReadOnly;
                });
                stage.engine.notify_entries();
            }
            b'G' => {
                let principal = PRINCIPALS[digit(rest) % PRINCIPALS.len()];
                let admin = match rest.get(1) {
                    Some(b'+') => Some(true),
                    Some(b'-') => Some(false),
                    _ => None,
                };
                match admin {
                    Some(admin) => rules.admins.insert(principal.to_owned(), admin),
                    None => rules.admins.remove(principal),
                };
                if self.planted == Planted::IgnoresLostRights && admin.is_none() {
                    return;
                }
                stage.principals.set(principal, admin.map(|admin| Rights { admin }));
                stage.engine.notify_rights(principal);
            }
            _ => {}
        }
    }

    /// What was done is what may be done, and no promise was broken.
    fn check(&mut self) {
        let status = self.stage.engine.status();
        let mut shared = self.guest.shared();
        let records = self.stage.audit.records();
        let done = records.iter().filter(|record| !record.outcome.starts_with("refused: "));
        let mut times: BTreeMap<String, usize> = BTreeMap::new();
        for record in done {
            *times.entry(record.tool.clone()).or_default() += 1;
        }
        for (ticket, times) in &times {
            if self.audited.get(ticket) != Some(times) {
                shared.model.done(ticket, *times);
            }
        }
        self.audited = times;
        assert_eq!(shared.model.broken, Vec::<String>::new(), "{status:?}");
    }

    fn end_exchanges(&mut self) {
        let mut shared = self.guest.shared();
        let ended = self.exchanges.end(&mut shared.model.lanes);
        shared.model.broken.extend(ended.err());
    }

    /// The host is shut down.
    ///
    /// # Panics
    /// When that does not end all there is.
    pub async fn end(mut self) {
        for place in 0..self.clients.len() {
            self.drain(place);
        }
        self.check();
        self.stage.engine.shutdown().await;
        self.stage.settle().await;
        // The guest had a last word.
        for place in 0..self.clients.len() {
            self.drain(place);
            let client = &mut self.clients[place];
            let next = Pin::new(&mut client.stream).poll_next(&mut Context::from_waker(Waker::noop()));
            assert_eq!(next, Poll::Ready(None), "a stream goes on");
        }
        self.end_exchanges();
        let refused = self.stage.try_client("ada", Vec::new()).await.err();
        assert_eq!(refused, Some(Refused::Ended));
        let status = self.stage.engine.status();
        assert_eq!(status.work, 0, "work goes on");
        self.check();
    }
}

/// Who asks for something about exchanges.
fn asked(rest: &[u8]) -> Asked<'_> {
    Asked {
        principal: PRINCIPALS[digit(rest) % PRINCIPALS.len()],
        rest: rest.get(1..).unwrap_or_default(),
    }
}

/// The number at the beginning of a part.
fn digit(rest: &[u8]) -> usize {
    let [first] = parts(rest);
    first.first().map_or(0, |byte| usize::from(byte.wrapping_sub(b'0')))
}
