//! The desk of a host that runs: the command asks it over HTTP.

use std::io::{BufRead as _, BufReader};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};
use hearth_host::data_dir::{DataDir, Run};
use hearth_host::engine::SessionView;
use hearth_host::entries::{EntryChange, EntryView};
use hearth_host::home::owned::{Consequence, Inventory, Wishes};
use hearth_host::install::{GenerationDetail, GenerationView, Installed, Options};
use hearth_host::store::{AuditQuery, CreatedToken, NewToken, TokenView};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Serialize;
use serde::de::DeserializeOwned;
use ureq::unversioned::resolver::DefaultResolver;
use ureq::unversioned::transport::{Connector as _, DefaultConnector};

use super::encrypted::Encrypted;
use super::{Desk, WhichSessions};
use crate::cli::audit::Lines;
use crate::cli::config::HomeSource;
use crate::cli::trust::{self, Trust};

/// A host that is there answers at once.
const ANSWER: Duration = Duration::from_secs(10);
/// A host that begins anew has ended its connections, and serves again, in this time.
const RESTART: Duration = Duration::from_secs(60);
const LOOK_AGAIN: Duration = Duration::from_millis(50);

/// A home of as many entities as there may be fits into this.
const ANSWER_BYTES: u64 = 256 << 20;

/// The host, and how it is asked.
pub struct Running {
    data_dir: DataDir,
    run: Run,
    agent: ureq::Agent,
}

impl Running {
    /// The host of this run.
    pub fn new(data_dir: DataDir, run: Run) -> Self {
        let config = ureq::Agent::config_builder()
            .timeout_global(Some(ANSWER))
            .http_status_as_error(false)
            // The host is on this machine, whatever proxy leads out of it.
            .proxy(None)
            .build();
        let trusted = run.certificate.clone().map(Trust::Certificate);
        let trusted = trusted.and_then(|trust| trust::client(&trust).ok());
        let agent = match trusted {
            Some(trusted) => {
                let connector = DefaultConnector::default().chain(Encrypted(trusted.into()));
                ureq::Agent::with_parts(config, connector, DefaultResolver::default())
            }
            None => config.into(),
        };
        Self { data_dir, run, agent }
    }

    /// The host that runs on this directory, if it answers.
    pub fn that_answers(data_dir: &DataDir) -> Option<Self> {
        let running = Self::new(data_dir.clone(), data_dir.running()?);
        running.answers().then_some(running)
    }

    /// Whether it is there.
    fn answers(&self) -> bool {
        self.status().is_ok()
    }

    /// How it is.
    pub fn status(&self) -> anyhow::Result<serde_json::Value> {
        self.get("status")
    }

    fn ask<T: DeserializeOwned>(&self, method: &str, path: &str, body: Option<&impl Serialize>) -> anyhow::Result<T> {
        let request = self.request(method, path);
        let answer = match body {
            Some(body) => {
                let request = request.header("Content-Type", "application/json");
                self.agent.run(request.body(serde_json::to_vec(body)?)?)
            }
            None => self.agent.run(request.body(())?),
        };
        self.read(answer)
    }

    /// Compiling takes its time, and other installs may be before this one.
    fn ask_patiently<T: DeserializeOwned>(&self, request: http::Request<Vec<u8>>) -> anyhow::Result<T> {
        let request = self.agent.configure_request(request).timeout_global(None);
        self.read(self.agent.run(request.build()))
    }

    fn request(&self, method: &str, path: &str) -> http::request::Builder {
        http::Request::builder()
            .method(method)
            .uri(format!("{}/api/hearth/{path}", self.run.url))
            .header("Authorization", format!("Bearer {}", self.run.secret))
    }

    fn read<T: DeserializeOwned>(&self, answer: Result<http::Response<ureq::Body>, ureq::Error>) -> anyhow::Result<T> {
        let mut answer = answer.with_context(|| format!("the host at {} does not answer", self.run.url))?;
        let text = answer.body_mut().with_config().limit(ANSWER_BYTES).read_to_string()?;
        if !answer.status().is_success() {
            bail!("{text}");
        }
        serde_json::from_str(&text)
            .with_context(|| format!("the host at {} answered what this command does not know", self.run.url))
    }

    fn get<T: DeserializeOwned>(&self, path: &str) -> anyhow::Result<T> {
        self.ask("GET", path, None::<&()>)
    }
}

impl Desk for Running {
    fn entries(&self) -> anyhow::Result<Vec<EntryView>> {
        self.get("entries")
    }

    fn entry(&self, id: &str) -> anyhow::Result<EntryView> {
        self.get(&format!("entries/{}", segment(id)))
    }

    fn add_entry(&self, change: EntryChange) -> anyhow::Result<EntryView> {
        self.ask("POST", "entries", Some(&change))
    }

    fn set_entry(&self, id: &str, change: EntryChange) -> anyhow::Result<EntryView> {
        self.ask("PATCH", &format!("entries/{}", segment(id)), Some(&change))
    }

    fn remove_entry(&self, id: &str) -> anyhow::Result<()> {
        self.ask("DELETE", &format!("entries/{}", segment(id)), None::<&()>)
    }

