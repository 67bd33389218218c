//! Which names this server answers to, and which web pages may ask it.
//!
//! A page on the web can make a browser send requests to a server on the same machine, and with a name of its own that
//! it points at 127.0.0.1 it can even read the answers. MCP (2025-11-25, transports, security warning) therefore has
//! servers check `Origin`; the check of `Host` stops the second kind. Addresses are safe as they are: nobody can make
//! an address point elsewhere.

use std::net::{IpAddr, SocketAddr};

use http::uri::{Authority, Uri};
use http::{HeaderMap, HeaderValue, header};

/// The names and pages that the owner allows beyond this machine.
#[derive(Debug, Clone, Default)]
pub struct Allowed {
    /// Names under which clients may reach the server: `hearth.example` at any port, `hearth.example:8443` at this one,
    /// `*` for all.
    pub hosts: Vec<String>,
    /// Origins of web pages that may ask: `https://chat.example`, or `*` for all.
    pub origins: Vec<String>,
}

/// Why a request was not let in.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unwelcome {
    /// RFC 9112, 3.2: without exactly one `Host` that can be read it is a bad request.
    #[error("A request needs exactly one Host header with the name or address of this server")]
    NoHost,
    /// The name is not one of this server.
    #[error(
        "Host '{0}' is refused: this server does not know that name as its own. To allow it, start hearth with \
         --allow-host {0}"
    )]
    Host(String),
    /// The page is not one of those allowed.
    #[error(
        "Origin '{0}' is refused: web pages from there may not use this server. To allow them, start hearth with \
         --allow-origin {0}"
    )]
    Origin(String),
}

impl Allowed {
    /// Checks `Host` and `Origin`, and answers the origin if the request has one. `local` is the address at which the
    /// request came in.
    ///
    /// # Errors
    /// When the request must not be served.
    pub fn check<'a>(
        &self,
        uri: &Uri,
        headers: &'a HeaderMap,
        local: SocketAddr,
    ) -> Result<Option<&'a HeaderValue>, Unwelcome> {
        let host = self.check_host(uri, headers, local)?;
        let Some(value) = headers.get(header::ORIGIN) else {
            return Ok(None);
        };
        if headers.get_all(header::ORIGIN).iter().count() > 1 || !self.welcomes_origin(value, &host) {
            return Err(Unwelcome::Origin(shown(value)));
        }
        Ok(Some(value))
    }

    fn check_host(&self, uri: &Uri, headers: &HeaderMap, local: SocketAddr) -> Result<Authority, Unwelcome> {
        let mut values = headers.get_all(header::HOST).iter();
        let (Some(value), None) = (values.next(), values.next()) else {
            return Err(Unwelcome::NoHost);
        };
        let host = authority(value.as_bytes()).ok_or(Unwelcome::NoHost)?;
        // A request in absolute form names a host twice; both must be ours.
        for host in [Some(&host), uri.authority()].into_iter().flatten() {
            if !self.is_ours(host, local) {
                return Err(Unwelcome::Host(clipped(host.as_str())));
            }
        }
        Ok(host)
    }

    fn is_ours(&self, host: &Authority, local: SocketAddr) -> bool {
        if is_loopback(host.host()) {
            return true;
        }
        if address(host.host()).is_some_and(|address| address == local.ip().to_canonical()) {
            return true;
        }
        self.hosts.iter().any(|allowed| {
            allowed == "*" || allowed.eq_ignore_ascii_case(host.host()) || allowed.eq_ignore_ascii_case(host.as_str())
        })
    }

    fn welcomes_origin(&self, origin: &HeaderValue, host: &Authority) -> bool {
        let Ok(text) = origin.to_str() else {
            return false;
        };
        if self.origins.iter().any(|allowed| {
            let allowed = allowed.trim_end_matches('/');
            allowed == "*" || allowed.eq_ignore_ascii_case(text)
        }) {
            return true;
        }
        let Some((scheme, rest)) = text.split_once("://") else {
            return false;
        };
        if !matches!(scheme, "http" | "https") {
            return false;
        }
        authority(rest.as_bytes())
            .is_some_and(|page| is_loopback(page.host()) || page.as_str().eq_ignore_ascii_case(host.as_str()))
    }
}

/// A host with or without a port; nothing else that may stand in an authority.
fn authority(bytes: &[u8]) -> Option<Authority> {
    Authority::try_from(bytes)
        .ok()
        .filter(|authority| !authority.as_str().contains('@') && !authority.host().is_empty())
}

