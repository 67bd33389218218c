//! The real command on a data directory that is thrown away.
#![allow(dead_code, reason = "each test file uses its part of this")]

pub mod stdio;

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, ChildStderr, Command, ExitStatus, Output, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use serde_json::{Value, json};
use tempfile::TempDir;

/// How a chunked body ends: a client that sees it knows that the stream was ended, and not cut.
pub const LAST_CHUNK: &str = "\r\n0\r\n";

/// Longer than anything here takes; a test that waits for it has failed.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// The component that is built in, with a mark in it that means nothing: other bytes, which do the same.
pub fn marked(mark: &str) -> Vec<u8> {
    let name = b"mark";
    let mut section = vec![name.len() as u8];
    section.extend_from_slice(name);
    section.extend_from_slice(mark.as_bytes());
    let mut bytes = hearth_host::COMPONENT.to_vec();
    // A custom section: its number is 0, its length has 7 bits a byte.
    bytes.push(0);
    bytes.push(
        u8::try_from(section.len())
            .ok()
            .filter(|length| *length < 128)
            .expect("marks are short"),
    );
    bytes.extend_from_slice(&section);
    bytes
}

/// A home with one lamp: what these tests are about does not depend on it.
pub struct Installation {
    pub data_dir: TempDir,
}

impl Installation {
    pub fn new() -> Self {
        let data_dir = tempfile::tempdir().expect("a directory for the test");
        // The component is compiled once for all tests, not once for each.
        #[cfg(unix)]
        {
            let shared = Path::new(env!("CARGO_TARGET_TMPDIR")).join("cache");
            std::fs::create_dir_all(&shared).expect("the test can write");
            std::os::unix::fs::symlink(shared, data_dir.path().join("cache")).expect("the test can write");
        }
        Self { data_dir }
    }

    /// The same, which shares no compiled components with others.
    pub fn with_a_cache_of_its_own() -> Self {
        let data_dir = tempfile::tempdir().expect("a directory for the test");
        Self { data_dir }
    }

    pub fn path(&self) -> &Path {
        self.data_dir.path()
    }

    /// A file in it with these bytes.
    pub fn file(&self, name: &str, bytes: &[u8]) -> String {
        let path = self.path().join(name);
        std::fs::write(&path, bytes).expect("the test can write");
        path.display().to_string()
    }

    /// The command with these arguments, in an environment that says nothing about Hearth.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = bare(arguments);
        command.env("HEARTH_DATA_DIR", self.path());
        command
    }

    /// Runs it to its end.
    pub fn run(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().expect("the command starts")
    }

    /// Runs it to its good end and answers what it printed.
    pub fn ok(&self, arguments: &[&str]) -> String {
        let output = self.run(arguments);
        let error = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{arguments:?} failed: {error}");
        String::from_utf8(output.stdout)
            .expect("it prints UTF-8")
            .trim_end()
            .to_owned()
    }

    /// Runs it to its failure and answers what it says about it.
    pub fn fails(&self, arguments: &[&str]) -> String {
        failure(self.command(arguments))
    }

    /// Starts a host on a free port and waits until it serves.
    pub fn serve(&self) -> Host {
        self.serve_with(&[])
    }

    /// The same with more options.
    pub fn serve_with(&self, options: &[&str]) -> Host {
        let mut arguments = vec!["serve", "--listen", "127.0.0.1:0"];
        arguments.extend(options);
        Host::start(self.command(&arguments))
    }

    /// The same, ignoring the signal by which the system would end it at its first write beyond a limit on files.
    pub fn serve_where_files_may_be_limited(&self) -> Host {
        let serve = self.command(&["serve", "--listen", "127.0.0.1:0"]);
        let mut command = Command::new("sh");
        command.args(["-c", "trap '' XFSZ; exec \"$@\"", "sh"]);
        command.arg(serve.get_program()).args(serve.get_args());
        for (name, value) in serve.get_envs() {
            match value {
                Some(value) => command.env(name, value),
                None => command.env_remove(name),
            };
        }
        Host::start(command)
    }
}

/// The command without any of this machine's configuration.
pub fn bare(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_hearth"));
    for (name, _) in std::env::vars() {
        if name.starts_with("HEARTH_") {
            command.env_remove(name);
        }
    }
    command.args(arguments).env("COLUMNS", "100").stdin(Stdio::null());
    command
}

