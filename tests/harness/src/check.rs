//! Tries the behaviours of a component, one after the other, and then the rules of the contract on all that was seen.

use std::sync::Arc;
use std::time::Instant;

use hearth_host::contract::exports::hearth::mcp::server::Description;
use hearth_host::engine::{Component, LoadError, Program as _, Runtime, RuntimeError};
use hearth_host::limits::Limits;

use crate::behaviour::{self, Behaviour, named};
use crate::case::Case;
use crate::level::Level;
use crate::panics::{Panicked, caught};
use crate::report::{Broken, Line, Report, Verdict};
use crate::rules::{self, Rule};
use crate::trace::Entry;

/// Entries of the trace that are shown with what broke.
const SHOWN: usize = 8;

/// What is to be tried.
#[derive(Debug, Clone)]
pub struct Options {
    /// The highest level; none: what the component declares.
    pub level: Option<Level>,
    /// Names of behaviours and rules; empty: all of the levels.
    pub only: Vec<String>,
    /// Makes the nonces.
    pub seed: u64,
}

impl Default for Options {
    /// All that the component declares, of the seed 1.
    fn default() -> Self {
        let (level, only, seed) = (None, Vec::new(), 1);
        Self { level, only, seed }
    }
}

/// Why nothing could be tried.
#[derive(Debug, thiserror::Error)]
pub enum CheckError {
    /// The engine does not start here.
    #[error(transparent)]
    Runtime(#[from] RuntimeError),
    /// The file is not a component that the host can run.
    #[error(transparent)]
    Load(#[from] LoadError),
    /// More was asked for than the component declares.
    #[error(
        "the component declares the level {declared}, so that {wanted} cannot be tried; leave out `--level`, or raise what `describe` says"
    )]
    Level {
        /// What it declares.
        declared: Level,
        /// What was asked for.
        wanted: Level,
    },
    /// A name that nothing has.
    #[error("nothing is named `{0}`; `hearth-harness list` names all behaviours and rules")]
    Name(String),
    /// A name of a level that is not tried.
    #[error("`{name}` belongs to the level {level}, which is not tried")]
    NotTried {
        /// The name.
        name: String,
        /// Its level.
        level: Level,
    },
}

/// A behaviour or a rule.
#[derive(Debug, Clone)]
pub struct Named {
    /// Its name.
    pub name: String,
    /// Its level.
    pub level: Level,
    /// What it says.
    pub says: &'static str,
    /// The names of what it needs.
    pub needs: Vec<String>,
}

/// All behaviours, then all rules.
pub fn names() -> impl Iterator<Item = Named> {
    let behaviours = behaviour::all().map(|behaviour| Named {
        name: behaviour.name(),
        level: behaviour.level,
        says: behaviour.says,
        needs: behaviour.needs.iter().map(|needed| named(needed)).collect(),
    });
    let rules = rules::ALL.iter().map(|rule| Named {
        name: named(rule.function),
        level: Level::Core,
        says: rule.says,
        needs: Vec::new(),
    });
    behaviours.chain(rules)
}

/// Tries a component.
///
/// # Errors
/// When it cannot be loaded, or what is asked for does not fit it.
pub fn check(bytes: &[u8], options: &Options) -> Result<Report, CheckError> {
    let load = async { Ok::<_, CheckError>(Component::load(&Runtime::new(&Limits::default())?, bytes, None).await?) };
    let component: Component = runtime().block_on(load)?;
    let level = level(&component, options)?;
    let names = Names::of(options, level)?;
    let mut run = Run::default();
    for behaviour in behaviour::all().filter(|behaviour| behaviour.level <= level) {
        if names.wants(&behaviour.name()) || names.wants_rules {
            run.try_one(&component, behaviour, options.seed);
        }
    }
    for rule in rules::ALL {
        run.judge(component.description(), rule);
    }
    run.lines.retain(|line| names.wants(&line.name));
    Ok(Report {
        description: component.description().clone(),
        digest: component.digest().to_owned(),
        seed: options.seed,
        lines: run.lines,
    })
}

