//! How the content of a backup takes the place of what is there.
//!
//! | directory | what it says |
//! |---|---|
//! | `restore-PID.new` | being unpacked and checked; nothing has happened |
//! | `restore` | whole: whoever next has the data directory for itself takes it |
//! | `replaced` | what was there goes in here |
//! | `restoring` | all that was there is in `replaced`; what is in here goes where it belongs |
//! | `before-restore` | what was there: `hearth restore --undo` brings it back the same way |
//!
//! Every step is a rename, so it can be cut off anywhere and is taken up where it was.

use std::fs;
use std::io::{ErrorKind, Read};
use std::path::{Path, PathBuf};

use super::{BackupError, Manifest, archive, at};
use crate::data_dir::{DataDir, Held};
use crate::store::Store;

const STAGED: &str = "restore";
const REPLACED: &str = "replaced";
const TAKEN: &str = "restoring";
const BEFORE: &str = "before-restore";
/// What goes and comes. The lock stays, and what can be made again.
const CONTENT: [&str; 5] = [
    "hearth.db",
    "hearth.db-wal",
    "hearth.db-shm",
    "hearth.toml",
    "components",
];

/// Unpacks a backup beside what is there, checks it, brings its database to this version, and has it taken by whoever next
/// has the data directory for itself. Nothing that is there has changed then.
///
/// # Errors
/// When it is no backup that this Hearth can restore, or it cannot be written.
pub fn stage(data_dir: &DataDir, from: impl Read) -> Result<Manifest, BackupError> {
    let half = data_dir.path().join(format!("{STAGED}-{}.new", std::process::id()));
    let _ = fs::remove_dir_all(&half);
    let mut builder = fs::DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(&half).map_err(at(&half))?;
    let staged = archive::read(from, &half).and_then(|manifest| {
        Store::renew(&half.join("hearth.db"))?;
        commit(data_dir, &half)?;
        Ok(manifest)
    });
    if staged.is_err() {
        let _ = fs::remove_dir_all(&half);
    }
    staged
}

/// Has what was there before the last restore taken again.
///
/// # Errors
/// When nothing was restored.
pub fn stage_undo(data_dir: &DataDir) -> Result<(), BackupError> {
    let before = data_dir.path().join(BEFORE);
    if !before.is_dir() {
        return Err(BackupError::NothingBefore {
            path: data_dir.path().to_path_buf(),
        });
    }
    commit(data_dir, &before)
}

fn commit(data_dir: &DataDir, half: &Path) -> Result<(), BackupError> {
    let staged = data_dir.path().join(STAGED);
    match fs::rename(half, &staged) {
        Err(error) if [ErrorKind::DirectoryNotEmpty, ErrorKind::AlreadyExists].contains(&error.kind()) => {
            Err(BackupError::UnderWay {
                path: data_dir.path().to_path_buf(),
            })
        }
        renamed => renamed.map_err(at(&staged)),
    }
}

/// Whether something waits to be taken.
pub fn is_staged(data_dir: &DataDir) -> bool {
    is_whole(&data_dir.path().join(STAGED)) || data_dir.path().join(TAKEN).is_dir()
}

/// A directory that somebody called so is nothing to take.
fn is_whole(staged: &Path) -> bool {
    staged.join("hearth.db").is_file()
}

/// Takes what was staged, if something was; also what was cut off while it was taken. Whether there was something.
///
/// # Errors
/// When a file cannot be moved. What is left to do is done the next time.
pub fn take(data_dir: &DataDir, _held: &Held) -> Result<bool, BackupError> {
    let place = |name: &str| data_dir.path().join(name);
    let (staged, taken) = (place(STAGED), place(TAKEN));
    if is_whole(&staged) {
        let (old, new) = (place("hearth.db"), staged.join("hearth.db"));
        if old.exists() {
            // Of a database that cannot be read there is no telling; that is why somebody restores a backup.
            if let Err(error) = Store::succeed(&new, &old) {
                tracing::warn!(%error, "the database that is replaced cannot be read");
            }
        }
        let replaced = place(REPLACED);
        make(&replaced)?;
        move_content(data_dir.path(), &replaced)?;
        rename(&staged, &taken)?;
    }
    if !taken.is_dir() {
        return Ok(false);
    }
    let replaced = place(REPLACED);
    if replaced.is_dir() {
        let before = place(BEFORE);
        remove(&before)?;
        rename(&replaced, &before)?;
    }
    move_content(&taken, data_dir.path())?;
    remove(&taken)?;
    Ok(true)
}

fn move_content(from: &Path, to: &Path) -> Result<(), BackupError> {
    for name in CONTENT {
        let from = from.join(name);
        if from.exists() {
            rename(&from, &to.join(name))?;
        }
    }
    Ok(())
}

fn make(path: &PathBuf) -> Result<(), BackupError> {
    fs::create_dir_all(path).map_err(at(path))
}

fn rename(from: &Path, to: &Path) -> Result<(), BackupError> {
    fs::rename(from, to).map_err(at(to))
}

fn remove(path: &Path) -> Result<(), BackupError> {
    match fs::remove_dir_all(path) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(at(path)(error)),
        _ => Ok(()),
    }
}
