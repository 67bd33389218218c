//! Where a command does its work: in the host that runs on the data directory, or in the database when none does.

use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};
use hearth_host::clock::SystemClock;
use hearth_host::data_dir::{DataDir, DataDirError, Held, Run};
use hearth_host::entries::{Entries, EntryChange, EntryView};
use hearth_host::install::{Candidate, GenerationDetail, GenerationView, InstallError, Installed, Installer, Options};
use hearth_host::limits::Limits;
use hearth_host::store::{CreatedToken, NewToken, Store, TokenView, Tokens};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::component;

/// A host that starts or stops holds the directory without answering for about this long at most.
const PATIENCE: Duration = Duration::from_secs(5);
const RETRY: Duration = Duration::from_millis(20);
/// A host that is there answers at once.
const ANSWER: Duration = Duration::from_secs(10);

/// Does what the owner's commands ask for.
pub trait Desk {
    fn entries(&self) -> anyhow::Result<Vec<EntryView>>;
    fn entry(&self, id: &str) -> anyhow::Result<EntryView>;
    fn add_entry(&self, change: EntryChange) -> anyhow::Result<EntryView>;
    fn set_entry(&self, id: &str, change: EntryChange) -> anyhow::Result<EntryView>;
    fn remove_entry(&self, id: &str) -> anyhow::Result<()>;
    fn tokens(&self) -> anyhow::Result<Vec<TokenView>>;
    fn create_token(&self, new: NewToken) -> anyhow::Result<CreatedToken>;
    fn revoke_token(&self, name: &str) -> anyhow::Result<TokenView>;
    /// The generations that are known, in order.
    fn generations(&self) -> anyhow::Result<Vec<GenerationView>>;
    /// One generation; without a number the one that runs, or ran last.
    fn generation(&self, number: Option<u64>) -> anyhow::Result<GenerationDetail>;
    /// Installs these bytes; without any the component that is built in.
    fn install(&self, bytes: Option<Vec<u8>>, options: Options) -> anyhow::Result<Installed>;
    /// Goes back to the generation before.
    fn roll_back(&self) -> anyhow::Result<Installed>;
}

/// Finds out whether a host runs on the data directory, and takes the desk there or takes the directory.
pub fn at(data_dir: &DataDir) -> anyhow::Result<Box<dyn Desk>> {
    at_within(data_dir, Limits::default())
}

/// The same, within these limits where no host runs.
pub fn at_within(data_dir: &DataDir, limits: Limits) -> anyhow::Result<Box<dyn Desk>> {
    let end = Instant::now() + PATIENCE;
    loop {
        let in_use = match data_dir.hold() {
            Ok(held) => return Ok(Box::new(Alone::open(data_dir.clone(), limits, held)?)),
            Err(error @ DataDirError::InUse { .. }) => error,
            Err(error) => return Err(error.into()),
        };
        if let Some(run) = data_dir.running() {
            let running = Running::new(run);
            if running.answers() {
                return Ok(Box::new(running));
            }
        }
        if Instant::now() >= end {
            return Err(in_use).context("The Hearth that holds the data directory does not answer");
        }
        thread::sleep(RETRY);
    }
}

/// No host runs: the command works on the database.
struct Alone {
    data_dir: DataDir,
    limits: Limits,
    store: Store,
    entries: Arc<Entries>,
    tokens: Tokens,
    /// Keeps a host from starting meanwhile. Dropped last.
    _held: Held,
}

impl Alone {
    fn open(data_dir: DataDir, limits: Limits, held: Held) -> anyhow::Result<Self> {
        let store = Store::open(&data_dir.database(), Arc::new(SystemClock), &limits)?;
        Ok(Self {
            entries: Arc::new(Entries::open(store.clone())?),
            tokens: Tokens::open(store.clone())?,
            data_dir,
            limits,
            store,
            _held: held,
        })
    }

    /// Has an installer do this, which prepares what the next start begins with.
    fn with_installer<T, F>(&self, work: impl FnOnce(Arc<Installer>) -> F) -> anyhow::Result<T>
    where
        F: Future<Output = Result<T, InstallError>>,
    {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let grounds = component::grounds(
            &self.data_dir,
            &self.limits,
            (&self.store, &self.entries),
            component::UNWATCHED,
            Arc::new(SystemClock),
        )?;
        Ok(runtime.block_on(work(Arc::new(Installer::new(grounds))))?)
    }
}

impl Desk for Alone {
    fn entries(&self) -> anyhow::Result<Vec<EntryView>> {
        Ok(self.entries.list())
    }

    fn entry(&self, id: &str) -> anyhow::Result<EntryView> {
        Ok(self.entries.show(id)?)
    }

    fn add_entry(&self, change: EntryChange) -> anyhow::Result<EntryView> {
        Ok(self.entries.add(change)?)
    }

    fn set_entry(&self, id: &str, change: EntryChange) -> anyhow::Result<EntryView> {
        Ok(self.entries.set(id, change)?)
    }

    fn remove_entry(&self, id: &str) -> anyhow::Result<()> {
        Ok(self.entries.remove(id)?)
    }

    fn tokens(&self) -> anyhow::Result<Vec<TokenView>> {
        Ok(self.tokens.list())
    }

    fn create_token(&self, new: NewToken) -> anyhow::Result<CreatedToken> {
        Ok(self.tokens.create(new)?)
    }

    fn revoke_token(&self, name: &str) -> anyhow::Result<TokenView> {
        Ok(self.tokens.revoke(name)?)
    }

    fn generations(&self) -> anyhow::Result<Vec<GenerationView>> {
        self.with_installer(|installer| async move { installer.list().await })
    }

    fn generation(&self, number: Option<u64>) -> anyhow::Result<GenerationDetail> {
        self.with_installer(|installer| async move { installer.show(number).await })
    }

    fn install(&self, bytes: Option<Vec<u8>>, options: Options) -> anyhow::Result<Installed> {
        let candidate = bytes.map_or(Candidate::BuiltIn, |bytes| Candidate::Given(bytes.into()));
        self.with_installer(|installer| async move {
            let turn = installer.turn().await;
            installer.install(turn, candidate, options).await
        })
    }

    fn roll_back(&self) -> anyhow::Result<Installed> {
        self.with_installer(|installer| async move {
            let turn = installer.turn().await;
            installer.roll_back(turn).await
        })
    }
}

/// A host runs: the command asks it.
struct Running {
    run: Run,
    agent: ureq::Agent,
}

impl Running {
    fn new(run: Run) -> Self {
        let config = ureq::Agent::config_builder()
            .timeout_global(Some(ANSWER))
            .http_status_as_error(false)
            // The host is on this machine, whatever proxy leads out of it.
            .proxy(None)
            .build();
        Self {
            run,
            agent: config.into(),
        }
    }

    fn answers(&self) -> bool {
        self.ask::<serde_json::Value>("GET", "status", None::<&()>).is_ok()
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
        let text = answer.body_mut().read_to_string()?;
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
}

/// One segment of a path.
fn segment(text: &str) -> String {
    utf8_percent_encode(text, NON_ALPHANUMERIC).to_string()
}
