//! What scripts mention: checked when all of the file is known, since a script may call one that stands below it.

use super::super::domains::domain;
use super::super::script::services as script_services;
use super::super::{scene, show};
use super::node::Problem;
use super::places::Ids;
use super::scripts::Mention;
use super::{Entity, Kind};

pub(super) fn check(
    mentions: &[Mention],
    entities: &[Entity],
    ids: &Ids,
    areas: &Ids,
    labels: &Ids,
) -> Result<(), Problem> {
    for mention in mentions {
        action(mention, entities)?;
        for entity in &mention.entities {
            if !["all", "none"].contains(&entity.text.as_str()) {
                ids.check(entity)?;
            }
        }
        mention.areas.iter().try_for_each(|area| areas.check(area))?;
        mention.labels.iter().try_for_each(|label| labels.check(label))?;
    }
    Ok(())
}

fn action(mention: &Mention, entities: &[Entity]) -> Result<(), Problem> {
    let word = &mention.action;
    let Some((domain_name, service)) = word.text.split_once('.') else {
        let reason = format!("`{}` is not an action; it looks like light.turn_on", word.text);
        return Err(Problem::new(word.at, reason));
    };
    let is_script = |service: &str| {
        let scripts = entities.iter().filter(|entity| matches!(entity.kind, Kind::Script(_)));
        scripts.into_iter().any(|script| script.config.object_id == service)
    };
    let services: Vec<&str> = match domain_name {
        "homeassistant" => show::GENERIC.to_vec(),
        "scene" => scene::SERVICES.to_vec(),
        "script" if is_script(service) => return Ok(()),
        "script" => script_services::SERVICES.to_vec(),
        _ if !entities.iter().any(|entity| entity.config.domain == domain_name) => {
            let reason = format!("there is no action `{}`: the file has no {domain_name}", word.text);
            return Err(Problem::new(word.at, reason));
        }
        _ => domain(domain_name).map_or_else(Vec::new, |rules| {
            rules.services().iter().map(|service| service.name).collect()
        }),
    };
    if !services.contains(&service) {
        let reason = format!(
            "there is no action `{}`; {domain_name} has {}",
            word.text,
            services.join(", ")
        );
        return Err(Problem::new(word.at, reason));
    }
    if let Some(variable) = &mention.response_variable {
        let reason = format!("{} answers nothing, so `{}` would stay empty", word.text, variable.text);
        return Err(Problem::new(variable.at, reason));
    }
    if let (Some((data, at)), Some(rules)) = (&mention.data, domain(domain_name)) {
        rules
            .validate(service, data)
            .map_err(|error| Problem::new(*at, format!("{}: {error}", word.text)))?;
    }
    Ok(())
}
