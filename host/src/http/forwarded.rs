//! What stands before this server: a reverse proxy that says on whose behalf it asks, and the path that all lies under.

use std::net::IpAddr;
use std::str::FromStr;

use http::header::{self, HeaderMap, HeaderName, HeaderValue};
use http::uri::{PathAndQuery, Uri};
use http::{Request, uri};
use ipnet::IpNet;

const FOR: HeaderName = HeaderName::from_static("x-forwarded-for");
const HOST: HeaderName = HeaderName::from_static("x-forwarded-host");
const PREFIX: HeaderName = HeaderName::from_static("x-forwarded-prefix");
const PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");

/// Who asks, as far as it is known: the address that connected or, behind a proxy that is trusted, the one that it names.
/// A value among the extensions of each request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClientAddress(pub IpAddr);

/// The path before all paths, as the client has it: empty, or `/hearth`. A value among the extensions of each request.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PathPrefix(String);

/// Addresses of proxies that are believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TrustedProxy(IpNet);

/// Why a text names no proxies.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no address and no range of addresses: it looks like 127.0.0.1, 10.0.0.0/8 or fd00::/8")]
pub struct NoProxy(String);

/// Why a text is no prefix.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no path to put before all others: it looks like /hearth")]
pub struct NoPrefix(String);

impl FromStr for TrustedProxy {
    type Err = NoProxy;

    fn from_str(text: &str) -> Result<Self, NoProxy> {
        let text = text.trim();
        let range = text.parse().or_else(|_| text.parse::<IpAddr>().map(IpNet::from));
        range.map(Self).map_err(|_| NoProxy(text.to_owned()))
    }
}

impl FromStr for PathPrefix {
    type Err = NoPrefix;

    fn from_str(text: &str) -> Result<Self, NoPrefix> {
        let prefix = text.trim_end_matches('/');
        if prefix.is_empty() && text.len() <= 1 {
            return Ok(Self::default());
        }
        let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '/' | '-' | '_' | '.' | '~');
        let has_empty_part = prefix.contains("//") || prefix.split('/').any(|part| part == "." || part == "..");
        if prefix.starts_with('/') && prefix.chars().all(is_plain) && !has_empty_part {
            Ok(Self(prefix.to_owned()))
        } else {
            Err(NoPrefix(text.to_owned()))
        }
    }
}

impl PathPrefix {
    /// As it stands before a path.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The rest of a path that lies under it.
    fn strip<'a>(&self, path: &'a str) -> Option<&'a str> {
        let rest = path.strip_prefix(&self.0)?;
        (rest.is_empty() || rest.starts_with('/')).then_some(rest)
    }
}

/// What is known of what stands before this server.
#[derive(Debug, Clone, Default)]
pub struct Before {
    /// Proxies that are believed (`--trusted-proxy`).
    pub proxies: Vec<TrustedProxy>,
    /// The path that all lies under (`--path-prefix`).
    pub prefix: PathPrefix,
}

impl Before {
    /// Reads what a request says of its way here, and makes of it the request that its client has sent: the host is the
    /// one that the client named, the path the one below the prefix. Who asks, and the prefix, are among its extensions.
    /// `None` when the path does not lie under the prefix.
    pub fn read<B>(&self, mut request: Request<B>, peer: IpAddr) -> Option<Request<B>> {
        let peer = peer.to_canonical();
        let mut client = peer;
        let mut prefix = self.prefix.clone();
        let mut is_stripped = false;
        if self.trusts(peer) {
            let headers = request.headers_mut();
            client = self.client(headers).unwrap_or(peer);
            if let Some(host) = last(headers, &HOST).and_then(|host| HeaderValue::from_str(&host).ok()) {
                headers.insert(header::HOST, host);
            }
            if let Some(given) = last(headers, &PREFIX).and_then(|given| given.parse::<PathPrefix>().ok()) {
                is_stripped = given.strip(request.uri().path()).is_none_or(|_| given.0.is_empty());
                prefix = given;
            }
        }
        if !is_stripped && !prefix.0.is_empty() {
            let below = below(request.uri(), prefix.strip(request.uri().path())?);
            *request.uri_mut() = below?;
        }
        for name in [FOR, HOST, PREFIX, PROTO] {
            request.headers_mut().remove(name);
        }
        request.extensions_mut().insert(ClientAddress(client));
        request.extensions_mut().insert(prefix);
        Some(request)
    }

    fn trusts(&self, address: IpAddr) -> bool {
        self.proxies.iter().any(|proxy| proxy.0.contains(&address))
    }

    /// The last address that is none of a proxy: each proxy adds the one that it was asked by, and what stands before
    /// the first that is not trusted may be anything.
    fn client(&self, headers: &HeaderMap) -> Option<IpAddr> {
        let values = headers.get_all(FOR).iter().filter_map(|value| value.to_str().ok());
        let named: Vec<_> = values.flat_map(|value| value.split(',')).map(address).collect();
        let first_outside = named
            .iter()
            .rev()
            .find(|named| named.is_none_or(|address| !self.trusts(address)));
        match first_outside {
            Some(outside) => *outside,
            None => named.first().copied().flatten(),
        }
    }
}

/// With or without a port.
fn address(text: &str) -> Option<IpAddr> {
    let text = text.trim();
    let bare = text
        .strip_prefix('[')
        .and_then(|rest| rest.split(']').next())
        .unwrap_or(text);
    let address = bare
        .parse()
        .ok()
        .or_else(|| Some(text.parse::<std::net::SocketAddr>().ok()?.ip()));
    address.map(|address: IpAddr| address.to_canonical())
}

