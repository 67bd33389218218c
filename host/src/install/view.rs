//! What is told of generations: to the commands of the owner, as JSON and in their words.

use serde::{Deserialize, Serialize};

use super::{InstallError, Installer};
use crate::clock::Moment;
use crate::contract::exports::hearth::mcp::server::Description;
use crate::engine::Component;
use crate::store::{Generation, NewGeneration, Source, Swap};

/// What an install came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// It runs.
    Live,
    /// It would run: this was a trial.
    Checked,
    /// These bytes ran before and run on.
    Unchanged,
    /// No host runs; the next start begins with it.
    NextStart,
}

/// A generation that was installed or gone back to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Installed {
    /// What it came to.
    pub outcome: Outcome,
    /// Its number; in a trial the one that it would have had.
    pub generation: u64,
    /// The generation that ran before, if one did.
    pub from: Option<u64>,
    /// The generation that a rollback would go back to, if there is one.
    pub predecessor: Option<u64>,
    /// Its name, as it describes itself.
    pub name: String,
    /// Its version, as it describes itself.
    pub version: String,
    /// SHA-256 of its bytes, in hex.
    pub digest: String,
    /// Microseconds for which nobody was served.
    pub pause_us: Option<u64>,
    /// What it may do and offers, more or less than the one before, in words.
    pub differences: Vec<String>,
    /// How long the host watches it.
    pub probation: Option<Probation>,
    /// What the owner should know beside that.
    pub notes: Vec<String>,
}

/// A generation is watched, and gone back from if need be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Probation {
    /// Until when.
    pub until: Moment,
    /// What it has done wrong so far.
    pub faults: u32,
    /// At so many the host goes back by itself.
    pub of: u32,
}

/// Whether a generation runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Standing {
    /// It runs.
    Running,
    /// No host runs, and it is the last that ran or was installed.
    Latest,
    /// Another came after it.
    Past,
}

/// A generation as it stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GenerationView {
    /// Counts up from 1.
    pub number: u64,
    /// Its name, as it describes itself.
    pub name: String,
    /// Its version, as it describes itself.
    pub version: String,
    /// SHA-256 of its bytes, in hex.
    pub digest: String,
    /// Where its bytes come from.
    pub source: Source,
    /// When it first ran.
    pub since: Moment,
    /// What it did wrong while it ran.
    pub faults: u64,
    /// Microseconds for which nobody was served when it came; none when it came with a start.
    pub pause_us: Option<u64>,
    /// Whether it runs.
    pub standing: Standing,
    /// How long the host watches it, while it does.
    pub probation: Option<Probation>,
    /// The generation to go back to from it.
    pub predecessor: Option<u64>,
    /// Why it does not run any more.
    pub ended: Option<String>,
    /// Where its bytes lie, while they are kept.
    pub path: Option<String>,
}

/// A generation with all that is known of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GenerationDetail {
    /// As it stands.
    #[serde(flatten)]
    pub generation: GenerationView,
    /// What it says that it may do; known while it runs.
    pub declared: Option<Declared>,
    /// How it came and went.
    pub history: Vec<Swap>,
}

/// What a component says of itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Declared {
    /// Actions that it may take in the home.
    pub actions: Vec<String>,
    /// Ids of the LLM APIs that it brings.
    pub llm_apis: Vec<String>,
    /// Versions of the protocol that it speaks.
    pub protocol_versions: Vec<String>,
    /// State formats that it writes.
    pub writes: Vec<u32>,
    /// State formats that it reads.
    pub reads: Vec<u32>,
}

impl Installed {
    /// A generation that is about to run.
    pub(super) fn of(new: &NewGeneration, from: Option<u64>) -> Self {
        Self {
            outcome: Outcome::Live,
            generation: new.number,
            from,
            predecessor: from,
            name: new.name.clone(),
            version: new.version.clone(),
            digest: new.digest.clone(),
            pause_us: None,
            differences: Vec::new(),
            probation: None,
            notes: Vec::new(),
        }
    }

