//! The swap: another generation takes over between two events, and no client notices.
//!
//! First a scratch instance of the candidate goes through a rehearsal. Then another instance is made ready beside the
//! running one: it is given all that is kept, the work that is open and the home, while the running one serves and what
//! happens meanwhile is noted. Only what was noted last is told it under the lock, so the pause does not grow with the
//! sessions. Until the commit nothing has changed; after it nothing can fail.
//!
//! | file | concept |
//! |---|---|
//! | `terms` | what a swap goes by, and what it came to |
//! | `held_back` | why a candidate does not go live |
//! | `candidate` | an instance that is made ready; `delta`: what it is told of what happens meanwhile |
//! | `rehearsal` | what a scratch instance is put through; `conduct`: what no instance may ask for |
//! | `audience` | who has listed the tools; `guard`: whether they can go on with what they listed |
//! | `compatibility`, `differences` | two lists of tools, and two components, compared |
//! | `commit` | the moment of the swap |
//! | `probation` | the time after it, and the way back |

mod audience;
mod candidate;
mod commit;
mod compatibility;
mod conduct;
mod delta;
mod differences;
mod guard;
mod held_back;
mod probation;
mod rehearsal;
mod terms;

use std::sync::Arc;

pub(super) use self::audience::Audience;
pub use self::compatibility::incompatibilities;
pub(super) use self::conduct::EFFECTS_LIMIT;
pub use self::held_back::HeldBack;
pub(super) use self::held_back::newest_format;
pub(super) use self::probation::{Probation, Tally};
use self::terms::Steps;
pub use self::terms::{Previous, Recording, Swapped, Terms};

use self::candidate::Candidate;
use super::Engine;
use super::core::Generation;
use super::reducer::Program;
use super::shared::Shared;

/// What takes over, and how.
struct Successor {
    program: Arc<dyn Program>,
    number: u64,
    /// None: nothing is compared, because it ran here before.
    guard: Option<Guarded>,
    /// None: it is there to stay.
    probation: Option<Trial>,
    /// The generation that it takes over from is gone back to when the owner wants to.
    keeps_previous: bool,
}

impl Successor {
    fn new(program: Arc<dyn Program>, number: u64, terms: Terms) -> Self {
        Self {
            program,
            number,
            guard: Some(Guarded {
                allow_incompatible: terms.allow_incompatible,
            }),
            probation: (!terms.without_rollback).then(|| Trial::of(&terms)),
            keeps_previous: true,
        }
    }
}

/// Whether clients may be left with a list that does not hold any more.
struct Guarded {
    allow_incompatible: bool,
}

/// How long a generation is on probation, and how many faults end it.
#[derive(Clone, Copy)]
struct Trial {
    ms: u64,
    faults: u32,
}

impl Trial {
    fn of(terms: &Terms) -> Self {
        Self {
            ms: terms.probation_ms,
            faults: terms.probation_faults,
        }
    }
}

impl Engine {
    /// Lets another program take over, as generation `number`. `recording` puts on the disk that it runs; it is called
    /// just before the commit. One swap at a time: a second one waits. It goes on if the caller does not.
    ///
    /// # Errors
    /// When the candidate is held back. Nothing has changed then.
    pub async fn swap(
        &self,
        program: Arc<dyn Program>,
        number: u64,
        terms: Terms,
        recording: Recording,
    ) -> Result<Swapped, HeldBack> {
        let next = Next::Is(Successor::new(program, number, terms));
        apart(take_over(self.shared.clone(), next, recording)).await
    }

    /// Tries whether another program could take over: everything up to the commit, which does not come. Answers in plain
    /// words what it is, offers and may do more or less than the one that runs.
    ///
    /// # Errors
    /// When the candidate would be held back.
    pub async fn try_out(&self, program: Arc<dyn Program>, number: u64, terms: Terms) -> Result<Vec<String>, HeldBack> {
        let next = Next::Is(Successor::new(program, number, terms));
        apart(try_out(self.shared.clone(), next)).await
    }

    /// Lets the generation before take over again. The one that runs now can be gone back to in the same way.
    ///
    /// # Errors
    /// When there is none, or it is held back: it cannot read what is kept by now. Nothing has changed then.
    pub async fn roll_back(&self, recording: Recording) -> Result<Swapped, HeldBack> {
        apart(take_over(self.shared.clone(), Next::Previous, recording)).await
    }
}

/// Writes in the newest format from now on, now that nobody has to be gone back to who could not read it.
pub(super) async fn raise_format(shared: Arc<Shared>) {
    match apart(take_over(shared, Next::SameInNewestFormat, Box::new(|| Ok(())))).await {
        Ok(swapped) => tracing::info!(format = swapped.format, "state is kept in a newer format from now on"),
        Err(HeldBack::Ended) => {}
        Err(error) => tracing::error!("state goes on being kept in the older format: {error}"),
    }
}

