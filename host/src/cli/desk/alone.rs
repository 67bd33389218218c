//! The desk where no host runs: the command works on the database.

use std::collections::BTreeMap;
use std::sync::Arc;

use anyhow::bail;
use hearth_host::backup::staged;
use hearth_host::clock::{SharedClock, SystemClock};
use hearth_host::contract::hearth::mcp::home::Home as Snapshot;
use hearth_host::data_dir::{DataDir, Held};
use hearth_host::engine::SessionView;
use hearth_host::entries::{Entries, EntryChange, EntryView};
use hearth_host::home::Home as _;
use hearth_host::home::embedded::EmbeddedHome;
use hearth_host::home::embedded::exposure::Said;
use hearth_host::home::embedded::state::{KeepError, StateStore};
use hearth_host::home::owned::{Consequence, Inventory, Owned as _, Wishes};
use hearth_host::install::{Candidate, GenerationDetail, GenerationView, InstallError, Installed, Installer, Options};
use hearth_host::limits::Limits;
use hearth_host::store::{AuditQuery, AuditReader, CreatedToken, HomeStates, NewToken, Store, TokenView, Tokens};
use serde_json::Value;

use super::{Desk, WhichSessions};
use crate::cli::audit::Lines;
use crate::cli::config::HomeSource;
use crate::cli::{component, home};

/// The data directory, taken for as long as the command works.
pub struct Alone {
    data_dir: DataDir,
    limits: Limits,
    store: Store,
    entries: Arc<Entries>,
    tokens: Tokens,
    /// Keeps a host from starting meanwhile. Dropped last.
    held: Held,
}

impl Alone {
    /// Takes the desk of a directory that is held.
    pub fn open(data_dir: DataDir, limits: Limits, held: Held) -> anyhow::Result<Self> {
        staged::take(&data_dir, &held)?;
        let store = Store::open(&data_dir.database(), Arc::new(SystemClock), &limits)?;
        Ok(Self {
            entries: Arc::new(Entries::open(store.clone())?),
            tokens: Tokens::open(store.clone())?,
            data_dir,
            limits,
            store,
            held,
        })
    }

    /// The home as the next start would find it.
    fn home(&self, source: &HomeSource) -> anyhow::Result<Arc<EmbeddedHome>> {
        let states = AsKept(HomeStates::new(self.store.clone()));
        home::open(source, Arc::new(states), &(Arc::new(SystemClock) as SharedClock))
    }

    /// Has an installer do this, which prepares what the next start begins with.
    fn with_installer<T, F>(&self, work: impl FnOnce(Arc<Installer>) -> F) -> anyhow::Result<T>
    where
        F: Future<Output = Result<T, InstallError>>,
    {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let grounds = component::grounds(
            &self.data_dir,
            &self.limits,
            (&self.store, &self.entries),
            component::UNWATCHED,
            Arc::new(SystemClock),
        )?;
        Ok(runtime.block_on(work(Arc::new(Installer::new(grounds))))?)
    }
}

impl Desk for Alone {
    fn entries(&self) -> anyhow::Result<Vec<EntryView>> {
        Ok(self.entries.list())
    }

    fn entry(&self, id: &str) -> anyhow::Result<EntryView> {
        Ok(self.entries.show(id)?)
    }

    fn add_entry(&self, change: EntryChange) -> anyhow::Result<EntryView> {
        Ok(self.entries.add(change)?)
    }

    fn set_entry(&self, id: &str, change: EntryChange) -> anyhow::Result<EntryView> {
        Ok(self.entries.set(id, change)?)
    }

    fn remove_entry(&self, id: &str) -> anyhow::Result<()> {
        Ok(self.entries.remove(id)?)
    }

    fn tokens(&self) -> anyhow::Result<Vec<TokenView>> {
        Ok(self.tokens.list())
    }

    fn create_token(&self, new: NewToken) -> anyhow::Result<CreatedToken> {
        Ok(self.tokens.create(new)?)
    }

    fn revoke_token(&self, name: &str) -> anyhow::Result<TokenView> {
        Ok(self.tokens.revoke(name)?)
    }

    fn inventory(&self, home: &HomeSource) -> anyhow::Result<Inventory> {
        Ok(self.home(home)?.inventory())
    }

    fn preview_exposure(&self, home: &HomeSource, wishes: &Wishes) -> anyhow::Result<Consequence> {
        let home = self.home(home)?;
        Ok(consequence(&home.snapshot(), &home.supposing(wishes)?))
    }

    fn expose(&self, home: &HomeSource, wishes: &Wishes) -> anyhow::Result<Consequence> {
        let home = self.home(home)?;
        let before = home.snapshot();
        home.expose(wishes)?;
        Ok(consequence(&before, &home.snapshot()))
    }

    fn audit(&self, query: &AuditQuery, lines: &mut Lines) -> anyhow::Result<()> {
        if query.follow {
            bail!("No Hearth runs here that could be followed. Start it, or leave out --follow to read what there is.");
        }
        let mut reader = AuditReader::open(&self.data_dir.database(), query.clone())?;
        loop {
            let page = reader.page()?;
            if page.is_empty() || lines.is_over() {
                return Ok(());
            }
            for line in &page {
                lines.take(&serde_json::to_string(line)?)?;
            }
        }
    }

    fn sessions(&self) -> anyhow::Result<Vec<SessionView>> {
        bail!(
            "No Hearth runs on {}, so there are no sessions. Start it with `hearth serve`, or name another directory with \
             --data-dir.",
            self.data_dir.path().display()
        )
    }

    fn end_sessions(&self, _which: WhichSessions) -> anyhow::Result<Vec<SessionView>> {
        self.sessions()
    }

    fn generations(&self) -> anyhow::Result<Vec<GenerationView>> {
        self.with_installer(|installer| async move { installer.list().await })
    }

    fn generation(&self, number: Option<u64>) -> anyhow::Result<GenerationDetail> {
        self.with_installer(|installer| async move { installer.show(number).await })
    }

    fn install(&self, bytes: Option<Vec<u8>>, options: Options) -> anyhow::Result<Installed> {
        let candidate = bytes.map_or(Candidate::BuiltIn, |bytes| Candidate::Given(bytes.into()));
        self.with_installer(|installer| async move {
            let turn = installer.turn().await;
            installer.install(turn, candidate, options).await
        })
    }

    fn roll_back(&self) -> anyhow::Result<Installed> {
        self.with_installer(|installer| async move {
            let turn = installer.turn().await;
            installer.roll_back(turn).await
        })
    }

    fn write_all(&self) -> anyhow::Result<()> {
        self.store.flush();
        Ok(())
    }

    fn take_restored(self: Box<Self>) -> anyhow::Result<()> {
        self.store.close();
        staged::take(&self.data_dir, &self.held)?;
        Ok(())
    }
}

/// Which tools go with it only a component knows, and none runs.
fn consequence(before: &Snapshot, after: &Snapshot) -> Consequence {
    Consequence::between(before, after, [None, None])
}

/// The states of the home as they are kept: who only looks at a home does not move it on.
struct AsKept(HomeStates);

impl StateStore for AsKept {
    fn load(&self) -> BTreeMap<String, Value> {
        self.0.load()
    }

    fn save(&self, _entity: &str, _state: &Value) {}

    fn load_exposure(&self) -> Result<BTreeMap<String, Said>, KeepError> {
        self.0.load_exposure()
    }

    fn keep_exposure(&self, said: &BTreeMap<String, Option<Said>>) -> Result<(), KeepError> {
        self.0.keep_exposure(said)
    }
}
