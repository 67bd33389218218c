//! The home as its owner reads it.

use hearth_host::home::owned::{Gone, Inventory, OwnedEntity, Place, Why};
use serde::Serialize;

use super::file::counted;
use super::selection::area_name;
use crate::cli::table::{plain, table, yes_or_no};
use crate::cli::{print, print_json, when};

/// An area and what is in it.
#[derive(Serialize)]
struct AreaRow<'a> {
    floor: Option<&'a Place>,
    /// None: what is in no area.
    area: Option<&'a Place>,
    entities: usize,
    exposed: usize,
}

/// Lists the areas, floor by floor.
pub fn areas(inventory: &Inventory, json: bool) -> anyhow::Result<()> {
    let rows = area_rows(inventory);
    if json {
        return print_json(&rows);
    }
    let name = |place: Option<&Place>| place.map_or_else(|| "-".to_owned(), |place| place.name.clone());
    let cells = rows.iter().map(|row| {
        [
            name(row.floor),
            name(row.area),
            row.area.map_or_else(|| "-".to_owned(), |area| area.id.clone()),
            row.entities.to_string(),
            row.exposed.to_string(),
        ]
    });
    print(&table(
        ["FLOOR", "AREA", "ID", "ENTITIES", "EXPOSED"],
        &cells.collect::<Vec<_>>(),
    ))
}

fn area_rows(inventory: &Inventory) -> Vec<AreaRow<'_>> {
    let mut rows = Vec::new();
    for floor in &inventory.floors {
        let on_it = inventory
            .areas
            .iter()
            .filter(|area| area.within.as_ref() == Some(&floor.id));
        rows.extend(on_it.map(|area| area_row(inventory, Some(floor), Some(area))));
    }
    let elsewhere = inventory.areas.iter().filter(|area| area.within.is_none());
    rows.extend(elsewhere.map(|area| area_row(inventory, None, Some(area))));
    if inventory.entities.iter().any(|entity| entity.area.is_none()) {
        rows.push(area_row(inventory, None, None));
    }
    rows
}

fn area_row<'a>(inventory: &Inventory, floor: Option<&'a Place>, area: Option<&'a Place>) -> AreaRow<'a> {
    let id = area.map(|area| &area.id);
    let inside = inventory.entities.iter().filter(|entity| entity.area.as_ref() == id);
    AreaRow {
        floor,
        area,
        entities: inside.clone().count(),
        exposed: inside.filter(|entity| entity.exposed).count(),
    }
}

/// Lists these entities.
pub fn entities(inventory: &Inventory, chosen: &[&OwnedEntity], json: bool) -> anyhow::Result<()> {
    if json {
        return print_json(&serde_json::json!({ "entities": chosen, "gone": inventory.gone }));
    }
    let rows = chosen.iter().map(|entity| {
        [
            entity.id.clone(),
            entity.name.clone(),
            area_name(inventory, entity).unwrap_or("-").to_owned(),
            entity.state.clone(),
            yes_or_no(entity.exposed),
            why(entity),
        ]
    });
    let head = ["ID", "NAME", "AREA", "STATE", "EXPOSED", "WHY"];
    print(&table(head, &rows.collect::<Vec<_>>()))?;
    if inventory.gone.is_empty() {
        return Ok(());
    }
    print(&format!(
        "\nOf {} something was said by hand and the home does not have {} any more: {}.\n`hearth home reset --gone` \
         forgets it.",
        counted(inventory.gone.len(), "entity", "entities"),
        if inventory.gone.len() == 1 { "it" } else { "them" },
        gone(&inventory.gone)
    ))
}

/// `light.old (hidden on …)`, and so on; the first of many.
fn gone(gone: &[Gone]) -> String {
    const SHOWN: usize = 12;
    let one = |gone: &Gone| {
        let said = if gone.exposed { "exposed" } else { "hidden" };
        plain(&format!("{} ({said} on {})", gone.id, when::local(gone.since))).into_owned()
    };
    let mut shown: Vec<_> = gone.iter().take(SHOWN).map(one).collect();
    if gone.len() > SHOWN {
        shown.push("…".to_owned());
    }
    shown.join(", ")
}

/// Shows one entity.
pub fn entity(inventory: &Inventory, entity: &OwnedEntity, json: bool) -> anyhow::Result<()> {
    if json {
        return print_json(entity);
    }
    let called = |places: &[Place], id: Option<&String>| {
        let place = id.and_then(|id| places.iter().find(|place| place.id == *id));
        place.map_or_else(|| "-".to_owned(), |place| format!("{} ({})", place.name, place.id))
    };
    let area = entity.area.as_ref();
    let of_area = area.and_then(|id| inventory.areas.iter().find(|area| area.id == *id));
    let floor = of_area.and_then(|area| area.within.as_ref());
    let labels = entity.labels.iter().map(|label| called(&inventory.labels, Some(label)));
    let labels = labels.collect::<Vec<_>>().join(", ");
    let or_none = |text: String| if text.is_empty() { "-".to_owned() } else { text };
    let mut rows = vec![
        ["name".to_owned(), entity.name.clone()],
        ["answers to".to_owned(), or_none(entity.aliases.join(", "))],
        ["labels".to_owned(), or_none(labels)],
        ["area".to_owned(), called(&inventory.areas, area)],
        ["floor".to_owned(), called(&inventory.floors, floor)],
        ["device".to_owned(), called(&inventory.devices, entity.device.as_ref())],
        ["domain".to_owned(), entity.domain.clone()],
        [
            "class".to_owned(),
            or_none(entity.device_class.clone().unwrap_or_default()),
        ],
        [
            "exposed".to_owned(),
            format!("{}: {}", yes_or_no(entity.exposed), why(entity)),
        ],
        ["state".to_owned(), entity.state.clone()],
    ];
    let attributes = entity.attributes.iter().map(|(name, value)| {
        let value = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        [format!("  {name}"), value]
    });
    rows.extend(attributes);
    print(&table(["id", &entity.id], &rows))
}

/// Why it is exposed, or is not.
pub fn why(entity: &OwnedEntity) -> String {
    match entity.why {
        Why::Default => "the home file says nothing of it".to_owned(),
        Why::Description => "the home file says so".to_owned(),
        Why::Hand { since } => {
            let said = if entity.exposed { "exposed" } else { "hidden" };
            format!("{said} by hand on {}", when::local(since))
        }
    }
}
