//! What a climate entity is, as the file describes it.

use serde_json::{Map, Value};

use super::action;
use crate::home::embedded::domains::{begins, flags, number, options};
use crate::home::embedded::model::{EntityConfig, EntityState, OptionError};

pub const TARGET_TEMPERATURE: u64 = 1;
pub const TARGET_TEMPERATURE_RANGE: u64 = 2;
pub const TARGET_HUMIDITY: u64 = 4;
pub const FAN_MODE: u64 = 8;
pub const PRESET_MODE: u64 = 16;
pub const SWING_MODE: u64 = 32;
pub const TURN_OFF: u64 = 128;
pub const TURN_ON: u64 = 256;
pub const SWING_HORIZONTAL_MODE: u64 = 512;

const FEATURES: &[(&str, u64)] = &[
    ("target_temperature", TARGET_TEMPERATURE),
    ("target_temperature_range", TARGET_TEMPERATURE_RANGE),
    ("target_humidity", TARGET_HUMIDITY),
    ("fan_mode", FAN_MODE),
    ("preset_mode", PRESET_MODE),
    ("swing_mode", SWING_MODE),
    ("turn_off", TURN_OFF),
    ("turn_on", TURN_ON),
    ("swing_horizontal_mode", SWING_HORIZONTAL_MODE),
];

/// The options that a file can give.
pub const OPTIONS: &[&str] = &[
    "features",
    "hvac_modes",
    "min_temp",
    "max_temp",
    "target_temp_step",
    "min_humidity",
    "max_humidity",
    "target_humidity_step",
    "fan_modes",
    "preset_modes",
    "swing_modes",
    "swing_horizontal_modes",
    "reports_action",
];

/// The modes that there are.
pub const HVAC_MODES: [&str; 7] = ["off", "heat", "cool", "heat_cool", "auto", "dry", "fan_only"];

/// The attributes that it may begin with.
const ATTRIBUTES: &[&str] = &[
    "current_temperature",
    "temperature",
    "target_temp_high",
    "target_temp_low",
    "current_humidity",
    "humidity",
    "fan_mode",
    "preset_mode",
    "swing_mode",
    "swing_horizontal_mode",
];

/// Modes of one sort that a device may have: the feature, the option, the attribute.
const CHOICES: [(u64, &str, &str); 4] = [
    (FAN_MODE, "fan_modes", "fan_mode"),
    (PRESET_MODE, "preset_modes", "preset_mode"),
    (SWING_MODE, "swing_modes", "swing_mode"),
    (SWING_HORIZONTAL_MODE, "swing_horizontal_modes", "swing_horizontal_mode"),
];

/// The bits of what it can do: those of the file, else what the rest of the file is good for.
///
/// # Errors
/// When the option `features` is not of its form.
pub fn features(config: &EntityConfig) -> Result<u64, OptionError> {
    if let Some(given) = flags::read(config, FEATURES)? {
        return Ok(given);
    }
    let begins = |key: &str| config.attributes.contains_key(key);
    let range = begins("target_temp_low") || begins("target_temp_high");
    let mut features = 0;
    let mut add = |bits: u64, when: bool| features |= if when { bits } else { 0 };
    add(TARGET_TEMPERATURE, begins("temperature") || !range);
    add(TARGET_TEMPERATURE_RANGE, range);
    add(TARGET_HUMIDITY, begins("humidity"));
    for (bit, option, _) in CHOICES {
        add(bit, config.options.contains_key(option));
    }
    add(TURN_OFF | TURN_ON, modes(config)?.iter().any(|mode| mode == "off"));
    Ok(features)
}

/// Its HVAC modes, `heat` and `off` unless the file says.
///
/// # Errors
/// When one of them is none.
pub fn modes(config: &EntityConfig) -> Result<Vec<String>, OptionError> {
    let modes = options::texts(config, "hvac_modes")?.unwrap_or_else(|| ["heat", "off"].map(str::to_owned).to_vec());
    match modes.iter().find(|mode| !HVAC_MODES.contains(&mode.as_str())) {
        Some(unknown) => {
            let reason = format!("`{unknown}` is none of {}", HVAC_MODES.join(", "));
            Err(OptionError::at("hvac_modes", reason))
        }
        None if modes.is_empty() => Err(OptionError::at(
            "hvac_modes",
            "it has no mode; write [\"heat\", \"off\"]",
        )),
        None => Ok(modes),
    }
}

/// Whether it tells what it is doing.
pub fn reports_action(config: &EntityConfig) -> Result<bool, OptionError> {
    Ok(options::boolean(config, "reports_action")?.unwrap_or(true))
}

/// A bound that the file gives, as it was written.
fn bound(config: &EntityConfig, key: &str, default: i64) -> Result<Value, OptionError> {
    options::number(config, key)?;
    Ok(config.options.get(key).cloned().unwrap_or_else(|| default.into()))
}

