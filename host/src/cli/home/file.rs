//! The file that describes the home: printing and checking it.

use std::borrow::Cow;
use std::fs;
use std::io::Write as _;

use anyhow::{Context as _, bail};
use hearth_host::home::embedded::EmbeddedHome;
use hearth_host::home::embedded::file::HomeFile;

use crate::cli::config::HomeSource;
use crate::cli::print;
use crate::cli::table::plain;

/// The text of a home, and what messages call it.
pub fn text(source: &HomeSource) -> anyhow::Result<(Cow<'static, str>, String)> {
    match source {
        HomeSource::Embedded => Ok((EmbeddedHome::default_file().into(), "the built-in home".to_owned())),
        HomeSource::File(path) => {
            let text = fs::read_to_string(path);
            let text =
                text.with_context(|| format!("{} cannot be read. Name another home with --home", path.display()))?;
            Ok((text.into(), path.display().to_string()))
        }
    }
}

/// Prints a home as it is, so that the output is a home file; or where it lies.
pub fn print_file(source: &HomeSource, path: bool) -> anyhow::Result<()> {
    match (source, path) {
        (HomeSource::File(path), true) => print(&path.display().to_string()),
        (HomeSource::Embedded, true) => bail!(
            "The home is the one that is built in, and lies in no file. To make one of it: hearth home file > \
             my-home.toml, then hearth serve --home my-home.toml"
        ),
        (source, false) => match std::io::stdout().write_all(text(source)?.0.as_bytes()) {
            Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => Err(error.into()),
            _ => Ok(()),
        },
    }
}

/// Says what a home file describes, or what is wrong with it.
pub fn check(source: &HomeSource) -> anyhow::Result<()> {
    let (text, name) = text(source)?;
    let home = HomeFile::parse(&text, &name)?;
    print(&format!(
        "{name} describes the home “{}”: {}, {}, {}, {}, {}. Its time zone is {}.",
        plain(&home.name),
        counted(home.floors.len(), "floor", "floors"),
        counted(home.areas.len(), "area", "areas"),
        counted(home.entities.len(), "entity", "entities"),
        counted(home.labels.len(), "label", "labels"),
        counted(home.intents.len(), "intent", "intents"),
        home.time_zone_name,
    ))
}

/// `1 area`, `3 areas`.
pub fn counted(number: usize, one: &str, many: &str) -> String {
    format!("{number} {}", if number == 1 { one } else { many })
}
