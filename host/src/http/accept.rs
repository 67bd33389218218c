//! What a client takes as an answer, and what it says that its body is (RFC 9110, 8.3 and 12.5.1).

use http::header::{self, HeaderMap};

/// The forms of an answer that a client takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Accepted {
    /// `application/json`.
    pub json: bool,
    /// `text/event-stream`.
    pub stream: bool,
    /// It names both, and the stream with the higher quality, or before the other one with the same.
    pub prefers_stream: bool,
}

impl Accepted {
    /// Both, without a preference.
    const ALL: Self = Self {
        json: true,
        stream: true,
        prefers_stream: false,
    };

    /// What these headers say. Who says nothing takes all.
    pub fn of(headers: &HeaderMap) -> Self {
        let values = headers.get_all(header::ACCEPT).iter();
        let ranges: Vec<Range> = values
            .flat_map(|value| elements(value.as_bytes()))
            .filter_map(Range::read)
            .collect();
        if ranges.is_empty() {
            return Self::ALL;
        }
        let takes = |kind, subtype| {
            let matching = ranges.iter().filter(|range| range.covers(kind, subtype));
            // The most specific range counts.
            let best = matching.max_by(|one, other| one.rank().total_cmp(&other.rank()));
            best.is_some_and(|range| range.quality > 0.0)
        };
        let named = |kind: &str, subtype: &str| {
            let mut ranges = ranges.iter().enumerate();
            let named = ranges.find(|(_, range)| range.covers(kind, subtype) && range.is_exact());
            named.map(|(at, range)| (range.quality, at))
        };
        let (json, stream) = (("application", "json"), ("text", "event-stream"));
        let prefers_stream = match (named(stream.0, stream.1), named(json.0, json.1)) {
            (Some((stream, at)), Some((json, json_at))) => stream > json || (stream == json && at < json_at),
            _ => false,
        };
        Self {
            json: takes(json.0, json.1),
            stream: takes(stream.0, stream.1),
            prefers_stream,
        }
    }

    /// As [`Accepted::of`], but who takes neither is given what there is: MCP says nothing else of that.
    pub fn at_least_one(headers: &HeaderMap) -> Self {
        match Self::of(headers) {
            Self {
                json: false,
                stream: false,
                ..
            } => Self::ALL,
            some => some,
        }
    }
}

/// Whether a request says that its body is JSON.
pub fn is_json(headers: &HeaderMap) -> bool {
    let mut values = headers.get_all(header::CONTENT_TYPE).iter();
    let (Some(value), None) = (values.next(), values.next()) else {
        return false;
    };
    let kind = value.as_bytes().split(|byte| *byte == b';').next().unwrap_or_default();
    kind.trim_ascii().eq_ignore_ascii_case(b"application/json")
}

/// One media range: `text/*;q=0.5`.
struct Range<'a> {
    kind: &'a str,
    subtype: &'a str,
    /// From 0, which is no, to 1.
    quality: f32,
}

impl<'a> Range<'a> {
    fn read(element: &'a [u8]) -> Option<Self> {
        let mut parts = std::str::from_utf8(element).ok()?.split(';').map(str::trim);
        let range = parts.next()?;
        // Some old clients say `*` for everything.
        let (kind, subtype) = if range == "*" {
            ("*", "*")
        } else {
            range.split_once('/')?
        };
        let quality = parts.find_map(|part| part.strip_prefix("q=").or_else(|| part.strip_prefix("Q=")));
        let quality = quality.map_or(1.0, |quality| quality.trim().parse().unwrap_or_default());
        Some(Self {
            kind: kind.trim(),
            subtype: subtype.trim(),
            quality,
        })
    }

    fn covers(&self, kind: &str, subtype: &str) -> bool {
        let is = |own: &str, other: &str| own == "*" || own.eq_ignore_ascii_case(other);
        is(self.kind, kind) && is(self.subtype, subtype)
    }

    fn is_exact(&self) -> bool {
        self.kind != "*" && self.subtype != "*"
    }

    /// Higher for ranges that are more specific, and then for those that are more welcome.
    fn rank(&self) -> f32 {
        let parts = u8::from(self.kind != "*") + u8::from(self.subtype != "*");
        f32::from(parts) * 2.0 + self.quality.clamp(0.0, 1.0)
    }
}

/// The elements of a list. A comma in quotes divides nothing.
fn elements(value: &[u8]) -> Vec<&[u8]> {
    let (mut quoted, mut escaped) = (false, false);
    let divides = |byte: &u8| {
        let was_escaped = escaped;
        escaped = quoted && !was_escaped && *byte == b'\\';
        if *byte == b'"' && !was_escaped {
            quoted = !quoted;
        }
        *byte == b',' && !quoted
    };
    value.split(divides).collect()
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    fn accepted(values: &[&'static str]) -> (bool, bool) {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(header::ACCEPT, HeaderValue::from_static(value));
        }
        let Accepted { json, stream, .. } = Accepted::of(&headers);
        (json, stream)
    }

    #[test]
    fn who_says_nothing_or_everything_takes_both() {
        for values in [
            &[][..],
            &[""],
            &["*/*"],
            &["*"],
            &["application/json, text/event-stream"],
            &["Application/JSON;charset=utf-8", "TEXT/Event-Stream ; q=0.1"],
            &["application/*, text/*"],
            &["text/html;level=\"1,2\", */*;q=0.001"],
        ] {
            assert_eq!(accepted(values), (true, true), "{values:?}");
        }
    }

    #[test]
    fn the_most_specific_range_decides_and_zero_is_no() {
        for (value, expected) in [
            ("application/json", (true, false)),
            ("text/event-stream", (false, true)),
            ("application/*", (true, false)),
            ("*/*, text/event-stream;q=0", (true, false)),
            ("text/event-stream, */*;q=0.0", (false, true)),
            ("text/*;q=0, text/event-stream", (false, true)),
            ("application/json;q=0, application/json", (true, false)),
            ("text/html", (false, false)),
            ("*/*;q=0", (false, false)),
            ("text/html;note=\"application/json, */*\"", (false, false)),
            ("nonsense, application/json", (true, false)),
        ] {
            assert_eq!(accepted(&[value]), expected, "{value}");
        }
    }

    #[test]
    fn the_stream_is_preferred_where_it_is_named_before_or_above_json() {
        for (value, expected) in [
            ("text/event-stream, application/json", true),
            ("application/json;q=0.5, text/event-stream", true),
            ("application/json, text/event-stream", false),
            ("text/event-stream;q=0.1, application/json", false),
            ("text/event-stream, */*", false),
            ("text/event-stream", false),
            ("*/*", false),
        ] {
            let headers = HeaderMap::from_iter([(header::ACCEPT, HeaderValue::from_static(value))]);
            assert_eq!(Accepted::of(&headers).prefers_stream, expected, "{value}");
        }
    }

    #[test]
    fn a_body_is_json_with_any_parameter_and_in_any_case() {
        let of = |values: &[&'static str]| {
            let mut headers = HeaderMap::new();
            for value in values {
                headers.append(header::CONTENT_TYPE, HeaderValue::from_static(value));
            }
            is_json(&headers)
        };
        for value in ["application/json", "APPLICATION/JSON ; charset=utf-8"] {
            assert!(of(&[value]), "{value}");
        }
        for values in [
            &[][..],
            &["text/plain"],
            &["application/jsonp"],
            &["application/json", "application/json"],
        ] {
            assert!(!of(values), "{values:?}");
        }
    }
}
