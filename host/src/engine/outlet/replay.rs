//! The messages of one lane by their numbers: those that nobody has read, and for one that can be resumed those that
//! were read as well.

use std::collections::VecDeque;

use bytes::Bytes;

/// Messages that are kept of a lane that can be resumed. The oldest go first.
pub const KEPT_MESSAGES: usize = 256;
/// Bytes that are kept of it. The newest message is kept whatever its size.
pub const KEPT_BYTES: usize = 1 << 20;

/// One message.
#[derive(Debug)]
pub struct Message {
    pub body: Bytes,
    pub replaces: Option<Box<str>>,
    /// It ends the exchange.
    pub last: bool,
}

/// Messages in their order. The first that ever comes has the number 1; a client that has read none is at 0.
#[derive(Debug, Default)]
pub struct Replay {
    held: VecDeque<Message>,
    /// How many were dropped from the front.
    dropped: u64,
    /// The newest that was handed to anybody.
    handed: u64,
    bytes: usize,
}

impl Replay {
    /// These messages, of which the first comes after this number. All of them may have been handed out; `finished`: the
    /// newest is the last.
    pub fn of(before: u64, bodies: Vec<Bytes>, finished: bool) -> Self {
        let count = bodies.len();
        let message = |(place, body)| Message {
            body,
            replaces: None,
            last: finished && place + 1 == count,
        };
        Self {
            dropped: before,
            handed: before + count as u64,
            bytes: bodies.iter().map(Bytes::len).sum(),
            held: bodies.into_iter().enumerate().map(message).collect(),
        }
    }

    /// The number before the first message that is held, and the bodies of all that are.
    pub fn kept(&self) -> (u64, Vec<Bytes>) {
        (
            self.dropped,
            self.held.iter().map(|message| message.body.clone()).collect(),
        )
    }

    /// The number of the newest message.
    pub fn newest(&self) -> u64 {
        self.dropped + self.held.len() as u64
    }

    /// Whether who has read up to this one can be given all that came later.
    pub fn follows(&self, read: u64) -> bool {
        (self.dropped..=self.newest()).contains(&read)
    }

    /// How many messages come after this one, and their bytes.
    pub fn after(&self, read: u64) -> (usize, usize) {
        let unread = self.held.iter().skip(self.place(read));
        unread.fold((0, 0), |(count, bytes), message| {
            (count + 1, bytes + message.body.len())
        })
    }

    /// Puts one in; one of the same tag that nobody was handed goes.
    pub fn push(&mut self, message: Message) {
        if message.replaces.is_some() {
            let (mut place, handed) = (self.dropped, self.handed);
            let Self { held, bytes, .. } = self;
            held.retain(|old| {
                place += 1;
                let keep = place <= handed || old.replaces != message.replaces;
                if !keep {
                    *bytes -= old.body.len();
                }
                keep
            });
        }
        self.bytes += message.body.len();
        self.held.push_back(message);
    }

    /// The message after this one. It stays.
    pub fn next(&mut self, read: u64) -> Option<&Message> {
        let message = self.held.get(self.place(read))?;
        self.handed = self.handed.max(read + 1);
        Some(message)
    }

    /// Drops what is more than is kept, as far as it was read up to this one.
    pub fn shrink(&mut self, read: u64) {
        while (self.held.len() > KEPT_MESSAGES || self.bytes > KEPT_BYTES) && self.held.len() > 1 && self.dropped < read
        {
            self.drop_oldest();
        }
    }

    /// Drops all that was read up to this one.
    pub fn forget(&mut self, read: u64) {
        while self.dropped < read && !self.held.is_empty() {
            self.drop_oldest();
        }
        if self.held.is_empty() {
            self.held = VecDeque::new();
        }
    }

    /// Drops all.
    pub fn clear(&mut self) {
        self.forget(u64::MAX);
    }

    fn drop_oldest(&mut self) {
        if let Some(oldest) = self.held.pop_front() {
            self.bytes -= oldest.body.len();
            self.dropped += 1;
        }
    }

    fn place(&self, read: u64) -> usize {
        usize::try_from(read.saturating_sub(self.dropped)).unwrap_or(usize::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(body: &'static str, tag: Option<&str>) -> Message {
        Message {
            body: Bytes::from_static(body.as_bytes()),
            replaces: tag.map(Into::into),
            last: false,
        }
    }

    fn read_from(replay: &mut Replay, mut read: u64) -> Vec<String> {
        let mut bodies = Vec::new();
        while let Some(message) = replay.next(read) {
            bodies.push(String::from_utf8_lossy(&message.body).into_owned());
            read += 1;
        }
        bodies
    }

    #[test]
    fn whoever_has_read_some_is_given_the_rest_as_often_as_it_comes() {
        let mut replay = Replay::default();
        for body in ["1", "2", "3"] {
            replay.push(message(body, None));
        }
        assert_eq!(read_from(&mut replay, 0), ["1", "2", "3"]);
        assert_eq!(read_from(&mut replay, 2), ["3"]);
        assert_eq!(read_from(&mut replay, 3), Vec::<String>::new());
        assert!(replay.follows(3) && !replay.follows(4), "4 is in the future");
    }

    #[test]
    fn what_was_handed_out_is_not_replaced_and_keeps_its_number() {
        let mut replay = Replay::default();
        replay.push(message("1", Some("x")));
        assert_eq!(read_from(&mut replay, 0), ["1"]);
        for body in ["2", "3"] {
            replay.push(message(body, Some("x")));
        }
        assert_eq!(read_from(&mut replay, 0), ["1", "3"]);
        assert_eq!(replay.newest(), 2);
    }

    #[test]
    fn the_oldest_go_first_and_nobody_can_follow_from_before_them() {
        let mut replay = Replay::default();
        for _ in 0..KEPT_MESSAGES + 2 {
            replay.push(message("x", None));
        }
        replay.shrink(1);
        assert!(!replay.follows(0) && replay.follows(1), "only what was read goes");
        replay.shrink(u64::MAX);
        assert!(!replay.follows(1) && replay.follows(2));
    }

    #[test]
    fn the_newest_stays_whatever_its_size() {
        let mut replay = Replay::default();
        replay.push(message("small", None));
        replay.push(Message {
            body: vec![b' '; KEPT_BYTES + 1].into(),
            replaces: None,
            last: true,
        });
        replay.shrink(u64::MAX);
        assert_eq!(replay.newest(), 2);
        assert!(replay.next(1).is_some_and(|message| message.last));
    }
}
