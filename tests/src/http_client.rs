//! A plain HTTP/1.1 client that hides nothing: tests see every byte, and can send what no library would.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use hearth_harness::schemas::Conversation;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};
use tokio::time::timeout;

/// How long a test waits for what must come. Reaching it is a failure, not a way to wait.
const PATIENCE: Duration = Duration::from_secs(30);

/// Bounds a wait, so that a test that would hang fails.
pub async fn soon<T>(what: &str, future: impl Future<Output = T>) -> T {
    timeout(PATIENCE, future)
        .await
        .unwrap_or_else(|_| panic!("{what} did not come within {PATIENCE:?}"))
}

/// A response as it came over the wire.
#[derive(Debug, Clone)]
pub struct Response {
    /// The status code.
    pub status: u16,
    /// The lines of the head, the status line first.
    pub head: Vec<String>,
    /// The body, without its chunking.
    pub body: Vec<u8>,
}

impl Response {
    /// The value of a header, whatever the case of its name.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.head[1..].iter().find_map(|line| {
            let (found, value) = line.split_once(':')?;
            found.eq_ignore_ascii_case(name).then_some(value.trim())
        })
    }

    /// The body as text.
    pub fn text(&self) -> &str {
        std::str::from_utf8(&self.body).expect("the body is text")
    }
}

/// One connection to a server.
pub struct Connection {
    socket: TcpStream,
    /// Read and not taken yet.
    buffer: Vec<u8>,
}

impl Connection {
    /// Connects.
    pub async fn open(address: SocketAddr) -> Self {
        let socket = soon("a connection", TcpStream::connect(address))
            .await
            .expect("the server accepts");
        socket.set_nodelay(true).expect("a socket has this option");
        Self {
            socket,
            buffer: Vec::new(),
        }
    }

    /// Connects with a socket that buffers as little as it can.
    pub async fn small(address: SocketAddr) -> Self {
        let socket = TcpSocket::new_v4().expect("the machine has sockets");
        socket.set_recv_buffer_size(4096).expect("a socket has this option");
        let socket = soon("a connection", socket.connect(address))
            .await
            .expect("the server accepts");
        Self {
            socket,
            buffer: Vec::new(),
        }
    }

    /// Sends these bytes.
    pub async fn send(&mut self, bytes: impl AsRef<[u8]>) {
        self.try_send(bytes).await.expect("the server takes the bytes");
    }

    /// Sends these bytes, or tells that the server does not take them any more.
    ///
    /// # Errors
    /// When the connection is closed.
    pub async fn try_send(&mut self, bytes: impl AsRef<[u8]>) -> std::io::Result<()> {
        soon("room to send", self.socket.write_all(bytes.as_ref())).await
    }

    /// Says that nothing more will be sent.
    pub async fn finish(&mut self) {
        self.socket.shutdown().await.expect("the socket is open");
    }

    /// The head of the next response; its body is still to be read.
    pub async fn head(&mut self) -> Response {
        let end = loop {
            if let Some(at) = find(&self.buffer, b"\r\n\r\n") {
                break at;
            }
            assert!(
                self.fill().await,
                "the connection ended within a head: {:?}",
                self.buffered()
            );
        };
        let head: Vec<u8> = self.buffer.drain(..end + 4).collect();
        let head = String::from_utf8(head).expect("a head is text");
        let head: Vec<String> = head.trim_end().split("\r\n").map(str::to_owned).collect();
        let status = head[0].split(' ').nth(1).and_then(|status| status.parse().ok());
        let status = status.unwrap_or_else(|| panic!("no status in {:?}", head[0]));
        Response {
            status,
            head,
            body: Vec::new(),
        }
    }

    /// The next response, whole.
    pub async fn response(&mut self) -> Response {
        let mut response = self.head().await;
        response.body = self.body(&response).await;
        response
    }

    /// The body that follows this head.
    pub async fn body(&mut self, head: &Response) -> Vec<u8> {
        if head.header("transfer-encoding") == Some("chunked") {
            let mut body = Vec::new();
            while let Some(chunk) = self.chunk().await {
                body.extend(chunk);
            }
            return body;
        }
        let length = head
            .header("content-length")
            .map_or(0, |length| length.parse().expect("a length"));
        while self.buffer.len() < length {
            assert!(self.fill().await, "the connection ended within a body");
        }
        self.buffer.drain(..length).collect()
    }

    /// The next chunk of a chunked body; `None` is the terminator.
    pub async fn chunk(&mut self) -> Option<Vec<u8>> {
        self.try_chunk().await.expect("a chunked body has a terminator")
    }

