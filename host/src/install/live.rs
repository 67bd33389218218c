//! What a running engine does of an install, and going back.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::view::new_generation;
use super::{InstallError, Installed, Installer, Options, Outcome, Probation, Turn};
use crate::engine::{Component, Engine, HeldBack, Recording, Swapped, Terms};
use crate::store::{Generation, Source, Store, StoreError};

impl Installer {
    /// Lets a component take the place of the one that runs.
    pub(super) async fn go_live(
        &self,
        engine: &Engine,
        component: Component,
        source: Source,
        options: Options,
    ) -> Result<Installed, InstallError> {
        let read = self.leisurely(|store| Ok((store.next_generation()?, store.chosen_generation()?)));
        let (number, chosen) = read.await?;
        let terms = self.terms(options);
        let new = new_generation(number, &component, source, !options.without_rollback);
        let mut installed = Installed::of(&new, Some(engine.generation()));
        if options.dry_run {
            let differences = engine.try_out(Arc::new(component), number, terms).await;
            installed.differences = differences.map_err(InstallError::of_holding_back)?;
            installed.outcome = Outcome::Checked;
            return Ok(installed);
        }
        let record = Record::new(&self.grounds.store, move |store| store.record_install(new.clone()));
        let swapped = engine
            .swap(Arc::new(component), number, terms, record.recording())
            .await;
        if swapped.is_err() && record.is_written() {
            let chosen = chosen.map(|chosen| chosen.number);
            self.leisurely(move |store| store.withdraw_install(number, chosen))
                .await?;
        }
        let swapped = swapped.map_err(InstallError::of_holding_back)?;
        self.finish(engine, &mut installed, swapped);
        if source != Source::File {
            installed.notes.extend(self.note_of_the_file());
        }
        Ok(installed)
    }

    /// Goes back to the generation before the one that runs. Without a host the next start begins with it.
    ///
    /// # Errors
    /// When there is none, or it cannot go on from what is kept by now. Nothing has changed then.
    pub async fn roll_back(&self, _turn: Turn) -> Result<Installed, InstallError> {
        let read = self.leisurely(|store| {
            let running = store.running_generation()?;
            let before = running.as_ref().and_then(|running| running.predecessor);
            let before = before.map(|before| store.generation(before)).transpose()?.flatten();
            Ok((running, before))
        });
        let (running, before) = match read.await? {
            (None, _) => return Err(InstallError::NothingBefore("no component has run yet".to_owned())),
            (Some(running), None) => {
                let text = format!("before generation {} there was none", running.number);
                return Err(InstallError::NothingBefore(text));
            }
            (Some(running), Some(before)) => (running, before),
        };
        let mut installed = Installed::again(&before, Some(running.number));
        match self.engine.get() {
            Some(engine) => {
                let swapped = self.go_back(engine, running, before).await?;
                self.finish(engine, &mut installed, swapped);
                installed.notes.extend(self.note_of_the_file());
            }
            None => {
                self.load_again(&before).await?;
                let (from, to) = (running.number, before.number);
                self.leisurely(move |store| store.record_rollback(from, to, None))
                    .await?;
                installed.outcome = Outcome::NextStart;
            }
        }
        self.set_trouble(None);
        self.tidy().await;
        Ok(installed)
    }

    /// The engine has the generation before as long as it has not been started anew.
    async fn go_back(&self, engine: &Engine, from: Generation, to: Generation) -> Result<Swapped, InstallError> {
        let chosen = self.leisurely(|store| store.chosen_generation()).await?;
        let numbers = (from.number, to.number);
        let record = Record::new(&self.grounds.store, move |store| {
            store.record_rollback(numbers.0, numbers.1, None)
        });
        let swapped = if engine.status().previous == Some(to.number) {
            engine.roll_back(record.recording()).await
        } else {
            let component = self.load_again(&to).await?;
            let terms = self.terms(Options {
                allow_incompatible: true,
                without_rollback: true,
                dry_run: false,
            });
            engine
                .swap(Arc::new(component), to.number, terms, record.recording())
                .await
        };
        if swapped.is_err() && record.is_written() {
            let chosen = chosen.map(|chosen| chosen.number);
            self.leisurely(move |store| store.withdraw_rollback(&from, &to, chosen))
                .await?;
        }
        swapped.map_err(InstallError::of_holding_back)
    }

    /// What a swap goes by.
    pub(super) fn terms(&self, options: Options) -> Terms {
        let probation = self.grounds.probation;
        Terms {
            allow_incompatible: options.allow_incompatible,
            without_rollback: options.without_rollback,
            probation_ms: probation.ms,
            probation_faults: probation.faults,
        }
    }

    /// It runs: what is told of it, and written down behind.
    fn finish(&self, engine: &Engine, installed: &mut Installed, swapped: Swapped) {
        self.succession.settle(engine, swapped.from);
        self.grounds.store.note_pause(swapped.generation, swapped.pause_us);
        installed.from = Some(swapped.from);
        installed.pause_us = Some(swapped.pause_us);
        installed.differences = swapped.differences;
        installed.probation = swapped.probation_until.map(|until| Probation {
            until,
            faults: 0,
            of: self.grounds.probation.faults,
        });
    }

    /// How long the running generation is watched.
    pub(super) fn probation(&self, engine: &Engine) -> Option<Probation> {
        Some(Probation {
            until: engine.status().probation_until?,
            faults: u32::try_from(self.succession.faults_since(engine)).unwrap_or(u32::MAX),
            of: self.grounds.probation.faults,
        })
    }

    /// A host that was started with a file starts with it again, whatever is installed meanwhile.
    fn note_of_the_file(&self) -> Option<String> {
        let file = self.started_with_file.get()?;
        Some(format!(
            "This host was started with {}: while --component or --watch names it, the next start begins with it again.",
            file.display()
        ))
    }
}

/// A note in the database that is written just before a commit, and has to be taken back if that fails.
struct Record<W> {
    store: Store,
    write: Arc<W>,
    written: Arc<AtomicBool>,
}

impl<W: Fn(&Store) -> Result<(), StoreError> + Send + Sync + 'static> Record<W> {
    fn new(store: &Store, write: W) -> Self {
        Self {
            store: store.clone(),
            write: Arc::new(write),
            written: Arc::default(),
        }
    }

    fn recording(&self) -> Recording {
        let (store, write, written) = (self.store.clone(), self.write.clone(), self.written.clone());
        Box::new(move || {
            write(&store).map_err(|error| error.to_string())?;
            written.store(true, Ordering::Release);
            Ok(())
        })
    }

    fn is_written(&self) -> bool {
        self.written.load(Ordering::Acquire)
    }
}

impl InstallError {
    fn of_holding_back(held_back: HeldBack) -> Self {
        match held_back {
            HeldBack::NoPrevious => Self::NothingBefore("no generation ran before this one".to_owned()),
            HeldBack::Ended => Self::CutOff("the host is stopping".to_owned()),
            HeldBack::NotRecorded(reason) => Self::NotRecorded(reason),
            other => {
                let (step, text) = (other.step(), other.to_string());
                let reason = text.strip_prefix(&format!("{step}: ")).unwrap_or(&text);
                Self::HeldBack {
                    step,
                    reason: reason.to_owned(),
                }
            }
        }
    }
}
