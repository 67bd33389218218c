//! What a host has promised of exchanges and streams of Streamable HTTP: what is read is what was sent, in its order, under
//! one number, and by whom it belongs to.

use std::collections::{BTreeMap, BTreeSet};

use hearth_host::contract::hearth::mcp::types::{Effect, Send};
use hearth_host::engine::Event;

/// See the module.
#[derive(Default)]
pub struct Lanes {
    all: BTreeMap<u64, Lane>,
    /// Outlets of which the end was not told yet, those of HTTP+SSE among them.
    live: BTreeSet<u64>,
}

#[derive(Default)]
struct Lane {
    session: String,
    principal: String,
    /// Serial numbers of what was sent, in their order.
    sent: Vec<u64>,
    /// Serial number by the number under which it was read.
    numbered: BTreeMap<u64, u64>,
}

/// What one connection has read.
#[derive(Debug, Default, Clone)]
pub struct Place {
    /// The number of the message that it read last, or that it goes on after.
    pub number: u64,
    /// Its serial number.
    serial: u64,
}

impl Place {
    /// Where a connection goes on that has read up to this number.
    pub fn after(number: u64) -> Self {
        Self { number, serial: 0 }
    }
}

impl Lanes {
    /// An event was answered, and its effects are applied.
    pub fn answered(&mut self, event: &Event, session: Option<&str>, effects: &[Effect]) {
        let lane = |session: Option<&String>, principal: &str| Lane {
            session: session.cloned().unwrap_or_default(),
            principal: principal.to_owned(),
            ..Lane::default()
        };
        match event {
            Event::Open { origin, .. } => {
                self.live.insert(origin.outlet);
            }
            Event::Receive(delivery) => {
                if let Some(outlet) = delivery.exchange {
                    let begun = session.map(str::to_owned);
                    let session = begun.as_ref().or(delivery.session.as_ref());
                    self.all.insert(outlet, lane(session, &delivery.principal.id));
                    self.live.insert(outlet);
                }
            }
            Event::Attach(attachment) if attachment.resumes.is_none() => {
                let new = lane(attachment.session.as_ref(), &attachment.principal.id);
                self.all.insert(attachment.outlet, new);
                self.live.insert(attachment.outlet);
            }
            _ => {}
        }
        for effect in effects {
            if let Effect::Send(Send { outlet, body, .. }) = effect
                && let (Some(lane), Some((serial, _))) = (self.all.get_mut(outlet), read(body))
            {
                lane.sent.push(serial);
            }
        }
    }

    /// The end of an outlet is told. False when that cannot be.
    pub fn closed(&mut self, outlet: u64) -> bool {
        self.live.remove(&outlet)
    }

    /// Somebody may go on reading an outlet.
    ///
    /// # Errors
    /// When it is not theirs.
    pub fn resumed(&self, outlet: u64, session: &str, principal: &str) -> Result<(), String> {
        let lane = self.all.get(&outlet);
        match lane.is_some_and(|lane| lane.session == session && lane.principal == principal) {
            true => Ok(()),
            false => Err(format!("{principal} reads the outlet {outlet} in {session:?}")),
        }
    }

    /// A connection read a message.
    ///
    /// # Errors
    /// When it cannot be this one.
    pub fn read(&mut self, outlet: u64, place: &mut Place, number: Option<u64>, body: &[u8]) -> Result<(), String> {
        let lane = self
            .all
            .get_mut(&outlet)
            .ok_or(format!("nothing is known of {outlet}"))?;
        let (serial, addressee) = read(body).ok_or("a message that nobody sent")?;
        if addressee != outlet || !lane.sent.contains(&serial) {
            return Err(format!("{outlet} reads {serial}, which was sent to {addressee}"));
        }
        if serial <= place.serial {
            return Err(format!("{outlet} reads {serial} after {}", place.serial));
        }
        place.serial = serial;
        // Those that came before it could be resumed count, too.
        place.number += 1;
        let Some(number) = number else { return Ok(()) };
        if number != place.number {
            return Err(format!("{outlet} reads number {number} in place of {}", place.number));
        }
        if *lane.numbered.entry(number).or_insert(serial) != serial {
            return Err(format!("{outlet} reads another message under {number} than before"));
        }
        Ok(())
    }

    /// A connection that goes on has nothing more to read.
    ///
    /// # Errors
    /// When something was sent that it did not read.
    pub fn waits(&self, outlet: u64, place: &Place) -> Result<(), String> {
        let Some(lane) = self.all.get(&outlet) else {
            return Ok(());
        };
        let known = lane.numbered.get(&place.number).copied().unwrap_or_default();
        let read = place.serial.max(known);
        if read == 0 && place.number > 0 {
            // It says that it has read what nobody ever did, and goes on after that.
            return Ok(());
        }
        match lane.sent.last() {
            Some(newest) if *newest > read => Err(format!("{outlet} was sent {newest} and has read {read}")),
            _ => Ok(()),
        }
    }
}

/// The serial number and the addressee of a message.
fn read(body: &[u8]) -> Option<(u64, u64)> {
    let mut words = body.split(|byte| *byte == b' ');
    let mut number = || std::str::from_utf8(words.next()?).ok()?.parse().ok();
    Some((number()?, number()?))
}
