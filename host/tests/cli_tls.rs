//! TLS: the owner's commands and clients over it, certificates that change, and files that are none.

mod support;

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use support::stdio::StdioClient;
use support::{Host, Installation, PATIENCE};

fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/tls").join(name)
}

/// An installation with a certificate and its key in it, as `cert.pem` and `key.pem`.
struct Encrypted {
    installation: Installation,
    certificate: String,
    key: String,
}

impl Encrypted {
    fn new() -> Self {
        let installation = Installation::new();
        let path = |name| installation.path().join(name).display().to_string();
        let (certificate, key) = (path("cert.pem"), path("key.pem"));
        let encrypted = Self {
            installation,
            certificate,
            key,
        };
        encrypted.put("one");
        encrypted
    }

    /// Puts these in the place of what is there.
    fn put(&self, name: &str) {
        std::fs::copy(fixture(&format!("{name}.key")), &self.key).expect("the test can write");
        std::fs::copy(fixture(&format!("{name}.pem")), &self.certificate).expect("the test can write");
    }

    fn serve(&self, options: &[&str]) -> Host {
        let mut all = vec!["--tls-cert", &self.certificate, "--tls-key", &self.key];
        all.extend(options);
        self.installation.serve_with(&all)
    }

    fn join(&self) -> StdioClient {
        StdioClient::start(self.installation.command(&["stdio"]))
    }
}

fn address(host: &Host) -> &str {
    host.url.strip_prefix("https://").expect("it says that it is encrypted")
}

#[test]
fn the_owner_and_clients_reach_a_host_that_serves_tls() {
    let encrypted = Encrypted::new();
    let host = encrypted.serve(&[]);
    assert!(
        encrypted
            .installation
            .ok(&["token", "create", "laptop", "--admin"])
            .starts_with("hearth_")
    );
    let mut client = encrypted.join();
    assert_eq!(client.initialize()["result"]["serverInfo"]["name"], "hearth");
    assert!(client.ask("tools/list", &json!({}))["result"]["tools"].is_array());
    assert!(client.leave().0.success());

    let mut socket = TcpStream::connect(address(&host)).expect("it listens");
    socket
        .set_read_timeout(Some(PATIENCE))
        .expect("a time limit can be set");
    socket
        .write_all(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n")
        .expect("it reads");
    let mut answer = Vec::new();
    let _ = socket.read_to_end(&mut answer);
    assert!(!answer.starts_with(b"HTTP"), "nothing is said in the clear");
}

#[test]
fn a_certificate_that_is_renewed_is_taken_and_nobody_is_cut_off() {
    let encrypted = Encrypted::new();
    let mut host = encrypted.serve(&[]);
    let mut client = encrypted.join();
    client.initialize();
    client.ask("tools/list", &json!({}));
    encrypted.put("other");
    host.wait_for_log("the certificate was read again");
    // By the new one, which the host has announced; the stream of the client is still that of the old one.
    let entries: Value =
        serde_json::from_str(&encrypted.installation.ok(&["entry", "list", "--json"])).expect("it is JSON");
    let entry = entries[0]["id"].as_str().expect("there is one");
    encrypted
        .installation
        .ok(&["entry", "set", entry, "--read-only", "true"]);
    assert_eq!(client.message()["method"], "notifications/tools/list_changed");

    std::fs::write(&encrypted.certificate, "-----BEGIN CERTIFICATE-----\nhalf").expect("the test can write");
    let told = host.wait_for_log("stays in use");
    assert!(
        told["message"].as_str().is_some_and(|text| text.contains("cert.pem")),
        "{told}"
    );
    assert!(client.ask("tools/list", &json!({}))["result"].is_object());
    encrypted.installation.ok(&["token", "list"]);
}

#[test]
fn a_host_that_the_system_trusts_is_joined_by_its_name() {
    let encrypted = Encrypted::new();
    let host = encrypted.serve(&[]);
    let token = encrypted.installation.ok(&["token", "create", "laptop", "--admin"]);
    let port = address(&host).rsplit(':').next().expect("it has a port");
    let url = format!("https://localhost:{port}");
    let join = |trusted: &Path| {
        let mut command = encrypted
            .installation
            .command(&["stdio", "--url", &url, "--wait-s", "0"]);
        command.env("HEARTH_TOKEN", &token).env("SSL_CERT_FILE", trusted);
        StdioClient::start(command)
    };
    assert_eq!(
        join(&fixture("one.pem")).initialize()["result"]["serverInfo"]["name"],
        "hearth"
    );
    let answer = join(&fixture("other.pem")).initialize();
    let text = answer["error"]["message"].as_str().expect("it is refused");
    assert!(
        text.contains("cannot be reached") && text.contains("certificate"),
        "{text}"
    );
}

#[test]
fn files_that_are_no_certificate_and_its_key_are_refused_at_the_start() {
    let encrypted = Encrypted::new();
    let fails = |certificate: &str, key: &str| {
        let options = [
            "serve",
            "--listen",
            "127.0.0.1:0",
            "--tls-cert",
            certificate,
            "--tls-key",
            key,
        ];
        encrypted.installation.fails(&options)
    };
    let (certificate, key) = (encrypted.certificate.as_str(), encrypted.key.as_str());
    let other = fixture("other.key").display().to_string();
    for (error, said) in [
        (fails("nowhere.pem", key), "nowhere.pem cannot be read"),
        (fails(certificate, "nowhere.key"), "nowhere.key cannot be read"),
        (fails(key, key), "is not a certificate, as PEM"),
        (
            fails(certificate, certificate),
            "is not a private key without a passphrase, as PEM",
        ),
        (fails(certificate, &other), "does not belong to the certificate in"),
        (
            encrypted.installation.fails(&["serve", "--tls-cert", certificate]),
            "--tls-key",
        ),
    ] {
        assert!(error.contains(said), "{said}: {error}");
    }
    encrypted.installation.file("hearth.toml", b"tls-key = \"key.pem\"\n");
    let error = encrypted.installation.fails(&["serve", "--listen", "127.0.0.1:0"]);
    assert!(error.contains("give both, or neither"), "{error}");
    encrypted
        .installation
        .file("hearth.toml", b"tls-key = \"key.pem\"\ntls-cert = \"cert.pem\"\n");
    assert!(encrypted.installation.serve().url.starts_with("https://"));
}

#[test]
fn a_client_that_says_nothing_is_not_waited_for() {
    let encrypted = Encrypted::new();
    let host = encrypted.serve(&["--limit-head-time-ms", "100"]);
    let mut socket = TcpStream::connect(address(&host)).expect("it listens");
    socket
        .set_read_timeout(Some(PATIENCE))
        .expect("a time limit can be set");
    let mut rest = Vec::new();
    let read = socket.read_to_end(&mut rest);
    assert!(read.is_ok() && rest.is_empty(), "{read:?}");
}
