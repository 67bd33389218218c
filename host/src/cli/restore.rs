//! `hearth restore`

use std::fs::File;
use std::io::{self, BufReader};
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use clap::Args;
use hearth_host::backup::{Manifest, staged};
use hearth_host::data_dir::DataDir;

use super::backup::{STANDARD, content};
use super::{Common, config, desk, print};

#[derive(Args)]
pub struct RestoreOptions {
    /// The backup, a file that `hearth backup` wrote; `-` for standard input.
    #[arg(required_unless_present = "undo")]
    file: Option<PathBuf>,
    /// Bring back what was there before the last restore.
    #[arg(long, conflicts_with = "file")]
    undo: bool,
}

pub fn run(common: &Common, options: &RestoreOptions) -> anyhow::Result<()> {
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
