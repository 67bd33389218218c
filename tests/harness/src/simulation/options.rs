//! What to simulate, as it is said on the command line.

use std::path::{Path, PathBuf};

use anyhow::Context;

use super::disturbance::Disturbance;
use super::failure::Failure;
use super::step::Script;
use super::sweep::{Sweep, Tally};
use super::{STEPS, Simulation};

/// Seeds that are played if nobody says how many, or which.
const SEEDS: u64 = 1_000;

/// What to simulate.
#[derive(Debug, Clone, clap::Args)]
pub struct Options {
    /// How many seeds to play. Default: 1000, or the one that `--seed` names.
    #[arg(long, value_name = "N")]
    pub seeds: Option<u64>,
    /// The first seed.
    #[arg(long, value_name = "S")]
    pub seed: Option<u64>,
    /// About how many steps a script has at most.
    #[arg(long, value_name = "MAX", default_value_t = STEPS)]
    pub steps: usize,
    /// What strikes the instance.
    #[arg(long, value_enum, default_value_t = Disturbance::All)]
    pub disturbance: Disturbance,
    /// Play the script in this file, as a failure prints it, and nothing else.
    #[arg(long, value_name = "FILE.json", conflicts_with_all = ["seeds", "seed", "steps", "disturbance"])]
    pub script: Option<PathBuf>,
}

impl Options {
    /// Plays it.
    ///
    /// # Errors
    /// When the script cannot be read.
    pub fn run(&self, simulation: &Simulation) -> anyhow::Result<Tally> {
        Ok(match &self.script {
            Some(file) => play(simulation, &read(file)?),
            None => self.sweep().run(simulation),
        })
    }

    fn sweep(&self) -> Sweep {
        let first = self.seed.unwrap_or(0);
        let count = self.seeds.unwrap_or(if self.seed.is_some() { 1 } else { SEEDS });
        Sweep {
            seeds: first..first.saturating_add(count),
            steps: self.steps,
            disturbance: self.disturbance,
        }
    }
}

fn read(file: &Path) -> anyhow::Result<Script> {
    let text = std::fs::read(file).with_context(|| format!("{} cannot be read", file.display()))?;
    serde_json::from_slice(&text).with_context(|| format!("{} is no script", file.display()))
}

fn play(simulation: &Simulation, script: &Script) -> Tally {
    let mut tally = Tally {
        steps: script.steps.len() as u64,
        ..Tally::default()
    };
    match simulation.play(script) {
        Ok(counts) => tally.counts = counts,
        Err(difference) => {
            tally.failure = Some(Box::new(Failure {
                found: None,
                script: script.clone(),
                difference: *difference,
            }));
        }
    }
    tally
}
