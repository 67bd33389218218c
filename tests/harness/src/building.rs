//! Builds components from source: those of this repository that never ship, and projects beside it. Into a folder of their
//! own in the target directory that the program runs from, as the cargo that built the program may hold that one's lock.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Mutex, PoisonError};
use std::{fs, io};

/// Why there is no component.
#[derive(Debug, thiserror::Error)]
pub enum BuildError {
    /// There is no cargo, or it does not say where it is.
    #[error("cargo did not start: {0}")]
    Cargo(#[source] io::Error),
    /// Cargo says why on standard error.
    #[error("{0} was not built; if its target is missing: rustup target add wasm32-wasip2")]
    Failed(String),
    /// It was built to another place.
    #[error("{} cannot be read: {error}", path.display())]
    Read {
        /// Where it should be.
        path: PathBuf,
        /// Why it cannot be read.
        error: io::Error,
    },
    /// The program does not lie in a target directory.
    #[error("components are built beside this program, and it does not lie in a target directory of cargo's")]
    Nowhere,
}

/// Builds a package of this repository's workspace with these features.
///
/// # Errors
/// When it cannot be built.
pub fn guest(package: &str, features: &[&str]) -> Result<Vec<u8>, BuildError> {
    // Half the time to build, for code that runs in a few tests.
    let mut options = vec!["--package", package, "--profile", "component"];
    options.extend(["--config", "profile.component.lto=false"]);
    for feature in features {
        options.extend(["--features", feature]);
    }
    let target = target_directory()?.join("guests");
    build(workspace(), package, &options, &target, "component")
}

/// Builds a component project of its own, outside the workspace: what its `cargo build` makes of the crate `package`.
/// Nothing is downloaded for it, and its lock file is taken as it is.
///
/// # Errors
/// When it cannot be built.
pub fn project(folder: &Path, package: &str) -> Result<Vec<u8>, BuildError> {
    let target = target_directory()?.join("guests/project");
    build(folder, package, &["--offline", "--release"], &target, "release")
}

fn build(folder: &Path, package: &str, options: &[&str], target: &Path, profile: &str) -> Result<Vec<u8>, BuildError> {
    // One build at a time: cargo would wait for its own lock and say so in the middle of what the program says.
    static BUILDING: Mutex<()> = Mutex::new(());
    let _one = BUILDING.lock().unwrap_or_else(PoisonError::into_inner);

    let mut command = Command::new(option_env!("CARGO").unwrap_or("cargo"));
    command
        .current_dir(folder)
        .args(["build", "--locked", "--quiet", "--target", "wasm32-wasip2"])
        .args(options)
        .arg("--target-dir")
        .arg(target);
    // What the outer cargo means for the host is not meant for the guest.
    for variable in [
        "RUSTFLAGS",
        "CARGO_ENCODED_RUSTFLAGS",
        "RUSTC_WRAPPER",
        "RUSTC_WORKSPACE_WRAPPER",
    ] {
        command.env_remove(variable);
    }
    if !command.status().map_err(BuildError::Cargo)?.success() {
        return Err(BuildError::Failed(package.to_owned()));
    }
    let file = format!("wasm32-wasip2/{profile}/{}.wasm", package.replace('-', "_"));
    let path = target.join(file);
    fs::read(&path).map_err(|error| BuildError::Read { path, error })
}

fn workspace() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."))
}

/// `…/target`, of a program that runs as `…/target/release/name` or of a test that runs as `…/target/release/deps/name`.
fn target_directory() -> Result<PathBuf, BuildError> {
    let program = std::env::current_exe().map_err(|_| BuildError::Nowhere)?;
    let folder = program.parent().ok_or(BuildError::Nowhere)?;
    let profile = match folder.file_name() {
        Some(name) if name == "deps" => folder.parent(),
        _ => Some(folder),
    };
    let target = profile.and_then(Path::parent).ok_or(BuildError::Nowhere)?;
    Ok(target.to_path_buf())
}
