//! The program as it is shipped, in a process of its own: how soon it answers, and how much memory it takes.

use std::net::{SocketAddr, TcpListener};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use std::{env, fs, thread};

use anyhow::{Context as _, bail};
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpStream;

use crate::load::{Session, Target};

/// How long it may take to answer.
const PATIENCE: Duration = Duration::from_secs(60);

/// A `hearth serve` that ends with this.
pub struct Process {
    child: Child,
    /// The server.
    pub target: Target,
    /// From its start to its first answer.
    pub took: Duration,
}

/// The program, which lies beside the benches of the same profile.
pub fn program() -> Option<PathBuf> {
    let found = env::current_exe().ok()?.parent()?.parent()?.join("hearth");
    found.exists().then_some(found)
}

impl Process {
    /// Starts it on a data directory, with a token made there before.
    pub async fn start(program: &PathBuf, data: &std::path::Path, token: &str) -> anyhow::Result<Self> {
        let address = free_address()?;
        let begin = Instant::now();
        let child = Command::new(program)
            .args([
                "serve",
                "--listen",
                &address.to_string(),
                "--limit-sessions-per-principal",
                "1024",
                "--data-dir",
            ])
            .arg(data)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(fs::File::create(data.join("bench.log"))?)
            .spawn()?;
        let target = Target {
            address: address.to_string(),
            path: "/mcp_server/sse".to_owned(),
            token: token.to_owned(),
        };
        let mut process = Self {
            child,
            target,
            took: Duration::ZERO,
        };
        process.took = loop {
            // The first answer is that of a client: its stream, `initialize`, and a ping.
            if let Ok(mut session) = Session::open(&process.target).await {
                session.ask(r#"{"jsonrpc":"2.0","id":1,"method":"ping"}"#).await?;
                break begin.elapsed();
            }
            if process.child.try_wait()?.is_some() || begin.elapsed() > PATIENCE {
                bail!("it does not answer: {}", fs::read_to_string(data.join("bench.log"))?);
            }
            thread::sleep(Duration::from_millis(1));
        };
        Ok(process)
    }

    /// Its resident memory in bytes.
    pub fn resident(&self) -> anyhow::Result<f64> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.id()))?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        let kib = line
            .and_then(|rest| rest.trim().strip_suffix("kB"))
            .context("no VmRSS")?;
        Ok(kib.trim().parse::<f64>()? * 1024.0)
    }

    /// Bytes of resident memory that each further idle session takes, its stream alone.
    pub async fn idle_session(&self, sessions: usize) -> anyhow::Result<f64> {
        let mut open = Vec::new();
        for _ in 0..50 {
            open.push(self.stream().await?); // What grows once for all is not counted.
        }
        let before = self.resident()?;
        for _ in 0..sessions {
            open.push(self.stream().await?);
        }
        // Until the last of them is there for the server too.
        Session::open(&self.target).await?;
        Ok((self.resident()? - before) / sessions as f64)
    }

    async fn stream(&self) -> anyhow::Result<TcpStream> {
        let Target { address, path, token } = &self.target;
        let mut socket = TcpStream::connect(address).await?;
        let request = format!("GET {path} HTTP/1.1\r\nHost: {address}\r\nAuthorization: Bearer {token}\r\n\r\n");
        socket.write_all(request.as_bytes()).await?;
        let mut first = [0; 1];
        socket.peek(&mut first).await?;
        Ok(socket)
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // It may have ended by itself already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A token for a data directory.
pub fn token(program: &PathBuf, data: &std::path::Path) -> anyhow::Result<String> {
    let output = Command::new(program)
        .args(["token", "create", "bench", "--admin", "--data-dir"])
        .arg(data)
        .output()?;
    if !output.status.success() {
        bail!("no token: {}", String::from_utf8_lossy(&output.stderr));
    }
    Ok(String::from_utf8(output.stdout)?.trim().to_owned())
}

fn free_address() -> std::io::Result<SocketAddr> {
    TcpListener::bind("127.0.0.1:0")?.local_addr()
}
