//! The `.wasm` files that tests load: the built-in component, and guests that are built when a test wants one.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{LazyLock, Mutex, PoisonError};

use hearth_component::mutants::HEAD;

/// The component that the host embeds.
pub fn built_in() -> &'static [u8] {
    hearth_host::COMPONENT
}

/// The guest of `tests/guests/puppet`.
pub fn puppet() -> &'static [u8] {
    static PUPPET: LazyLock<Vec<u8>> = LazyLock::new(|| build("hearth-puppet", &[]));
    &PUPPET
}

/// Our component, built so that it traps when it is told to: see `component/src/faults.rs`.
pub fn faulty() -> &'static [u8] {
    static FAULTY: LazyLock<Vec<u8>> = LazyLock::new(|| build("hearth-component", &["--features", "faults"]));
    &FAULTY
}

/// Our component with this fault in it, out of one build for all: see `component/src/mutants`. None: with no fault.
///
/// # Panics
/// When it does not build, or the build does not say where the name of its fault stands.
pub fn mutant(name: Option<&str>) -> Vec<u8> {
    static MUTANTS: LazyLock<Vec<u8>> = LazyLock::new(|| build("hearth-component", &["--features", "mutants"]));
    let mut bytes = MUTANTS.clone();
    let mark = bytes.windows(HEAD.len()).position(|window| window == HEAD);
    let name = name.unwrap_or_default().as_bytes();
    let place = mark.expect("the mark is in the file") + HEAD.len();
    bytes[place..place + name.len()].copy_from_slice(name);
    bytes
}

/// A component project of its own, outside the workspace: what its `cargo build` makes of the crate `package`. Nothing is
/// downloaded for it, and its lock file is taken as it is.
///
/// # Panics
/// When it does not build.
pub fn project(folder: &Path, package: &str) -> Vec<u8> {
    let options = ["--offline", "--release"];
    cargo_build(
        folder,
        package,
        &options,
        &target_directory().join("guests/project"),
        "release",
    )
}

/// Builds a package of the workspace for the component target, beside the target directory that the test runs from.
///
/// # Panics
/// When it does not build.
fn build(package: &str, features: &[&str]) -> Vec<u8> {
    // Half the time to build, for code that runs in a few tests.
    let profile = ["--profile", "component", "--config", "profile.component.lto=false"];
    let options = [&["--package", package][..], &profile, features].concat();
    cargo_build(
        workspace(),
        package,
        &options,
        &target_directory().join("guests"),
        "component",
    )
}

fn cargo_build(folder: &Path, package: &str, options: &[&str], target: &Path, profile: &str) -> Vec<u8> {
    // One build at a time: cargo would wait for its own lock and say so in the middle of the tests.
    static BUILDING: Mutex<()> = Mutex::new(());
    let _one = BUILDING.lock().unwrap_or_else(PoisonError::into_inner);

    let mut command = Command::new(option_env!("CARGO").unwrap_or("cargo"));
    command
        .current_dir(folder)
        .args(["build", "--locked", "--quiet", "--target", "wasm32-wasip2"])
        .args(options)
        .arg("--target-dir")
        .arg(target);
    for variable in [
        "RUSTFLAGS",
        "CARGO_ENCODED_RUSTFLAGS",
        "RUSTC_WRAPPER",
        "RUSTC_WORKSPACE_WRAPPER",
    ] {
        command.env_remove(variable);
    }
    let status = command.status().expect("cargo starts");
    assert!(status.success(), "{package} was not built");
    let file = format!("wasm32-wasip2/{profile}/{}.wasm", package.replace('-', "_"));
    let file = target.join(file);
    std::fs::read(&file).unwrap_or_else(|error| panic!("{}: {error}", file.display()))
}

fn workspace() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .expect("tests/ lies in the workspace")
}

/// `…/target`, of a test that runs as `…/target/release/deps/name`.
fn target_directory() -> PathBuf {
    let test = std::env::current_exe().expect("a test knows where it is");
    let profile = test
        .parent()
        .and_then(Path::parent)
        .expect("it lies in deps of a profile");
    profile
        .parent()
        .expect("a profile lies in a target directory")
        .to_path_buf()
}
