//! The home that Hearth brings itself: small and virtual, with the services of its domains and their real rules.
//!
//! It is described by a file ([`mod@file`]), and what it is doing is kept across restarts ([`state`]). Time comes from the
//! host's clock alone.

mod call;
pub mod domains;
pub mod exposure;
pub mod file;
pub mod follow;
pub mod intent;
mod live;
pub mod model;
mod motion;
mod owned;
pub mod scene;
pub mod script;
mod show;
pub mod state;
mod target;
#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use futures_util::future::BoxFuture;
use jiff::{Timestamp, Zoned};
use serde_json::{Map, Value};
use tokio::sync::Notify;

use self::call::Call;
use self::exposure::Exposure;
use self::file::{HomeFile, HomeFileError};
use self::live::{Live, Set};
use self::script::runs::{Lineage, Runs};
use self::script::template;
use self::state::{KeepError, StateStore};
use super::{ActionError, Home, Nature, OnProgress};
use crate::clock::SharedClock;
use crate::contract::hearth::mcp::home as contract;
use crate::contract::hearth::mcp::types::{Action, Change};

/// A home described by a file.
pub struct EmbeddedHome {
    file: HomeFile,
    /// The place of an entity in the file, by its id.
    places: HashMap<String, usize>,
    clock: SharedClock,
    store: Arc<dyn StateStore>,
    live: Mutex<Live>,
    /// Held while what the owner says is kept, so that one word comes after the other and nobody else waits for the disk.
    changing: Mutex<()>,
    /// The scripts that run.
    runs: Runs,
    /// What templates of scripts can use.
    templates: minijinja::Environment<'static>,
    /// There are changes to take.
    news: Notify,
    /// Something moves sooner than the mover knows; also told when the home is dropped, so that the mover ends.
    moving: Arc<Notify>,
    /// For the tasks that outlive a call.
    myself: Weak<EmbeddedHome>,
}

/// Why there is no home.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The file does not describe one.
    #[error(transparent)]
    File(#[from] HomeFileError),
    /// Nobody knows what its owner hid.
    #[error("what the owner said of the exposure of entities cannot be read: {0}")]
    Exposure(#[from] KeepError),
}

impl EmbeddedHome {
    /// The home of this file, in the state that was kept of it; `file_name` is what messages call the file.
    ///
    /// # Errors
    /// When the file does not describe a home, or what its owner said of it cannot be read.
    pub fn open(
        file_text: &str,
        file_name: &str,
        store: Arc<dyn StateStore>,
        clock: SharedClock,
    ) -> Result<Arc<Self>, OpenError> {
        let file = HomeFile::parse(file_text, file_name)?;
        let places = file.entities.iter().enumerate();
        let places = places
            .map(|(place, entity)| (entity.config.id.clone(), place))
            .collect();
        let exposure = Exposure::restore(&file, store.load_exposure()?);
        let live = Mutex::new(Live::restore(&file, &*store, exposure));
        let home = Arc::new_cyclic(|myself| Self {
            file,
            places,
            clock,
            store,
            live,
            changing: Mutex::default(),
            runs: Runs::default(),
            templates: template::environment(myself),
            news: Notify::new(),
            moving: Arc::new(Notify::new()),
            myself: myself.clone(),
        });
        home.follow_all();
        home.advance();
        Ok(home)
    }

    /// The home that Hearth brings, as the text of its file.
    pub fn default_file() -> &'static str {
        include_str!("home.toml")
    }

    /// What the home is called.
    pub fn name(&self) -> &str {
        &self.file.name
    }

    /// Moves on what should have moved by now.
    fn advance(&self) {
        let now = self.clock.now();
        let done = self.live().advance(&self.file, &*self.store, now);
        self.tell(done);
    }

    /// The state and the attributes of an entity as they are now.
    fn state_of(&self, entity: &str) -> Option<(String, Map<String, Value>)> {
        self.advance();
        let place = *self.places.get(entity)?;
        let live = self.live();
        let state = live.state(place);
        Some((state.state.clone(), show::attributes(&self.file.entities[place], state)))
    }

    /// The time now, where the home is.
    fn now(&self) -> Zoned {
        let moment = i64::try_from(self.clock.now()).unwrap_or(i64::MAX);
        let moment = Timestamp::from_millisecond(moment).unwrap_or(Timestamp::MAX);
        moment.to_zoned(self.file.time_zone.clone())
    }

    /// Wakes whom a change concerns.
    fn tell(&self, done: Set) {
        if done.news {
            self.news.notify_one();
        }
        if done.moving {
            self.moving.notify_one();
        }
        motion::ensure(self);
    }

    fn live(&self) -> MutexGuard<'_, Live> {
        // What a panic left behind is still a home.
        self.live.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Home for EmbeddedHome {
    fn snapshot(&self) -> contract::Home {
        self.advance();
        let live = self.live();
        show::snapshot(&self.file, &live, live.exposure())
    }

    fn changed(&self) -> BoxFuture<'_, ()> {
        Box::pin(async move {
            loop {
                // Before the look, so that a change right after it is not missed.
                let news = self.news.notified();
                self.advance();
                if self.live().has_news() {
                    return;
                }
                news.await;
            }
        })
    }

    fn take_changes(&self) -> Vec<Change> {
        let mut live = self.live();
        let taken = live.take_news();
        let registry = live.take_reexposed().then(show::registry);
        let states = taken
            .into_iter()
            .map(|place| show::change(&self.file.entities[place], live.state(place)));
        states.chain(registry).collect()
    }

    fn exposes(&self, entity: &str) -> bool {
        self.places
            .get(entity)
            .is_some_and(|place| self.live().exposure().is_exposed(*place))
    }

    fn nature(&self, action: &str) -> Option<Nature> {
        let (domain, service) = action.split_once('.')?;
        if domain == intent::DOMAIN {
            return self.intent(service).map(|_| Nature::Write);
        }
        // A script that is not exposed does not exist for who asks through the contract.
        let hidden = domain == "script" && self.script(service).is_some() && !self.exposes(action);
        (!hidden && self.has_service(domain, service)).then(|| match self.only_answers(domain, service) {
            true => Nature::Read,
            false => Nature::Write,
        })
    }

    fn run(&self, action: Action, progress: OnProgress) -> BoxFuture<'_, Result<Option<Vec<u8>>, ActionError>> {
        Box::pin(async move {
            let target = object("target", &action.target)?;
            let data = object("data", &action.data)?;
            let call = Call::new(&action.name, target, data).map_err(refused)?;
            let response = self
                .call(call, &Lineage::default(), Some(&progress))
                .await
                .map_err(refused)?;
            Ok(response.map(|response| show::bytes(&response)))
        })
    }
}

impl Drop for EmbeddedHome {
    fn drop(&mut self) {
        self.moving.notify_one();
    }
}

fn refused(error: impl std::fmt::Display) -> ActionError {
    ActionError(error.to_string())
}

/// A JSON object of the contract; empty bytes are an empty one.
fn object(what: &str, bytes: &[u8]) -> Result<Map<String, Value>, ActionError> {
    if bytes.is_empty() {
        return Ok(Map::new());
    }
    match serde_json::from_slice(bytes) {
        Ok(Value::Object(object)) => Ok(object),
        Ok(_) => Err(ActionError(format!("the {what} of an action is a JSON object"))),
        Err(error) => Err(ActionError(format!("the {what} of an action is not JSON: {error}"))),
    }
}
