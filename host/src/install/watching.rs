//! A file that is installed again whenever it changes: the author's loop of edit and see.

use std::fs;
use std::path::Path;
use std::time::SystemTime;

use super::{Candidate, InstallError, Installed, Installer, Options, Outcome};
use crate::clock::Clock;
use crate::engine::{COMPONENT_SIZE_LIMIT, digest_of};

/// Milliseconds between two looks at the file. It is whole when two of them in a row find the same.
pub const LOOK_EVERY_MS: u64 = 100;

/// What tells one state of a file from another.
type Look = (u64, SystemTime);

/// Installs the file whenever it has changed, for ever. What clients know stands in nobody's way here: its author wants
/// to see the change.
pub async fn watch(installer: &Installer, file: &Path, clock: &dyn Clock) {
    let mut watched = Watched::new(file, installer.running_digest());
    loop {
        clock.sleep_ms(LOOK_EVERY_MS).await;
        let Some(changed) = watched.look() else { continue };
        let installed = match changed {
            Ok(bytes) => install(installer, bytes).await,
            Err(reason) => Err(reason),
        };
        match installed {
            Ok(installed) => tell(file, &installed),
            Err(reason) => tracing::error!(file = %file.display(), "{reason}; what runs goes on"),
        }
    }
}

async fn install(installer: &Installer, bytes: Vec<u8>) -> Result<Installed, String> {
    let options = Options {
        allow_incompatible: true,
        ..Options::default()
    };
    let turn = installer.turn().await;
    let installed = installer.install(turn, Candidate::Watched(bytes.into()), options).await;
    installed.map_err(|error: InstallError| error.to_string())
}

fn tell(file: &Path, installed: &Installed) {
    if installed.outcome == Outcome::Unchanged {
        return;
    }
    let (generation, version) = (installed.generation, &installed.version);
    let pause_us = installed.pause_us.unwrap_or_default();
    let differences = match installed.differences.as_slice() {
        [] => "nothing that clients see is different".to_owned(),
        differences => differences.join("; "),
    };
    tracing::info!(file = %file.display(), generation, version, pause_us, differences, "live");
}

/// A file, and what was seen of it.
struct Watched<'a> {
    file: &'a Path,
    /// What the last look found, if there was a file.
    seen: Option<Look>,
    /// It is not the file that was tried last.
    changed: bool,
    /// The digest of what was tried last.
    tried: String,
}

impl<'a> Watched<'a> {
    fn new(file: &'a Path, running: String) -> Self {
        Self {
            file,
            seen: None,
            changed: true,
            tried: running,
        }
    }

    /// The bytes of the file, if they are others than those tried last, and whole: nothing has changed since the last look.
    fn look(&mut self) -> Option<Result<Vec<u8>, String>> {
        let metadata = fs::metadata(self.file).ok().filter(fs::Metadata::is_file);
        let look = metadata.and_then(|metadata| Some((metadata.len(), metadata.modified().ok()?)));
        // While it is built anew it may not be there for a moment.
        if look.is_none() || self.seen != look {
            self.changed |= look != self.seen;
            self.seen = look;
            return None;
        }
        if !std::mem::take(&mut self.changed) {
            return None;
        }
        let (bytes, _) = look?;
        if bytes > COMPONENT_SIZE_LIMIT as u64 {
            return Some(Err(format!(
                "not installed: it has {bytes} bytes, and {COMPONENT_SIZE_LIMIT} are allowed"
            )));
        }
        let bytes = match fs::read(self.file) {
            Ok(bytes) => bytes,
            Err(error) => return Some(Err(format!("not installed: it cannot be read: {error}"))),
        };
        let digest = digest_of(&bytes);
        if digest == self.tried {
            return None;
        }
        self.tried = digest;
        Some(Ok(bytes))
    }
}

#[cfg(test)]
mod tests {
    use std::fs::OpenOptions;
    use std::io::Write as _;

    use super::*;

    /// What each look at the file finds, after these were appended to it.
    fn looks(watched: &mut Watched<'_>, appended: &[&[u8]]) -> Vec<Option<Vec<u8>>> {
        let look = |piece: &&[u8]| {
            let mut options = OpenOptions::new();
            let mut file = options
                .create(true)
                .append(true)
                .open(watched.file)
                .expect("the test can write");
            file.write_all(piece).expect("the test can write");
            drop(file);
            watched.look().map(|found| found.expect("it can be read"))
        };
        appended.iter().map(look).collect()
    }

    #[test]
    fn a_file_is_taken_once_when_it_is_whole() {
        let directory = tempfile::tempdir().expect("a directory");
        let file = directory.path().join("server.wasm");
        let mut watched = Watched::new(&file, digest_of(b"one"));
        assert!(watched.look().is_none(), "it is not there yet");
        // It is what runs already.
        assert_eq!(looks(&mut watched, &[b"on", b"e", b"", b""]), [None, None, None, None]);
        // It is taken when a look finds no change, and no second time.
        let found = looks(&mut watched, &[b" t", b"wo", b"", b""]);
        assert_eq!(found, [None, None, Some(b"one two".to_vec()), None]);
        // A build that takes it away and writes the same again changes nothing.
        fs::remove_file(&file).expect("it is there");
        assert!(watched.look().is_none());
        assert_eq!(looks(&mut watched, &[b"one two", b"", b""]), [None, None, None]);
        assert_eq!(looks(&mut watched, &[b"!", b""]), [None, Some(b"one two!".to_vec())]);
    }

    #[test]
    fn a_file_too_large_is_not_read() {
        let directory = tempfile::tempdir().expect("a directory");
        let path = directory.path().join("server.wasm");
        let file = fs::File::create(&path).expect("the test can write");
        file.set_len(COMPONENT_SIZE_LIMIT as u64 + 1)
            .expect("the test can write");
        let mut watched = Watched::new(&path, String::new());
        assert!(watched.look().is_none());
        let error = watched.look().expect("it has changed").expect_err("it is too large");
        assert!(error.contains("67108865 bytes, and 67108864 are allowed"), "{error}");
    }
}
