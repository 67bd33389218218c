//! What cannot be installed, as the command says it where no host runs.

use std::fs::File;

use super::List;
use super::support::Installation;

#[test]
fn components() {
    let place = Installation::new();
    let mut list = List::of(&place);
    list.fails(&place, &["component", "path"]);
    list.fails(&place, &["component", "rollback"]);
    list.fails(&place, &["component", "show", "9"]);
    list.fails(&place, &["component", "install", "/nowhere/server.wasm"]);
    for (name, bytes) in [
        ("letter.wasm", b"Dear Ada, the roses are in bloom.".to_vec()),
        ("module.wasm", b"\0asm\x01\0\0\0".to_vec()),
        ("cut-off.wasm", b"\0asm\x0d\0\x01\0\0\x64".to_vec()),
        ("empty.wasm", b"\0asm\x0d\0\x01\0".to_vec()),
    ] {
        let file = place.file(name, &bytes);
        list.fails(&place, &["component", "install", &file]);
    }
    let large = place.path().join("large.wasm");
    File::create(&large)
        .and_then(|file| file.set_len(1 << 30))
        .expect("the test can write");
    list.fails(&place, &["component", "install", &large.display().to_string()]);
    list.keep("component");
}
