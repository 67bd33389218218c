//! The desk where no host runs: the command works on the database.

use std::sync::Arc;

use hearth_host::backup::staged;
use hearth_host::clock::SystemClock;
use hearth_host::data_dir::{DataDir, Held};
use hearth_host::entries::{Entries, EntryChange, EntryView};
use hearth_host::install::{Candidate, GenerationDetail, GenerationView, InstallError, Installed, Installer, Options};
use hearth_host::limits::Limits;
use hearth_host::store::{CreatedToken, NewToken, Store, TokenView, Tokens};

use super::Desk;
use crate::cli::component;

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
