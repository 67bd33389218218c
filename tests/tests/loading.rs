//! What is checked before any code of a component runs, and how compiled code is kept.

use std::fs;
use std::path::{Path, PathBuf};

use hearth_host::engine::{Component, LoadError, Runtime};
use hearth_host::limits::Limits;
use hearth_tests::guests;

fn runtime() -> Runtime {
    Runtime::new(&Limits::default()).expect("the runtime starts")
}

async fn refusal(bytes: &[u8]) -> LoadError {
    match Component::load(&runtime(), bytes, None).await {
        Ok(_) => panic!("it loads"),
        Err(error) => error,
    }
}

#[tokio::test]
async fn a_file_that_is_cut_off_is_refused_wherever_it_is_cut() {
    let whole = guests::puppet();
    for size in [0, 3, 7, 8 + 1, 1_000, whole.len() / 2, whole.len() - 1] {
        let error = refusal(&whole[..size]).await;
        assert!(matches!(error, LoadError::Truncated { .. }), "{size} bytes: {error}");
    }
}

#[tokio::test]
async fn what_is_not_a_component_is_refused_with_what_to_do() {
    let cases: [(&[u8], &str); 4] = [
        (b"\0asm\x01\0\0\0", "wasm32-wasip2"),
        (b"(component)", "not a WebAssembly file"),
        (
            b"\0asm\x0d\0\x01\0",
            "does not export `hearth:mcp/server@0.1.0` but nothing",
        ),
        (b"\0asm\x63\0\x01\0", "not known here"),
    ];
    for (bytes, said) in cases {
        let error = refusal(bytes).await.to_string();
        assert!(error.contains(said), "{error}");
    }
}

#[tokio::test]
async fn a_file_too_large_is_refused_before_it_is_looked_at() {
    let error = refusal(&vec![0; (64 << 20) + 1]).await;
    assert!(
        matches!(error, LoadError::TooLarge { size, limit } if size == limit + 1),
        "{error}"
    );
}

fn compiled_files(directory: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(directory).expect("it is there");
    entries.map(|entry| entry.expect("it can be listed").path()).collect()
}

#[tokio::test]
async fn compiled_code_is_kept_and_made_anew_when_it_was_changed() {
    let directory = tempfile::tempdir().expect("a directory");
    let runtime = runtime();
    let load = async || {
        let component = Component::load(&runtime, guests::puppet(), Some(directory.path())).await;
        component.expect("it loads").digest().to_owned()
    };

    let digest = load().await;
    let [kept] = compiled_files(directory.path()).try_into().expect("one file");
    assert!(
        kept.file_name()
            .is_some_and(|name| name.to_string_lossy().starts_with(&digest))
    );
    let code = fs::read(&kept).expect("it can be read");

    // What its name does not stand for is not used, be it cut off or turned.
    for damaged in [
        &code[..code.len() / 2],
        &[&code[..code.len() - 1], &[!code[code.len() - 1]]].concat(),
    ] {
        fs::write(&kept, damaged).expect("it can be written");
        assert_eq!(load().await, digest);
        assert_eq!(fs::read(&kept).expect("it is there again"), code);
    }
}
