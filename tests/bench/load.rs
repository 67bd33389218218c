//! A load of SSE clients: each posts a request, waits for its answer on the stream, and posts the next one.

use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;

/// Where a server is, and who asks.
#[derive(Debug, Clone)]
pub struct Target {
    /// `127.0.0.1:8124`.
    pub address: String,
    /// Path of the stream.
    pub path: String,
    /// Bearer token.
    pub token: String,
}

impl Target {
    /// From a URL like `http://127.0.0.1:8123/mcp_server/sse`.
    pub fn parse(url: &str, token: &str) -> anyhow::Result<Self> {
        let rest = url.strip_prefix("http://").context("only http:// can be measured")?;
        let (address, path) = rest.split_once('/').context("a URL with a path is needed")?;
        Ok(Self {
            address: address.to_owned(),
            path: format!("/{path}"),
            token: token.to_owned(),
        })
    }

    /// A connection to it.
    pub async fn connect(&self) -> anyhow::Result<BufReader<TcpStream>> {
        let socket = TcpStream::connect(&self.address).await?;
        socket.set_nodelay(true)?;
        Ok(BufReader::with_capacity(64 << 10, socket))
    }
}

/// One SSE session with its two connections.
pub struct Session {
    target: Target,
    stream: BufReader<TcpStream>,
    posts: BufReader<TcpStream>,
    messages: String,
    /// What is read and not yet understood.
    line: Vec<u8>,
}

impl Session {
    /// Opens a stream and initializes.
    pub async fn open(target: &Target) -> anyhow::Result<Self> {
        let mut stream = target.connect().await?;
        let request = format!("{}Accept: text/event-stream\r\n\r\n", request_line("GET", target));
        stream.write_all(request.as_bytes()).await?;
        let status = head(&mut stream).await?.status;
        if status != 200 {
            bail!("GET {}: {status}", target.path);
        }
        let mut session = Self {
            target: target.clone(),
            stream,
            posts: target.connect().await?,
            messages: String::new(),
            line: Vec::new(),
        };
        session.messages = session.data().await?;
        session.ask(&initialize("2025-06-18")).await?;
        session
            .post(r#"{"jsonrpc":"2.0","method":"notifications/initialized"}"#)
            .await?;
        Ok(session)
    }

    /// Posts a request and gives the message that comes next on the stream.
    pub async fn ask(&mut self, body: &str) -> anyhow::Result<String> {
        self.post(body).await?;
        self.data().await
    }

    /// Lists the tools, and gives the stream away: the session says nothing more.
    pub async fn listed(mut self) -> anyhow::Result<TcpStream> {
        self.ask(r#"{"jsonrpc":"2.0","id":1,"method":"tools/list"}"#).await?;
        Ok(self.stream.into_inner())
    }

    async fn post(&mut self, body: &str) -> anyhow::Result<()> {
        let Target { address, token, .. } = &self.target;
        let request = format!(
            "POST {} HTTP/1.1\r\nHost: {address}\r\nAuthorization: Bearer {token}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
            self.messages,
            body.len()
        );
        self.posts.write_all(request.as_bytes()).await?;
        let Head { status, length, .. } = head(&mut self.posts).await?;
        let mut answer = vec![0; length];
        self.posts.read_exact(&mut answer).await?;
        if !(200..300).contains(&status) {
            bail!("POST: {status} {}", String::from_utf8_lossy(&answer));
        }
        Ok(())
    }

    /// The data of the next event. Lines of chunk sizes, event names and comments are passed over: none of them begins
    /// with `data:`, and no event is cut into chunks by the servers measured.
    async fn data(&mut self) -> anyhow::Result<String> {
        loop {
            self.line.clear();
            if self.stream.read_until(b'\n', &mut self.line).await? == 0 {
                bail!("the stream ended");
            }
            if let Some(data) = self.line.strip_prefix(b"data:") {
                return Ok(String::from_utf8_lossy(data).trim().to_owned());
            }
        }
    }
}

/// The beginning of a request.
pub fn request_line(method: &str, target: &Target) -> String {
    let Target { address, path, token } = target;
    format!("{method} {path} HTTP/1.1\r\nHost: {address}\r\nAuthorization: Bearer {token}\r\n")
}

/// The first message of a client.
pub fn initialize(version: &str) -> String {
    format!(
        r#"{{"jsonrpc":"2.0","id":0,"method":"initialize","params":{{"protocolVersion":"{version}","capabilities":{{}},"clientInfo":{{"name":"bench","version":"1"}}}}}}"#
    )
}

/// What the head of an answer says.
#[derive(Debug, Default)]
pub struct Head {
    /// The status.
    pub status: u16,
    /// Bytes of the body.
    pub length: usize,
    /// The session that it begins.
    pub session: Option<String>,
}

/// Reads the head of an answer.
pub async fn head(reader: &mut BufReader<TcpStream>) -> anyhow::Result<Head> {
    let (mut head, mut line) = (Head::default(), String::new());
    loop {
        line.clear();
        if reader.read_line(&mut line).await? == 0 {
            bail!("the connection ended before an answer");
        }
        let text = line.trim_end();
        if text.is_empty() {
            return Ok(head);
        }
        if let Some(rest) = text.strip_prefix("HTTP/1.1 ") {
            head.status = rest.get(..3).and_then(|code| code.parse().ok()).unwrap_or(0);
        } else if let Some((name, value)) = text.split_once(':') {
            match name.to_ascii_lowercase().as_str() {
                "content-length" => head.length = value.trim().parse()?,
                "mcp-session-id" => head.session = Some(value.trim().to_owned()),
                _ => {}
            }
        }
    }
}

/// Requests answered per second by so many clients at once, each asking this again and again. The first tenth of the
/// time is not counted.
pub async fn rate(target: &Target, clients: usize, body: &str, time: Duration) -> anyhow::Result<f64> {
    let mut tasks = Vec::new();
    let begin = Instant::now() + time / 10;
    for _ in 0..clients {
        let mut session = Session::open(target).await?;
        let body = body.to_owned();
        tasks.push(tokio::spawn(async move {
            let mut counted = 0_u64;
            while begin.elapsed() < time {
                let answer = session.ask(&body).await?;
                if !answer.contains("\"result\"") || answer.contains("\"isError\":true") {
                    bail!("an answer that is none: {answer:.300}");
                }
                counted += u64::from(Instant::now() >= begin);
            }
            anyhow::Ok(counted)
        }));
    }
    let mut total = 0;
    for task in tasks {
        total += task.await??;
    }
    Ok(total as f64 / begin.elapsed().as_secs_f64())
}
