//! The `.wasm` files that tests load: the built-in component, and guests that are built when a test wants one.

use std::path::Path;
use std::sync::LazyLock;

use hearth_component::mutants::HEAD;
use hearth_harness::building;

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
    static FAULTY: LazyLock<Vec<u8>> = LazyLock::new(|| build("hearth-component", &["faults"]));
    &FAULTY
}

/// Our component with the LLM API `conformance`, whose tools ask the client: see `component/src/llm/conformance`.
pub fn conformance() -> &'static [u8] {
    static CONFORMANCE: LazyLock<Vec<u8>> = LazyLock::new(|| build("hearth-component", &["conformance"]));
    &CONFORMANCE
}

/// Our component with this fault in it, out of one build for all: see `component/src/mutants`. None: with no fault.
///
/// # Panics
/// When it does not build, or the build does not say where the name of its fault stands.
pub fn mutant(name: Option<&str>) -> Vec<u8> {
    static MUTANTS: LazyLock<Vec<u8>> = LazyLock::new(|| build("hearth-component", &["mutants"]));
    let mut bytes = MUTANTS.clone();
    let mark = bytes.windows(HEAD.len()).position(|window| window == HEAD);
    let name = name.unwrap_or_default().as_bytes();
    let place = mark.expect("the mark is in the file") + HEAD.len();
    bytes[place..place + name.len()].copy_from_slice(name);
    bytes
}

/// A component project of its own, outside the workspace.
///
/// # Panics
/// When it does not build.
pub fn project(folder: &Path, package: &str) -> Vec<u8> {
    building::project(folder, package).unwrap_or_else(|error| panic!("{error}"))
}

fn build(package: &str, features: &[&str]) -> Vec<u8> {
    building::guest(package, features).unwrap_or_else(|error| panic!("{error}"))
}
