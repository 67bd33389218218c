//! Scenes of a home file.

use std::sync::Arc;

use serde_json::{Map, Value};

use super::super::scene::{self, Scene, Wanted};
use super::entities::{Known, described};
use super::node::{Problem, Table, Word};
use super::places::{Ids, slug};
use super::{Entity, Kind};

pub(super) fn scenes(
    root: &Table<'_>,
    known: &Known<'_>,
    ids: &mut Ids,
    entities: &[Entity],
) -> Result<Vec<Entity>, Problem> {
    root.tables("scenes")?
        .iter()
        .map(|table| scene(table, known, ids, entities))
        .collect()
}

fn scene(table: &Table<'_>, known: &Known<'_>, ids: &mut Ids, entities: &[Entity]) -> Result<Entity, Problem> {
    table.only(&[
        "id", "name", "area", "device", "aliases", "labels", "exposed", "icon", "entities",
    ])?;
    let object_id = slug(table.required("id")?)?;
    let id = Word {
        text: format!("scene.{}", object_id.text),
        at: object_id.at,
    };
    let config = described(table, known, &id, "scene", &object_id.text)?;
    let Some(states) = table.table("entities")? else {
        let reason = "this scene does nothing; say entities = { \"light.bed_light\" = \"on\" }";
        return Err(Problem::new(table.at, reason));
    };
    let wanted = states
        .keys()
        .map(|entity| self::wanted(&states, entity, ids, entities))
        .collect::<Result<_, _>>()?;
    ids.add(&id)?;
    let scene = Scene { wanted };
    Ok(Entity {
        config,
        initial: scene::initial(&scene),
        kind: Kind::Scene(Arc::new(scene)),
    })
}

fn wanted(states: &Table<'_>, entity: Word, ids: &Ids, entities: &[Entity]) -> Result<Wanted, Problem> {
    ids.check(&entity)?;
    let at = states.place(&entity.text);
    let (state, attributes) = match states.json(&entity.text)? {
        Some(Value::String(state)) => (state, Map::new()),
        Some(Value::Object(mut attributes)) => match attributes.shift_remove("state") {
            Some(Value::String(state)) => (state, attributes),
            _ => return Err(Problem::new(at, "`state` is missing here; write { state = \"on\", … }")),
        },
        _ => {
            return Err(Problem::new(
                at,
                "a scene wants a state: \"on\", or { state = \"on\", … }",
            ));
        }
    };
    let place = entities.iter().position(|known| known.config.id == entity.text);
    let (Some(place), Some(Kind::Domain(rules))) = (place, place.map(|place| &entities[place].kind)) else {
        let reason = format!("{} cannot be part of a scene", entity.text);
        return Err(Problem::new(entity.at, reason));
    };
    let wanted = Wanted {
        place,
        entity: entity.text,
        state,
        attributes,
    };
    let steps = rules.reproduce(&entities[place].config, &wanted.state, &wanted.attributes);
    for (service, data) in steps.map_err(|reason| Problem::new(at, reason))? {
        rules
            .validate(service, &data)
            .map_err(|error| Problem::new(at, format!("{}: {error}", wanted.entity)))?;
    }
    Ok(wanted)
}
