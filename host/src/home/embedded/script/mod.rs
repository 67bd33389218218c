//! Scripts: a declared subset of Home Assistant's. What one is, and where its parts are.

pub(super) mod duration;
mod run;
pub(super) mod runs;
pub(super) mod services;
pub(super) mod template;

use serde_json::{Map, Value};

/// Steps that a script may have.
pub const MAX_STEPS: usize = 100;

/// Runs of one script at a time that a file may ask for.
pub const MAX_RUNS: i64 = 100;

/// Runs of one script at a time when the file does not say: Home Assistant's.
pub const DEFAULT_RUNS: usize = 10;

/// A script as the file describes it.
#[derive(Debug, Clone, PartialEq)]
pub struct Script {
    /// What it does, for who chooses it.
    pub description: String,
    /// What it takes, as the contract has it.
    pub fields: Map<String, Value>,
    /// What happens when it is started while it runs.
    pub mode: Mode,
    /// Runs at a time, in the modes that have several.
    pub max: usize,
    /// Variables that a caller may leave out, each a value with templates.
    pub variables: Map<String, Value>,
    /// What it does, in order.
    pub sequence: Vec<Step>,
}

/// What happens when a script is started while it runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// Nothing: the new run is not begun.
    Single,
    /// The run that is there stops.
    Restart,
    /// The new run waits its turn.
    Queued,
    /// They run side by side.
    Parallel,
}

impl Mode {
    /// Every mode by its name.
    pub const ALL: [(&'static str, Self); 4] = [
        ("single", Self::Single),
        ("restart", Self::Restart),
        ("queued", Self::Queued),
        ("parallel", Self::Parallel),
    ];

    /// The name of the mode.
    pub fn name(self) -> &'static str {
        match self {
            Self::Single => "single",
            Self::Restart => "restart",
            Self::Queued => "queued",
            Self::Parallel => "parallel",
        }
    }

    /// Whether several runs may be there at a time.
    pub fn several(self) -> bool {
        matches!(self, Self::Queued | Self::Parallel)
    }
}

/// One step of a script.
#[derive(Debug, Clone, PartialEq)]
pub struct Step {
    /// What the owner calls the step; told as progress.
    pub alias: Option<String>,
    /// What it does.
    pub kind: StepKind,
}

/// What a step does. Values may hold templates.
#[derive(Debug, Clone, PartialEq)]
pub enum StepKind {
    /// Calls a service.
    Call {
        /// `light.turn_on`.
        action: String,
        /// Whom it is aimed at.
        target: Map<String, Value>,
        /// The service data.
        data: Map<String, Value>,
        /// The variable that takes the response.
        response_variable: Option<String>,
    },
    /// Waits: seconds, `hh:mm:ss`, a mapping, or a template of one.
    Delay(Value),
    /// Sets variables, one after another.
    Variables(Map<String, Value>),
    /// Ends the script.
    Stop {
        /// Why.
        text: String,
        /// The variable that is the response.
        response_variable: Option<String>,
        /// Something is wrong: it ends without a response.
        error: bool,
    },
}
