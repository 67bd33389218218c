//! A client of `hearth stdio`, which it starts as clients do.

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, Command, ExitStatus, Stdio};
use std::sync::mpsc;
use std::thread;

use serde_json::{Value, json};

use super::PATIENCE;

/// The running command, and both ends of it. Ended hard when it is dropped.
pub struct StdioClient {
    process: Child,
    input: Option<ChildStdin>,
    output: mpsc::Receiver<String>,
    errors: mpsc::Receiver<String>,
    asked: u64,
}

impl StdioClient {
    pub fn start(mut command: Command) -> Self {
        let mut process = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the command starts");
        let output = lines(process.stdout.take().expect("it is piped"));
        let errors = lines(process.stderr.take().expect("it is piped"));
        Self {
            input: process.stdin.take(),
            process,
            output,
            errors,
            asked: 0,
        }
    }

    /// Writes a line.
    pub fn write(&mut self, line: &str) {
        let input = self.input.as_mut().expect("it is not closed");
        writeln!(input, "{line}")
            .and_then(|()| input.flush())
            .expect("it reads");
    }

    /// The next line that it prints: everything there is a message.
    pub fn message(&mut self) -> Value {
        let line = self.output.recv_timeout(PATIENCE).expect("it prints a message");
        serde_json::from_str(&line).unwrap_or_else(|error| panic!("{error}: {line}"))
    }

    /// Sends a request and answers its id.
    pub fn send(&mut self, method: &str, params: &Value) -> u64 {
        self.asked += 1;
        self.write(&json!({"jsonrpc": "2.0", "id": self.asked, "method": method, "params": params}).to_string());
        self.asked
    }

    /// The answer to a request, whatever else is said before it.
    pub fn answer_to(&mut self, id: u64) -> Value {
        loop {
            let message = self.message();
            if message["id"] == id {
                return message;
            }
        }
    }

    /// Sends a request and answers what is answered.
    pub fn ask(&mut self, method: &str, params: &Value) -> Value {
        let id = self.send(method, params);
        self.answer_to(id)
    }

    pub fn notify(&mut self, method: &str, params: &Value) {
        self.write(&json!({"jsonrpc": "2.0", "method": method, "params": params}).to_string());
    }

    /// Introduces itself.
    pub fn initialize(&mut self) -> Value {
        let client = json!({"name": "test", "version": "1"});
        let params = json!({"protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": client});
        let answer = self.ask("initialize", &params);
        self.notify("notifications/initialized", &json!({}));
        answer
    }

    /// Waits for a line with this text on standard error.
    pub fn tells(&self, text: &str) -> String {
        loop {
            let line = self.errors.recv_timeout(PATIENCE);
            let line = line.unwrap_or_else(|_| panic!("it never says {text:?}"));
            if line.contains(text) {
                return line;
            }
        }
    }

    /// Closes its end.
    pub fn close_input(&mut self) {
        self.input = None;
    }

    pub fn pid(&self) -> u32 {
        self.process.id()
    }

    /// Closes its end, waits for that of the command, and answers its status and what it still printed.
    pub fn leave(mut self) -> (ExitStatus, Vec<String>) {
        self.close_input();
        let status = self.process.wait().expect("it ends");
        (status, self.output.iter().collect())
    }
}

impl Drop for StdioClient {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn lines(from: impl std::io::Read + Send + 'static) -> mpsc::Receiver<String> {
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