/// Runs a command that must fail and answers what it says.
pub fn failure(mut command: Command) -> String {
    let output = command.output().expect("the command starts");
    assert!(!output.status.success(), "it should have failed");
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// A running host. Ended hard when it is dropped.
pub struct Host {
    process: Child,
    /// The lines of its log, as they come.
    log: mpsc::Receiver<String>,
    /// Those that were read already.
    pub read: Vec<Value>,
    pub url: String,
    output: Option<thread::JoinHandle<String>>,
}

impl Host {
    pub fn start(mut command: Command) -> Self {
        let mut process = command
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the host starts");
        let log = lines(process.stderr.take().expect("it is piped"));
        let mut stdout = process.stdout.take().expect("it is piped");
        let output = thread::spawn(move || {
            let mut text = String::new();
            stdout.read_to_string(&mut text).expect("it prints UTF-8");
            text
        });
        let mut host = Self {
            process,
            log,
            read: Vec::new(),
            url: String::new(),
            output: Some(output),
        };
        let serving = host.wait_for_log("serving");
        host.url = serving["url"].as_str().expect("it says where").to_owned();
        host
    }

    /// The next line of the log with this message.
    pub fn wait_for_log(&mut self, message: &str) -> Value {
        loop {
            let line = self.log.recv_timeout(PATIENCE);
            let line = line.unwrap_or_else(|_| panic!("the log never says {message:?}: {:?}", self.read));
            let line: Value = serde_json::from_str(&line).unwrap_or(Value::String(line));
            self.read.push(line.clone());
            if line["message"].as_str().is_some_and(|text| text.contains(message)) {
                return line;
            }
        }
    }

    pub fn pid(&self) -> u32 {
        self.process.id()
    }

    /// What a GET of this path is answered, status and body. Without a token when that is empty.
    pub fn get(&self, path: &str, token: &str) -> (u16, String) {
        self.ask("GET", path, token, &[])
    }

    /// What a request is answered, status and body. Without a token when that is empty.
    pub fn ask(&self, method: &str, path: &str, token: &str, body: &[u8]) -> (u16, String) {
        let config = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .proxy(None)
            .timeout_global(Some(PATIENCE));
        let agent: ureq::Agent = config.build().into();
        let mut request = http::Request::builder()
            .method(method)
            .uri(format!("{}{path}", self.url));
        if !token.is_empty() {
            request = request.header("Authorization", format!("Bearer {token}"));
        }
        let request = request.body(body.to_vec()).expect("the path is one");
        let mut answer = agent.run(request).expect("the host answers");
        (
            answer.status().as_u16(),
            answer.body_mut().read_to_string().expect("it answers UTF-8"),
        )
    }

    /// How it is, as anybody may know.
    pub fn health(&self) -> Value {
        serde_json::from_str(&self.get("/healthz", "").1).expect("it is JSON")
    }

    /// Opens an SSE stream and reads as far as the event that names the endpoint.
    pub fn stream(&self, token: &str) -> SseStream {
        SseStream::open(&self.url, token)
    }

    /// Opens one whose client has introduced itself.
    pub fn client(&self, token: &str) -> SseStream {
        SseStream::initialized(&self.url, token)
    }

    /// Has every write of it fail that makes a file larger than so many bytes, as on a full disk, or `unlimited` none.
    pub fn files_may_have(&self, bytes: &str) {
        let mut prlimit = Command::new("prlimit");
        let status = prlimit
            .args([format!("--pid={}", self.pid()), format!("--fsize={bytes}:unlimited")])
            .status();
        assert!(status.expect("there is a `prlimit`").success());
    }

    /// Asks it to stop.
    pub fn terminate(&self) {
        terminate(&self.process.id().to_string());
    }

    /// Waits for its end and answers its status and all that it printed.
    pub fn ended(mut self) -> (ExitStatus, String, Vec<Value>) {
        let status = self.process.wait().expect("it ends");
        let output = self
            .output
            .take()
            .expect("it is taken once")
            .join()
            .expect("it was read");
        while let Ok(line) = self.log.recv() {
            self.read
                .push(serde_json::from_str(&line).unwrap_or(Value::String(line)));
        }
        (status, output, std::mem::take(&mut self.read))
    }
}

impl Drop for Host {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Asks a process to stop.
pub fn terminate(pid: &str) {
    let kill = Command::new("kill").arg(pid).status();
    assert!(kill.expect("there is a `kill`").success());
}

/// An open stream of a session.
pub struct SseStream {
    reader: BufReader<TcpStream>,
    /// Where the messages of its session are sent to, and the token that they carry.
    endpoint: String,
    token: String,
    /// Id of the last request.
    asked: u64,
}

impl SseStream {
    /// Opens it and reads as far as the event that names the endpoint.
    pub fn open(url: &str, token: &str) -> Self {
        let address = url.trim_start_matches("http://");
        let mut socket = TcpStream::connect(address).expect("it listens");
        socket
            .set_read_timeout(Some(PATIENCE))
            .expect("a time limit can be set");
        let request =
            format!("GET /mcp_server/sse HTTP/1.1\r\nHost: {address}\r\nAuthorization: Bearer {token}\r\n\r\n");
        socket.write_all(request.as_bytes()).expect("it reads");
        let mut reader = BufReader::new(socket);
        let mut head = String::new();
        while !head.contains("/mcp_server/messages/") {
            assert_ne!(
                reader.read_line(&mut head).expect("it writes"),
                0,
                "the stream ended: {head}"
            );
        }
        assert!(head.starts_with("HTTP/1.1 200"), "{head}");
        let path = head.split("data: ").nth(1).expect("it was waited for").trim();
        Self {
            reader,
            endpoint: format!("{url}{path}"),
            token: token.to_owned(),
            asked: 0,
        }
    }

    /// The same, and introduces itself.
    pub fn initialized(url: &str, token: &str) -> Self {
        let mut stream = Self::open(url, token);
        let client = json!({"name": "test", "version": "1"});
        stream.ask(
            "initialize",
            &json!({"protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": client}),
        );
        stream.send(&json!({"jsonrpc": "2.0", "method": "notifications/initialized"}));
        stream
    }

    /// Sends a request and answers its result, which must be the next message on the stream.
    pub fn ask(&mut self, method: &str, params: &Value) -> Value {
        self.asked += 1;
        self.send(&json!({"jsonrpc": "2.0", "id": self.asked, "method": method, "params": params}));
        let mut answer = self.message();
        assert_eq!(answer["id"], self.asked, "{method} is answered next: {answer}");
        assert!(answer.get("result").is_some(), "{method} succeeds: {answer}");
        answer["result"].take()
    }

    /// The next message on the stream.
    pub fn message(&mut self) -> Value {
        loop {
            let mut line = String::new();
            assert_ne!(
                self.reader.read_line(&mut line).expect("it writes"),
                0,
                "the stream ended"
            );
            if let Some(data) = line.strip_prefix("data: ") {
                return serde_json::from_str(data).expect("a message is JSON");
            }
        }
    }

    pub fn send(&self, message: &Value) {
        self.send_with(message, &[]);
    }

    /// Sends a message with more headers, and answers the id under which the host knows that request.
    pub fn send_with(&self, message: &Value, headers: &[(&str, &str)]) -> String {
        let config = ureq::Agent::config_builder().proxy(None).timeout_global(Some(PATIENCE));
        let agent: ureq::Agent = config.build().into();
        let mut request = agent.post(&self.endpoint);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.header("Authorization", format!("Bearer {}", self.token));
        let answer = request.send_json(message).expect("the message is taken");
        let id = answer.headers().get("X-Request-Id").expect("every answer has one");
        id.to_str().expect("it is ASCII").to_owned()
    }

    /// Reads to the last chunk, or to the end of the connection, and answers what came.
    pub fn rest(mut self) -> String {
        let mut rest = String::new();
        while !rest.ends_with(LAST_CHUNK) {
            if self.reader.read_line(&mut rest).expect("it ends without a reset") == 0 {
                break;
            }
        }
        rest
    }
}

fn lines(from: ChildStderr) -> mpsc::Receiver<String> {
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || {
        for line in BufReader::new(from).lines().map_while(Result::ok) {
            if sender.send(line).is_err() {
                return;
            }
        }
    });
    receiver
}
