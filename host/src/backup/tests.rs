//! Backups of real data directories, and restoring them however it is cut off.

use std::fs;

use super::*;
use crate::clock::ManualClock;
use crate::data_dir::DataDir;
use crate::entries::{Entries, EntryChange};
use crate::limits::Limits;
use crate::store::{Sessions, Source, Store};

const NOW: Moment = 1_795_000_000_000;

struct Place {
    directory: tempfile::TempDir,
}

impl Place {
    /// A data directory with a config entry of this title, a component and a configuration file.
    fn with(title: &str) -> Self {
        let place = Self::empty();
        let store = place.open();
        let entries = Entries::open(store.clone()).expect("they can be read");
        let change = EntryChange {
            title: Some(title.to_owned()),
            ..EntryChange::default()
        };
        entries.add(change).expect("it can be kept");
        let digest = crate::engine::digest_of(title.as_bytes());
        place
            .data_dir()
            .keep_component(&digest, title.as_bytes())
            .expect("it can be written");
        store
            .begin_generation(&digest, title, "1", Source::BuiltIn, None)
            .expect("it can be kept");
        store.close();
        fs::write(place.data_dir().config_file(), format!("# {title}\n")).expect("the test can write");
        place
    }

    fn empty() -> Self {
        Self {
            directory: tempfile::tempdir().expect("a directory for the test"),
        }
    }

    fn data_dir(&self) -> DataDir {
        DataDir::new(self.directory.path().to_path_buf())
    }

    fn open(&self) -> Store {
        let database = self.data_dir().database();
        Store::open(&database, ManualClock::at(NOW), &Limits::default()).expect("it is a database")
    }

    fn backup(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        archive::write(&self.data_dir(), NOW, &mut bytes).expect("it can be backed up");
        bytes
    }

    fn take(&self) -> Result<bool, BackupError> {
        let held = self.data_dir().hold().expect("nobody has it");
        staged::take(&self.data_dir(), &held)
    }

    /// What a host would find: the title of the entry, the comment of the configuration, the components.
    fn found(&self) -> (String, String, Vec<String>) {
        let store = self.open();
        let entries = store.entries().expect("they can be read");
        store.close();
        let titles: Vec<_> = entries.into_iter().map(|entry| entry.title).collect();
        let config = fs::read_to_string(self.data_dir().config_file()).unwrap_or_default();
        let kept = fs::read_dir(self.directory.path().join("components"))
            .into_iter()
            .flatten();
        let kept = kept.map(|file| fs::read_to_string(file.expect("it is there").path()).expect("it is text"));
        (titles.join(", "), config.trim().to_owned(), kept.collect())
    }

    fn leftovers(&self) -> Vec<String> {
        let names = fs::read_dir(self.directory.path()).expect("it is there");
        let names = names.map(|entry| entry.expect("it is there").file_name().to_string_lossy().into_owned());
        let known = [
            "hearth.db",
            "hearth.toml",
            "hearth.lock",
            "components",
            "before-restore",
        ];
        names.filter(|name| !known.contains(&name.as_str())).collect()
    }
}

fn all_of(title: &str) -> (String, String, Vec<String>) {
    (title.to_owned(), format!("# {title}"), vec![title.to_owned()])
}

#[test]
fn a_backup_brings_all_back_and_the_undo_what_was_there() {
    let (summer, winter) = (Place::with("summer"), Place::with("winter"));
    let manifest = staged::stage(&winter.data_dir(), summer.backup().as_slice()).expect("it is a backup");
    assert_eq!((manifest.made, manifest.files.len()), (NOW, 3));
    assert_eq!(winter.found(), all_of("winter"), "nothing has happened yet");
    assert!(winter.take().expect("it can be taken"));
    assert_eq!(winter.found(), all_of("summer"));
    assert!(!winter.take().expect("there is nothing to take"));
    for expected in ["winter", "summer", "winter"] {
        staged::stage_undo(&winter.data_dir()).expect("something was restored");
        assert!(winter.take().expect("it can be taken"));
        assert_eq!(winter.found(), all_of(expected));
    }
    assert_eq!(winter.leftovers(), [""; 0]);
}

#[test]
fn a_backup_goes_into_a_directory_that_is_empty() {
    let place = Place::empty();
    staged::stage(&place.data_dir(), Place::with("summer").backup().as_slice()).expect("it is a backup");
    assert!(place.take().expect("it can be taken"));
    assert_eq!(place.found(), all_of("summer"));
}

#[test]
fn nothing_restored_is_nothing_undone() {
    let error = staged::stage_undo(&Place::with("winter").data_dir()).expect_err("nothing was restored");
    assert!(matches!(error, BackupError::NothingBefore { .. }), "{error}");
}

