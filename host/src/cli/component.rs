//! `hearth component …` and `hearth --version`

use anyhow::bail;
use clap::Subcommand;
use sha2::{Digest, Sha256};

use super::{COMPONENT, Common, config, desk, print};

#[derive(Subcommand)]
pub enum ComponentCommand {
    /// Print where the `.wasm` file of the running component lies; of the one that ran last, when none runs.
    Path,
}

pub fn run(common: &Common, command: &ComponentCommand) -> anyhow::Result<()> {
    let ComponentCommand::Path = command;
    let data_dir = config::data_dir(common)?;
    let Some(component) = desk::at(&data_dir)?.component()? else {
        bail!(
            "No component has run on {} yet: it is put there when Hearth is started.",
            data_dir.path().display()
        );
    };
    print(&component.path)
}

/// The versions of the host and of what is built in. They are built together, from one workspace of one version.
pub fn version() -> String {
    let version = env!("CARGO_PKG_VERSION");
    format!(
        "hearth {version}\ncomponent {version} sha256:{}",
        hex(&Sha256::digest(COMPONENT))
    )
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