/// What the nearest proxy says.
fn last(headers: &HeaderMap, name: &HeaderName) -> Option<String> {
    let value = headers.get_all(name).iter().next_back()?.to_str().ok()?;
    let last = value.rsplit(',').next()?.trim();
    (!last.is_empty()).then(|| last.to_owned())
}

fn below(uri: &Uri, path: &str) -> Option<Uri> {
    let path = if path.is_empty() { "/" } else { path };
    let query = uri.query().map(|query| format!("?{query}")).unwrap_or_default();
    let mut parts: uri::Parts = uri.clone().into_parts();
    parts.path_and_query = Some(format!("{path}{query}").parse::<PathAndQuery>().ok()?);
    Uri::from_parts(parts).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn before(proxies: &[&str], prefix: &str) -> Before {
        Before {
            proxies: proxies.iter().map(|proxy| proxy.parse().expect("a range")).collect(),
            prefix: prefix.parse().expect("a prefix"),
        }
    }

    /// Client, host, path and prefix of a request as it is served.
    fn read(before: &Before, peer: &str, path: &str, headers: &[(&str, &str)]) -> Option<[String; 4]> {
        let mut request = Request::builder().uri(path).header("host", "inside");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = before.read(request.body(()).expect("a request"), peer.parse().expect("an address"))?;
        assert!(
            !request
                .headers()
                .keys()
                .any(|name| name.as_str().starts_with("x-forwarded"))
        );
        let extensions = request.extensions();
        Some([
            extensions.get::<ClientAddress>().expect("it is known").0.to_string(),
            request.headers()["host"].to_str().expect("text").to_owned(),
            request.uri().to_string(),
            extensions.get::<PathPrefix>().expect("it is known").0.clone(),
        ])
    }

    fn seen(one: [&str; 4]) -> Option<[String; 4]> {
        Some(one.map(str::to_owned))
    }

    const SAID: [(&str, &str); 4] = [
        ("x-forwarded-for", "203.0.113.9"),
        ("x-forwarded-host", "hearth.example"),
        ("x-forwarded-proto", "https"),
        ("x-forwarded-prefix", "/hearth"),
    ];

    #[test]
    fn only_a_proxy_that_is_trusted_is_believed() {
        let trusting = before(&["127.0.0.1", "10.0.0.0/8"], "");
        let believed = seen(["203.0.113.9", "hearth.example", "/api/mcp?a=b", "/hearth"]);
        assert_eq!(read(&trusting, "127.0.0.1", "/api/mcp?a=b", &SAID), believed);
        assert_eq!(read(&trusting, "::ffff:10.1.2.3", "/api/mcp?a=b", &SAID), believed);
        let ignored = seen(["192.0.2.1", "inside", "/api/mcp", ""]);
        assert_eq!(read(&trusting, "192.0.2.1", "/api/mcp", &SAID), ignored);
        assert_eq!(read(&before(&[], ""), "192.0.2.1", "/api/mcp", &SAID), ignored);
    }

    #[test]
    fn the_client_is_the_last_address_that_is_no_proxy() {
        let trusting = before(&["127.0.0.1", "10.0.0.0/8"], "");
        for (named, client) in [
            ("203.0.113.9", "203.0.113.9"),
            ("6.6.6.6, 203.0.113.9, 10.0.0.7", "203.0.113.9"),
            ("203.0.113.9:4711", "203.0.113.9"),
            ("[2001:db8::1]:80", "2001:db8::1"),
            ("10.0.0.8, 10.0.0.7", "10.0.0.8"),
            ("203.0.113.9, nonsense", "127.0.0.1"),
            ("", "127.0.0.1"),
        ] {
            let found = read(&trusting, "127.0.0.1", "/", &[("x-forwarded-for", named)]);
            assert_eq!(found.map(|found| found[0].clone()).as_deref(), Some(client), "{named}");
        }
    }

    #[test]
    fn everything_lies_under_the_prefix() {
        let under = before(&[], "/home/hearth/");
        let at = |path: &str| read(&under, "192.0.2.1", path, &[]).map(|found| found[2].clone());
        assert_eq!(at("/home/hearth/api/mcp?x").as_deref(), Some("/api/mcp?x"));
        assert_eq!(at("/home/hearth").as_deref(), Some("/"));
        for outside in ["/api/mcp", "/home/hearthside", "/"] {
            assert_eq!(at(outside), None, "{outside}");
        }
    }

    #[test]
    fn a_proxy_may_strip_the_prefix_or_leave_it() {
        let trusting = before(&["127.0.0.1"], "/hearth");
        let prefix = ("x-forwarded-prefix", "/hearth");
        for path in ["/healthz", "/hearth/healthz"] {
            let found = read(&trusting, "127.0.0.1", path, &[prefix]);
            assert_eq!(found, seen(["127.0.0.1", "inside", "/healthz", "/hearth"]));
        }
    }

    #[test]
    fn what_is_neither_is_refused() {
        for wrong in ["", "localhost", "10.0.0.0/33", "10.0.0"] {
            let error = wrong.parse::<TrustedProxy>().expect_err("it is none").to_string();
            assert!(error.contains(&format!("`{wrong}`")), "{error}");
        }
        for wrong in ["hearth", "//x", "/a//b", "/a b", "/../x", "/é", "//"] {
            assert!(wrong.parse::<PathPrefix>().is_err(), "{wrong}");
        }
        assert_eq!("/".parse(), Ok(PathPrefix::default()));
    }
}
