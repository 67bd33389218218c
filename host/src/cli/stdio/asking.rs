//! One HTTP exchange with the host, over a connection of its own: whether it was sent is then always known, and a
//! connection that an old host left behind is never taken for a new one.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use http::header::{self, HeaderMap, HeaderName, HeaderValue};
use http::{Method, Request, StatusCode, Uri};
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::task::JoinHandle;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::ClientConfig;
use tokio_rustls::rustls::pki_types::ServerName;

use super::events::LONGEST;

/// For a connection to come about.
const CONNECTING: Duration = Duration::from_secs(5);
/// For which a host that is there says nothing: it sends a comment every 15 seconds.
const SILENCE: Duration = Duration::from_secs(60);

const ACCEPTED: HeaderValue = HeaderValue::from_static("application/json, text/event-stream");
const AGENT: HeaderValue = HeaderValue::from_static(concat!("hearth-stdio/", env!("CARGO_PKG_VERSION")));

/// Where the host is, and as whom it is asked.
#[derive(Debug, Clone)]
pub struct Target {
    /// The whole URL of its MCP endpoint.
    pub url: Uri,
    /// The header `Authorization`.
    pub authorization: HeaderValue,
    /// Whom to trust, for a URL that says `https`.
    pub tls: Option<Arc<ClientConfig>>,
}

/// A connection, plain or encrypted.
trait Stream: AsyncRead + AsyncWrite + Unpin + Send {}

impl<T: AsyncRead + AsyncWrite + Unpin + Send> Stream for T {}

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// The host has not seen the request.
    #[error("{0}")]
    NotSent(String),
    /// It may have seen it.
    #[error("{0}")]
    Broken(String),
}

/// An answer whose body is still to be read. The connection ends with it.
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    body: Incoming,
    _connection: Connection,
}

/// The task that moves the bytes.
struct Connection(JoinHandle<()>);

impl Drop for Connection {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// Sends a request and answers the head of its answer.
///
/// # Errors
/// See [`Failure`]; a status that is no success is an answer.
pub async fn ask(
    target: &Target,
    method: Method,
    headers: &[(HeaderName, HeaderValue)],
    body: Bytes,
) -> Result<Answer, Failure> {
    let socket = connect(target).await?;
    let handshake = http1::handshake(TokioIo::new(socket)).await;
    let (mut sender, connection) = handshake.map_err(|error| Failure::NotSent(error.to_string()))?;
    let connection = Connection(tokio::spawn(async move {
        // How it ends is seen by who reads the answer.
        let _ = connection.await;
    }));
    let request = request(target, method, headers, body).map_err(|error| Failure::NotSent(error.to_string()))?;
    let broken = |error: hyper::Error| match error.is_canceled() {
        true => Failure::NotSent(format!("{} ended the connection", target.url)),
        false => Failure::Broken(format!("the connection to {} broke off: {error}", target.url)),
    };
    let answer = timeout(SILENCE, sender.send_request(request)).await;
    let answer = answer.map_err(|_| silent(&target.url))?.map_err(broken)?;
    let (head, body) = answer.into_parts();
    Ok(Answer {
        status: head.status,
        headers: head.headers,
        body,
        _connection: connection,
    })
}

async fn connect(target: &Target) -> Result<Box<dyn Stream>, Failure> {
    let url = &target.url;
    let not_sent = |why: String| Failure::NotSent(format!("{url} cannot be reached: {why}"));
    let host = url.host().unwrap_or_default();
    let bare = host
        .strip_prefix('[')
        .and_then(|host| host.strip_suffix(']'))
        .unwrap_or(host);
    let standard = if target.tls.is_some() { 443 } else { 80 };
    let port = url.port_u16().unwrap_or(standard);
    match timeout(CONNECTING, open(bare, port, target.tls.clone())).await {
        Ok(Ok(socket)) => Ok(socket),
        Ok(Err(error)) => Err(not_sent(error.to_string())),
        Err(_) => Err(not_sent(format!("no connection within {} s", CONNECTING.as_secs()))),
    }
}

async fn open(host: &str, port: u16, tls: Option<Arc<ClientConfig>>) -> io::Result<Box<dyn Stream>> {
    let socket = TcpStream::connect((host, port)).await?;
    // A request is one small write that is waited for.
    let _ = socket.set_nodelay(true);
    let Some(tls) = tls else {
        return Ok(Box::new(socket));
    };
    let name = ServerName::try_from(host.to_owned()).map_err(io::Error::other)?;
    Ok(Box::new(TlsConnector::from(tls).connect(name, socket).await?))
}

fn request(
    target: &Target,
    method: Method,
    headers: &[(HeaderName, HeaderValue)],
    body: Bytes,
) -> Result<Request<Full<Bytes>>, http::Error> {
    let path = target.url.path_and_query().map_or("/", |path| path.as_str());
    let authority = target.url.authority().map_or("", |authority| authority.as_str());
    let mut request = Request::builder()
        .method(method.clone())
        .uri(path)
        .header(header::HOST, authority)
        .header(header::AUTHORIZATION, target.authorization.clone())
        .header(header::ACCEPT, ACCEPTED)
        .header(header::USER_AGENT, AGENT);
    if method == Method::POST {
        request = request.header(header::CONTENT_TYPE, "application/json");
    }
    for (name, value) in headers {
        request = request.header(name, value);
    }
    request.body(Full::new(body))
}

fn silent(url: &Uri) -> Failure {
    Failure::Broken(format!("{url} said nothing for {} s", SILENCE.as_secs()))
}

impl Answer {
    /// Whether its body is a stream of events.
    pub fn is_stream(&self) -> bool {
        let kind = self
            .headers
            .get(header::CONTENT_TYPE)
            .and_then(|kind| kind.to_str().ok());
        kind.is_some_and(|kind| kind.to_ascii_lowercase().starts_with("text/event-stream"))
    }

    /// The next bytes; `None` at the end.
    ///
    /// # Errors
    /// When the connection breaks off, or nothing is said for too long.
    pub async fn next(&mut self) -> Result<Option<Bytes>, Failure> {
        loop {
            let frame = timeout(SILENCE, self.body.frame()).await;
            let frame = frame.map_err(|_| Failure::Broken(format!("nothing was said for {} s", SILENCE.as_secs())))?;
            match frame {
                None => return Ok(None),
                Some(Err(error)) => return Err(Failure::Broken(format!("the connection broke off: {error}"))),
                Some(Ok(frame)) => {
                    if let Ok(bytes) = frame.into_data() {
                        return Ok(Some(bytes));
                    }
                }
            }
        }
    }

    /// All of it.
    ///
    /// # Errors
    /// The same, and when it is longer than an event may be.
    pub async fn whole(mut self) -> Result<Bytes, Failure> {
        let mut all = BytesMut::new();
        while let Some(bytes) = self.next().await? {
            if all.len() + bytes.len() > LONGEST {
                return Err(Failure::Broken(format!("the answer is longer than {LONGEST} bytes")));
            }
            all.extend_from_slice(&bytes);
        }
        Ok(all.freeze())
    }
}