    /// The next chunk of a chunked body, or that the connection ended before the terminator.
    ///
    /// # Errors
    /// When the body broke off; the value holds what came of the chunk.
    pub async fn try_chunk(&mut self) -> Result<Option<Vec<u8>>, Vec<u8>> {
        loop {
            if let Some(line) = find(&self.buffer, b"\r\n") {
                let size = std::str::from_utf8(&self.buffer[..line]).expect("a size is text");
                let size = usize::from_str_radix(size, 16).unwrap_or_else(|_| panic!("{size:?} is no chunk size"));
                let whole = line + 2 + size + 2;
                if self.buffer.len() >= whole {
                    let taken: Vec<u8> = self.buffer.drain(..whole).collect();
                    assert_eq!(&taken[whole - 2..], b"\r\n", "a chunk ends with a line end");
                    return Ok((size > 0).then(|| taken[line + 2..whole - 2].to_vec()));
                }
            }
            if !self.fill().await {
                return Err(std::mem::take(&mut self.buffer));
            }
        }
    }

    /// Waits for the server to close the connection, and answers what it sent until then.
    pub async fn rest(&mut self) -> Vec<u8> {
        while self.fill().await {}
        std::mem::take(&mut self.buffer)
    }

    /// Sends a request and reads its response.
    pub async fn ask(&mut self, request: impl AsRef<[u8]>) -> Response {
        self.send(request).await;
        self.response().await
    }

    /// Whether nothing has come that was not read yet.
    pub fn is_silent(&self) -> bool {
        self.buffer.is_empty() && self.socket.try_read(&mut [0]).is_err()
    }

    /// Reads more; false at the end of the connection.
    async fn fill(&mut self) -> bool {
        let mut bytes = [0; 16 << 10];
        match soon("an answer", self.socket.read(&mut bytes)).await {
            Ok(0) | Err(_) => false,
            Ok(count) => {
                self.buffer.extend(&bytes[..count]);
                true
            }
        }
    }

    fn buffered(&self) -> String {
        String::from_utf8_lossy(&self.buffer).into_owned()
    }
}

fn find(haystack: &[u8], needle: &[u8]) -> Option<usize> {
    haystack.windows(needle.len()).position(|window| window == needle)
}

/// Sends one request over a connection of its own.
pub async fn ask(address: SocketAddr, request: impl AsRef<[u8]>) -> Response {
    Connection::open(address).await.ask(request).await
}

/// A request without a body; `headers` are whole lines without their ends.
pub fn request(method: &str, path: &str, headers: &[&str]) -> String {
    let mut request = format!("{method} {path} HTTP/1.1\r\n");
    if !headers
        .iter()
        .any(|header| header.to_ascii_lowercase().starts_with("host:"))
    {
        request.push_str("Host: localhost\r\n");
    }
    for header in headers {
        request.push_str(header);
        request.push_str("\r\n");
    }
    request.push_str("\r\n");
    request
}

/// A POST with this token and this body.
pub fn post(path: &str, token: &str, body: impl AsRef<[u8]>) -> Vec<u8> {
    let body = body.as_ref();
    let authorization = format!("Authorization: Bearer {token}");
    let length = format!("Content-Length: {}", body.len());
    let mut request = request("POST", path, &[&authorization, &length]).into_bytes();
    request.extend_from_slice(body);
    request
}

/// A GET with this token.
pub fn get(path: &str, token: &str) -> String {
    request("GET", path, &[&format!("Authorization: Bearer {token}")])
}

/// The stream of a session, event by event as it is written.
pub struct Events {
    connection: Connection,
    pending: Vec<u8>,
    /// What was said in the session, to hold each message against the schema of the protocol; none: that is not done.
    conversation: Option<Arc<Mutex<Conversation>>>,
}

/// How a message begins.
const MESSAGE: &str = "event: message\r\ndata: ";

impl Events {
    /// What this connection reads after the head of a response.
    pub fn over(connection: Connection) -> Self {
        Self {
            connection,
            pending: Vec::new(),
            conversation: None,
        }
    }

    /// The next event or comment with the empty line that ends it; `None` when the stream has ended as it should.
    pub async fn next(&mut self) -> Option<String> {
        self.try_next()
            .await
            .expect("the stream ends with a terminator, if it ends")
    }

    /// The next event, or that the stream broke off.
    ///
    /// # Errors
    /// When the connection ended without a terminator.
    pub async fn try_next(&mut self) -> Result<Option<String>, Vec<u8>> {
        loop {
            if let Some(at) = find(&self.pending, b"\r\n\r\n") {
                let event = self.pending.drain(..at + 4).collect();
                let event = String::from_utf8(event).expect("an event is text");
                self.judge(&event);
                return Ok(Some(event));
            }
            match self.connection.try_chunk().await? {
                Some(chunk) => self.pending.extend(chunk),
                None => {
                    assert!(self.pending.is_empty(), "the stream ended within an event");
                    return Ok(None);
                }
            }
        }
    }

    /// Holds a message against the schema of its version.
    fn judge(&self, event: &str) {
        if let (Some(conversation), Some(message)) = (&self.conversation, event.strip_prefix(MESSAGE)) {
            let message = serde_json::from_str(message.trim_end()).expect("a message is JSON");
            let mut conversation = conversation.lock().unwrap_or_else(PoisonError::into_inner);
            if let Err(wrong) = conversation.heard(&message) {
                panic!("a wrong message: {wrong}");
            }
        }
    }

