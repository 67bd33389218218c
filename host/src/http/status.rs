//! The one table that makes an HTTP status and text of a refusal.

use std::borrow::Cow;

use http::header::{self, HeaderValue};
use http::{Response, StatusCode};

use super::auth::Unauthenticated;
use super::origin::Unwelcome;
use super::response::{Body, text};
use crate::contract::hearth::mcp::types::{Refusal, RefusalReason, Status};

/// Seconds after which a client that met a full table may try again: streams that nobody reads are gone by then.
const RETRY_AFTER_S: HeaderValue = HeaderValue::from_static("30");

/// What a path of MCP has in every version.
const ALLOWED_IN_EVERY_VERSION: HeaderValue = HeaderValue::from_static("POST,OPTIONS");

/// Characters of an event id that are said back.
const SHOWN: usize = 100;

/// Why a request is not answered as it wished. The component's refusals, and all that the host itself refuses.
#[derive(Debug)]
pub enum Refused {
    /// Host or origin are not welcome.
    Unwelcome(Unwelcome),
    /// No such path.
    NotFound,
    /// The path has other methods.
    MethodNotAllowed {
        /// Those that it has.
        allow: &'static str,
    },
    /// No token, or not a good one.
    Unauthenticated(Unauthenticated),
    /// Reserved to administrators.
    Forbidden,
    /// The body is larger than this many bytes.
    BodyTooLarge {
        /// The limit.
        limit: usize,
    },
    /// The body did not come in time.
    BodyTooLate {
        /// The limit.
        limit_ms: u64,
    },
    /// The body broke off.
    BodyBroken,
    /// The client accepts nothing that could be answered.
    NotAcceptable,
    /// The body is not said to be JSON.
    NotJson,
    /// The component refused it.
    Component(Refusal),
    /// Nothing can be resumed after the event of this id.
    UnknownEvent(String),
    /// The exchange was ended before anything was said in it.
    Unanswered,
    /// The component failed at it twice.
    Fault,
    /// The component failed again and again, and is left alone for so many milliseconds.
    Resting(u64),
    /// The host is shutting down.
    Ending,
}

impl Refused {
    /// The response that says so.
    pub fn response(self) -> Response<Body> {
        let mut response = text(self.status(), self.text());
        let headers = response.headers_mut();
        match self {
            Self::MethodNotAllowed { allow } => {
                headers.insert(header::ALLOW, HeaderValue::from_static(allow));
            }
            Self::Component(Refusal {
                reason: RefusalReason::NotInThisVersion,
                ..
            }) => {
                headers.insert(header::ALLOW, ALLOWED_IN_EVERY_VERSION);
            }
            Self::Unauthenticated(why) => {
                headers.insert(header::WWW_AUTHENTICATE, why.challenge());
            }
            Self::Component(Refusal {
                reason: RefusalReason::TooManySessions,
                ..
            }) => {
                headers.insert(header::RETRY_AFTER, RETRY_AFTER_S);
            }
            Self::Resting(ms) => {
                headers.insert(header::RETRY_AFTER, ms.div_ceil(1_000).into());
            }
            // The rest of the body is not going to be read, so the connection cannot be used again.
            Self::BodyTooLarge { .. } | Self::BodyTooLate { .. } | Self::BodyBroken => {
                headers.insert(header::CONNECTION, HeaderValue::from_static("close"));
            }
            _ => {}
        }
        response
    }

    fn status(&self) -> StatusCode {
        match self {
            Self::Unwelcome(Unwelcome::NoHost) | Self::BodyBroken | Self::UnknownEvent(_) => StatusCode::BAD_REQUEST,
            Self::NotAcceptable => StatusCode::NOT_ACCEPTABLE,
            Self::NotJson => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::Unwelcome(_) | Self::Forbidden => StatusCode::FORBIDDEN,
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::MethodNotAllowed { .. } => StatusCode::METHOD_NOT_ALLOWED,
            Self::Unauthenticated(_) => StatusCode::UNAUTHORIZED,
            Self::BodyTooLarge { .. } => StatusCode::PAYLOAD_TOO_LARGE,
            Self::BodyTooLate { .. } => StatusCode::REQUEST_TIMEOUT,
            Self::Component(refusal) => of_reason(refusal.reason),
            Self::Fault | Self::Unanswered => StatusCode::INTERNAL_SERVER_ERROR,
            Self::Resting(_) | Self::Ending => StatusCode::SERVICE_UNAVAILABLE,
        }
    }

