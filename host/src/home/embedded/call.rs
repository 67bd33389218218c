//! Service calls: finding the service, the entities that are meant, and doing it to each.

use std::collections::BTreeMap;

use futures_util::future::BoxFuture;
use serde_json::{Map, Value};

use super::domains::{self, Domain, Service};
use super::intent;
use super::live::Set;
use super::model::{ServiceError, UNAVAILABLE};
use super::scene;
use super::script::runs::Lineage;
use super::script::services as script_services;
use super::show::{self, GENERIC};
use super::target::Target;
use super::{EmbeddedHome, OnProgress};
use crate::clock::Moment;

/// A service call.
#[derive(Debug, Clone)]
pub(super) struct Call {
    /// `light`.
    pub domain: String,
    /// `turn_on`.
    pub service: String,
    /// The service data, with the keys of the target in it, as Home Assistant has it.
    pub data: Map<String, Value>,
}

impl Call {
    /// A call of `light.turn_on`.
    ///
    /// # Errors
    /// When the name is none.
    pub fn new(action: &str, target: Map<String, Value>, mut data: Map<String, Value>) -> Result<Self, ServiceError> {
        let (domain, service) = action.split_once('.').ok_or_else(|| not_found(action))?;
        data.extend(target);
        Ok(Self {
            domain: domain.to_owned(),
            service: service.to_owned(),
            data,
        })
    }

    /// `light.turn_on`.
    pub fn name(&self) -> String {
        format!("{}.{}", self.domain, self.service)
    }
}

/// There is no such service.
pub(super) fn not_found(action: &str) -> ServiceError {
    ServiceError::Refused(format!("Action {action} not found"))
}

