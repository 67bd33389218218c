//! Sessions that are there and say nothing: their streams are open, and whatever comes on them is noticed.

use anyhow::{bail, ensure};
use tokio::io::{AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;

use crate::load::{Target, head, initialize, request_line};

/// Streams that one process has descriptors for, both ends of each being its own.
const STREAMS: usize = 9_500;
/// Bytes that a quiet stream is read by.
const READ: usize = 512;

/// See the module.
pub struct Quiet {
    streams: Vec<TcpStream>,
    sse: usize,
    streamable: usize,
    without_stream: usize,
}

impl Quiet {
    /// Half of them over HTTP+SSE, half over Streamable HTTP; all have listed the tools.
    pub async fn open(sse: &Target, streamable: &Target, sessions: usize) -> anyhow::Result<Self> {
        let mut quiet = Self {
            streams: Vec::new(),
            sse: 0,
            streamable: 0,
            without_stream: 0,
        };
        while quiet.sse < sessions / 2 {
            quiet
                .streams
                .push(crate::load::Session::open(sse).await?.listed().await?);
            quiet.sse += 1;
        }
        let mut posts = Streamable::connect(streamable).await?;
        while quiet.streamable < sessions - sessions / 2 {
            posts.begin().await?;
            posts.ask(r#"{"jsonrpc":"2.0","id":1,"method":"tools/list"}"#).await?;
            quiet.streamable += 1;
            if quiet.streams.len() < STREAMS {
                quiet.streams.push(posts.stream().await?);
            } else {
                quiet.without_stream += 1;
            }
        }
        Ok(quiet)
    }

    /// What they are.
    pub fn described(&self) -> String {
        format!(
            "{} sessions: {} over HTTP+SSE, {} over Streamable HTTP of which {} have no stream",
            self.sse + self.streamable,
            self.sse,
            self.streamable,
            self.without_stream
        )
    }

    /// All streams are open, and nothing but comments and the event with an id came on them. Answers how many there are.
    pub fn check(&mut self) -> anyhow::Result<usize> {
        for stream in &mut self.streams {
            let mut bytes = Vec::new();
            loop {
                match stream.try_read_buf(&mut bytes) {
                    Ok(0) => bail!("a stream ended"),
                    Ok(_) => {}
                    Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => break,
                    Err(error) => return Err(error.into()),
                }
            }
            let said = String::from_utf8_lossy(&bytes);
            ensure!(!said.contains("jsonrpc"), "somebody was told {said}");
        }
        Ok(self.streams.len())
    }
}

/// A session of Streamable HTTP, or one after the other over one connection.
pub struct Streamable {
    target: Target,
    posts: BufReader<TcpStream>,
    session: String,
}

impl Streamable {
    /// A connection without a session.
    pub async fn connect(target: &Target) -> anyhow::Result<Self> {
        Ok(Self {
            target: target.clone(),
            posts: target.connect().await?,
            session: String::new(),
        })
    }

    /// A session.
    pub async fn open(target: &Target) -> anyhow::Result<Self> {
        let mut session = Self::connect(target).await?;
        session.begin().await?;
        Ok(session)
    }

    /// Begins another session.
    pub async fn begin(&mut self) -> anyhow::Result<()> {
        self.session.clear();
        self.ask(&initialize("2025-11-25")).await?;
        ensure!(!self.session.is_empty(), "no session was begun");
        self.ask(r#"{"jsonrpc":"2.0","method":"notifications/initialized"}"#)
            .await?;
        Ok(())
    }

    /// Posts a body. Answers the answer, which is one JSON document: it takes no stream.
    pub async fn ask(&mut self, body: &str) -> anyhow::Result<String> {
        let request = format!(
            "{}Content-Type: application/json\r\nAccept: application/json\r\nContent-Length: {}\r\n\r\n{body}",
            self.head("POST"),
            body.len()
        );
        self.posts.write_all(request.as_bytes()).await?;
        let answer = head(&mut self.posts).await?;
        let mut text = vec![0; answer.length];
        self.posts.read_exact(&mut text).await?;
        if let Some(session) = answer.session {
            self.session = session;
        }
        if !(200..300).contains(&answer.status) {
            bail!("POST: {} {}", answer.status, String::from_utf8_lossy(&text));
        }
        Ok(String::from_utf8_lossy(&text).into_owned())
    }

    /// Opens the stream of the session.
    pub async fn stream(&self) -> anyhow::Result<TcpStream> {
        let socket = TcpStream::connect(&self.target.address).await?;
        let mut stream = BufReader::with_capacity(READ, socket);
        let request = format!("{}Accept: text/event-stream\r\n\r\n", self.head("GET"));
        stream.write_all(request.as_bytes()).await?;
        let answer = head(&mut stream).await?;
        ensure!(answer.status == 200, "GET: {}", answer.status);
        Ok(stream.into_inner())
    }

    fn head(&self, method: &str) -> String {
        let session = match self.session.as_str() {
            "" => String::new(),
            session => format!("Mcp-Session-Id: {session}\r\nMCP-Protocol-Version: 2025-11-25\r\n"),
        };
        format!("{}{session}", request_line(method, &self.target))
    }
}
