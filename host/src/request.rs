//! Which request something belongs to: its id, and the trace of who sent it. Both go wherever the request leads: into the
//! log, into work and into the audit.

use std::sync::Arc;

use crate::contract::hearth::mcp::types::Trace;

/// Characters that a request id of a client may have.
const LONGEST_ID: usize = 64;

/// Bytes of `tracestate` that are kept (W3C Trace Context, 3.3.1.5: at least 512 should be).
const LONGEST_STATE: usize = 512;

/// A request on its way through the host. Cheap to clone.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RequestContext {
    /// Its id; empty where nobody gave it one.
    pub id: Arc<str>,
    /// The trace that it is part of.
    pub trace: Option<Arc<TraceContext>>,
    /// When it arrived, by the stopwatch of the clock in microseconds. None: when the engine hears of it.
    pub arrived_us: Option<u64>,
}

impl RequestContext {
    /// A request under the id that its client gave it, if that can be one, or under one of its own.
    ///
    /// # Panics
    /// When the operating system has no random source.
    pub fn new(given: Option<&str>) -> Self {
        let given = given.filter(|id| is_id(id));
        Self {
            id: given.map_or_else(own_id, Arc::from),
            ..Self::default()
        }
    }

    /// The id of its trace; empty where it has none.
    pub fn trace_id(&self) -> &str {
        self.trace.as_deref().map_or("", TraceContext::trace_id)
    }
}

/// What a client may call a request: short, without anything that would have to be quoted in a log, and no token.
fn is_id(id: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.:/+=@~;".contains(&byte);
    let short = (1..=LONGEST_ID).contains(&id.len());
    short && id.bytes().all(allowed) && crate::audit::redact::text(id).is_none()
}

fn own_id() -> Arc<str> {
    let mut bits = [0; 16];
    getrandom::fill(&mut bits).expect("the operating system has a random source");
    let id = uuid::Builder::from_random_bytes(bits).into_uuid();
    Arc::from(id.hyphenated().encode_lower(&mut [0; uuid::fmt::Hyphenated::LENGTH]) as &str)
}

/// Where a request stands in a trace of its caller (W3C Trace Context).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TraceContext {
    parent: String,
    state: String,
}

impl TraceContext {
    /// Reads it; None when it is not valid, which is as if it were not there (W3C Trace Context, 4.3).
    pub fn read(parent: &str, state: &str) -> Option<Self> {
        if !is_traceparent(parent.as_bytes()) {
            return None;
        }
        let readable = state.len() <= LONGEST_STATE && state.bytes().all(|byte| matches!(byte, b' '..=b'~' | b'\t'));
        Some(Self {
            parent: parent.to_owned(),
            state: if readable { state.to_owned() } else { String::new() },
        })
    }

    /// What a component passes on.
    pub fn of_component(trace: &Trace) -> Option<Self> {
        Self::read(&trace.traceparent, &trace.tracestate)
    }

    /// All of it, as its caller wrote it.
    pub fn parent(&self) -> &str {
        &self.parent
    }

    /// 32 hexadecimal digits.
    pub fn trace_id(&self) -> &str {
        &self.parent[3..35]
    }

    /// The span of the caller: 16 hexadecimal digits.
    pub fn parent_id(&self) -> &str {
        &self.parent[36..52]
    }

    /// What the systems that it went through noted; may be empty.
    pub fn state(&self) -> &str {
        &self.state
    }
}

/// W3C Trace Context, 3.2.2: version, trace id, parent id and flags in lower case hexadecimal digits. Later versions may go
/// on after another dash.
fn is_traceparent(text: &[u8]) -> bool {
    const LENGTH: usize = 55;
    let Some((head, rest)) = text.split_at_checked(LENGTH) else {
        return false;
    };
    let hexadecimal = |part: &[u8]| part.iter().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    let zero = |part: &[u8]| part.iter().all(|byte| *byte == b'0');
    let (version, trace, parent, flags) = (&head[..2], &head[3..35], &head[36..52], &head[53..]);
    let dashes = [head[2], head[35], head[52]] == *b"---";
    let goes_on = match version {
        b"ff" => return false,
        b"00" => rest.is_empty(),
        _ => rest.is_empty() || rest[0] == b'-',
    };
    let digits = [version, trace, parent, flags].into_iter().all(hexadecimal);
    dashes && goes_on && digits && !zero(trace) && !zero(parent)
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

    #[test]
    fn a_traceparent_is_read_by_the_rules_of_w3c() {
        let read = TraceContext::read(GOOD, "a=b").expect("it is valid");
        assert_eq!(read.trace_id(), "4bf92f3577b34da6a3ce929d0e0e4736");
        assert_eq!((read.parent_id(), read.state()), ("00f067aa0ba902b7", "a=b"));
        let later = "cc-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-what-comes";
        assert!(TraceContext::read(later, "").is_some());
        for wrong in [
            "",
            "00",
            "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
            "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
            "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-more",
            "00_4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
            "cc-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01more",
            "00-4bf92f3577b34da6a3ce929d0e0e473ä-00f067aa0ba902b7-01",
        ] {
            assert_eq!(TraceContext::read(wrong, ""), None, "{wrong}");
        }
        let state = TraceContext::read(GOOD, "a=\u{1b}[2J").expect("a bad state spoils no trace");
        assert_eq!(state.state(), "");
    }

    #[test]
    fn a_client_may_name_its_request_and_nothing_else_with_it() {
        for good in ["1", "Root=1-67891233-abcdef", "a/b+c==", &"x".repeat(64)] {
            assert_eq!(&*RequestContext::new(Some(good)).id, good);
        }
        let token = format!("hearth_{}", "0".repeat(64));
        for bad in ["", "a b", "a\"b", "a\u{1b}", "ä", &"x".repeat(65), &token[..60]] {
            let id = RequestContext::new(Some(bad)).id;
            assert!(uuid::Uuid::try_parse(&id).is_ok(), "{bad:?} became {id}");
        }
        assert_ne!(RequestContext::new(None), RequestContext::new(None));
    }
}
