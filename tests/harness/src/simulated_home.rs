//! A home that does what the test says: some entities, exposed or not, and actions that wait until they are let go.

mod furniture;
mod shown;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use hearth_host::contract::hearth::mcp::types::{Action, Change, Progress};
use hearth_host::home::{ActionError, OnProgress};
use serde_json::{Value, json};
use tokio::sync::{Notify, Semaphore};

/// See the module.
pub struct SimulatedHome {
    state: Mutex<State>,
    news: Notify,
    /// Actions that wait (`script.slow`, those that are held, and any with `{"wait": true}`) take one permit each.
    gate: Semaphore,
    waiting: AtomicUsize,
    cancelled: AtomicUsize,
    /// All actions wait, until they are let go.
    all_held: AtomicBool,
}

struct State {
    revision: u64,
    entities: BTreeMap<String, Entity>,
    /// Services that the home has no more, as `light.turn_on`.
    withdrawn: BTreeSet<String>,
    /// Entities that fail whatever is asked of them.
    broken: BTreeSet<String>,
    changes: Vec<Change>,
    /// What was done, as `light.turn_on light.bed`.
    done: Vec<String>,
    /// What every action fails with.
    failure: Option<String>,
    reporters: Vec<Arc<OnProgress>>,
    /// Actions that wait, beside `script.slow`.
    held: BTreeSet<String>,
    /// See [`SimulatedHome::furnish`].
    furnished: bool,
}

#[derive(Clone)]
struct Entity {
    name: String,
    state: String,
    exposed: bool,
}

impl Default for SimulatedHome {
    fn default() -> Self {
        let entity = |id: &str, name: &str, state: &str, exposed| {
            let (name, state) = (name.to_owned(), state.to_owned());
            (id.to_owned(), Entity { name, state, exposed })
        };
        let entities = BTreeMap::from([
            entity("cover.blind", "Blind", "closed", true),
            entity("light.bed", "Bed Light", "off", true),
            entity("light.ceiling", "Ceiling Light", "off", true),
            entity("light.safe", "Safe Light", "off", false),
            entity("lock.front", "Front Door", "locked", true),
            entity("script.slow", "Slow", "off", true),
            entity("script.hidden", "Hidden", "off", false),
        ]);
        Self {
            state: Mutex::new(State {
                revision: 1,
                entities,
                withdrawn: BTreeSet::new(),
                broken: BTreeSet::new(),
                changes: Vec::new(),
                done: Vec::new(),
                failure: None,
                reporters: Vec::new(),
                held: BTreeSet::new(),
                furnished: false,
            }),
            news: Notify::new(),
            gate: Semaphore::new(0),
            waiting: AtomicUsize::new(0),
            cancelled: AtomicUsize::new(0),
            all_held: AtomicBool::new(false),
        }
    }
}

impl SimulatedHome {
    /// Adds two players that play, a to-do list of bread and milk, a calendar, and a sentence that the owner wrote.
    pub fn furnish(&self) {
        self.register(|state| {
            state.furnished = true;
            for (id, name, now) in furniture::ENTITIES {
                let (name, now) = (name.to_owned(), now.to_owned());
                let entity = Entity {
                    name,
                    state: now,
                    exposed: true,
                };
                state.entities.insert(id.to_owned(), entity);
            }
        });
    }

    /// Lets that many waiting actions go on, in the order in which they came.
    pub fn release(&self, actions: usize) {
        self.gate.add_permits(actions);
    }

    /// Lets every action of this name wait from now on, as a device does that does not answer.
    pub fn hold(&self, action: &str) {
        self.lock().held.insert(action.to_owned());
    }

    /// From now on all actions wait; or none does, and those that wait go on.
    pub fn hold_all(&self, hold: bool) {
        self.all_held.store(hold, Ordering::SeqCst);
        if !hold {
            self.release(self.waiting());
        }
    }

    /// From now on every action fails with this text; none: they work again.
    pub fn fail(&self, text: Option<&str>) {
        self.lock().failure = text.map(str::to_owned);
    }

    /// Actions that wait now.
    pub fn waiting(&self) -> usize {
        self.waiting.load(Ordering::SeqCst)
    }

    /// Actions that were dropped while they waited.
    pub fn cancelled(&self) -> usize {
        self.cancelled.load(Ordering::SeqCst)
    }

    /// What was done until now.
    pub fn done(&self) -> Vec<String> {
        self.lock().done.clone()
    }

    /// All running actions say how far they have come.
    pub fn report(&self, done: f64) {
        let reporters = self.lock().reporters.clone();
        for report in reporters {
            report(Progress {
                done,
                total: Some(10.0),
                text: None,
            });
        }
    }

    /// Someone changes an entity by hand.
    pub fn set(&self, entity: &str, state: &str) {
        self.lock().set(entity, state);
        self.news.notify_one();
    }