    fn text(&self) -> Cow<'static, str> {
        match self {
            Self::Unwelcome(unwelcome) => unwelcome.to_string().into(),
            Self::NotFound => "404: Not Found".into(),
            Self::MethodNotAllowed { .. } => "405: Method Not Allowed".into(),
            Self::Unauthenticated(_) => "401: Unauthorized".into(),
            Self::Forbidden => "403: Forbidden".into(),
            Self::BodyTooLarge { limit } => format!("Maximum request body size {limit} exceeded.").into(),
            Self::BodyTooLate { limit_ms } => format!(
                "The request body did not come within {} seconds",
                *limit_ms as f64 / 1000.0
            )
            .into(),
            Self::BodyBroken => "The request body broke off or could not be read".into(),
            Self::Component(refusal) => of_refusal(refusal),
            Self::NotAcceptable => "406: Not Acceptable. This is a stream of text/event-stream".into(),
            Self::NotJson => "415: Unsupported Media Type. The body is to be application/json".into(),
            Self::UnknownEvent(event) => {
                let shown: String = event.chars().take(SHOWN).collect();
                format!(
                    "Last-Event-ID '{shown}' is unknown: nothing of this session can be resumed after it. Begin a new \
                     stream without it"
                )
                .into()
            }
            Self::Unanswered => "The request was ended without an answer".into(),
            Self::Resting(ms) => format!(
                "The server fails at every request and is tried again in {ms} ms; its owner sees why in its log"
            )
            .into(),
            Self::Ending => "The server is shutting down".into(),
            Self::Fault => {
                "The server failed at this request and has recovered; other requests are not affected".into()
            }
        }
    }
}

fn of_reason(reason: RefusalReason) -> StatusCode {
    match reason {
        RefusalReason::NotConfigured
        | RefusalReason::SeveralConfigured
        | RefusalReason::UnknownSession
        | RefusalReason::UnknownLlmApi
        // Clients that look for another transport go on at 404, and end at 501.
        | RefusalReason::Unsupported => StatusCode::NOT_FOUND,
        RefusalReason::AdminRequired => StatusCode::FORBIDDEN,
        RefusalReason::Malformed | RefusalReason::SessionRequired => StatusCode::BAD_REQUEST,
        RefusalReason::NotInThisVersion => StatusCode::METHOD_NOT_ALLOWED,
        RefusalReason::TooManySessions => StatusCode::SERVICE_UNAVAILABLE,
    }
}

/// The texts are those of Home Assistant's integration where it has one.
fn of_refusal(refusal: &Refusal) -> Cow<'static, str> {
    let detail = &refusal.detail;
    match refusal.reason {
        RefusalReason::NotConfigured => "Model Context Protocol server is not configured".into(),
        RefusalReason::SeveralConfigured => "Found multiple Model Context Protocol configurations".into(),
        RefusalReason::AdminRequired => "403: Forbidden".into(),
        RefusalReason::UnknownSession => format!("Could not find session ID '{detail}'").into(),
        RefusalReason::UnknownLlmApi => format!("Unknown LLM API '{detail}'").into(),
        RefusalReason::Malformed => "Could not parse message".into(),
        RefusalReason::TooManySessions if detail.is_empty() => "Too many sessions".into(),
        RefusalReason::TooManySessions => detail.clone().into(),
        RefusalReason::SessionRequired => {
            "Mcp-Session-Id is missing: `initialize` begins a session and names it".into()
        }
        RefusalReason::NotInThisVersion => "405: Method Not Allowed".into(),
        RefusalReason::Unsupported => "404: Not Found".into(),
    }
}

/// The HTTP status of an exchange that ended as the component says.
pub fn of_status(status: Status) -> StatusCode {
    match status {
        Status::Ok => StatusCode::OK,
        Status::Accepted => StatusCode::ACCEPTED,
        Status::BadRequest => StatusCode::BAD_REQUEST,
        Status::NotFound => StatusCode::NOT_FOUND,
        Status::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(reason: RefusalReason, detail: &str) -> (u16, String) {
        let refused = Refused::Component(Refusal {
            reason,
            detail: detail.to_owned(),
        });
        (refused.status().as_u16(), refused.text().into_owned())
    }

    #[test]
    fn refusals_have_the_statuses_and_texts_of_the_original() {
        let said = |status: u16, text: &str| (status, text.to_owned());
        assert_eq!(
            of(RefusalReason::NotConfigured, ""),
            said(404, "Model Context Protocol server is not configured")
        );
        assert_eq!(
            of(RefusalReason::SeveralConfigured, ""),
            said(404, "Found multiple Model Context Protocol configurations")
        );
        assert_eq!(of(RefusalReason::AdminRequired, ""), said(403, "403: Forbidden"));
        assert_eq!(
            of(RefusalReason::UnknownSession, "x"),
            said(404, "Could not find session ID 'x'")
        );
        assert_eq!(of(RefusalReason::UnknownLlmApi, "x"), said(404, "Unknown LLM API 'x'"));
        assert_eq!(
            of(RefusalReason::Malformed, "at 3"),
            said(400, "Could not parse message")
        );
        assert_eq!(
            of(RefusalReason::TooManySessions, "64 of yours"),
            said(503, "64 of yours")
        );
    }

    #[test]
    fn a_component_that_is_left_alone_is_told_with_the_time_to_come_back() {
        let refused = Refused::Resting(1_600);
        assert_eq!(
            (refused.status().as_u16(), refused.text().contains("1600 ms")),
            (503, true)
        );
        let response = refused.response();
        assert_eq!(
            response.headers().get(header::RETRY_AFTER),
            Some(&HeaderValue::from(2_u64))
        );
    }

    #[test]
    fn a_full_table_says_when_to_come_back() {
        let refusal = Refusal {
            reason: RefusalReason::TooManySessions,
            detail: String::new(),
        };
        let response = Refused::Component(refusal).response();
        assert_eq!(response.headers().get(header::RETRY_AFTER), Some(&RETRY_AFTER_S));
    }
}
