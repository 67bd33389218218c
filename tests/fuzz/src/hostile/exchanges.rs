//! Clients of Streamable HTTP around a hostile guest.

use std::pin::Pin;
use std::task::{Context, Poll, Waker};

use futures_util::Stream as _;
use hearth_harness::stage::Stage;
use hearth_host::contract::hearth::mcp::types::Route;
use hearth_host::engine::{Attaching, Dismissing, EventId, Exchange, Incoming, Part};

use super::lanes::{Lanes, Place};
use crate::input::parts;

/// All that they hold.
#[derive(Default)]
pub struct Exchanges {
    held: Vec<Held>,
    /// Sessions that were begun.
    sessions: Vec<String>,
}

struct Held {
    exchange: Exchange,
    place: Place,
}

/// What happens to exchanges, and who asks for it.
pub struct Asked<'a> {
    /// The principal.
    pub principal: &'a str,
    /// After the principal: a session and more.
    pub rest: &'a [u8],
}

impl Exchanges {
    fn session(&self, rest: &[u8]) -> Option<String> {
        let place = usize::from(rest.first()?.checked_sub(b'0')?);
        self.sessions.get(place.checked_rem(self.sessions.len())?).cloned()
    }

    /// Somebody posts.
    pub async fn post(&mut self, stage: &Stage, asked: Asked<'_>) {
        let incoming = Incoming {
            route: Route::Streamable(None),
            session: self.session(asked.rest),
            principal: stage.principal(asked.principal),
            headers: Vec::new(),
            body: asked.rest.to_vec().into(),
            request: Default::default(),
        };
        let Ok(received) = stage.engine.receive(incoming).await else {
            return;
        };
        self.sessions.extend(received.session);
        let exchange = received.exchange.expect("each body has an exchange");
        self.held.push(Held {
            exchange,
            place: Place::default(),
        });
    }

    /// Somebody wants a stream, perhaps one that it had. Answers where it goes on, and in which session.
    pub async fn attach(&mut self, stage: &Stage, asked: Asked<'_>) -> Option<(u64, String)> {
        let session = self.session(asked.rest);
        let [_, event] = parts(asked.rest);
        let last_event = match event {
            [] => None,
            [b'@', of @ ..] => self.last_of(of),
            text => Some(String::from_utf8_lossy(text).into_owned()),
        };
        let attaching = Attaching {
            route: Route::Streamable(None),
            session: session.clone(),
            principal: stage.principal(asked.principal),
            headers: Vec::new(),
            last_event: last_event.clone(),
        };
        let exchange = stage.engine.attach(attaching).await.ok()?;
        let event = last_event.and_then(|event| event.parse::<EventId>().ok());
        let event = event.filter(|event| event.outlet == exchange.outlet());
        let outlet = exchange.outlet();
        self.held.push(Held {
            exchange,
            place: Place::after(event.map_or(0, |event| event.number)),
        });
        event.map(|_| (outlet, session.unwrap_or_default()))
    }

    fn last_of(&self, number: &[u8]) -> Option<String> {
        let held = self.held.get(self.place(number)?)?;
        let event = EventId {
            outlet: held.exchange.outlet(),
            number: held.place.number,
        };
        Some(event.to_string())
    }

    fn place(&self, number: &[u8]) -> Option<usize> {
        let digit = usize::from(number.first()?.wrapping_sub(b'0'));
        digit.checked_rem(self.held.len())
    }

    /// Somebody ends a session.
    pub async fn dismiss(&self, stage: &Stage, asked: Asked<'_>) {
        let dismissing = Dismissing {
            route: Route::Streamable(None),
            session: self.session(asked.rest),
            principal: stage.principal(asked.principal),
            headers: Vec::new(),
        };
        let _ = stage.engine.dismiss(dismissing).await;
    }

    /// One hangs up.
    pub fn hang_up(&mut self, number: &[u8]) {
        if let Some(place) = self.place(number) {
            self.held.remove(place);
        }
    }

    /// One reads all there is. `crossed`: the first two are taken for each other.
    ///
    /// # Errors
    /// When that is not what was promised.
    pub fn drain(&mut self, number: &[u8], lanes: &mut Lanes, crossed: bool) -> Result<(), String> {
        match self.place(number) {
            Some(place) => self.drain_at(place, lanes, crossed),
            None => Ok(()),
        }
    }

    fn drain_at(&mut self, at: usize, lanes: &mut Lanes, crossed: bool) -> Result<(), String> {
        let outlet = match (crossed, at, self.held.as_slice()) {
            (true, 0 | 1, [first, second, ..]) => [second, first][at].exchange.outlet(),
            _ => self.held[at].exchange.outlet(),
        };
        let Held { exchange, place } = &mut self.held[at];
        let mut context = Context::from_waker(Waker::noop());
        loop {
            match Pin::new(&mut *exchange).poll_next(&mut context) {
                Poll::Ready(Some(Part::Message { event, body, .. })) => {
                    lanes.read(outlet, place, event.map(|event| event.number), &body)?;
                }
                Poll::Ready(Some(_)) => {}
                Poll::Ready(None) => return Ok(()),
                Poll::Pending => return lanes.waits(outlet, place),
            }
        }
    }

    /// The host is over: they end, after what is in them.
    ///
    /// # Errors
    /// When one goes on, or reads what it should not.
    pub fn end(&mut self, lanes: &mut Lanes) -> Result<(), String> {
        for at in 0..self.held.len() {
            self.drain_at(at, lanes, false)?;
            let exchange = &mut self.held[at].exchange;
            let over = Pin::new(exchange).poll_next(&mut Context::from_waker(Waker::noop()));
            if over != Poll::Ready(None) {
                return Err("an exchange goes on".to_owned());
            }
        }
        Ok(())
    }
}
