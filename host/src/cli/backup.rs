//! `hearth backup`

use std::fs::{self, OpenOptions};
use std::io::{self, BufWriter, IsTerminal as _, Write as _};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use clap::Args;
use hearth_host::backup::{BackupError, Manifest, archive};
use hearth_host::clock::{Clock as _, SystemClock};
use hearth_host::data_dir::DataDir;

use super::when::to_the_second;
use super::{Common, config, desk, print};

/// Standard output or input in place of a file.
pub const STANDARD: &str = "-";

#[derive(Args)]
pub struct BackupOptions {
    /// The file to write, a tar archive; `-` for standard output. It holds what proves clients to this host: keep it where
    /// only you can read it.
    file: PathBuf,
    /// Replace the file if it is there.
    #[arg(long)]
    force: bool,
}

pub fn run(common: &Common, options: &BackupOptions) -> anyhow::Result<()> {
    let data_dir = config::data_dir(common)?;
    if !data_dir.database().exists() {
        bail!(BackupError::Nothing {
            path: data_dir.path().to_path_buf(),
        });
    }
    // Where no host runs, none may start until this is done.
    let desk = desk::at(&data_dir)?;
    desk.write_all()?;
    if options.file == Path::new(STANDARD) {
        if io::stdout().is_terminal() {
            bail!("a backup is not for a terminal: name a file, or pipe it somewhere");
        }
        archive::write(&data_dir, SystemClock.now(), io::stdout().lock())?;
        return Ok(());
    }
    let manifest = into_file(&data_dir, &options.file, options.force)?;
    print(&format!("{} holds {}.", options.file.display(), content(&manifest)))
}

/// Writes the file whole or not at all.
fn into_file(data_dir: &DataDir, file: &Path, force: bool) -> anyhow::Result<Manifest> {
    if !force && file.exists() {
        bail!(
            "{} is there already. Name another file, or replace it with --force.",
            file.display()
        );
    }
    let mut name = file.as_os_str().to_owned();
    name.push(format!(".{}.new", std::process::id()));
    let half = PathBuf::from(name);
    let write = || -> anyhow::Result<Manifest> {
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut writer = BufWriter::new(options.open(&half)?);
        let manifest = archive::write(data_dir, SystemClock.now(), &mut writer)?;
        writer.flush()?;
        writer.get_ref().sync_all()?;
        fs::rename(&half, file)?;
        Ok(manifest)
    };
    let written = write();
    if written.is_err() {
        let _ = fs::remove_file(&half);
    }
    written.with_context(|| format!("{} cannot be written", file.display()))
}

/// What a backup holds, for people.
pub fn content(manifest: &Manifest) -> String {
    let components = manifest
        .files
        .keys()
        .filter(|name| name.starts_with("components/"))
        .count();
    let configuration = match manifest.files.contains_key("hearth.toml") {
        true => ", hearth.toml",
        false => "",
    };
    let components = match components {
        0 => String::new(),
        1 => " and one component".to_owned(),
        many => format!(" and {many} components"),
    };
    let made = to_the_second(manifest.made);
    format!(
        "the backup of {made}: the database (version {}){configuration}{components}",
        manifest.database
    )
}
