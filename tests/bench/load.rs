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

    async fn connect(&self) -> anyhow::Result<BufReader<TcpStream>> {
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
        let request = format!(
            "GET {} HTTP/1.1\r\nHost: {}\r\nAuthorization: Bearer {}\r\nAccept: text/event-stream\r\n\r\n",
            target.path, target.address, target.token
        );
        stream.write_all(request.as_bytes()).await?;
        let (status, _) = head(&mut stream).await?;
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
        session
            .ask(r#"{"jsonrpc":"2.0","id":0,"method":"initialize","params":{"protocolVersion":"2025-06-18","capabilities":{},"clientInfo":{"name":"bench","version":"1"}}}"#)
            .await?;
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

    async fn post(&mut self, body: &str) -> anyhow::Result<()> {
        let Target { address, token, .. } = &self.target;
        let request = format!(
            "POST {} HTTP/1.1\r\nHost: {address}\r\nAuthorization: Bearer {token}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
            self.messages,
            body.len()
        );
        self.posts.write_all(request.as_bytes()).await?;
        let (status, length) = head(&mut self.posts).await?;
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

/// Status and length of the body.
async fn head(reader: &mut BufReader<TcpStream>) -> anyhow::Result<(u16, usize)> {
    let (mut status, mut length, mut line) = (0, 0, String::new());
    loop {
        line.clear();
        if reader.read_line(&mut line).await? == 0 {
            bail!("the connection ended before an answer");
        }
        let text = line.trim_end();
        if text.is_empty() {
            return Ok((status, length));
        }
        if let Some(rest) = text.strip_prefix("HTTP/1.1 ") {
            status = rest.get(..3).and_then(|code| code.parse().ok()).unwrap_or(0);
        } else if let Some((name, value)) = text.split_once(':')
            && name.eq_ignore_ascii_case("content-length")
        {
            length = value.trim().parse()?;
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
