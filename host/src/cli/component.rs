//! `hearth component …` and `hearth --version`

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{self, Stdio};

use anyhow::bail;
use clap::Subcommand;
use hearth_host::engine::{Component, Runtime};
use hearth_host::limits::Limits;
use sha2::{Digest, Sha256};

use super::{COMPONENT, Common, config, desk, print};

#[derive(Subcommand)]
pub enum ComponentCommand {
    /// Compile a component into a cache, for a host that starts.
    #[command(hide = true)]
    Compile {
        /// The component; the one that is built in when none is named.
        file: Option<PathBuf>,
        /// Where compiled components lie.
        #[arg(long)]
        cache: PathBuf,
        /// The limit of the host: it is part of what compiled code fits.
        #[arg(long)]
        memory: usize,
    },
    /// Print where the `.wasm` file of the running component lies; of the one that ran last, when none runs.
    Path,
}

pub fn run(common: &Common, command: &ComponentCommand) -> anyhow::Result<()> {
    match command {
        ComponentCommand::Path => path(common),
        ComponentCommand::Compile { file, cache, memory } => compile(file.as_deref(), cache, *memory),
    }
}

fn path(common: &Common) -> anyhow::Result<()> {
    let data_dir = config::data_dir(common)?;
    let Some(component) = desk::at(&data_dir)?.component()? else {
        bail!(
            "No component has run on {} yet: it is put there when Hearth is started.",
            data_dir.path().display()
        );
    };
    print(&component.path)
}

fn compile(file: Option<&Path>, cache: &Path, memory: usize) -> anyhow::Result<()> {
    let bytes = file.map_or_else(|| Ok(COMPONENT.to_vec()), fs::read)?;
    let limits = Limits {
        memory,
        ..Limits::default()
    };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(Component::load(&Runtime::new(&limits)?, &bytes, Some(cache)))?;
    Ok(())
}

/// Compiles the component in a process of its own unless that was done before, so that the some 30 MiB that the
/// compiler leaves behind go with that process. Should it not work, the host compiles for itself, and tells what is
/// wrong with the component.
pub fn compile_apart(file: Option<&Path>, bytes: &[u8], cache: &Path, limits: &Limits) {
    // The names of compiled components begin with the digest.
    let digest = hex(&Sha256::digest(bytes));
    let files = fs::read_dir(cache).into_iter().flatten().flatten();
    let Ok(program) = std::env::current_exe() else {
        return;
    };
    if files
        .into_iter()
        .any(|file| file.file_name().to_string_lossy().starts_with(&digest))
    {
        return;
    }
    let mut command = process::Command::new(program);
    command
        .args([
            "component",
            "compile",
            "--memory",
            &limits.memory.to_string(),
            "--cache",
        ])
        .arg(cache)
        .args(file);
    let _ = command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
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
