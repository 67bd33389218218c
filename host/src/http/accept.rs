//! What a client takes as an answer, and what it says that its body is (RFC 9110, 8.3 and 12.5.1).

use http::header::{self, HeaderMap};

/// The forms of an answer that a client takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Accepted {
    /// `application/json`.
    pub json: bool,
    /// `text/event-stream`.
    pub stream: bool,
}

impl Accepted {
    /// What these headers say. Who says nothing takes all.
    pub fn of(headers: &HeaderMap) -> Self {
        let values = headers.get_all(header::ACCEPT).iter();
        let ranges: Vec<Range> = values
            .flat_map(|value| elements(value.as_bytes()))
            .filter_map(Range::read)
            .collect();
        if ranges.is_empty() {
            return Self {
                json: true,
                stream: true,
            };
        }
        let takes = |kind, subtype| {
            let matching = ranges.iter().filter(|range| range.covers(kind, subtype));
            // The most specific range counts.
            let best = matching.max_by_key(|range| (range.precision(), range.welcome));
            best.is_some_and(|range| range.welcome)
        };
        Self {
            json: takes("application", "json"),
            stream: takes("text", "event-stream"),
        }
    }

    /// As [`Accepted::of`], but who takes neither is given what there is: MCP says nothing else of that.
    pub fn at_least_one(headers: &HeaderMap) -> Self {
        match Self::of(headers) {
            Self {
                json: false,
                stream: false,
            } => Self {
                json: true,
                stream: true,
            },
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
struct Range {
    kind: String,
    subtype: String,
    /// Its quality is not zero.
    welcome: bool,
}

impl Range {
    fn read(element: &[u8]) -> Option<Self> {
        let text = std::str::from_utf8(element).ok()?.to_ascii_lowercase();
        let mut parts = text.split(';').map(str::trim);
        let range = parts.next()?;
        // Some old clients say `*` for everything.
        let (kind, subtype) = if range == "*" {
            ("*", "*")
        } else {
            range.split_once('/')?
        };
        let quality = parts.find_map(|part| part.strip_prefix("q="));
        let welcome = quality.is_none_or(|quality| quality.trim().parse::<f32>().is_ok_and(|quality| quality > 0.0));
        Some(Self {
            kind: kind.trim().to_owned(),
            subtype: subtype.trim().to_owned(),
            welcome,
        })
    }

    fn covers(&self, kind: &str, subtype: &str) -> bool {
        let is = |own: &str, other: &str| own == "*" || own == other;
        is(&self.kind, kind) && is(&self.subtype, subtype)
    }

    fn precision(&self) -> u8 {
        u8::from(self.kind != "*") + u8::from(self.subtype != "*")
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
        let Accepted { json, stream } = Accepted::of(&headers);
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
