//! What of the home assistants may see: what its owner says by hand, else what the file says, else everything.

use std::collections::{BTreeMap, BTreeSet};

use super::file::{Entity, HomeFile, MAX_ENTITIES};
use crate::clock::Moment;
use crate::home::owned::{ExposeError, Gone, Why, Wishes};

/// Entities of which a word of the owner's is kept, those that the home has no more among them: a file is soon mended,
/// and then its entities are hidden as they were.
pub const MAX_SAID: usize = 2 * MAX_ENTITIES;

/// What the owner said of an entity by hand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Said {
    /// That assistants may see it, or that they may not.
    pub exposed: bool,
    /// When.
    pub since: Moment,
}

/// What is exposed, and what of that the owner said by hand.
#[derive(Debug, Clone)]
pub(super) struct Exposure {
    /// By the place of the entity in the file.
    exposed: Vec<bool>,
    /// By entity id; also of entities that the file has no more.
    said: BTreeMap<String, Said>,
}

impl Exposure {
    /// What is exposed of this home, when its owner said this.
    pub fn restore(home: &HomeFile, said: BTreeMap<String, Said>) -> Self {
        let exposed = home.entities.iter().map(|entity| {
            let said = said.get(&entity.config.id).map(|said| said.exposed);
            said.or(entity.config.exposed).unwrap_or(true)
        });
        Self {
            exposed: exposed.collect(),
            said,
        }
    }

    /// Whether assistants may see this entity.
    pub fn is_exposed(&self, place: usize) -> bool {
        self.exposed[place]
    }

    /// The entities that assistants may see, in the order of the file.
    pub fn exposed<'a>(&'a self, home: &'a HomeFile) -> impl Iterator<Item = &'a Entity> {
        let entities = home.entities.iter().enumerate();
        entities
            .filter(|(place, _)| self.is_exposed(*place))
            .map(|(_, entity)| entity)
    }

    /// Why it is as it is with this entity.
    pub fn why(&self, entity: &Entity) -> Why {
        match (self.said.get(&entity.config.id), entity.config.exposed) {
            (Some(said), _) => Why::Hand { since: said.since },
            (None, Some(_)) => Why::Description,
            (None, None) => Why::Default,
        }
    }

    /// What the owner said of entities that the home does not have.
    pub fn gone(&self, home: &HomeFile) -> Vec<Gone> {
        let there = ids(home);
        let gone = self.said.iter().filter(|(id, _)| !there.contains(id.as_str()));
        gone.map(|(id, said)| Gone {
            id: id.clone(),
            exposed: said.exposed,
            since: said.since,
        })
        .collect()
    }

    /// What is to be kept for these wishes to come true: of each entity that it concerns what is said of it from now on.
    ///
    /// # Errors
    /// When there is no such entity, or of too many something is said.
    pub fn news(
        &self,
        home: &HomeFile,
        wishes: &Wishes,
        now: Moment,
    ) -> Result<BTreeMap<String, Option<Said>>, ExposeError> {
        let there = ids(home);
        let mut news = BTreeMap::new();
        for (id, wish) in wishes {
            let before = self.said.get(id);
            // What is said of an entity that is gone can be taken back, and nothing can be said of it.
            if !there.contains(id.as_str()) && (wish.is_some() || before.is_none()) {
                return Err(ExposeError::Unknown(id.clone()));
            }
            if before.map(|said| said.exposed) != *wish {
                news.insert(id.clone(), wish.map(|exposed| Said { exposed, since: now }));
            }
        }
        let added = news
            .iter()
            .filter(|(id, said)| said.is_some() && !self.said.contains_key(*id));
        if self.said.len() + added.count() > MAX_SAID {
            return Err(ExposeError::TooMany(MAX_SAID));
        }
        Ok(news)
    }

    /// The same after this news.
    pub fn after(&self, home: &HomeFile, news: &BTreeMap<String, Option<Said>>) -> Self {
        let mut said = self.said.clone();
        for (id, news) in news {
            match news {
                Some(news) => said.insert(id.clone(), *news),
                None => said.remove(id),
            };
        }
        Self::restore(home, said)
    }
}

fn ids(home: &HomeFile) -> BTreeSet<&str> {
    home.entities.iter().map(|entity| entity.config.id.as_str()).collect()
}
