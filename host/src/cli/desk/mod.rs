//! Where a command does its work: in the host that runs on the data directory, or in the database when none does.

mod alone;
mod encrypted;
mod running;

use std::thread;
use std::time::{Duration, Instant};

use anyhow::Context as _;
use hearth_host::data_dir::{DataDir, DataDirError};
use hearth_host::engine::SessionView;
use hearth_host::entries::{EntryChange, EntryView};
use hearth_host::home::owned::{Consequence, Inventory, Wishes};
use hearth_host::install::{GenerationDetail, GenerationView, Installed, Options};
use hearth_host::limits::Limits;
use hearth_host::store::{AuditQuery, CreatedToken, NewToken, TokenView};

use self::alone::Alone;
use self::running::Running;
use super::audit::Lines;
use super::config::HomeSource;

/// A host that starts or stops holds the directory without answering for about this long at most.
const PATIENCE: Duration = Duration::from_secs(5);
const RETRY: Duration = Duration::from_millis(20);

/// Sessions that are to end.
pub enum WhichSessions {
    /// The one whose id begins so.
    One(String),
    OfPrincipal(String),
    All,
}

/// Does what the owner's commands ask for.
pub trait Desk {
    fn entries(&self) -> anyhow::Result<Vec<EntryView>>;
    fn entry(&self, id: &str) -> anyhow::Result<EntryView>;
    fn add_entry(&self, change: EntryChange) -> anyhow::Result<EntryView>;
    fn set_entry(&self, id: &str, change: EntryChange) -> anyhow::Result<EntryView>;
    fn remove_entry(&self, id: &str) -> anyhow::Result<()>;
    fn tokens(&self) -> anyhow::Result<Vec<TokenView>>;
    fn create_token(&self, new: NewToken) -> anyhow::Result<CreatedToken>;
    fn revoke_token(&self, name: &str) -> anyhow::Result<TokenView>;
    /// All that is in the home; where no host runs, in the one that this names.
    fn inventory(&self, home: &HomeSource) -> anyhow::Result<Inventory>;
    /// What clients would see if this came true.
    fn preview_exposure(&self, home: &HomeSource, wishes: &Wishes) -> anyhow::Result<Consequence>;
    /// Has this come true.
    fn expose(&self, home: &HomeSource, wishes: &Wishes) -> anyhow::Result<Consequence>;
    /// Reads the audit to its end; where it is followed, until the host has ended or nobody takes the lines any more.
    fn audit(&self, query: &AuditQuery, lines: &mut Lines) -> anyhow::Result<()>;
    /// The sessions, the oldest first.
    fn sessions(&self) -> anyhow::Result<Vec<SessionView>>;
    /// Ends sessions, and answers those that it ended.
    fn end_sessions(&self, which: WhichSessions) -> anyhow::Result<Vec<SessionView>>;
    /// The generations that are known, in order.
    fn generations(&self) -> anyhow::Result<Vec<GenerationView>>;
    /// One generation; without a number the one that runs, or ran last.
    fn generation(&self, number: Option<u64>) -> anyhow::Result<GenerationDetail>;
    /// Installs these bytes; without any the component that is built in.
    fn install(&self, bytes: Option<Vec<u8>>, options: Options) -> anyhow::Result<Installed>;
    /// Goes back to the generation before.
    fn roll_back(&self) -> anyhow::Result<Installed>;
    /// Writes to the database what waits to be written.
    fn write_all(&self) -> anyhow::Result<()>;
    /// Takes the backup that was staged in the place of what is there.
    fn take_restored(self: Box<Self>) -> anyhow::Result<()>;
}

/// Where the host that runs on the data directory is, and how it is; `None` when none runs.
pub fn status(data_dir: &DataDir) -> anyhow::Result<Option<(String, serde_json::Value)>> {
    let Some(run) = data_dir.running() else { return Ok(None) };
    let url = run.url.clone();
    let status = Running::new(data_dir.clone(), run).status()?;
    Ok(Some((url, status)))
}

/// Finds out whether a host runs on the data directory, and takes the desk there or takes the directory.
pub fn at(data_dir: &DataDir) -> anyhow::Result<Box<dyn Desk>> {
    at_within(data_dir, Limits::default())
}

/// The same, within these limits where no host runs.
pub fn at_within(data_dir: &DataDir, limits: Limits) -> anyhow::Result<Box<dyn Desk>> {
    let end = Instant::now() + PATIENCE;
    loop {
        let in_use = match data_dir.hold() {
            Ok(held) => return Ok(Box::new(Alone::open(data_dir.clone(), limits, held)?)),
            Err(error @ DataDirError::InUse { .. }) => error,
            Err(error) => return Err(error.into()),
        };
        if let Some(running) = Running::that_answers(data_dir) {
            return Ok(Box::new(running));
        }
        if Instant::now() >= end {
            return Err(in_use).context("The Hearth that holds the data directory does not answer");
        }
        thread::sleep(RETRY);
    }
}

/// A host that has ended and comes again does so within this time.
const COMES_AGAIN: Duration = Duration::from_secs(5);

/// The desk of the host that comes after one that has ended; none when it does not come.
pub fn after_a_restart(data_dir: &DataDir) -> Option<Box<dyn Desk>> {
    let end = Instant::now() + COMES_AGAIN;
    while Instant::now() < end {
        if let Some(running) = Running::that_answers(data_dir) {
            return Some(Box::new(running));
        }
        thread::sleep(RETRY);
    }
    None
}