fn level(component: &Component, options: &Options) -> Result<Level, CheckError> {
    let declared = Level::from(component.description().level);
    match options.level {
        Some(wanted) if wanted > declared => Err(CheckError::Level { declared, wanted }),
        Some(wanted) => Ok(wanted),
        None => Ok(declared),
    }
}

/// What was asked for.
struct Names<'a> {
    only: &'a [String],
    wants_rules: bool,
}

impl<'a> Names<'a> {
    fn of(options: &'a Options, level: Level) -> Result<Self, CheckError> {
        let mut wants_rules = options.only.is_empty();
        for name in &options.only {
            let known = names().find(|known| known.name == *name);
            let known = known.ok_or_else(|| CheckError::Name(name.clone()))?;
            if known.level > level {
                let (name, level) = (known.name, known.level);
                return Err(CheckError::NotTried { name, level });
            }
            wants_rules |= rules::ALL.iter().any(|rule| named(rule.function) == *name);
        }
        let only = &options.only;
        Ok(Self { only, wants_rules })
    }

    fn wants(&self, name: &str) -> bool {
        self.only.is_empty() || self.only.iter().any(|only| only == name)
    }
}

/// What was seen until now.
#[derive(Default)]
struct Run {
    lines: Vec<Line>,
    traces: Vec<Vec<Entry>>,
}

impl Run {
    fn try_one(&mut self, component: &Component, behaviour: &'static Behaviour, seed: u64) {
        let begun = Instant::now();
        let verdict = match self.missing(behaviour) {
            Some(missing) => Verdict::Untried(missing),
            None => self.tried(component, behaviour, seed),
        };
        self.lines.push(Line {
            name: behaviour.name(),
            level: behaviour.level,
            says: behaviour.says,
            took: begun.elapsed(),
            verdict,
        });
    }

    /// The first that it needs and that does not hold. What was not asked for is believed.
    fn missing(&self, behaviour: &Behaviour) -> Option<String> {
        let needs = behaviour.needs.iter().map(|needed| named(needed));
        let broken = |name: &String| {
            let line = self.lines.iter().find(|line| line.name == *name);
            line.is_some_and(|line| !matches!(line.verdict, Verdict::Holds(_)))
        };
        needs.into_iter().find(broken)
    }

    fn tried(&mut self, component: &Component, behaviour: &Behaviour, seed: u64) -> Verdict {
        let case = Arc::new(Case::new(component.clone(), seed));
        let runtime = runtime();
        let result = runtime.block_on(caught((behaviour.run)(case.clone())));
        let traces = case.traces();
        let verdict = match result {
            Ok(()) => Verdict::Holds(case.notes()),
            Err(Panicked { what, place }) => {
                let entries = traces.last().map(Vec::as_slice).unwrap_or_default();
                let last = entries.iter().skip(entries.len().saturating_sub(SHOWN));
                let events = last.map(ToString::to_string).collect();
                Verdict::Broken(Broken { what, place, events })
            }
        };
        self.traces.extend(traces);
        verdict
    }

    fn judge(&mut self, description: &Description, rule: &'static Rule) {
        let begun = Instant::now();
        let breach = self.traces.iter().find_map(|trace| (rule.breach)(description, trace));
        let verdict = match breach {
            None => Verdict::Holds(Vec::new()),
            Some(breach) => Verdict::Broken(Broken {
                what: breach.what,
                place: String::new(),
                events: breach.entry.iter().map(ToString::to_string).collect(),
            }),
        };
        self.lines.push(Line {
            name: named(rule.function),
            level: Level::Core,
            says: rule.says,
            took: begun.elapsed(),
            verdict,
        });
    }
}

/// A runtime in which time stands still while something can happen, and jumps when nothing can: who waits for what never
/// comes is told at once.
fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .start_paused(true)
        .build()
        .expect("a runtime of one thread needs nothing from the system that is not there")
}