/// The state that it begins with, all attributes in their order.
///
/// # Errors
/// When an option or an attribute is not of its form, or they contradict each other.
pub fn initial(config: &EntityConfig) -> Result<EntityState, OptionError> {
    begins::only(config, "a climate entity", ATTRIBUTES)?;
    let features = features(config)?;
    let modes = modes(config)?;
    let has = |feature: u64| features & feature != 0;
    let mut all = Map::new();
    let mut add = |key: &str, value: Value| all.insert(key.to_owned(), value);

    add("hvac_modes", modes.clone().into());
    let temperatures = range(config, ["min_temp", "max_temp"], [7, 35])?;
    add("min_temp", temperatures[0].clone());
    add("max_temp", temperatures[1].clone());
    if options::number(config, "target_temp_step")?.is_some() {
        add("target_temp_step", bound(config, "target_temp_step", 1)?);
    }
    let humidities = range(config, ["min_humidity", "max_humidity"], [30, 99])?;
    if has(TARGET_HUMIDITY) {
        add("min_humidity", humidities[0].clone());
        add("max_humidity", humidities[1].clone());
        if options::number(config, "target_humidity_step")?.is_some() {
            add("target_humidity_step", bound(config, "target_humidity_step", 1)?);
        }
    }
    for (bit, option, _) in CHOICES {
        if has(bit) {
            add(option, choices(config, option)?.into());
        }
    }

    let temperature = |key: &str| begins::number(config, key).map(|value| value.unwrap_or(Value::Null));
    add("current_temperature", temperature("current_temperature")?);
    add("temperature_unit", "°C".into());
    let targets = [
        (TARGET_TEMPERATURE, "temperature"),
        (TARGET_TEMPERATURE_RANGE, "target_temp_high"),
        (TARGET_TEMPERATURE_RANGE, "target_temp_low"),
    ];
    for (bit, key) in targets {
        let value = temperature(key)?;
        within(key, &value, &temperatures)?;
        needs(has(bit), key, &value)?;
        if has(bit) {
            add(key, value);
        }
    }
    if let Some(humidity) = begins::number(config, "current_humidity")? {
        add("current_humidity", humidity);
    }
    let humidity = temperature("humidity")?;
    within("humidity", &humidity, &humidities)?;
    needs(has(TARGET_HUMIDITY), "humidity", &humidity)?;
    if has(TARGET_HUMIDITY) {
        add("humidity", humidity);
    }
    let mut chosen = Vec::new();
    for (bit, option, key) in CHOICES {
        if has(bit) {
            let choices = choices(config, option)?;
            let first = choices.first().cloned();
            let mode = begins::one_of(config, key, &choices)?.or(first);
            chosen.push((key, mode.map_or(Value::Null, Value::from)));
        } else {
            needs(false, key, config.attributes.get(key).unwrap_or(&Value::Null))?;
        }
    }
    let (fan, others) = chosen.iter().partition::<Vec<_>, _>(|(key, _)| *key == "fan_mode");
    fan.into_iter().for_each(|(key, mode)| _ = add(key, mode.clone()));
    if reports_action(config)? {
        add("hvac_action", Value::Null);
    }
    others.into_iter().for_each(|(key, mode)| _ = add(key, mode.clone()));

    let mut state = EntityState::new(mode(config, &modes)?);
    state.attributes = all;
    action::show(&mut state);
    Ok(state)
}

/// The mode that it begins in.
fn mode(config: &EntityConfig, modes: &[String]) -> Result<String, OptionError> {
    let off = modes.iter().find(|mode| *mode == "off").or(modes.first()).cloned();
    match &config.state {
        None => Ok(off.unwrap_or_default()),
        Some(state) if modes.contains(state) => Ok(state.clone()),
        Some(state) => {
            let reason = format!("`{state}` is none of its modes: {}", modes.join(", "));
            Err(OptionError::at("state", reason))
        }
    }
}

fn choices(config: &EntityConfig, option: &str) -> Result<Vec<String>, OptionError> {
    match options::texts(config, option)? {
        Some(choices) if !choices.is_empty() => Ok(choices),
        _ => Err(OptionError::at(
            option,
            format!("`{option}` is to be a list with something in it"),
        )),
    }
}

fn range(config: &EntityConfig, keys: [&str; 2], defaults: [i64; 2]) -> Result<[Value; 2], OptionError> {
    let least = bound(config, keys[0], defaults[0])?;
    let most = bound(config, keys[1], defaults[1])?;
    if number::real(&least) > number::real(&most) {
        return Err(OptionError::at(
            keys[0],
            format!("{least} is above the {} of {most}", keys[1]),
        ));
    }
    Ok([least, most])
}

fn within(key: &str, value: &Value, range: &[Value; 2]) -> Result<(), OptionError> {
    match number::real(value) {
        Some(given) if Some(given) < number::real(&range[0]) || Some(given) > number::real(&range[1]) => {
            let reason = format!("`{key}` is {value}; it goes from {} to {}", range[0], range[1]);
            Err(begins::wrong(reason))
        }
        _ => Ok(()),
    }
}

fn needs(has: bool, key: &str, value: &Value) -> Result<(), OptionError> {
    if has || value.is_null() {
        return Ok(());
    }
    Err(begins::wrong(format!(
        "it begins with `{key}`, but its features do not have it"
    )))
}
