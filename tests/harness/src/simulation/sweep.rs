//! Many seeds on all cores.

use std::fmt::Write as _;
use std::num::NonZero;
use std::ops::Range;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use super::disturbance::{Counts, Disturbance};
use super::failure::Failure;
use super::{STEPS, Simulation};

/// Seeds that are played at a time. A runtime has room for 16 instances, and an engine that recovers may hold three.
const THREADS: usize = 5;

/// Which seeds to play, and how.
#[derive(Debug, Clone)]
pub struct Sweep {
    /// The seeds.
    pub seeds: Range<u64>,
    /// The most steps of a script.
    pub steps: usize,
    /// What may strike.
    pub disturbance: Disturbance,
}

/// What a sweep came to.
#[derive(Debug, Default)]
pub struct Tally {
    /// Seeds that were played.
    pub seeds: u64,
    /// Steps of their scripts.
    pub steps: u64,
    /// What the disturbed runs came to together.
    pub counts: Counts,
    /// The failure of the first seed that has one.
    pub failure: Option<Box<Failure>>,
}

impl Tally {
    /// In words, for the component in this file; none: the one built in.
    pub fn tell(&self, file: Option<&str>, took: Duration) -> String {
        let Self {
            seeds,
            steps,
            counts,
            failure,
        } = self;
        let mut text = format!(
            "{seeds} seeds, {steps} steps, {} events of which {} were struck, {} traps, {} instances, in {:.1} s\n",
            counts.events,
            counts.struck,
            counts.traps,
            counts.instances,
            took.as_secs_f64()
        );
        // Writing to a string does not fail.
        let _ = match failure {
            None => writeln!(text, "nobody can tell that instances were replaced"),
            Some(failure) => writeln!(text, "{failure}"),
        };
        if let Some(found) = failure.as_ref().and_then(|failure| failure.found) {
            let words = found.replay(file).join(" ");
            let _ = writeln!(text, "to see it again: hearth-harness {words}");
        }
        text
    }
}

impl Sweep {
    /// So many seeds from zero, with everything that there is.
    pub fn first(seeds: u64) -> Self {
        Self {
            seeds: 0..seeds,
            steps: STEPS,
            disturbance: Disturbance::All,
        }
    }

    /// Plays them. Seeds after the first that fails are left out where they were not begun yet.
    pub fn run(&self, simulation: &Simulation) -> Tally {
        let cores = std::thread::available_parallelism().map_or(1, NonZero::get);
        let (next, end) = (AtomicU64::new(self.seeds.start), AtomicU64::new(self.seeds.end));
        let tally = Mutex::new(Tally::default());
        std::thread::scope(|scope| {
            for _ in 0..cores.min(THREADS) {
                scope.spawn(|| {
                    loop {
                        let seed = next.fetch_add(1, Ordering::SeqCst);
                        if seed >= end.load(Ordering::SeqCst) {
                            return;
                        }
                        let played = self.play(simulation, seed);
                        let mut tally = tally.lock().unwrap_or_else(PoisonError::into_inner);
                        tally.seeds += 1;
                        match played {
                            Ok((steps, counts)) => {
                                tally.steps += steps as u64;
                                tally.counts += counts;
                            }
                            Err(failure) => {
                                // All seeds before it were begun already.
                                if end.fetch_min(seed, Ordering::SeqCst) > seed {
                                    tally.failure = Some(failure);
                                }
                            }
                        }
                    }
                });
            }
        });
        tally.into_inner().unwrap_or_else(PoisonError::into_inner)
    }

    /// One seed. If anything panics, it is said which one.
    fn play(&self, simulation: &Simulation, seed: u64) -> Result<(usize, Counts), Box<Failure>> {
        struct Playing(u64);
        impl Drop for Playing {
            fn drop(&mut self) {
                if std::thread::panicking() {
                    eprintln!("it was seed {}", self.0);
                }
            }
        }
        let _playing = Playing(seed);
        simulation.play_seed(seed, self.steps, self.disturbance)
    }
}
