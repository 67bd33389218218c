//! A difference that somebody can see, told so that it can be understood and seen again.

use std::fmt;

use super::STEPS;
use super::disturbance::Disturbance;
use super::step::{Script, Step};
use super::world::Run;

/// Characters of one line that are shown.
const SHOWN: usize = 600;
/// Lines of one side that are shown.
const LINES: usize = 6;

/// How a run differs from what it should be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Difference {
    /// Somebody saw something else.
    Seen {
        /// The number of the step, from one; one more than there are for what comes at the end.
        step: usize,
        /// From the first line that differs.
        expected: Vec<String>,
        /// The same for the component.
        seen: Vec<String>,
    },
    /// It sent, undisturbed, what does not follow the schema of the protocol.
    OffTheSchema(String),
    /// It trapped where nothing made it trap.
    Trapped {
        /// Whether that was the run that is disturbed.
        disturbed: bool,
    },
    /// It was different once and then no more: what it does is not determined by its events.
    Fickle(Box<Difference>),
    /// It did not even start.
    NotPlayed(String),
}

/// Compares what was seen.
///
/// # Errors
/// The first difference.
pub(super) fn compare(expected: &Run, seen: &Run) -> Result<(), Box<Difference>> {
    let steps = expected.seen.iter().zip(&seen.seen).enumerate();
    for (number, (expected, seen)) in steps {
        let same = expected
            .iter()
            .zip(seen)
            .take_while(|(one, other)| one == other)
            .count();
        if same < expected.len().max(seen.len()) {
            return Err(Box::new(Difference::Seen {
                step: number + 1,
                expected: expected[same..].to_vec(),
                seen: seen[same..].to_vec(),
            }));
        }
    }
    if let Some(wrong) = &expected.wrong {
        return Err(Box::new(Difference::OffTheSchema(wrong.clone())));
    }
    for (run, disturbed) in [(expected, false), (seen, true)] {
        if run.own_traps > 0 {
            return Err(Box::new(Difference::Trapped { disturbed }));
        }
    }
    Ok(())
}

/// A script under which a component does not do what it should.
#[derive(Debug, Clone)]
pub struct Failure {
    /// The seed that it was found with, and what of it was drawn; none for a script that was given.
    pub found: Option<Found>,
    /// The smallest script that was found.
    pub script: Script,
    /// What is different under that script.
    pub difference: Difference,
}

/// How a failure was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Found {
    /// It determines the script.
    pub seed: u64,
    /// The most steps that the script could have.
    pub steps: usize,
    /// What could strike.
    pub disturbance: Disturbance,
    /// The steps that it had before it was made smaller.
    pub drawn: usize,
}

impl Found {
    /// The arguments of `hearth-harness` that lead to the same failure, for the component in this file; none: the one
    /// built in.
    pub fn replay(&self, file: Option<&str>) -> Vec<String> {
        let mut words: Vec<String> = vec!["simulate".to_owned()];
        words.extend(file.map(str::to_owned));
        words.extend(["--seed".to_owned(), self.seed.to_string()]);
        words.extend(["--disturbance".to_owned(), self.disturbance.name().to_owned()]);
        if self.steps != STEPS {
            words.extend(["--steps".to_owned(), self.steps.to_string()]);
        }
        words
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.found {
            Some(found) => writeln!(
                out,
                "seed {} fails; of its {} steps these are left when all that does not matter is taken away:",
                found.seed, found.drawn
            )?,
            None => writeln!(out, "the script fails:")?,
        }
        writeln!(out, "{}\n{}", self.script, self.difference)
    }
}

impl fmt::Display for Difference {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Difference::Seen { step, expected, seen } => {
                writeln!(out, "at step {step} the one that nobody disturbs shows:")?;
                lines(out, expected)?;
                writeln!(out, "and this one:")?;
                lines(out, seen)
            }
            Difference::OffTheSchema(wrong) => write!(out, "nothing disturbed it, and {wrong}"),
            Difference::Trapped { disturbed: false } => {
                write!(out, "it trapped by itself, though nothing disturbed it")
            }
            Difference::Trapped { disturbed: true } => {
                write!(
                    out,
                    "it trapped by itself when it was disturbed; nobody could see it, but it must not"
                )
            }
            Difference::Fickle(once) => {
                writeln!(
                    out,
                    "played again it is as it should be, so it is not determined by its events; once,"
                )?;
                once.fmt(out)
            }
            Difference::NotPlayed(why) => write!(out, "it cannot be played: {why}"),
        }
    }
}

fn lines(out: &mut fmt::Formatter<'_>, lines: &[String]) -> fmt::Result {
    if lines.is_empty() {
        return writeln!(out, "    nothing more");
    }
    for line in lines.iter().take(LINES) {
        let shown = &line[..line.floor_char_boundary(SHOWN)];
        writeln!(out, "    {shown}{}", if shown.len() < line.len() { "…" } else { "" })?;
    }
    match lines.len().saturating_sub(LINES) {
        0 => Ok(()),
        more => writeln!(out, "    and {more} lines more"),
    }
}

/// As it is saved, one step a line.
impl fmt::Display for Script {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let line = |step: &Step| serde_json::to_string(step).map_err(|_| fmt::Error);
        write!(out, "{{\"seed\": {}, \"steps\": [", self.seed)?;
        for (number, step) in self.steps.iter().enumerate() {
            let comma = if number == 0 { "" } else { "," };
            write!(out, "{comma}\n  {}", line(step)?)?;
        }
        out.write_str("\n]}")
    }
}
