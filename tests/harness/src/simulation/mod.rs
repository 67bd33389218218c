//! Simulation: scripts of everything that can happen, drawn from a seed, and a component that is struck at its events.
//!
//! Every script is played twice: once by a reference that lives in one instance from the first event to the last, and
//! once by the component while its instance is replaced, thrown away or trapped. Nobody may be able to tell the
//! difference: not the clients, not the home, not the audit. That is what the contract asks for: *given every kept
//! checkpoint, the work still open and a fresh snapshot, a new instance answers every later event exactly as the old one
//! would have*, and *a trap ends one event*.
//!
//! A seed and a component determine everything. Time is virtual, and no randomness comes from anywhere else.
//!
//! | file | concept |
//! |---|---|
//! | `step` | the script, as it is saved |
//! | `generate`, `saying` | scripts from a seed |
//! | `disturbance` | what strikes instances, and the same event for the one that is not disturbed |
//! | `swapping` | generations that take over, are held back and go back |
//! | `world`, `http` | steps taken on a stage, and what everybody sees; the clients of Streamable HTTP |
//! | `failure` | a difference, how it is told, and how to see it again |
//! | `sweep` | many seeds on all cores |
//! | `options` | what to simulate, as the command line says it |

mod disturbance;
mod failure;
mod generate;
mod http;
mod options;
mod saying;
mod step;
mod swapping;
mod sweep;
mod world;

use std::sync::Arc;

use hearth_host::contract::hearth::mcp::types::Route;
use hearth_host::engine::{Component, EngineError, LoadError, Program, Runtime, RuntimeError, SeededNonces};
use hearth_host::limits::Limits;
use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::{Config, RngAlgorithm, TestCaseError, TestError, TestRng, TestRunner};

pub use self::disturbance::{Counts, Disturbance, Strike};
pub use self::failure::{Difference, Failure, Found};
pub use self::options::Options;
pub use self::step::{Act, Caller, Script, Step};
pub use self::sweep::{Sweep, Tally};

use self::disturbance::Role;
use self::world::Run;
use crate::stage::Stage;

/// Steps of a script, if nobody says how many at most.
pub const STEPS: usize = 40;

/// How often a script that fails is made smaller and tried again, before the smallest so far is taken.
const SIMPLIFICATIONS: u32 = 512;

/// Milliseconds for one event. On a busy machine a thread may stand still for longer than the engine allows an event by
/// default, and what comes of that no seed determines.
const EVENT_MS: u64 = 10_000;

/// A component and what it is compared with.
pub struct Simulation {
    program: Arc<dyn Program>,
    reference: Arc<dyn Program>,
    /// What the component offers an administrator at first: scripts call it.
    tools: Vec<String>,
}