    /// The owner exposes an entity, or hides it.
    pub fn expose(&self, entity: &str, exposed: bool) {
        self.register(|state| {
            if let Some(entity) = state.entities.get_mut(entity) {
                entity.exposed = exposed;
            }
        });
    }

    /// The owner gives an entity another name.
    pub fn rename(&self, entity: &str, name: &str) {
        self.register(|state| {
            if let Some(entity) = state.entities.get_mut(entity) {
                name.clone_into(&mut entity.name);
            }
        });
    }

    /// A service such as `light.turn_on` is there, or is no more.
    pub fn offer_service(&self, service: &str, offered: bool) {
        self.register(|state| {
            if offered {
                state.withdrawn.remove(service);
            } else {
                state.withdrawn.insert(service.to_owned());
            }
        });
    }

    /// From now on an entity fails whatever is asked of it, or does so no more. Nobody is told.
    pub fn break_down(&self, entity: &str, broken: bool) {
        let mut state = self.lock();
        if broken {
            state.broken.insert(entity.to_owned());
        } else {
            state.broken.remove(entity);
        }
    }

    /// A change of any kind reaches the component.
    pub fn change(&self, kind: &str, id: &str, data: &Value) {
        self.lock()
            .changes
            .push(change(kind, id, data.to_string().into_bytes()));
        self.news.notify_one();
    }

    /// Something other than a state is no more what it was.
    fn register(&self, edit: impl FnOnce(&mut State)) {
        let mut state = self.lock();
        state.revision += 1;
        edit(&mut state);
        state.changes.push(change("registry", "", Vec::new()));
        drop(state);
        self.news.notify_one();
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn wait(&self) {
        struct Waiting<'a>(&'a SimulatedHome, bool);
        impl Drop for Waiting<'_> {
            fn drop(&mut self) {
                self.0.waiting.fetch_sub(1, Ordering::SeqCst);
                if !self.1 {
                    self.0.cancelled.fetch_add(1, Ordering::SeqCst);
                }
            }
        }
        self.waiting.fetch_add(1, Ordering::SeqCst);
        let mut waiting = Waiting(self, false);
        if let Ok(permit) = self.gate.acquire().await {
            permit.forget();
        }
        waiting.1 = true;
    }

    async fn act(&self, action: Action, progress: OnProgress) -> Result<Option<Vec<u8>>, ActionError> {
        self.lock().reporters.push(Arc::new(progress));
        let target: Value = serde_json::from_slice(&action.target).unwrap_or_default();
        let data: Value = serde_json::from_slice(&action.data).unwrap_or_default();
        let (_, service) = action.name.split_once('.').unwrap_or_default();
        let entities: Vec<String> = match &target["entity_id"] {
            Value::Array(entities) => entities.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
            Value::String(entity) => vec![entity.clone()],
            _ => Vec::new(),
        };
        let held = self.all_held.load(Ordering::SeqCst) || self.lock().held.contains(&action.name);
        if held || action.name == "script.slow" || data["wait"] == true {
            self.wait().await;
        }
        let mut state = self.lock();
        if let Some(text) = data["fail"].as_str().or(state.failure.as_deref()) {
            return Err(ActionError(text.to_owned()));
        }
        // A script is called by its own name.
        let asked = entities.iter().chain([&action.name]);
        if let Some(broken) = asked.into_iter().find(|asked| state.broken.contains(*asked)) {
            return Err(ActionError(format!("{broken} does not answer")));
        }
        let done = [
            action.name.clone(),
            entities.join(" "),
            furniture::item(&data).to_owned(),
        ];
        let done: Vec<String> = done.into_iter().filter(|part| !part.is_empty()).collect();
        state.done.push(done.join(" "));
        let answer = furniture::answer(&action.name, &entities, &data);
        for entity in entities {
            match service {
                "turn_on" => state.set(&entity, "on"),
                "turn_off" => state.set(&entity, "off"),
                "open_cover" => state.set(&entity, "open"),
                "close_cover" => state.set(&entity, "closed"),
                "lock" => state.set(&entity, "locked"),
                "unlock" => state.set(&entity, "unlocked"),
                _ => {
                    if let Some(new) = furniture::becomes(service) {
                        state.set(&entity, new);
                    }
                }
            }
        }
        drop(state);
        self.news.notify_one();
        let answer = answer.or_else(|| (service == "look").then(|| json!({"seen": "nothing"})));
        Ok(answer.map(|answer| answer.to_string().into_bytes()))
    }
}

impl State {
    fn set(&mut self, id: &str, new: &str) {
        self.revision += 1;
        let Some(entity) = self.entities.get_mut(id) else {
            return;
        };
        entity.state = new.to_owned();
        if entity.exposed {
            let data = json!({"state": new, "attributes": {"friendly_name": entity.name}});
            self.changes.push(change("state", id, data.to_string().into_bytes()));
        }
    }
}

fn change(kind: &str, id: &str, data: Vec<u8>) -> Change {
    Change {
        kind: kind.to_owned(),
        id: id.to_owned(),
        data,
    }
}
