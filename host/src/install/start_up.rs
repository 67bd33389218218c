//! Which generation a host begins with: the file that it was told, else the one that the owner chose, else the one that is
//! built in. One that was chosen and cannot be started keeps nobody from being served: the one before it runs, or the
//! one that is built in, and the host is degraded until the owner installs another.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use bytes::Bytes;

use super::{InstallError, Installer, Options};
use crate::COMPONENT;
use crate::data_dir::DataDirError;
use crate::engine::{COMPONENT_SIZE_LIMIT, Component, Engine, EngineError, Previous, Surroundings, digest_of};
use crate::store::{Generation, Source, StoreError};

/// What a host is to begin with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wanted {
    /// What the owner chose.
    Chosen,
    /// This file.
    File(PathBuf),
}

/// Why no generation was started.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The file cannot be read.
    #[error("{} cannot be read: {source}. Name another component with --component", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// The file is too large to be a component.
    #[error("{} has {size} bytes, and {COMPONENT_SIZE_LIMIT} are allowed for a component", path.display())]
    TooLarge {
        /// The file.
        path: PathBuf,
        /// Its bytes.
        size: u64,
    },
    /// It is no component that this host can run.
    #[error("{name}: {reason}")]
    NoComponent {
        /// Its file, or that it is built in.
        name: String,
        /// What is wrong with it, and what to do.
        reason: String,
    },
    /// A generation that ran before cannot be loaded.
    #[error("{0}")]
    NotLoaded(String),
    /// It does not start.
    #[error(transparent)]
    Engine(#[from] EngineError),
    /// The data directory cannot be used.
    #[error(transparent)]
    DataDir(#[from] DataDirError),
    /// The database cannot be used.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The work was cut off.
    #[error("the start was cut off: {0}")]
    CutOff(String),
}

/// What an engine needs around it, made anew for each attempt.
pub type Around<'a> = &'a (dyn Fn() -> Result<Surroundings, StoreError> + Sync);

impl Installer {
    /// Starts the engine that this installer works on from now on. Call it once.
    ///
    /// # Errors
    /// When the file that was named cannot be run, or not even the component that is built in.
    pub async fn start(&self, wanted: &Wanted, around: Around<'_>) -> Result<Engine, StartError> {
        let engine = match wanted {
            Wanted::File(path) => {
                let bytes = read(path)?;
                let _ = self.started_with_file.set(path.clone());
                let name = path.display().to_string();
                self.start_bytes(bytes, &name, Source::File, None, around).await?
            }
            Wanted::Chosen => self.start_chosen(around).await?,
        };
        let _ = self.engine.set(engine.clone());
        self.tidy().await;
        Ok(engine)
    }

    async fn start_chosen(&self, around: Around<'_>) -> Result<Engine, StartError> {
        let store = &self.grounds.store;
        let mut failed: Option<String> = None;
        let mut next = store.chosen_generation()?;
        // The chosen one, and the one before it.
        for _attempt in 0..2 {
            let Some(generation) = next.filter(|generation| !Self::is_built_in(generation)) else {
                break;
            };
            match self.start_again(&generation, failed.clone(), around).await {
                Ok(engine) => {
                    self.tell_of_fallback(failed, engine.generation());
                    return Ok(engine);
                }
                Err(error) => fail(&mut failed, generation.number, &error),
            }
            next = match generation.predecessor {
                Some(before) => store.generation(before)?,
                None => None,
            };
        }
        let bytes = Bytes::from_static(COMPONENT);
        let name = "the built-in component";
        let engine = self
            .start_bytes(bytes, name, Source::BuiltIn, failed.clone(), around)
            .await?;
        self.tell_of_fallback(failed, engine.generation());
        Ok(engine)
    }

    fn is_built_in(generation: &Generation) -> bool {
        generation.source == Source::BuiltIn || generation.digest == digest_of(COMPONENT)
    }

    /// Starts a component that is, or is not, the one that ran last.
    async fn start_bytes(
        &self,
        bytes: Bytes,
        name: &str,
        source: Source,
        failed: Option<String>,
        around: Around<'_>,
    ) -> Result<Engine, StartError> {
        let store = &self.grounds.store;
        let component = self.component_to_start(&bytes, name).await?;
        let last = store.running_generation()?;
        let number = match last.filter(|last| last.digest == component.digest()) {
            Some(last) => last.number,
            None => store.next_generation()?,
        };
        let engine = Engine::start(component.clone(), number, around()?).await?;
        self.grounds.data_dir.keep_component(component.digest(), &bytes)?;
        let description = component.describe();
        let (name, version) = (&description.name, &description.version);
        store.begin_generation(component.digest(), name, version, source, failed)?;
        Ok(engine)
    }

    /// Compiles in a process of its own where that works. Should it not, the host compiles for itself, and tells what is
    /// wrong with the component.
    async fn component_to_start(&self, bytes: &Bytes, name: &str) -> Result<Component, StartError> {
        let grounds = &self.grounds;
        let no_component = |error| StartError::NoComponent {
            name: name.to_owned(),
            reason: of_install(error).to_string(),
        };
        let digest = digest_of(bytes);
        if !Component::is_compiled(&grounds.runtime, &digest, &grounds.compiler.cache) {
            let path = grounds.data_dir.keep_component(&digest, bytes)?;
            if let Err(error) = grounds.compiler.compile(Some(&path)).await {
                tracing::debug!(%error, "compiling in a process of its own did not work");
            }
        }
        self.load(bytes.clone()).await.map_err(no_component)
    }

    /// Starts a generation that ran before. One that is not proved yet begins its probation again, and what ran before it
    /// takes over should it not start.
    async fn start_again(
        &self,
        generation: &Generation,
        failed: Option<String>,
        around: Around<'_>,
    ) -> Result<Engine, StartError> {
        let component = self.load_again(generation).await.map_err(of_install)?;
        let previous = self.before_on_probation(generation).await;
        let engine = Engine::start_program(Arc::new(component), generation.number, previous, around()?).await?;
        self.grounds.store.resume_generation(engine.generation(), failed)?;
        Ok(engine)
    }

    /// The generation to go back to from one that is on probation.
    async fn before_on_probation(&self, generation: &Generation) -> Option<Previous> {
        let number = generation.predecessor.filter(|_| generation.on_probation)?;
        let before = self.grounds.store.generation(number).ok()??;
        match self.load_again(&before).await {
            Ok(component) => Some(Previous {
                program: Arc::new(component),
                number,
                probation: Some(self.terms(Options::default())),
            }),
            Err(error) => {
                tracing::warn!(
                    generation = generation.number,
                    before = number,
                    %error,
                    "the generation before one on probation cannot be loaded: the host cannot go back by itself"
                );
                None
            }
        }
    }

    fn tell_of_fallback(&self, failed: Option<String>, runs: u64) {
        let Some(failed) = failed else { return };
        let trouble = format!(
            "{failed}; generation {runs} runs instead. Install another: `hearth component install FILE`, or `--built-in`"
        );
        tracing::warn!("{trouble}");
        self.set_trouble(Some(trouble));
    }
}

/// Why the generation that was chosen does not run; the first reason is the one to tell.
fn fail(failed: &mut Option<String>, generation: u64, error: &dyn std::error::Error) {
    let reason = format!("generation {generation} cannot be started: {error}");
    tracing::error!("{reason}");
    failed.get_or_insert(reason);
}

/// What the steps of an install say, at a start.
fn of_install(error: InstallError) -> StartError {
    StartError::NotLoaded(match error {
        InstallError::NoComponent { reason, .. } => reason,
        other => other.to_string(),
    })
}

fn read(path: &Path) -> Result<Bytes, StartError> {
    let unreadable = |source| StartError::Unreadable {
        path: path.to_path_buf(),
        source,
    };
    let size = fs::metadata(path).map_err(unreadable)?.len();
    if size > COMPONENT_SIZE_LIMIT as u64 {
        return Err(StartError::TooLarge {
            path: path.to_path_buf(),
            size,
        });
    }
    Ok(fs::read(path).map_err(unreadable)?.into())
}
