//! What cannot be installed: each is refused at a step that is named, with what to do, and the one that runs goes on.

mod support;

use std::fs;
use std::io::{Read, Write};
use std::net::TcpStream;

use serde_json::json;
use support::{Host, Installation, PATIENCE, SseStream, marked};

const MIB: u64 = 1 << 20;

/// A host, and somebody who is served by it all the while.
struct Served {
    installation: Installation,
    host: Host,
    token: String,
    client: SseStream,
}

impl Served {
    fn with(options: &[&str]) -> Self {
        Self::on(|installation| installation.serve_with(options))
    }

    fn on(serve: impl FnOnce(&Installation) -> Host) -> Self {
        let installation = Installation::new();
        let token = installation.ok(&["token", "create", "laptop", "--admin"]);
        let host = serve(&installation);
        Self {
            client: host.client(&token),
            installation,
            host,
            token,
        }
    }

    /// Installs these bytes by the command and over HTTP, and answers what both say.
    fn refused(&mut self, bytes: &[u8]) -> (u16, String) {
        let file = self.installation.file("candidate.wasm", bytes);
        let said = self.installation.fails(&["component", "install", &file]);
        let (status, text) = self.put("", bytes);
        assert_eq!(said, format!("hearth: {text}\n"), "the command says what the host does");
        self.goes_on();
        (status, text)
    }

    fn put(&self, query: &str, bytes: &[u8]) -> (u16, String) {
        let path = format!("/api/hearth/component{query}");
        self.host.ask("PUT", &path, &self.token, bytes)
    }

    fn goes_on(&mut self) {
        let tools = self.client.ask("tools/list", &json!({}));
        assert!(
            tools["tools"].as_array().is_some_and(|tools| !tools.is_empty()),
            "{tools}"
        );
        assert_eq!(self.host.health()["generation"], 1);
        assert_eq!(self.host.health()["status"], "ok");
        let kept = fs::read_dir(self.installation.path().join("components")).expect("it is there");
        assert_eq!(kept.count(), 1, "nothing of what was refused is left");
        let list = self.installation.ok(&["component", "list"]);
        assert_eq!(list.lines().count(), 2, "what was refused is no generation: {list}");
    }
}

#[test]
fn what_is_no_component_is_refused_at_the_step_that_saw_it() {
    let mut served = Served::with(&[]);
    let whole = marked("cut");
    let cases: [(&[u8], &str, &str); 6] = [
        (&whole[..whole.len() / 2], "compile", "the component is cut off after "),
        (&whole[..5], "verify", "even its header is not whole"),
        (
            b"MZ\x90\0 a program of another system",
            "verify",
            "this is not a WebAssembly file",
        ),
        (
            b"\0asm\x01\0\0\0",
            "verify",
            "this is a core WebAssembly module, not a component; build it for the target wasm32-wasip2",
        ),
        (
            b"\0asm\x0d\0\x01\0",
            "verify",
            "does not export `hearth:mcp/server@0.1.0` but nothing",
        ),
        (b"\0asm\x63\0\x01\0", "verify", "is not known here"),
    ];
    for (bytes, step, reason) in cases {
        let (status, text) = served.refused(bytes);
        assert_eq!(status, 400, "{text}");
        assert!(
            text.starts_with(&format!("not installed, at the step `{step}`: ")),
            "{text}"
        );
        assert!(text.contains(reason), "{text}");
    }
    assert_eq!(served.put("", b"").0, 400);
}

