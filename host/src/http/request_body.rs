//! Reading the body of a request, within its limits.

use std::pin::pin;

use bytes::{Bytes, BytesMut};
use futures_util::future::{Either, select};
use http_body_util::BodyExt;

use super::status::Refused;
use crate::clock::Clock;
use crate::limits::Limits;

/// Reads a body whole.
///
/// # Errors
/// When it is too large, too late, or breaks off.
pub async fn read<B>(body: B, limits: &Limits, clock: &dyn Clock) -> Result<Bytes, Refused>
where
    B: http_body::Body<Data = Bytes> + Unpin,
{
    if body.is_end_stream() {
        return Ok(Bytes::new());
    }
    let limit_ms = limits.body_time_ms;
    let reading = pin!(collect(body, limits.body));
    match select(reading, clock.sleep_ms(limit_ms)).await {
        Either::Left((read, _)) => read,
        Either::Right(_) => Err(Refused::BodyTooLate { limit_ms }),
    }
}

async fn collect<B>(mut body: B, limit: usize) -> Result<Bytes, Refused>
where
    B: http_body::Body<Data = Bytes> + Unpin,
{
    // What announces too much is refused before the first byte of it: a client that waits for `100 Continue` is spared
    // sending it.
    if body.size_hint().lower() > limit as u64 {
        return Err(Refused::BodyTooLarge { limit });
    }
    let mut first = Bytes::new();
    let mut rest = BytesMut::new();
    while let Some(frame) = body.frame().await {
        let Ok(data) = frame.map_err(|_| Refused::BodyBroken)?.into_data() else {
            continue; // Trailers say nothing here.
        };
        if data.len() > limit - first.len() - rest.len() {
            return Err(Refused::BodyTooLarge { limit });
        }
        // Most bodies come in one piece, which is then taken as it is.
        if first.is_empty() {
            first = data;
        } else {
            rest.extend_from_slice(&data);
        }
    }
    if rest.is_empty() {
        return Ok(first);
    }
    let mut whole = BytesMut::with_capacity(first.len() + rest.len());
    whole.extend_from_slice(&first);
    whole.unsplit(rest);
    Ok(whole.freeze())
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;
    use http_body_util::{Full, StreamBody};

    use super::*;
    use crate::clock::ManualClock;

    fn limits() -> Limits {
        Limits {
            body: 8,
            body_time_ms: 30_000,
            ..Limits::default()
        }
    }

    fn pieces(pieces: &'static [&'static str]) -> impl http_body::Body<Data = Bytes> + Unpin {
        let frames = pieces.iter().map(|piece| {
            Ok::<_, std::convert::Infallible>(http_body::Frame::data(Bytes::from_static(piece.as_bytes())))
        });
        StreamBody::new(futures_util::stream::iter(frames))
    }

    fn outcome(body: impl http_body::Body<Data = Bytes> + Unpin) -> Result<Bytes, String> {
        let clock = ManualClock::at(0);
        let read = read(body, &limits(), &*clock)
            .now_or_never()
            .expect("all of it is there");
        read.map_err(|refused| format!("{refused:?}"))
    }

    #[test]
    fn a_body_in_pieces_is_read_whole() {
        assert_eq!(
            outcome(pieces(&["ab", "", "cde", "fgh"])).as_deref(),
            Ok(&b"abcdefgh"[..])
        );
        assert_eq!(outcome(pieces(&[])).as_deref(), Ok(&b""[..]));
    }

    #[test]
    fn a_body_above_the_limit_is_refused_announced_or_not() {
        let refused = Err("BodyTooLarge { limit: 8 }".to_owned());
        assert_eq!(outcome(Full::new(Bytes::from_static(b"123456789"))), refused);
        assert_eq!(outcome(pieces(&["1234", "5678", "9"])), refused);
    }

    #[test]
    fn a_body_that_does_not_come_is_refused_when_its_time_is_over() {
        let clock = ManualClock::at(0);
        let body = StreamBody::new(futures_util::stream::pending::<
            Result<http_body::Frame<Bytes>, std::io::Error>,
        >());
        let limits = limits();
        let mut read = Box::pin(read(body, &limits, &*clock));
        assert!((&mut read).now_or_never().is_none());
        clock.advance(29_999);
        assert!((&mut read).now_or_never().is_none());
        clock.advance(1);
        assert!(matches!(
            read.now_or_never(),
            Some(Err(Refused::BodyTooLate { limit_ms: 30_000 }))
        ));
    }
}
