//! The `.wasm` files that tests load: the built-in component, and guests that are built when a test wants one.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{LazyLock, Mutex, PoisonError};

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

/// Builds a package of the workspace for the component target, beside the target directory that the test runs from.
///
/// # Panics
/// When it does not build.
fn build(package: &str, features: &[&str]) -> Vec<u8> {
    // One build at a time: cargo would wait for its own lock and say so in the middle of the tests.
    static BUILDING: Mutex<()> = Mutex::new(());
    let _one = BUILDING.lock().unwrap_or_else(PoisonError::into_inner);

    let target = target_directory().join("guests");
    let mut command = Command::new(option_env!("CARGO").unwrap_or("cargo"));
    command
        .current_dir(workspace())
        .args([
            "build",
            "--locked",
            "--quiet",
            "--profile",
            "component",
            "--package",
            package,
        ])
        .args(features)
        // Half the time to build, for code that runs in a few tests.
        .args([
            "--config",
            "profile.component.lto=false",
            "--target",
            "wasm32-wasip2",
            "--target-dir",
        ])
        .arg(&target);
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
    let file = format!("{}.wasm", package.replace('-', "_"));
    let file = target.join("wasm32-wasip2/component").join(file);
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
