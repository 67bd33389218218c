//! A stream of server-sent events as it is read (HTML, 9.2.6).

use std::time::Duration;

use bytes::Bytes;

/// Bytes of one event; the server that sends a longer one is not listened to any further.
pub const LONGEST: usize = 64 << 20;

/// What a stream says beside its messages, and what of it is not whole yet.
#[derive(Debug, Default)]
pub struct Events {
    line: Vec<u8>,
    data: Vec<u8>,
    id: Option<String>,
    /// The id of the last event that was read whole.
    pub last_id: Option<String>,
    /// When the server wants to be asked again after the end.
    pub retry: Option<Duration>,
}

/// The server has sent an event that is longer than any may be.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("an event is longer than {LONGEST} bytes")]
pub struct TooLong;

impl Events {
    /// A stream that goes on after this event.
    pub fn after(last_id: Option<String>) -> Self {
        Self {
            last_id,
            ..Self::default()
        }
    }

    /// Takes what came, and answers the messages that are whole with it.
    ///
    /// # Errors
    /// When an event grows too long.
    pub fn take(&mut self, bytes: &[u8]) -> Result<Vec<Bytes>, TooLong> {
        let mut messages = Vec::new();
        for piece in bytes.split_inclusive(|byte| *byte == b'\n') {
            self.line.extend_from_slice(piece);
            if self.line.len() + self.data.len() > LONGEST {
                return Err(TooLong);
            }
            if piece.ends_with(b"\n") {
                let line = std::mem::take(&mut self.line);
                messages.extend(self.take_line(without_end(&line)));
            }
        }
        Ok(messages)
    }

    fn take_line(&mut self, line: &[u8]) -> Option<Bytes> {
        if line.is_empty() {
            return self.take_end();
        }
        let at = line.iter().position(|byte| *byte == b':').unwrap_or(line.len());
        let (field, value) = line.split_at(at);
        let value = value.strip_prefix(b":").unwrap_or(value);
        let value = value.strip_prefix(b" ").unwrap_or(value);
        match field {
            b"data" => {
                if !self.data.is_empty() {
                    // Between lines of JSON any white space does, and the message becomes one line.
                    self.data.push(b' ');
                }
                self.data.extend_from_slice(value);
            }
            b"id" => self.id = String::from_utf8(value.to_vec()).ok(),
            b"retry" => {
                let ms = std::str::from_utf8(value).ok().and_then(|ms| ms.parse().ok());
                self.retry = ms.map(Duration::from_millis).or(self.retry);
            }
            // A comment, the type of an event, and what is not known.
            _ => {}
        }
        None
    }

    fn take_end(&mut self) -> Option<Bytes> {
        if let Some(id) = self.id.take() {
            self.last_id = (!id.is_empty()).then_some(id);
        }
        let data = std::mem::take(&mut self.data);
        (!data.is_empty()).then(|| data.into())
    }
}

/// The line without its line feed, and the carriage return before that.
fn without_end(line: &[u8]) -> &[u8] {
    let line = line.strip_suffix(b"\n").unwrap_or(line);
    line.strip_suffix(b"\r").unwrap_or(line)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_are_found_however_the_bytes_are_cut() {
        let stream =
            b": ping\r\n\r\nid: 7-1\r\ndata: \r\n\r\nevent: message\nid: 7-2\ndata: {\"a\":\ndata: 1}\n\nretry: 50\n\n";
        for size in [1, 2, 7, stream.len()] {
            let mut events = Events::default();
            let pieces = stream
                .chunks(size)
                .flat_map(|piece| events.take(piece).expect("it is short"));
            assert_eq!(pieces.collect::<Vec<_>>(), [&b"{\"a\": 1}"[..]], "{size}");
            assert_eq!(events.last_id.as_deref(), Some("7-2"));
            assert_eq!(events.retry, Some(Duration::from_millis(50)));
        }
    }

    #[test]
    fn an_event_that_is_not_whole_does_not_count() {
        let mut events = Events::default();
        assert!(
            events
                .take(b"id: 1\ndata: {}\n\nid: 2\ndata: {")
                .expect("it is short")
                .len()
                == 1
        );
        assert_eq!(events.last_id.as_deref(), Some("1"));
    }

    #[test]
    fn an_event_without_an_end_is_given_up() {
        let mut events = Events::default();
        assert_eq!(events.take(&vec![b'x'; LONGEST + 1]), Err(TooLong));
    }
}
