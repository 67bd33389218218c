//! What browsers are told, so that pages that may ask (see `origin`) can also read the answers.

use http::header::{self, HeaderMap, HeaderName, HeaderValue};

/// Request headers that MCP clients send (MCP 2025-11-25 and 2026-07-28, transports).
const REQUEST_HEADERS: &str = "content-type, accept, authorization, mcp-session-id, mcp-protocol-version, mcp-method, \
                               mcp-name, last-event-id, traceparent, tracestate, x-request-id";

/// Any header with this prefix may be sent as well (MCP 2026-07-28); CORS has no wildcard for that, so the ones that are
/// asked for are named back.
const PARAMETER_PREFIX: &str = "mcp-param-";

const METHODS: HeaderValue = HeaderValue::from_static("GET, POST, DELETE, OPTIONS");

/// Response headers that a page may read.
const EXPOSED: HeaderValue = HeaderValue::from_static("Mcp-Session-Id, WWW-Authenticate, Retry-After, X-Request-Id");

/// Two hours: no browser keeps the answer to a preflight longer.
const MAX_AGE_S: HeaderValue = HeaderValue::from_static("7200");

/// Adds to a response what its page needs to read it. `origin` was found welcome.
pub fn permit(headers: &mut HeaderMap, origin: &HeaderValue) {
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin.clone());
    headers.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, EXPOSED);
    headers.append(header::VARY, HeaderValue::from_static("Origin"));
}

/// Whether these are the headers of a preflight, given that the method is OPTIONS.
pub fn is_preflight(headers: &HeaderMap) -> bool {
    headers.contains_key(header::ORIGIN) && headers.contains_key(header::ACCESS_CONTROL_REQUEST_METHOD)
}

/// Adds to the response of a preflight what the request may bring.
pub fn answer_preflight(request: &HeaderMap, response: &mut HeaderMap) {
    response.insert(header::ACCESS_CONTROL_ALLOW_METHODS, METHODS);
    response.insert(header::ACCESS_CONTROL_ALLOW_HEADERS, request_headers(request));
    response.insert(header::ACCESS_CONTROL_MAX_AGE, MAX_AGE_S);
}

fn request_headers(request: &HeaderMap) -> HeaderValue {
    let mut allowed = REQUEST_HEADERS.to_owned();
    for asked in request.get_all(header::ACCESS_CONTROL_REQUEST_HEADERS) {
        for name in asked.as_bytes().split(|byte| *byte == b',') {
            let Ok(name) = HeaderName::from_bytes(name.trim_ascii()) else {
                continue;
            };
            if name.as_str().starts_with(PARAMETER_PREFIX) {
                allowed.push_str(", ");
                allowed.push_str(name.as_str());
            }
        }
    }
    HeaderValue::try_from(allowed).expect("header names can stand in a header value")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_that_are_asked_for_are_allowed_by_name() {
        let mut request = HeaderMap::new();
        request.insert(
            header::ACCESS_CONTROL_REQUEST_HEADERS,
            HeaderValue::from_static("Content-Type, Mcp-Param-Region,x-other, ,\"?"),
        );
        let allowed = request_headers(&request);
        let expected = format!("{REQUEST_HEADERS}, mcp-param-region");
        assert_eq!(allowed.to_str().ok(), Some(expected.as_str()));
    }
}
