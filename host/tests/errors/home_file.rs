//! What is wrong with a home file: line, place, value, and what would be right.

use std::fs;

use super::List;
use super::support::Installation;

const HEAD: &str =
    "name = \"Cabin\"\ntime_zone = \"Europe/Berlin\"\n\n[[areas]]\nid = \"kitchen\"\nname = \"Kitchen\"\n\n";

#[test]
fn home_files() {
    let place = Installation::new();
    let mut list = List::of(&place);
    let file = place.path().join("home.toml");
    let path = file.display().to_string();
    for text in [
        "[[entities]\nid = \"light.stove\"",
        "[[rooms]]\nid = \"light.stove\"",
        "[[entities]]\nname = \"Stove\"",
        "[[entities]]\nid = \"stove\"",
        "[[entities]]\nid = \"toaster.kitchen\"",
        "[[entities]]\nid = \"light.stove\"\narea = \"kitchn\"",
        "[[entities]]\nid = \"light.stove\"\n\n[[entities]]\nid = \"light.stove\"",
        "[[entities]]\nid = \"light.stove\"\nexposed = \"yes\"",
        "[[entities]]\nid = \"light.stove\"\ncolour = \"red\"",
        "[[entities]]\nid = \"light.stove\"\nsupported_color_modes = [\"rainbow\"]",
        "[[entities]]\nid = \"light.stove\"\nstate = \"glowing\"",
        "[[entities]]\nid = \"cover.blind\"\nattributes = { current_position = 300 }",
        "[[entities]]\nid = \"switch.heater\"\nfollows = \"switch.nothing\"",
        "[[scripts]]\nid = \"tidy\"\nsequence = [{ action = \"light.explode\" }]",
        "[[scripts]]\nid = \"tidy\"\nsequence = [{ delay = \"soon\" }]",
        "[[scenes]]\nid = \"film\"\nentities = { \"light.nothing\" = \"on\" }",
        "[[intents]]\nname = \"Tidy\"",
    ] {
        fs::write(&file, format!("{HEAD}{text}\n")).expect("the test can write");
        let arguments = [
            "serve",
            "--listen",
            "127.0.0.1:0",
            "--log-format",
            "text",
            "--home",
            &path,
        ];
        let said = place.fails(&arguments);
        list.note(
            &format!("sed 1,7d DIR/home.toml\n{text}\n$ hearth serve --home DIR/home.toml"),
            &said,
        );
    }
    fs::write(&file, "name = \"Cabin\"\ntime_zone = \"Europe/Berln\"\n").expect("the test can write");
    let said = place.fails(&["serve", "--log-format", "text", "--home", &path]);
    list.note(
        "cat DIR/home.toml\nname = \"Cabin\"\ntime_zone = \"Europe/Berln\"\n$ hearth serve --home DIR/home.toml",
        &said,
    );
    list.keep("home_file");
}
