//! The `.wasm` files that tests load: the built-in component, and guests that are built when a test wants one.

use std::path::Path;
use std::sync::LazyLock;

use hearth_component::{faults, mutants};
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

/// Our component, built so that it traps when it is told to: see `component/src/faults`.
pub fn faulty() -> &'static [u8] {
    static FAULTY: LazyLock<Vec<u8>> = LazyLock::new(|| build("hearth-component", &["faults"]));
    &FAULTY
}

/// Our component with the LLM API `conformance`, whose tools ask the client: see `component/src/llm/conformance`.
pub fn conformance() -> &'static [u8] {
    static CONFORMANCE: LazyLock<Vec<u8>> = LazyLock::new(|| build("hearth-component", &["conformance"]));
    &CONFORMANCE
}

/// Our component as a candidate that does this, out of one build for all: see `component/src/faults`. That of
/// [`faulty`] does none of it.
///
/// # Panics
/// When the build does not say where the name of its fault stands.
pub fn candidate(fault: faults::Fault) -> Vec<u8> {
    named(faulty(), faults::HEAD, &fault.name())
}

/// Our component with this fault in it, out of one build for all: see `component/src/mutants`. None: with no fault.
///
/// # Panics
/// When it does not build, or the build does not say where the name of its fault stands.
pub fn mutant(name: Option<&str>) -> Vec<u8> {
    static MUTANTS: LazyLock<Vec<u8>> = LazyLock::new(|| build("hearth-component", &["mutants"]));
    named(&MUTANTS, mutants::HEAD, name.unwrap_or_default())
}

/// The same file with this name after its head.
fn named(bytes: &[u8], head: &[u8], name: &str) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    let mark = bytes.windows(head.len()).position(|window| window == head);
    let place = mark.expect("the mark is in the file") + head.len();
    bytes[place..place + name.len()].copy_from_slice(name.as_bytes());
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