fn is_loopback(host: &str) -> bool {
    host.eq_ignore_ascii_case("localhost") || address(host).is_some_and(|address| address.is_loopback())
}

fn address(host: &str) -> Option<IpAddr> {
    let bare = host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
    bare.unwrap_or(host)
        .parse()
        .ok()
        .map(|address: IpAddr| address.to_canonical())
}

fn shown(value: &HeaderValue) -> String {
    clipped(&String::from_utf8_lossy(value.as_bytes()))
}

/// What a stranger sent, short enough to be said back.
fn clipped(text: &str) -> String {
    const LONGEST: usize = 200;
    text.chars().take(LONGEST).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(allowed: &Allowed, host: &str, origin: Option<&str>) -> Result<(), Unwelcome> {
        let mut headers = HeaderMap::new();
        headers.insert(header::HOST, host.parse().expect("a header value"));
        if let Some(origin) = origin {
            headers.insert(header::ORIGIN, origin.parse().expect("a header value"));
        }
        let local = "192.168.1.5:8124".parse().expect("an address");
        allowed.check(&Uri::from_static("/"), &headers, local).map(|_| ())
    }

    fn allowed() -> Allowed {
        Allowed {
            hosts: vec!["Hearth.example".to_owned(), "proxied.example:8443".to_owned()],
            origins: vec!["https://chat.example/".to_owned(), "vscode-webview://abc".to_owned()],
        }
    }

    #[test]
    fn names_of_this_machine_and_allowed_ones_are_ours_at_any_port() {
        for host in [
            "localhost",
            "LOCALHOST:1",
            "127.0.0.1:8124",
            "127.9.9.9",
            "[::1]:8124",
            "192.168.1.5:8124",
            "192.168.1.5",
            "hearth.example",
            "hearth.example:9",
            "proxied.example:8443",
        ] {
            assert_eq!(check(&allowed(), host, None), Ok(()), "{host}");
        }
    }

    #[test]
    fn other_names_are_refused_with_the_option_that_would_allow_them() {
        for host in [
            "evil.example",
            "localhost.evil.example",
            "127.0.0.1.evil.example:8124",
            "192.168.1.6:8124",
            "proxied.example",
            "10.0.0.1",
        ] {
            assert_eq!(
                check(&allowed(), host, None),
                Err(Unwelcome::Host(host.to_owned())),
                "{host}"
            );
        }
        let text = Unwelcome::Host("evil.example".to_owned()).to_string();
        assert!(text.contains("--allow-host evil.example"), "{text}");
        for host in ["", "user@localhost", "a b", "localhost/x"] {
            assert_eq!(check(&allowed(), host, None), Err(Unwelcome::NoHost), "{host}");
        }
    }

    #[test]
    fn pages_of_this_machine_of_this_server_and_allowed_ones_may_ask() {
        for origin in [
            "http://localhost:6274",
            "https://127.0.0.1",
            "http://[::1]:3000",
            "https://chat.example",
            "vscode-webview://abc",
        ] {
            assert_eq!(check(&allowed(), "localhost:8124", Some(origin)), Ok(()), "{origin}");
        }
        assert_eq!(
            check(&allowed(), "hearth.example", Some("https://hearth.example")),
            Ok(())
        );
    }

    #[test]
    fn other_pages_are_refused_with_the_option_that_would_allow_them() {
        for origin in [
            "null",
            "",
            "https://evil.example",
            "https://localhost.evil.example",
            "https://chat.example.evil.example",
            "http://chat.example",
            "https://chat.example:444",
            "file://localhost",
            "http://user@localhost",
        ] {
            let refused = Err(Unwelcome::Origin(origin.to_owned()));
            assert_eq!(check(&allowed(), "localhost:8124", Some(origin)), refused, "{origin}");
        }
        let text = Unwelcome::Origin("https://evil.example".to_owned()).to_string();
        assert!(text.contains("--allow-origin https://evil.example"), "{text}");
    }

    #[test]
    fn a_request_in_absolute_form_must_name_us_twice() {
        let mut headers = HeaderMap::new();
        headers.insert(header::HOST, HeaderValue::from_static("localhost"));
        let local = "127.0.0.1:8124".parse().expect("an address");
        let outcome = Allowed::default().check(&Uri::from_static("http://evil.example/healthz"), &headers, local);
        assert_eq!(outcome, Err(Unwelcome::Host("evil.example".to_owned())));
    }
}
