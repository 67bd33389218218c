//! Builds the component that the host embeds, with the cargo that builds the host.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

fn main() {
    let host = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").expect("cargo sets it"));
    let root = host.parent().expect("host/ lies in the workspace").to_path_buf();
    for input in [
        "component/src",
        "component/Cargo.toml",
        "wit",
        "Cargo.lock",
        "Cargo.toml",
    ] {
        // Relative to this package: clones that share a target directory must not look at each other's files.
        println!("cargo::rerun-if-changed=../{input}");
    }

    // A target directory of its own: the outer cargo holds the lock of the shared one.
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets it"));
    let target = out.join("component");
    build(&root, &target);
    let wasm = target.join("wasm32-wasip2/component/hearth_component.wasm");
    let embedded = out.join("hearth_component.wasm");
    fs::copy(&wasm, &embedded).unwrap_or_else(|error| panic!("{} was not built: {error}", wasm.display()));
}

fn build(root: &Path, target: &Path) {
    let cargo = env::var_os("CARGO").expect("cargo sets it");
    let mut command = Command::new(cargo);
    command
        .current_dir(root)
        .args([
            "build",
            "--locked",
            "--package",
            "hearth-component",
            "--profile",
            "component",
        ])
        .args(["--target", "wasm32-wasip2", "--target-dir"])
        .arg(target);
    // What the outer cargo means for the host is not meant for the guest.
    for (name, _) in env::vars_os() {
        let text = name.to_string_lossy();
        if text.starts_with("CARGO_ENCODED")
            || text.starts_with("CARGO_PROFILE")
            || text == "RUSTFLAGS"
            || text == "RUSTC_WORKSPACE_WRAPPER"
            || text == "RUSTC_WRAPPER"
        {
            command.env_remove(&name);
        }
    }
    let status = command
        .status()
        .unwrap_or_else(|error| panic!("cargo did not start: {error}"));
    assert!(
        status.success(),
        "the component was not built; if its target is missing: rustup target add wasm32-wasip2"
    );
}
