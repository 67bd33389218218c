//! Standard input and output: one message a line, and nothing else.

use std::io::{self, BufRead, Write};
use std::thread::{self, JoinHandle};

use bytes::Bytes;
use tokio::sync::mpsc;

/// Bytes of one line of the client; a longer one is answered with an error. The host takes less by far, and says so.
const LONGEST: usize = 64 << 20;
/// Lines that wait to be passed on; then the client waits.
const WAITING: usize = 256;

/// A line of the client.
pub enum Line {
    Whole(Bytes),
    /// More than fits; it was passed over.
    TooLong,
}

/// Reads the lines of standard input, in a thread of its own: reading cannot be interrupted. The channel closes at the
/// end of the input.
pub fn incoming() -> mpsc::Receiver<Line> {
    let (sender, receiver) = mpsc::channel(WAITING);
    thread::spawn(move || {
        let mut input = io::stdin().lock();
        while let Ok(Some(line)) = next(&mut input, LONGEST) {
            let is_blank = matches!(&line, Line::Whole(bytes) if bytes.trim_ascii().is_empty());
            if !is_blank && sender.blocking_send(line).is_err() {
                return;
            }
        }
    });
    receiver
}

fn next(input: &mut impl BufRead, longest: usize) -> io::Result<Option<Line>> {
    let mut line = Vec::new();
    let mut too_long = false;
    loop {
        let buffer = match input.fill_buf() {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            buffer => buffer?,
        };
        let end = buffer.iter().position(|byte| *byte == b'\n');
        let piece = &buffer[..end.unwrap_or(buffer.len())];
        too_long |= line.len() + piece.len() > longest;
        if !too_long {
            line.extend_from_slice(piece);
        }
        let (taken, is_end) = match end {
            Some(end) => (end + 1, true),
            // What the client wrote last may have no line end.
            None => (buffer.len(), buffer.is_empty()),
        };
        let is_over = taken == 0 && line.is_empty() && !too_long;
        input.consume(taken);
        if is_over {
            return Ok(None);
        }
        if is_end {
            return Ok(Some(if too_long {
                Line::TooLong
            } else {
                Line::Whole(line.into())
            }));
        }
    }
}

/// Where messages for the client go.
pub struct Outgoing {
    pub messages: mpsc::Sender<Option<Bytes>>,
    pub thread: JoinHandle<()>,
}

/// Writes messages to standard output until a `None`, or until nobody reads it any more: then the channel closes.
pub fn outgoing() -> Outgoing {
    let (messages, mut waiting) = mpsc::channel::<Option<Bytes>>(WAITING);
    let thread = thread::spawn(move || {
        let mut output = io::stdout().lock();
        while let Some(Some(message)) = waiting.blocking_recv() {
            if write(&mut output, &message).is_err() {
                return;
            }
        }
    });
    Outgoing { messages, thread }
}

fn write(output: &mut impl Write, message: &[u8]) -> io::Result<()> {
    // A line break in JSON is white space wherever it stands.
    for (number, piece) in message.split(|byte| matches!(byte, b'\n' | b'\r')).enumerate() {
        if number > 0 {
            output.write_all(b" ")?;
        }
        output.write_all(piece)?;
    }
    output.write_all(b"\n")?;
    output.flush()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(mut input: &[u8]) -> Vec<Option<String>> {
        let mut lines = Vec::new();
        while let Some(line) = next(&mut input, 8).expect("bytes can be read") {
            lines.push(match line {
                Line::Whole(bytes) => Some(String::from_utf8_lossy(&bytes).into_owned()),
                Line::TooLong => None,
            });
        }
        lines
    }

    #[test]
    fn a_line_that_is_too_long_takes_no_other_with_it() {
        let whole = |text: &str| Some(text.to_owned());
        assert_eq!(
            read(b"{}\n123456789\n12345678\n"),
            [whole("{}"), None, whole("12345678")]
        );
        assert_eq!(read(b"{}\n\nend"), [whole("{}"), whole(""), whole("end")]);
        assert_eq!(read(b"123456789"), [None]);
        assert_eq!(read(b""), []);
    }

    #[test]
    fn a_message_is_one_line() {
        let mut output = Vec::new();
        write(&mut output, b"{\r\n\"a\": 1\n}").expect("memory can be written");
        assert_eq!(output, b"{  \"a\": 1 }\n");
    }
}