/// In a task of its own: a swap that was begun comes to its end, whoever asked for it.
async fn apart<T: Send + 'static>(
    swap: impl Future<Output = Result<T, HeldBack>> + Send + 'static,
) -> Result<T, HeldBack> {
    tokio::spawn(swap).await.unwrap_or(Err(HeldBack::Ended))
}

/// Who takes over: that is found out only when it is this swap's turn.
enum Next {
    Is(Successor),
    Previous,
    SameInNewestFormat,
}

impl Next {
    /// What those who count call it.
    fn kind(&self) -> &'static str {
        match self {
            Next::Is(_) => "install",
            Next::Previous => "rollback",
            Next::SameInNewestFormat => "format",
        }
    }

    fn successor(self, running: &Generation, previous: Option<&Generation>) -> Result<Successor, HeldBack> {
        let of = |generation: &Generation, keeps_previous| Successor {
            program: generation.program.clone(),
            number: generation.number,
            guard: None,
            probation: None,
            keeps_previous,
        };
        match self {
            Next::Is(successor) => Ok(successor),
            Next::Previous => previous.map(|previous| of(previous, true)).ok_or(HeldBack::NoPrevious),
            Next::SameInNewestFormat => Ok(of(running, false)),
        }
    }
}

async fn take_over(shared: Arc<Shared>, next: Next, recording: Recording) -> Result<Swapped, HeldBack> {
    let _one_at_a_time = shared.swapping.lock().await;
    let swapped = match make_ready(&shared, next).await {
        Ok(ready) => go_live(&shared, ready, recording).await,
        Err(held_back) => Err(held_back),
    };
    shared.core.lock().await.ignore();
    swapped
}

async fn try_out(shared: Arc<Shared>, next: Next) -> Result<Vec<String>, HeldBack> {
    let _one_at_a_time = shared.swapping.lock().await;
    let ready = make_ready(&shared, next).await;
    shared.core.lock().await.ignore();
    Ok(ready?.differences)
}

/// A candidate that has come as far as the commit.
struct Ready {
    kind: &'static str,
    running: Generation,
    successor: Successor,
    candidate: Candidate,
    differences: Vec<String>,
    steps: Steps,
}

/// What happens meanwhile is noted until the core is told to ignore it.
async fn make_ready(shared: &Arc<Shared>, next: Next) -> Result<Ready, HeldBack> {
    let mut core = shared.core.lock().await;
    if core.down {
        return Err(HeldBack::Ended);
    }
    let mut steps = Steps::begin(&shared.clock);
    let running = core.generation.clone();
    let kind = next.kind();
    let successor = next.successor(&running, core.previous.as_ref())?;
    let format = held_back::common_format(&successor, &running)?;
    let back = successor.probation.map(|_| running.program.description());
    let generation = Generation::new(successor.program.clone(), successor.number, format, back);
    let given = core.watch();
    drop(core);
    rehearsal::rehearse(shared, &generation, &given).await?;
    steps.done("rehearsal");
    let program = successor.program.as_ref();
    let mut differences = differences::differences(
        running.program.description(),
        program.description(),
        running.program.imports(),
        program.imports(),
    );
    let mut candidate = Candidate::restored(shared, generation, &given).await?;
    drop(given);
    steps.done("restore");
    guard::compare(shared, &mut candidate, successor.guard.as_ref(), &mut differences).await?;
    steps.done("compare");
    Ok(Ready {
        kind,
        running,
        successor,
        candidate,
        differences,
        steps,
    })
}

async fn go_live(shared: &Arc<Shared>, ready: Ready, recording: Recording) -> Result<Swapped, HeldBack> {
    let Ready {
        kind,
        running,
        successor,
        candidate,
        differences,
        mut steps,
    } = ready;
    tokio::task::spawn_blocking(recording)
        .await
        .map_err(|panicked| HeldBack::NotRecorded(panicked.to_string()))?
        .map_err(HeldBack::NotRecorded)?;
    steps.done("record");
    let committed = commit::commit(shared, candidate, &running, &successor, &mut steps).await?;
    shared.observe.swapped(kind, Some(committed.pause_us));
    tracing::info!(
        from = running.number,
        generation = successor.number,
        pause_us = committed.pause_us,
        "another generation has taken over"
    );
    Ok(Swapped {
        generation: successor.number,
        from: running.number,
        pause_us: committed.pause_us,
        format: committed.format,
        probation_until: committed.probation_until,
        differences,
        steps_us: steps.taken(),
    })
}
