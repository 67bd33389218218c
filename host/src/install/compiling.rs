//! Compiling in a process of its own: what the compiler takes of memory goes with it, it gives way to the host that
//! serves meanwhile, and it can be ended.

use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::pin::pin;
use std::process::{Child, ChildStdout, Command, Stdio};

use futures_util::future::{Either, select};
use serde::{Deserialize, Serialize};

use super::step::{InstallError, Step, step_of};
use crate::clock::SharedClock;
use crate::engine::LoadError;

/// How far it gives way to everything else, as `nice` counts.
const NICENESS: &str = "10";

/// Bytes that are read of what the process says.
const SAID_BYTES: u64 = 64 << 10;

/// Compiles components by `hearth component compile`.
pub struct Compiler {
    /// The program of that command.
    pub program: PathBuf,
    /// Where compiled code is put.
    pub cache: PathBuf,
    /// The limit of the host on memory: it is part of what compiled code fits.
    pub memory: usize,
    /// Milliseconds after which it is given up.
    pub limit_ms: u64,
    /// Tells when they are over.
    pub clock: SharedClock,
}

/// What the process says when it refuses a component: one line of JSON on standard output.
#[derive(Debug, Serialize, Deserialize)]
pub struct Refusal {
    step: Step,
    reason: String,
}

impl Refusal {
    /// The refusal that this error is.
    pub fn of(error: &LoadError) -> Self {
        Self {
            step: step_of(error),
            reason: error.to_string(),
        }
    }
}

impl Compiler {
    /// Compiles the component in this file, or the one that is built in. Dropped before it is done, it ends the process.
    ///
    /// # Errors
    /// When it is no component, when it takes too long, or when the process ends otherwise.
    pub async fn compile(&self, file: Option<&Path>) -> Result<(), InstallError> {
        let failed =
            |error: io::Error| InstallError::NotCompiled(format!("{} does not start: {error}", self.program.display()));
        let (mut process, said) = self.start(file).map_err(failed)?;
        // It says what it has to say at its end, so its output ends with it.
        let reading = tokio::task::spawn_blocking(move || {
            let mut text = String::new();
            let _ = said.take(SAID_BYTES).read_to_string(&mut text);
            text
        });
        let over = match select(pin!(reading), self.clock.sleep_ms(self.limit_ms)).await {
            Either::Left((said, _)) => said.unwrap_or_default(),
            Either::Right(_) => {
                return Err(InstallError::NotCompiled(format!(
                    "it was not done after {} ms, the limit `compile-ms`; build the component smaller, or raise \
                     --limit-compile-ms",
                    self.limit_ms
                )));
            }
        };
        let status = process.0.wait().map_err(failed)?;
        if status.success() {
            return Ok(());
        }
        match serde_json::from_str::<Refusal>(&over) {
            Ok(Refusal { step, reason }) => Err(InstallError::NoComponent { step, reason }),
            Err(_) => Err(InstallError::NotCompiled(format!(
                "the compiler ended with {status}; perhaps the machine has too little memory"
            ))),
        }
    }

    /// Gives way to others where there is `nice`.
    fn start(&self, file: Option<&Path>) -> io::Result<(Process, ChildStdout)> {
        let mut politely = Command::new("nice");
        politely.args(["-n", NICENESS]).arg(&self.program);
        let started = match self.spawn(politely, file) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => self.spawn(Command::new(&self.program), file),
            started => started,
        };
        let mut process = Process(started?);
        let said = process.0.stdout.take();
        Ok((process, said.ok_or_else(|| io::Error::other("it has no output"))?))
    }

    fn spawn(&self, mut command: Command, file: Option<&Path>) -> io::Result<Child> {
        let memory = self.memory.to_string();
        command
            .args(["component", "compile", "--memory", &memory, "--cache"])
            .arg(&self.cache)
            .args(file)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
    }
}

/// A process that ends when it is dropped.
struct Process(Child);

impl Drop for Process {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[cfg(all(test, unix))]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::clock::ManualClock;

    /// A compiler that does this. Another process writes it: who has written a program may not be able to start it while
    /// others start theirs.
    fn compiler(directory: &Path, does: &str, clock: &Arc<ManualClock>) -> Compiler {
        let program = directory.join("hearth");
        let write = format!(
            "printf '%s\\n' '#!/bin/sh' \"$1\" > '{0}' && chmod 700 '{0}'",
            program.display()
        );
        let status = Command::new("sh").args(["-c", &write, "sh", does]).status();
        assert!(status.expect("there is a shell").success());
        Compiler {
            program,
            cache: directory.join("cache"),
            memory: 1,
            limit_ms: 120_000,
            clock: clock.clone(),
        }
    }

    async fn outcome(does: &str) -> Result<(), String> {
        let directory = tempfile::tempdir().expect("a directory for the test");
        let compiled = compiler(directory.path(), does, &ManualClock::at(0))
            .compile(None)
            .await;
        compiled.map_err(|error| error.to_string())
    }

    #[tokio::test]
    async fn a_compiler_that_is_not_done_in_time_is_ended() {
        let directory = tempfile::tempdir().expect("a directory for the test");
        let clock = ManualClock::at(0);
        let compiler = compiler(directory.path(), "exec tail -f /dev/null", &clock);
        let late = tokio::spawn(async move { compiler.compile(None).await });
        while clock.sleepers() == 0 {
            tokio::task::yield_now().await;
        }
        clock.advance(119_999);
        assert_eq!(clock.sleepers(), 1);
        clock.advance(1);
        let error = late
            .await
            .expect("it does not panic")
            .expect_err("it is too late")
            .to_string();
        assert!(
            error.contains("not done after 120000 ms") && error.contains("--limit-compile-ms"),
            "{error}"
        );
    }

    #[tokio::test]
    async fn what_the_compiler_says_is_what_is_told() {
        assert_eq!(outcome("exit 0").await, Ok(()));
        let refusal = r#"echo '{"step":"compile","reason":"it is cut off"}'; exit 1"#;
        let refused = outcome(refusal).await;
        assert_eq!(
            refused,
            Err("not installed, at the step `compile`: it is cut off".to_owned())
        );
        let killed = outcome("kill -9 $$").await.expect_err("it was killed");
        assert!(
            killed.contains("signal: 9") && killed.contains("too little memory"),
            "{killed}"
        );
    }
}
