//! What keeps a host from starting.

use std::fs::{self, File};
use std::net::TcpListener;

use super::List;
use super::support::Installation;

/// Standard output is no terminal here, so the log is JSON unless asked otherwise: as a person sees it, it is text.
const SERVE: [&str; 5] = ["serve", "--listen", "127.0.0.1:0", "--log-format", "text"];

fn serve<'a>(more: &[&'a str]) -> Vec<&'a str> {
    [&SERVE[..], more].concat()
}

#[test]
fn addresses_homes_and_components() {
    let place = Installation::new();
    let mut list = List::of(&place);
    let taken = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = taken.local_addr().expect("it is bound");
    list.writes(address.port().to_string(), "PORT");
    list.fails(
        &place,
        &["serve", "--log-format", "text", "--listen", &address.to_string()],
    );
    list.fails(&place, &["serve", "--log-format", "text", "--listen", "192.0.2.1:8124"]);
    list.fails(&place, &serve(&["--home", "/nowhere/home.toml"]));
    list.fails(&place, &serve(&["--component", "/nowhere/server.wasm"]));
    let letter = place.file("letter.wasm", b"Dear Ada, the roses are in bloom.");
    list.fails(&place, &serve(&["--component", &letter]));
    list.fails(&place, &serve(&["--component", &letter, "--watch", &letter]));
    let large = place.path().join("large.wasm").display().to_string();
    let made = File::create(&large).and_then(|file| file.set_len(1 << 30));
    made.expect("the test can write");
    list.fails(&place, &serve(&["--component", &large]));
    list.fails(&place, &serve(&["--config", "/nowhere/hearth.toml"]));
    list.keep("start");
}

#[test]
fn the_configuration_file() {
    let place = Installation::new();
    let mut list = List::of(&place);
    let file = place.path().join("hearth.toml");
    for text in [
        "listen = 127.0.0.1:8124",
        "listen = \"127.0.0.1\"",
        "log-level = \"loud\"",
        "[limits]\nsessions = 0",
        "[limits]\nsession = 9",
        "[limits]\nsessions = \"many\"",
        "probation-s = 0",
        "data-dir = \"/elsewhere\"",
        "component = \"a.wasm\"\nwatch = \"b.wasm\"",
    ] {
        fs::write(&file, text).expect("the test can write");
        let said = place.fails(&SERVE);
        list.note(&format!("cat DIR/hearth.toml\n{text}\n$ hearth serve"), &said);
    }
    list.keep("configuration_file");
}
