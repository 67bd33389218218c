//! Installing: another component takes the place of the one that runs, and every client stays connected.
//!
//! | file | concept |
//! |---|---|
//! | `step` | the steps, and why an install ended at one of them |
//! | `compiling` | the compiler, in a process of its own |
//! | `live` | the steps that a running engine does: restore, check, compare, commit; and going back |
//! | `start_up` | which generation a host begins with, and with which instead when that one cannot be started |
//! | `succession` | what the engine tells by itself |
//! | `view` | what is told of generations |
//! | `watching` | a file that is installed again whenever it changes |
//!
//! Whatever fails before the commit has changed nothing. On the disk an install is the bytes of the component, then one
//! transaction that says that it is the generation that runs; a host that is killed at any moment starts with the one
//! generation or the other, whole.

pub mod compiling;
mod live;
mod start_up;
mod step;
mod succession;
mod view;
pub mod watching;

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use bytes::Bytes;
use tokio::sync::OwnedMutexGuard;

pub use self::start_up::{StartError, Wanted};
pub use self::step::{InstallError, Step};
pub use self::succession::Succession;
pub use self::view::{Declared, GenerationDetail, GenerationView, Installed, Outcome, Probation, Standing};

use self::compiling::Compiler;
use crate::COMPONENT;
use crate::data_dir::DataDir;
use crate::engine::{Component, Engine, Runtime, digest_of};
use crate::entries::Entries;
use crate::store::{Generation, Source, Store, StoreError};

/// Newest generations whose bytes are kept, beside those that run, ran before, or are started with.
const KEPT_GENERATIONS: usize = 5;

/// For how long a new generation is watched.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ProbationTerms {
    /// Milliseconds.
    pub ms: u64,
    /// Faults at which the host goes back by itself.
    pub faults: u32,
}

/// What is to be installed.
#[derive(Debug, Clone)]
pub enum Candidate {
    /// These bytes, which somebody gave.
    Given(Bytes),
    /// The bytes of a file that the host watches: later starts do not begin with them.
    Watched(Bytes),
    /// The component that is built in.
    BuiltIn,
}

/// How it is to be installed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Options {
    /// Though connected clients know tools that it does not offer as they know them.
    pub allow_incompatible: bool,
    /// Though the host cannot go back from it by itself.
    pub without_rollback: bool,
    /// Everything up to the commit, and no further.
    pub dry_run: bool,
}

/// What an installer works on.
pub struct Grounds {
    /// Where the bytes of components lie.
    pub data_dir: DataDir,
    /// Where generations are written down.
    pub store: Store,
    /// Runs components.
    pub runtime: Runtime,
    /// Compiles them.
    pub compiler: Compiler,
    /// The config entries, which serve the LLM APIs of the component.
    pub entries: Arc<Entries>,
    /// How new generations are watched.
    pub probation: ProbationTerms,
}

/// Installs components, one at a time. Without a host (see [`Installer::start`]) it prepares the next start of one.
pub struct Installer {
    grounds: Grounds,
    engine: OnceLock<Engine>,
    succession: Arc<Succession>,
    /// Held for an install from its first byte to its end.
    turn: Arc<tokio::sync::Mutex<()>>,
    /// Why another generation runs than the owner chose.
    trouble: Mutex<Option<String>>,
    /// The host was started with a file, and will be again.
    started_with_file: OnceLock<PathBuf>,
}

/// The right to install, until it is dropped. Whoever comes meanwhile waits.
pub struct Turn {
    _guard: OwnedMutexGuard<()>,
}

impl Installer {
    /// An installer that works on this.
    pub fn new(grounds: Grounds) -> Self {
        let succession = Arc::new(Succession::new(grounds.store.clone(), grounds.entries.clone()));
        Self {
            grounds,
            engine: OnceLock::new(),
            succession,
            turn: Arc::default(),
            trouble: Mutex::default(),
            started_with_file: OnceLock::new(),
        }
    }

    /// What the engine is to tell of generations.
    pub fn succession(&self) -> Arc<Succession> {
        self.succession.clone()
    }

    /// Waits until nobody else installs. Take it before the bytes are read: they are then in memory once.
    pub async fn turn(&self) -> Turn {
        Turn {
            _guard: self.turn.clone().lock_owned().await,
        }
    }

    /// Installs a component: verifies, keeps and compiles it; then the running engine restores, checks and compares it, and
    /// it takes the place of the one that runs. Without a host it is what the next start begins with.
    ///
    /// # Errors
    /// With the step at which it ended, and why. Nothing has changed then.
    pub async fn install(
        &self,
        _turn: Turn,
        candidate: Candidate,
        options: Options,
    ) -> Result<Installed, InstallError> {
        let running = self.leisurely(|store| store.running_generation()).await?;
        let source = match &candidate {
            Candidate::Given(_) => Source::Installed,
            Candidate::Watched(_) => Source::File,
            Candidate::BuiltIn => Source::BuiltIn,
        };
        // What is built in can always be gone back to.
        let allow_incompatible = options.allow_incompatible || source == Source::BuiltIn;
        let options = Options {
            allow_incompatible,
            ..options
        };
        let bytes = match candidate {
            Candidate::Given(bytes) | Candidate::Watched(bytes) => bytes,
            Candidate::BuiltIn => Bytes::from_static(COMPONENT),
        };
        let installed = self.install_bytes(bytes, source, running, options).await;
        if installed.is_ok() && !options.dry_run {
            self.set_trouble(None);
        }
        self.tidy().await;
        installed
    }

