//! The home as its owner has it.

use std::sync::PoisonError;

use super::EmbeddedHome;
use super::file::{Area, Device, Entity, Floor, Label};
use super::live::Live;
use super::show;
use crate::contract::hearth::mcp::home as contract;
use crate::home::owned::{ExposeError, Inventory, Owned, OwnedEntity, Place, Wishes};

impl Owned for EmbeddedHome {
    fn inventory(&self) -> Inventory {
        self.advance();
        let (file, live) = (&self.file, self.live());
        Inventory {
            name: file.name.clone(),
            floors: file.floors.iter().map(floor).collect(),
            areas: file.areas.iter().map(area).collect(),
            devices: file.devices.iter().map(device).collect(),
            labels: file.labels.iter().map(label).collect(),
            entities: file
                .entities
                .iter()
                .enumerate()
                .map(|(place, of_file)| entity(of_file, place, &live))
                .collect(),
            gone: live.exposure().gone(file),
        }
    }

    fn supposing(&self, wishes: &Wishes) -> Result<contract::Home, ExposeError> {
        self.advance();
        let live = self.live();
        let news = live.exposure().news(&self.file, wishes, self.clock.now())?;
        let supposed = live.exposure().after(&self.file, &news);
        Ok(show::snapshot(&self.file, &live, &supposed))
    }

    fn expose(&self, wishes: &Wishes) -> Result<(), ExposeError> {
        let _changing = self.changing.lock().unwrap_or_else(PoisonError::into_inner);
        let before = self.live().exposure().clone();
        let news = before.news(&self.file, wishes, self.clock.now())?;
        if news.is_empty() {
            return Ok(());
        }
        let kept = self.store.keep_exposure(&news);
        kept.map_err(|error| ExposeError::NotKept(error.to_string()))?;
        self.live().expose(before.after(&self.file, &news));
        self.news.notify_one();
        Ok(())
    }
}

fn entity(entity: &Entity, place: usize, live: &Live) -> OwnedEntity {
    let (config, state) = (&entity.config, live.state(place));
    OwnedEntity {
        id: config.id.clone(),
        name: show::name(entity),
        aliases: config.aliases.clone(),
        domain: config.domain.clone(),
        area: config.area.clone(),
        device: config.device.clone(),
        device_class: config.device_class.clone(),
        labels: config.labels.clone(),
        state: state.state.clone(),
        attributes: show::attributes(entity, state),
        exposed: live.exposure().is_exposed(place),
        why: live.exposure().why(entity),
    }
}

fn floor(floor: &Floor) -> Place {
    Place {
        id: floor.id.clone(),
        name: floor.name.clone(),
        aliases: floor.aliases.clone(),
        within: None,
    }
}

fn area(area: &Area) -> Place {
    Place {
        id: area.id.clone(),
        name: area.name.clone(),
        aliases: area.aliases.clone(),
        within: area.floor.clone(),
    }
}

fn device(device: &Device) -> Place {
    Place {
        id: device.id.clone(),
        name: device.name.clone(),
        aliases: Vec::new(),
        within: device.area.clone(),
    }
}

fn label(label: &Label) -> Place {
    Place {
        id: label.id.clone(),
        name: label.name.clone(),
        aliases: Vec::new(),
        within: None,
    }
}