    /// The generation that runs already.
    pub(super) fn unchanged(running: &Generation) -> Self {
        Self {
            outcome: Outcome::Unchanged,
            ..Self::again(running, None)
        }
    }

    /// A generation that ran before.
    pub(super) fn again(generation: &Generation, from: Option<u64>) -> Self {
        Self {
            outcome: Outcome::Live,
            generation: generation.number,
            from,
            predecessor: generation.predecessor,
            name: generation.name.clone(),
            version: generation.version.clone(),
            digest: generation.digest.clone(),
            pause_us: None,
            differences: Vec::new(),
            probation: None,
            notes: Vec::new(),
        }
    }
}

/// What is written down of a generation before it runs.
pub(super) fn new_generation(number: u64, component: &Component, source: Source, on_probation: bool) -> NewGeneration {
    let description = component.describe();
    NewGeneration {
        number,
        digest: component.digest().to_owned(),
        name: description.name.clone(),
        version: description.version.clone(),
        source,
        on_probation,
    }
}

impl From<&Description> for Declared {
    fn from(description: &Description) -> Self {
        let llm_apis = description.llm_apis.iter().map(|api| api.id.clone());
        Self {
            actions: description.actions.clone(),
            llm_apis: llm_apis.collect(),
            protocol_versions: description.protocol_versions.clone(),
            writes: description.writes.clone(),
            reads: description.reads.clone(),
        }
    }
}

impl Installer {
    /// All generations that are known, in order.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn list(&self) -> Result<Vec<GenerationView>, InstallError> {
        self.settle_failed();
        let read = self.leisurely(|store| Ok((store.generations()?, store.running_generation()?)));
        let (generations, running) = read.await?;
        let running = running.map(|running| running.number);
        let views = generations.into_iter().map(|generation| self.view(generation, running));
        Ok(views.collect())
    }

    /// One generation; without a number the one that runs, or ran last.
    ///
    /// # Errors
    /// When there is none of this number, or the database cannot be read.
    pub async fn show(&self, number: Option<u64>) -> Result<GenerationDetail, InstallError> {
        self.settle_failed();
        let read = self.leisurely(move |store| {
            let running = store.running_generation()?;
            let shown = match number {
                Some(number) => store.generation(number)?,
                None => running.clone(),
            };
            Ok((shown, running, store.swaps()?))
        });
        let (shown, running, swaps) = read.await?;
        let shown = shown.ok_or(InstallError::Unknown(number.unwrap_or_default()))?;
        let number = shown.number;
        let concerns = |swap: &Swap| swap.to == number || swap.from == Some(number);
        let generation = self.view(shown, running.map(|running| running.number));
        let engine = self.engine.get().filter(|_| generation.standing == Standing::Running);
        Ok(GenerationDetail {
            declared: engine.map(|engine| Declared::from(&engine.describe())),
            generation,
            history: swaps.into_iter().filter(concerns).collect(),
        })
    }

    fn settle_failed(&self) {
        if let Some(engine) = self.engine.get() {
            self.succession.settle_failed(engine);
        }
    }

    fn view(&self, generation: Generation, running: Option<u64>) -> GenerationView {
        let engine = self.engine.get().filter(|_| running == Some(generation.number));
        let standing = match engine {
            Some(_) => Standing::Running,
            None if running == Some(generation.number) => Standing::Latest,
            None => Standing::Past,
        };
        let path = self.grounds.data_dir.component(&generation.digest);
        GenerationView {
            number: generation.number,
            name: generation.name,
            version: generation.version,
            digest: generation.digest,
            source: generation.source,
            since: generation.since,
            faults: generation.faults + engine.map_or(0, |engine| self.succession.faults_since(engine)),
            pause_us: generation.pause_us,
            standing,
            probation: engine.and_then(|engine| self.probation(engine)),
            predecessor: generation.predecessor,
            ended: generation.ended,
            path: path.is_file().then(|| path.display().to_string()),
        }
    }
}
