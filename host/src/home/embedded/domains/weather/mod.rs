//! Weather: what it is like, and what it will be like.

mod forecast;

use serde_json::{Map, Value};

use super::schema::{Fault, Field};
use super::{Domain, Reproduction, Service, begins, options};
use crate::clock::Moment;
use crate::home::embedded::model::{EntityConfig, EntityState, OptionError, ServiceError};
use forecast::Kind;

const SERVICES: &[Service] = &[Service::any("get_forecasts")
    .needing(&[1, 2, 4])
    .taking(&[Field::required("type", forecast_type)])
    .answering()];

/// What the weather can be.
const CONDITIONS: [&str; 15] = [
    "clear-night",
    "cloudy",
    "exceptional",
    "fog",
    "hail",
    "lightning",
    "lightning-rainy",
    "partlycloudy",
    "pouring",
    "rainy",
    "snowy",
    "snowy-rainy",
    "sunny",
    "windy",
    "windy-variant",
];

/// Its attributes in their order: those that a file may begin with, and options for the units with what they may be,
/// the first unless the file says.
const SHOWN: &[Shown] = &[
    Shown::Measured("temperature"),
    Shown::Measured("apparent_temperature"),
    Shown::Measured("dew_point"),
    Shown::Unit("temperature_unit", &["°C", "°F"]),
    Shown::Measured("humidity"),
    Shown::Measured("ozone"),
    Shown::Measured("cloud_coverage"),
    Shown::Measured("uv_index"),
    Shown::Measured("pressure"),
    Shown::Unit("pressure_unit", &["hPa", "mbar", "inHg", "mmHg"]),
    Shown::Measured("wind_bearing"),
    Shown::Measured("wind_gust_speed"),
    Shown::Measured("wind_speed"),
    Shown::Unit("wind_speed_unit", &["km/h", "m/s", "mph", "kn", "ft/s", "Beaufort"]),
    Shown::Measured("visibility"),
    Shown::Unit("visibility_unit", &["km", "mi"]),
    Shown::Unit("precipitation_unit", &["mm", "in"]),
];

enum Shown {
    Measured(&'static str),
    Unit(&'static str, &'static [&'static str]),
}

/// The domain `weather`.
#[derive(Debug)]
pub struct Weather;

impl Domain for Weather {
    fn name(&self) -> &'static str {
        "weather"
    }

    fn services(&self) -> &'static [Service] {
        SERVICES
    }

    fn options(&self) -> &'static [&'static str] {
        &[
            "temperature_unit",
            "pressure_unit",
            "wind_speed_unit",
            "visibility_unit",
            "precipitation_unit",
            "attribution",
            "forecast_daily",
            "forecast_hourly",
            "forecast_twice_daily",
        ]
    }

    fn features(&self, config: &EntityConfig) -> Option<u64> {
        let given = Kind::ALL
            .into_iter()
            .filter(|kind| config.options.contains_key(kind.option()));
        Some(given.fold(0, |bits, kind| bits | kind.feature()))
    }

    fn initial(&self, config: &EntityConfig) -> Result<EntityState, OptionError> {
        let measured = SHOWN.iter().filter_map(|shown| match shown {
            Shown::Measured(key) => Some(*key),
            Shown::Unit(..) => None,
        });
        begins::only(config, "the weather", &measured.collect::<Vec<_>>())?;
        let mut state = EntityState::new(config.state.as_deref().unwrap_or("unknown"));
        if state.state != "unknown" && !CONDITIONS.contains(&state.state.as_str()) {
            let reason = format!("`{}` is none of {}", state.state, CONDITIONS.join(", "));
            return Err(OptionError::at("state", reason));
        }
        for shown in SHOWN {
            let (key, value) = match *shown {
                Shown::Measured(key) => (key, begins::number(config, key)?),
                Shown::Unit(key, units) => (key, Some(unit(config, key, units)?.into())),
            };
            if let Some(value) = value {
                state.attributes.insert(key.to_owned(), value);
            }
        }
        if let Some(source) = options::text(config, "attribution")? {
            state.attributes.insert("attribution".to_owned(), source.into());
        }
        for kind in Kind::ALL {
            kind.check(config)?;
        }
        Ok(state)
    }

    fn answer(
        &self,
        config: &EntityConfig,
        _state: &EntityState,
        _service: &str,
        data: &Map<String, Value>,
        now: Moment,
    ) -> Result<Value, ServiceError> {
        let wanted = data.get("type").and_then(Value::as_str).unwrap_or_default();
        let kind = Kind::ALL.into_iter().find(|kind| kind.name() == wanted);
        match kind.and_then(|kind| kind.forecast(config, now)) {
            Some(forecast) => Ok(serde_json::json!({ "forecast": forecast })),
            None => Err(ServiceError::Refused(format!(
                "Weather entity {} does not support the {wanted} forecast type",
                config.id
            ))),
        }
    }

    fn reproduce(&self, _config: &EntityConfig, _state: &str, _attributes: &Map<String, Value>) -> Reproduction {
        Err("nobody makes the weather, so it cannot be in a scene".to_owned())
    }
}

fn unit(config: &EntityConfig, key: &str, units: &[&str]) -> Result<String, OptionError> {
    match options::text(config, key)? {
        None => Ok(units.first().copied().unwrap_or_default().to_owned()),
        Some(unit) if units.contains(&unit.as_str()) => Ok(unit),
        Some(unit) => Err(OptionError::at(
            key,
            format!("`{unit}` is none of {}", units.join(", ")),
        )),
    }
}

fn forecast_type(value: &Value) -> Result<Value, Fault> {
    match value.as_str() {
        Some(name) if Kind::ALL.iter().any(|kind| kind.name() == name) => Ok(value.clone()),
        _ => {
            let names = Kind::ALL.map(|kind| format!("'{}'", kind.name())).join(", ");
            Err(Fault::new(format!("value must be one of [{names}]")))
        }
    }
}