    /// The message of the next `message` event; comments are passed over.
    pub async fn message(&mut self) -> Value {
        loop {
            let event = self.next().await.expect("the stream goes on");
            if event.starts_with(':') {
                continue;
            }
            let data = event
                .strip_prefix(MESSAGE)
                .unwrap_or_else(|| panic!("no message: {event:?}"));
            return serde_json::from_str(data.trim_end()).expect("a message is JSON");
        }
    }

    /// The connection under it.
    pub fn into_connection(self) -> Connection {
        self.connection
    }
}

/// A client of HTTP+SSE with one session.
pub struct Client {
    /// Where the server is.
    pub address: SocketAddr,
    /// What it proves itself with.
    pub token: String,
    /// The path that it posts to.
    pub messages: String,
    /// What comes back.
    pub events: Events,
    /// The connection that it posts over.
    pub posts: Connection,
    next: u64,
}

impl Client {
    /// Opens a session.
    pub async fn open(address: SocketAddr, token: &str) -> Self {
        Self::over(Connection::open(address).await, address, token).await
    }

    /// Opens a session with a component that says what a test tells it to, and not MCP.
    pub async fn puppeteer(address: SocketAddr, token: &str) -> Self {
        let mut client = Self::open(address, token).await;
        client.events.conversation = None;
        client
    }

    /// Opens a session over a socket that takes little before it is read.
    pub async fn deaf(address: SocketAddr, token: &str) -> Self {
        Self::over(Connection::small(address).await, address, token).await
    }

    async fn over(mut connection: Connection, address: SocketAddr, token: &str) -> Self {
        connection.send(get("/mcp_server/sse", token)).await;
        let head = connection.head().await;
        assert_eq!(head.status, 200, "{:?}", head.head);
        let mut events = Events {
            conversation: Some(Arc::default()),
            ..Events::over(connection)
        };
        let endpoint = events.next().await.expect("the endpoint event comes first");
        let messages = endpoint
            .strip_prefix("event: endpoint\r\ndata: ")
            .unwrap_or_else(|| panic!("no endpoint: {endpoint:?}"))
            .trim_end()
            .to_owned();
        let posts = Connection::open(address).await;
        Self {
            address,
            token: token.to_owned(),
            messages,
            events,
            posts,
            next: 1,
        }
    }

    /// Opens a session and initializes it.
    pub async fn initialized(address: SocketAddr, token: &str) -> Self {
        let mut client = Self::open(address, token).await;
        let params = json!({
            "protocolVersion": "2025-06-18",
            "capabilities": {},
            "clientInfo": {"name": "test", "version": "1"},
        });
        let answer = client.call("initialize", params).await;
        assert!(answer["result"]["serverInfo"].is_object(), "{answer}");
        let initialized = client.post(json!({"jsonrpc": "2.0", "method": "notifications/initialized"}).to_string());
        assert_eq!(initialized.await.status, 200);
        client
    }

    /// The id of the session.
    pub fn session(&self) -> &str {
        self.messages.rsplit('/').next().unwrap_or_default()
    }

    /// Posts over a new connection from now on: the server ends one that was idle while the clock moved.
    pub async fn reconnect_posts(&mut self) {
        self.posts = Connection::open(self.address).await;
    }

    /// Notes that a body is posted in this session in another way than by [`Client::post`], so that its answer is known
    /// for one.
    pub fn says(&self, body: impl AsRef<[u8]>) {
        if let Some(conversation) = &self.events.conversation {
            let mut conversation = conversation.lock().unwrap_or_else(PoisonError::into_inner);
            conversation.said(body.as_ref());
        }
    }

    /// Posts a body, over the connection that all posts share unless the server has closed it.
    pub async fn post(&mut self, body: impl AsRef<[u8]>) -> Response {
        self.says(&body);
        let response = self.posts.ask(post(&self.messages, &self.token, body)).await;
        if response.header("connection") == Some("close") {
            self.posts = Connection::open(self.address).await;
        }
        response
    }

    /// Calls a method and waits for its answer on the stream.
    pub async fn call(&mut self, method: &str, params: Value) -> Value {
        let id = self.next;
        self.next += 1;
        let body = json!({"jsonrpc": "2.0", "id": id, "method": method, "params": params}).to_string();
        let response = self.post(body).await;
        assert_eq!((response.status, response.text()), (200, ""));
        let answer = self.events.message().await;
        assert_eq!(answer["id"], id, "{answer}");
        answer
    }

    /// Calls `ping` and checks that it is answered.
    pub async fn ping(&mut self) {
        let answer = self.call("ping", json!({})).await;
        assert_eq!(answer["result"], json!({}), "{answer}");
    }
}