/// Nothing can be simulated.
#[derive(Debug, thiserror::Error)]
pub enum SimulationError {
    /// No component runs here.
    #[error(transparent)]
    Runtime(#[from] RuntimeError),
    /// It is no component that runs here.
    #[error(transparent)]
    Load(#[from] LoadError),
    /// It does not start.
    #[error(transparent)]
    Start(#[from] EngineError),
    /// There are no threads to be had.
    #[error("no runtime for tasks can be made: {0}")]
    Tasks(#[from] std::io::Error),
}

impl Simulation {
    /// Loads a component, and compares it with itself, undisturbed. Not from within an asynchronous runtime.
    ///
    /// # Errors
    /// When it does not load or start.
    pub fn of(component: &[u8]) -> Result<Self, SimulationError> {
        let component = Arc::new(load(component)?);
        Self::new(component.clone(), component)
    }

    /// Compares a program with another one that is not disturbed.
    ///
    /// # Errors
    /// When it does not start.
    pub fn new(program: Arc<dyn Program>, reference: Arc<dyn Program>) -> Result<Self, SimulationError> {
        let tools = paused()?.block_on(offered(program.clone()))?;
        Ok(Self {
            program,
            reference,
            tools,
        })
    }

    /// The script of a seed.
    pub fn script(&self, seed: u64, steps: usize, disturbance: Disturbance) -> Script {
        let mut runner = TestRunner::new_with_rng(config(), rng(seed));
        self.draw(&mut runner, seed, steps, disturbance).current()
    }

    fn draw(
        &self,
        runner: &mut TestRunner,
        seed: u64,
        steps: usize,
        disturbance: Disturbance,
    ) -> impl ValueTree<Value = Script> + use<> {
        let scripts = generate::script(seed, steps, &self.tools, disturbance);
        scripts
            .new_tree(runner)
            .expect("no strategy here rejects what it draws")
    }

    /// Plays a script both ways. Answers what the disturbed run came to.
    ///
    /// # Errors
    /// The first difference that somebody can see.
    pub fn play(&self, script: &Script) -> Result<Counts, Box<Difference>> {
        let expected = self.run(Role::Reference, script)?;
        let seen = self.run(Role::Disturbed, script)?;
        failure::compare(&expected, &seen)?;
        Ok(seen.counts)
    }

    /// Plays the script of a seed both ways. Answers how many steps it had and what it came to.
    ///
    /// # Errors
    /// The smallest script that was found to fail as well.
    pub fn play_seed(
        &self,
        seed: u64,
        steps: usize,
        disturbance: Disturbance,
    ) -> Result<(usize, Counts), Box<Failure>> {
        let mut runner = TestRunner::new_with_rng(config(), rng(seed));
        let tree = self.draw(&mut runner, seed, steps, disturbance);
        let script = tree.current();
        let drawn = script.steps.len();
        let difference = match self.play(&script) {
            Ok(counts) => return Ok((drawn, counts)),
            Err(difference) => *difference,
        };
        let found = Some(Found {
            seed,
            steps,
            disturbance,
            drawn,
        });
        let minimized = runner.run_one(tree, |script| match self.play(&script) {
            Ok(_) => Ok(()),
            Err(_) => Err(TestCaseError::fail("there is a difference")),
        });
        let smallest = match minimized {
            Err(TestError::Fail(_, smallest)) => smallest,
            // It failed once and then no more: not even a seed determines this component.
            Ok(_) | Err(TestError::Abort(_)) => script.clone(),
        };
        let (script, difference) = match self.play(&smallest) {
            Err(difference) => (smallest, *difference),
            Ok(_) => (script, Difference::Fickle(Box::new(difference))),
        };
        Err(Box::new(Failure {
            found,
            script,
            difference,
        }))
    }

    /// What everybody sees of a script when nothing is disturbed, line by line.
    ///
    /// # Errors
    /// When the reference does not start.
    pub fn watch(&self, script: &Script) -> Result<Vec<String>, Box<Difference>> {
        let run = self.run(Role::Reference, script)?;
        Ok(run.seen.into_iter().flatten().collect())
    }

    fn run(&self, role: Role, script: &Script) -> Result<Run, Box<Difference>> {
        let program = match role {
            Role::Reference => &self.reference,
            Role::Disturbed => &self.program,
        };
        // One for each run: what a run leaves behind is gone with it.
        let runtime = paused().map_err(|error| Difference::NotPlayed(error.to_string()))?;
        let run = runtime.block_on(world::play(program, role, script));
        run.map_err(|error| Box::new(Difference::NotPlayed(error.to_string())))
    }
}

/// A component that has more time for an event than a busy machine takes. Not from within an asynchronous runtime.
///
/// # Errors
/// When it does not load.
pub fn load(bytes: &[u8]) -> Result<Component, SimulationError> {
    let limits = Limits {
        event_ms: EVENT_MS,
        ..Limits::default()
    };
    let runtime = Runtime::new(&limits)?;
    Ok(paused()?.block_on(Component::load(&runtime, bytes, None))?)
}

/// What the program offers an administrator.
async fn offered(program: Arc<dyn Program>) -> Result<Vec<String>, EngineError> {
    let stage = Stage::try_on(program, Limits::default(), Box::new(SeededNonces::new(0))).await?;
    let administrator = stage.principal("ada");
    // One that traps at this question is found out later, with a script that shows it.
    let tools = stage.engine.offers(&administrator, &Route::Sse).await;
    Ok(tools.unwrap_or_default().into_iter().map(|tool| tool.name).collect())
}

fn config() -> Config {
    Config {
        failure_persistence: None,
        max_shrink_iters: SIMPLIFICATIONS,
        ..Config::default()
    }
}

fn rng(seed: u64) -> TestRng {
    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&seed.to_le_bytes());
    TestRng::from_seed(RngAlgorithm::ChaCha, &bytes)
}

fn paused() -> std::io::Result<tokio::runtime::Runtime> {
    tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build()
}