    async fn install_bytes(
        &self,
        bytes: Bytes,
        source: Source,
        running: Option<Generation>,
        options: Options,
    ) -> Result<Installed, InstallError> {
        let component = self.prepare(bytes).await?;
        match running {
            Some(running) if running.digest == component.digest() => {
                if !options.dry_run {
                    let number = running.number;
                    self.leisurely(move |store| store.choose_generation(number, source))
                        .await?;
                }
                Ok(Installed::unchanged(&running))
            }
            running => match self.engine.get() {
                Some(engine) => self.go_live(engine, component, source, options).await,
                None => self.put_down(component, source, running, options).await,
            },
        }
    }

    /// The steps before the engine has a part in it.
    async fn prepare(&self, bytes: Bytes) -> Result<Component, InstallError> {
        Component::check(&bytes).map_err(|error| InstallError::NoComponent {
            step: Step::Verify,
            reason: error.to_string(),
        })?;
        let digest = digest_of(&bytes);
        let (data_dir, kept) = (self.grounds.data_dir.clone(), bytes.clone());
        let name = digest.clone();
        let path = blocking(move || data_dir.keep_component(&name, &kept)).await??;
        let compiler = &self.grounds.compiler;
        if !Component::is_compiled(&self.grounds.runtime, &digest, &compiler.cache) {
            compiler.compile(Some(&path)).await?;
        }
        self.load(bytes).await
    }

    /// Loads what was compiled before, off the threads that serve.
    async fn load(&self, bytes: Bytes) -> Result<Component, InstallError> {
        let (runtime, cache) = (self.grounds.runtime.clone(), self.grounds.compiler.cache.clone());
        let host = tokio::runtime::Handle::current();
        let loaded = blocking(move || host.block_on(Component::load(&runtime, &bytes, Some(&cache)))).await?;
        loaded.map_err(|error| InstallError::of_loading(&error))
    }

    /// The component of a generation that ran before.
    async fn load_again(&self, generation: &Generation) -> Result<Component, InstallError> {
        let bytes = match digest_of(COMPONENT) == generation.digest {
            true => Bytes::from_static(COMPONENT),
            false => {
                let (data_dir, digest) = (self.grounds.data_dir.clone(), generation.digest.clone());
                let read = blocking(move || data_dir.kept_component(&digest)).await?;
                read.map_err(|error| InstallError::NoComponent {
                    step: Step::Read,
                    reason: error.to_string(),
                })?
                .into()
            }
        };
        self.prepare(bytes).await
    }

    /// Without a host: what the next start begins with.
    async fn put_down(
        &self,
        component: Component,
        source: Source,
        running: Option<Generation>,
        options: Options,
    ) -> Result<Installed, InstallError> {
        let on_probation = running.is_some() && !options.without_rollback;
        let number = self.leisurely(|store| store.next_generation()).await?;
        let new = view::new_generation(number, &component, source, on_probation);
        let mut installed = Installed::of(&new, running.map(|running| running.number));
        if options.dry_run {
            installed.outcome = Outcome::Checked;
            return Ok(installed);
        }
        self.leisurely(move |store| store.record_install(new)).await?;
        installed.outcome = Outcome::NextStart;
        Ok(installed)
    }

    /// SHA-256 of the component that runs, in hex; empty without a host.
    pub fn running_digest(&self) -> String {
        let status = self.engine.get().map(Engine::status);
        status.map(|status| status.digest).unwrap_or_default()
    }

    /// Writes down what the running generation did wrong: at the end of a host.
    pub fn settle(&self) {
        if let Some(engine) = self.engine.get() {
            self.succession.settle(engine, engine.generation());
        }
    }

    /// What does not go as it should, as a sentence.
    pub fn degraded(&self) -> Option<String> {
        self.trouble.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn set_trouble(&self, trouble: Option<String>) {
        *self.trouble.lock().unwrap_or_else(PoisonError::into_inner) = trouble;
    }

    /// Removes the bytes that nobody goes back to any more.
    async fn tidy(&self) {
        let data_dir = self.grounds.data_dir.clone();
        let tidied = self.leisurely(move |store| {
            data_dir.keep_only(&digests_to_keep(store)?);
            Ok(())
        });
        if let Err(error) = tidied.await {
            tracing::warn!(%error, "the bytes of old generations are not removed");
        }
    }

    /// Asks the store where it holds nobody up.
    async fn leisurely<T: Send + 'static>(
        &self,
        ask: impl FnOnce(&Store) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, InstallError> {
        let store = self.grounds.store.clone();
        Ok(blocking(move || ask(&store)).await??)
    }
}

fn digests_to_keep(store: &Store) -> Result<BTreeSet<String>, StoreError> {
    let generations = store.generations()?;
    let anchors = [store.running_generation()?, store.chosen_generation()?];
    let anchored: BTreeSet<u64> = anchors
        .iter()
        .flatten()
        .flat_map(|anchor| [Some(anchor.number), anchor.predecessor])
        .flatten()
        .collect();
    let newest = generations.len().saturating_sub(KEPT_GENERATIONS);
    let kept = generations
        .iter()
        .enumerate()
        .filter(|(at, generation)| *at >= newest || anchored.contains(&generation.number));
    Ok(kept.map(|(_, generation)| generation.digest.clone()).collect())
}

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, InstallError> {
    let done = tokio::task::spawn_blocking(work).await;
    done.map_err(|error| InstallError::CutOff(error.to_string()))
}