#[test]
fn a_file_of_200_mib_is_refused_before_it_is_read() {
    let mut served = Served::with(&[]);
    let path = served.installation.path().join("large.wasm");
    let file = fs::File::create(&path).expect("the test can write");
    file.set_len(200 * MIB).expect("the test can write");
    let said = served
        .installation
        .fails(&["component", "install", &path.display().to_string()]);
    assert!(
        said.contains("at the step `read`") && said.contains("has 209715200 bytes, and 67108864 are allowed"),
        "{said}"
    );
    // Announced, and not sent: it is refused all the same.
    let address = served.host.url.trim_start_matches("http://");
    let mut socket = TcpStream::connect(address).expect("it listens");
    socket
        .set_read_timeout(Some(PATIENCE))
        .expect("a time limit can be set");
    let head = format!(
        "PUT /api/hearth/component HTTP/1.1\r\nHost: {address}\r\nAuthorization: Bearer {}\r\nContent-Length: {}\r\n\r\n",
        served.token,
        200 * MIB
    );
    socket.write_all(head.as_bytes()).expect("it reads");
    let mut answer = String::new();
    socket.read_to_string(&mut answer).expect("it ends without a reset");
    assert!(answer.starts_with("HTTP/1.1 413 "), "{answer}");
    assert!(
        answer.ends_with("Maximum request body size 67108864 exceeded."),
        "{answer}"
    );
    served.goes_on();
}

#[test]
fn a_component_that_compiles_too_slowly_is_given_up() {
    let mut served = Served::with(&["--limit-compile-ms", "1"]);
    let (status, text) = served.refused(&marked("slow"));
    assert_eq!(status, 400, "{text}");
    assert_eq!(
        text,
        "not installed, at the step `compile`: it was not done after 1 ms, the limit `compile-ms`; build the component \
         smaller, or raise --limit-compile-ms"
    );
}

#[test]
fn only_administrators_install_and_what_they_ask_for_is_read_strictly() {
    let mut served = Served::with(&[]);
    let user = served.installation.ok(&["token", "create", "phone"]);
    let bytes = marked("stranger");
    for (method, path) in [
        ("PUT", "/api/hearth/component"),
        ("POST", "/api/hearth/component/rollback"),
        ("GET", "/api/hearth/generations"),
        ("GET", "/api/hearth/generations/1"),
    ] {
        let body = if method == "PUT" { bytes.as_slice() } else { &[] };
        assert_eq!(served.host.ask(method, path, "", body).0, 401, "{path}");
        assert_eq!(served.host.ask(method, path, &user, body).0, 403, "{path}");
    }
    assert_eq!(served.put("?dry-runs", &bytes).0, 400);
    let (status, text) = served.host.get("/api/hearth/generations/7", &served.token);
    assert_eq!(
        (status, text.contains("there is no generation 7")),
        (404, true),
        "{text}"
    );
    let (status, text) = served
        .host
        .ask("POST", "/api/hearth/component/rollback", &served.token, &[]);
    assert_eq!(
        (status, text.contains("there is nothing to go back to")),
        (409, true),
        "{text}"
    );
    served.goes_on();
}

#[test]
fn what_cannot_be_written_is_not_installed() {
    let mut served = Served::with(&[]);
    let components = served.installation.path().join("components");
    let aside = served.installation.path().join("aside");
    fs::rename(&components, &aside).expect("the test can write");
    fs::write(&components, "somebody's file").expect("the test can write");
    let file = served.installation.file("candidate.wasm", &marked("unwritable"));
    let said = served.installation.fails(&["component", "install", &file]);
    assert!(
        said.contains("not installed, at the step `keep`: ") && said.contains("components"),
        "{said}"
    );
    fs::remove_file(&components).expect("it is there");
    fs::rename(&aside, &components).expect("the test can write");
    served.goes_on();
    let file = served.installation.file("candidate.wasm", &marked("unwritable"));
    served.installation.ok(&["component", "install", &file]);
}

#[cfg(target_os = "linux")]
#[test]
fn a_disk_that_is_full_leaves_the_one_that_runs() {
    let mut served = Served::on(|installation| installation.serve_where_files_may_be_limited());
    served.host.files_may_have("100000");
    let (status, text) = served.put("", &marked("full"));
    assert_eq!(status, 500, "{text}");
    assert!(text.starts_with("not installed, at the step `keep`: "), "{text}");
    served.host.files_may_have("unlimited");
    served.goes_on();
}