    fn tokens(&self) -> anyhow::Result<Vec<TokenView>> {
        self.get("tokens")
    }

    fn create_token(&self, new: NewToken) -> anyhow::Result<CreatedToken> {
        self.ask("POST", "tokens", Some(&new))
    }

    fn revoke_token(&self, name: &str) -> anyhow::Result<TokenView> {
        self.ask("DELETE", &format!("tokens/{}", segment(name)), None::<&()>)
    }

    fn inventory(&self, _home: &HomeSource) -> anyhow::Result<Inventory> {
        self.get("home")
    }

    fn preview_exposure(&self, _home: &HomeSource, wishes: &Wishes) -> anyhow::Result<Consequence> {
        self.ask("POST", "home/exposure/preview", Some(wishes))
    }

    fn expose(&self, _home: &HomeSource, wishes: &Wishes) -> anyhow::Result<Consequence> {
        self.ask("PATCH", "home/exposure", Some(wishes))
    }

    fn audit(&self, query: &AuditQuery, lines: &mut Lines) -> anyhow::Result<()> {
        let request = self.request("GET", &format!("audit?{}", parameters(query)?));
        let request = self.agent.configure_request(request.body(())?).timeout_global(None);
        let answer = self.agent.run(request.build());
        let mut answer = answer.with_context(|| format!("the host at {} does not answer", self.run.url))?;
        if !answer.status().is_success() {
            bail!("{}", answer.body_mut().read_to_string()?);
        }
        let mut reader = BufReader::new(answer.body_mut().with_config().limit(u64::MAX).reader());
        let mut line = String::new();
        while !lines.is_over() {
            line.clear();
            match reader.read_line(&mut line) {
                Ok(_) if line.ends_with('\n') => lines.take(line.trim_end())?,
                // A host that was killed leaves off in the middle.
                Ok(_) => return Ok(()),
                Err(_) if query.follow => return Ok(()),
                Err(error) => return Err(error.into()),
            }
        }
        Ok(())
    }

    fn sessions(&self) -> anyhow::Result<Vec<SessionView>> {
        self.get("sessions")
    }

    fn end_sessions(&self, which: WhichSessions) -> anyhow::Result<Vec<SessionView>> {
        let path = match which {
            WhichSessions::One(id) => format!("sessions/{}", segment(&id)),
            WhichSessions::OfPrincipal(principal) => format!("sessions?principal={}", segment(&principal)),
            WhichSessions::All => "sessions?all=true".to_owned(),
        };
        self.ask("DELETE", &path, None::<&()>)
    }

    fn generations(&self) -> anyhow::Result<Vec<GenerationView>> {
        self.get("generations")
    }

    fn generation(&self, number: Option<u64>) -> anyhow::Result<GenerationDetail> {
        match number {
            Some(number) => self.get(&format!("generations/{number}")),
            None => self.get("component"),
        }
    }

    fn install(&self, bytes: Option<Vec<u8>>, options: Options) -> anyhow::Result<Installed> {
        let flags = [
            ("allow-incompatible", options.allow_incompatible),
            ("without-rollback", options.without_rollback),
            ("dry-run", options.dry_run),
            ("built-in", bytes.is_none()),
        ];
        let given: Vec<_> = flags
            .iter()
            .filter(|(_, given)| *given)
            .map(|(name, _)| *name)
            .collect();
        let request = self.request("PUT", &format!("component?{}", given.join("&")));
        self.ask_patiently(request.body(bytes.unwrap_or_default())?)
    }

    fn roll_back(&self) -> anyhow::Result<Installed> {
        let request = self.request("POST", "component/rollback");
        self.ask_patiently(request.body(Vec::new())?)
    }

    fn write_all(&self) -> anyhow::Result<()> {
        self.ask("POST", "flush", None::<&()>)
    }

    fn take_restored(self: Box<Self>) -> anyhow::Result<()> {
        self.ask::<()>("POST", "restore", None::<&()>)?;
        let end = Instant::now() + RESTART;
        while Instant::now() < end {
            let answering = Self::that_answers(&self.data_dir);
            if answering.is_some_and(|anew| anew.run.secret != self.run.secret) {
                return Ok(());
            }
            if self.data_dir.hold().is_ok() {
                bail!(
                    "the host has ended instead of beginning anew: its log says why. `hearth restore --undo` brings back what was there."
                );
            }
            thread::sleep(LOOK_AGAIN);
        }
        bail!(
            "the host does not answer again after {} s: its log says why",
            RESTART.as_secs()
        )
    }
}

/// What is asked for as the query of a URL.
fn parameters(query: &AuditQuery) -> anyhow::Result<String> {
    let value = serde_json::to_value(query)?;
    let members = value.as_object().into_iter().flatten();
    let parameters = members.map(|(name, value)| {
        let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        format!("{name}={}", segment(&text))
    });
    Ok(parameters.collect::<Vec<_>>().join("&"))
}

/// One segment of a path.
fn segment(text: &str) -> String {
    utf8_percent_encode(text, NON_ALPHANUMERIC).to_string()
}