/// Each rename fails once because something lies in its way; the next attempt goes on from there.
#[test]
fn restoring_can_be_cut_off_at_every_step() {
    let backup = Place::with("summer").backup();
    for obstacle in [
        "replaced/hearth.db",
        "replaced/hearth.toml",
        "replaced/components",
        "restoring",
        "before-restore",
        "hearth.db",
        "hearth.toml",
        "components",
    ] {
        let place = Place::with("winter");
        staged::stage(&place.data_dir(), backup.as_slice()).expect("it is a backup");
        let path = place.directory.path().join(obstacle);
        let in_the_way = path.join("in the way");
        match obstacle {
            // What is taken goes back here: the obstacle comes when the old is away.
            "hearth.db" | "hearth.toml" | "components" => {
                let replaced = place.directory.path().join("replaced");
                fs::create_dir_all(&replaced).expect("the test can write");
                for name in ["hearth.db", "hearth.toml", "components"] {
                    fs::rename(place.directory.path().join(name), replaced.join(name)).expect("it is there");
                }
                let (staged, taken) = ("restore", "restoring");
                fs::rename(place.directory.path().join(staged), place.directory.path().join(taken))
                    .expect("it is there");
                fs::create_dir_all(&in_the_way).expect("the test can write");
            }
            // A file where a directory is to be.
            "before-restore" => fs::write(&path, "in the way").expect("the test can write"),
            _ => fs::create_dir_all(&in_the_way).expect("the test can write"),
        }
        place.take().expect_err(obstacle);
        match path.is_dir() {
            true => fs::remove_dir_all(&path).expect("it is there"),
            false => fs::remove_file(&path).expect("it is there"),
        }
        assert!(place.take().expect("nothing is in the way any more"), "{obstacle}");
        assert_eq!(place.found(), all_of("summer"), "{obstacle}");
        staged::stage_undo(&place.data_dir()).expect("something was restored");
        assert!(place.take().expect("it can be taken"));
        assert_eq!(place.found(), all_of("winter"), "{obstacle}");
        assert_eq!(place.leftovers(), [""; 0], "{obstacle}");
    }
}

#[test]
fn what_is_no_whole_backup_changes_nothing() {
    let backup = Place::with("summer").backup();
    let mut flipped = backup.clone();
    let middle = flipped.len() / 2;
    flipped[middle] ^= 1;
    let manifest = |text: &str| {
        let mut archive = tar::Builder::new(Vec::new());
        let mut header = tar::Header::new_gnu();
        header.set_size(text.len() as u64);
        archive
            .append_data(&mut header, "hearth-backup.json", text.as_bytes())
            .expect("it is in memory");
        archive.into_inner().expect("it is in memory")
    };
    let newer = r#"{"format": 9, "hearth": "9.0.0", "database": 4, "made": 0, "files": {}}"#;
    let newer_database = r#"{"format": 1, "hearth": "9.0.0", "database": 99, "made": 0, "files": {}}"#;
    let elsewhere = r#"{"format": 1, "hearth": "0.1.0", "database": 4, "made": 0,
        "files": {"../../etc/passwd": {"bytes": 0, "sha256": ""}}}"#;
    for (bytes, expected) in [
        (Vec::new(), "it is empty"),
        (b"this is somebody's letter".to_vec(), "this is no backup of Hearth"),
        (vec![b'x'; 4_096], "this is no backup of Hearth"),
        (backup[..backup.len() / 2].to_vec(), "damaged"),
        (backup[..2_048].to_vec(), "damaged"),
        (flipped, "damaged"),
        (manifest("{"), "damaged"),
        (manifest(newer), "made by Hearth 9.0.0, which is newer (format 9"),
        (
            manifest(newer_database),
            "made by Hearth 9.0.0, which is newer (database version 99",
        ),
        (manifest(elsewhere), "nothing of Hearth's"),
    ] {
        let place = Place::with("winter");
        let error = staged::stage(&place.data_dir(), bytes.as_slice())
            .expect_err(expected)
            .to_string();
        assert!(error.contains(expected), "{error}");
        assert!(!place.take().expect("there is nothing to take"));
        assert_eq!(place.found(), all_of("winter"), "{expected}");
        assert_eq!(place.leftovers(), [""; 0], "{expected}");
    }
}

#[test]
fn a_restored_database_gives_out_no_number_again() {
    let place = Place::with("summer");
    let starts = || {
        let store = place.open();
        let starts = crate::durable::Durable::load(&Sessions::new(store.clone())).starts;
        store.close();
        starts
    };
    let backup = place.backup();
    let [_, _, last] = [starts(), starts(), starts()];
    staged::stage(&place.data_dir(), backup.as_slice()).expect("it is a backup");
    assert!(place.take().expect("it can be taken"));
    assert!(starts() > last);
}

#[test]
fn where_there_is_nothing_there_is_nothing_to_back_up() {
    let error = archive::write(&Place::empty().data_dir(), NOW, Vec::new()).expect_err("it is empty");
    assert!(matches!(error, BackupError::Nothing { .. }), "{error}");
}
