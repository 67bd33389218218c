//! `hearth backup`, `hearth restore` and `hearth downgrade`: the data directory as a whole.

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufReader, BufWriter, IsTerminal as _, Write as _};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use clap::Args;
use hearth_host::backup::{Manifest, archive, staged};
use hearth_host::clock::{Clock as _, SystemClock};
use hearth_host::data_dir::DataDir;
use hearth_host::store::Store;
use jiff::Timestamp;

use super::{Common, config, desk, print};

/// Standard output or input in place of a file.
const STANDARD: &str = "-";

#[derive(Args)]
pub struct BackupOptions {
    /// The file to write, a tar archive; `-` for standard output. It holds what proves clients to this host: keep it where
    /// only you can read it.
    file: PathBuf,
    /// Replace the file if it is there.
    #[arg(long)]
    force: bool,
}

#[derive(Args)]
pub struct RestoreOptions {
    /// The backup, a file that `hearth backup` wrote; `-` for standard input.
    #[arg(required_unless_present = "undo")]
    file: Option<PathBuf>,
    /// Bring back what was there before the last restore.
    #[arg(long, conflicts_with = "file")]
    undo: bool,
}

pub fn back_up(common: &Common, options: &BackupOptions) -> anyhow::Result<()> {
    let data_dir = config::data_dir(common)?;
    if !data_dir.database().exists() {
        bail!(hearth_host::backup::BackupError::Nothing {
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

pub fn restore(common: &Common, options: &RestoreOptions) -> anyhow::Result<()> {
    let data_dir = config::data_dir(common)?;
    let desk = desk::at(&data_dir)?;
    let told = match &options.file {
        None => {
            staged::stage_undo(&data_dir)?;
            "What was there before the last restore is there again.".to_owned()
        }
        Some(file) => {
            let manifest = stage(&data_dir, file)?;
            format!(
                "Restored {}. Tokens, config entries and what clients may see are as they were then.",
                content(&manifest)
            )
        }
    };
    desk.take_restored()?;
    print(&format!("{told}\nTo undo it: hearth restore --undo"))
}

fn stage(data_dir: &DataDir, file: &Path) -> anyhow::Result<Manifest> {
    if file == Path::new(STANDARD) {
        return Ok(staged::stage(data_dir, io::stdin().lock())?);
    }
    let opened = File::open(file).with_context(|| format!("{} cannot be read", file.display()))?;
    staged::stage(data_dir, BufReader::new(opened)).with_context(|| format!("{} was not restored", file.display()))
}

/// What a backup holds, for people.
fn content(manifest: &Manifest) -> String {
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
    let made = i64::try_from(manifest.made)
        .ok()
        .and_then(|made| Timestamp::from_millisecond(made).ok());
    let made = made.unwrap_or_default().strftime("%Y-%m-%d %H:%M:%S UTC");
    format!(
        "the backup of {made}: the database (version {}){configuration}{components}",
        manifest.database
    )
}

pub fn downgrade(common: &Common) -> anyhow::Result<()> {
    let data_dir = config::data_dir(common)?;
    let _held = data_dir.hold()?;
    let database = data_dir.database();
    if !database.exists() {
        bail!(
            "{} is not there: there is nothing to take back. Name the data directory with --data-dir.",
            database.display()
        );
    }
    let version = Store::version(&database)?;
    if version <= Store::VERSION {
        return print(&format!(
            "{} is of version {version}, which this Hearth knows: nothing was changed.",
            database.display()
        ));
    }
    let kept = data_dir.path().join(format!("hearth-version-{version}.db"));
    if kept.exists() {
        bail!(
            "{} is there already, the copy that an earlier downgrade made. Move it away first.",
            kept.display()
        );
    }
    Store::copy(&database, &kept)?;
    let back = Store::take_back(&database).inspect_err(|_| {
        // Nothing has changed, so the copy is of no use.
        let _ = fs::remove_file(&kept);
    })?;
    print(&format!(
        "{} went back from version {} to version {}. As it was, it is kept in {}.",
        database.display(),
        back.from,
        back.to,
        kept.display()
    ))
}