impl EmbeddedHome {
    /// Does a call, and answers its response where it has one.
    pub(super) fn call<'a>(
        &'a self,
        call: Call,
        lineage: &'a Lineage,
        progress: Option<&'a OnProgress>,
    ) -> BoxFuture<'a, Result<Option<Value>, ServiceError>> {
        Box::pin(async move {
            match call.domain.as_str() {
                "homeassistant" if GENERIC.contains(&call.service.as_str()) => self.call_generic(call, lineage).await,
                "script" => self.call_script(call, lineage, progress).await,
                "scene" => self.call_scene(call).map(|()| None),
                intent::DOMAIN => self.call_intent(call, lineage, progress).await,
                _ => {
                    let known = self.service(&call.domain, &call.service);
                    let (rules, service) = known.ok_or_else(|| not_found(&call.name()))?;
                    self.call_entities(rules, service, call.data)
                }
            }
        })
    }

    /// A service of a domain, if the home has entities of that domain.
    fn service(&self, domain: &str, service: &str) -> Option<(&'static dyn Domain, &'static Service)> {
        let rules = domains::domain(domain).filter(|rules| show::has_domain(&self.file, rules.name()))?;
        let service = rules.services().iter().find(|known| known.name == service)?;
        Some((rules, service))
    }

    /// `homeassistant.turn_on` and its like: the service of that name of each domain; entities of a domain that has
    /// none are passed over, as Home Assistant does.
    async fn call_generic(&self, mut call: Call, lineage: &Lineage) -> Result<Option<Value>, ServiceError> {
        let target = Target::take(&mut call.data)?;
        let mut by_domain: BTreeMap<&str, Vec<Value>> = BTreeMap::new();
        for place in target.expand(&self.file, None) {
            let config = &self.file.entities[place].config;
            let of_domain = by_domain.entry(&config.domain).or_default();
            of_domain.push(Value::String(config.id.clone()));
        }
        let mut result = Ok(None);
        for (domain, entities) in by_domain {
            let mut data = call.data.clone();
            data.insert("entity_id".to_owned(), Value::Array(entities));
            let part = Call {
                domain: domain.to_owned(),
                service: call.service.clone(),
                data,
            };
            if !self.has_service(&part.domain, &part.service) {
                continue;
            }
            // The other domains are served all the same; the first error is the answer.
            if let Err(error) = self.call(part, lineage, None).await
                && result.is_ok()
            {
                result = Err(error);
            }
        }
        result
    }

    /// Does a service of a domain to every entity that is meant: first all is checked, then all of it is done, each
    /// entity for itself. What they answer stands under their ids.
    fn call_entities(
        &self,
        rules: &'static dyn Domain,
        service: &Service,
        mut data: Map<String, Value>,
    ) -> Result<Option<Value>, ServiceError> {
        let target = Target::take(&mut data)?.required()?;
        let data = rules.validate(service.name, &data)?;
        let now = self.clock.now();
        let mut live = self.live();
        let mut done = live.advance(&self.file, &*self.store, now);
        let result = self
            .able(&live, rules, service, &target)
            .and_then(|places| match service.answers {
                true => self.ask(&live, &places, rules, service, &data, now).map(Some),
                false => self
                    .apply(&mut live, &places, rules, service, &data, now, &mut done)
                    .map(|()| None),
            });
        drop(live);
        self.tell(done);
        result
    }

    /// What these entities answer, by their ids.
    fn ask(
        &self,
        live: &super::live::Live,
        places: &[usize],
        rules: &dyn Domain,
        service: &Service,
        data: &Map<String, Value>,
        now: Moment,
    ) -> Result<Value, ServiceError> {
        let answers = places.iter().map(|&place| {
            let config = &self.file.entities[place].config;
            let answer = rules.answer(config, live.state(place), service.name, data, now)?;
            Ok((config.id.clone(), answer))
        });
        answers.collect::<Result<Map<_, _>, _>>().map(Value::Object)
    }

    /// The entities that are meant and can do it. One that cannot is passed over, unless it was named itself.
    fn able(
        &self,
        live: &super::live::Live,
        rules: &dyn Domain,
        service: &Service,
        target: &Target,
    ) -> Result<Vec<usize>, ServiceError> {
        let mut able = Vec::new();
        for place in target.expand(&self.file, Some(rules.name())) {
            let entity = &self.file.entities[place];
            if live.state(place).state == UNAVAILABLE {
                continue;
            }
            if service.suits(show::features(entity)) {
                able.push(place);
            } else if target.names(&entity.config.id) {
                return Err(ServiceError::Refused(format!(
                    "Entity {} does not support action {}.{}",
                    entity.config.id,
                    rules.name(),
                    service.name
                )));
            }
        }
        Ok(able)
    }

    #[allow(
        clippy::too_many_arguments,
        reason = "the one place where all of a call comes together"
    )]
    fn apply(
        &self,
        live: &mut super::live::Live,
        places: &[usize],
        rules: &dyn Domain,
        service: &Service,
        data: &Map<String, Value>,
        now: Moment,
        done: &mut Set,
    ) -> Result<(), ServiceError> {
        let mut result = Ok(());
        for &place in places {
            let config = &self.file.entities[place].config;
            let mut state = live.state(place).clone();
            match rules.call(config, &mut state, service.name, data, now) {
                Ok(()) => {
                    *done |= live.set(&self.file, &*self.store, place, state, now);
                    *done |= self.follow(live, place, now);
                }
                // The other entities are served all the same; the first error is the answer.
                Err(error) if result.is_ok() => result = Err(error),
                Err(_) => {}
            }
        }
        let served: Vec<_> = places.iter().map(|place| &self.file.entities[*place].config).collect();
        let left_over = rules.left_over(service.name, data, &served);
        result.and(left_over.map_or(Ok(()), Err))
    }

    /// Whether this service changes nothing.
    pub(super) fn only_answers(&self, domain: &str, service: &str) -> bool {
        self.service(domain, service)
            .is_some_and(|(_, service)| service.answers)
    }

    /// Whether the home has this service.
    pub(super) fn has_service(&self, domain: &str, service: &str) -> bool {
        match domain {
            "homeassistant" => GENERIC.contains(&service),
            "scene" => show::has_domain(&self.file, domain) && scene::SERVICES.contains(&service),
            "script" => {
                let of_any = show::has_domain(&self.file, domain) && script_services::SERVICES.contains(&service);
                of_any || self.script(service).is_some()
            }
            _ => self.service(domain, service).is_some(),
        }
    }
}
