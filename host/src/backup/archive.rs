//! The archive itself: written from a data directory that may be in use, read with nothing taken on trust.

use std::collections::BTreeMap;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use super::{BackupError, FORMAT, FileOf, Manifest, at};
use crate::clock::Moment;
use crate::data_dir::DataDir;
use crate::store::Store;

const MANIFEST: &str = "hearth-backup.json";
const DATABASE: &str = "hearth.db";
/// Bytes that the manifest may have.
const MANIFEST_LIMIT: u64 = 1 << 20;

/// Writes all that this data directory keeps: the database as it is on the disk at one moment, the configuration file if
/// there is one, and the components that the database knows.
///
/// # Errors
/// When something cannot be read or written.
pub fn write(data_dir: &DataDir, made: Moment, to: impl Write) -> Result<Manifest, BackupError> {
    let database = data_dir.database();
    if !database.exists() {
        return Err(BackupError::Nothing {
            path: data_dir.path().to_path_buf(),
        });
    }
    let copy = Passing(data_dir.path().join(format!("backup-{}.new", std::process::id())));
    let _ = fs::remove_file(&copy.0);
    Store::copy(&database, &copy.0)?;
    let mut sources = vec![(DATABASE.to_owned(), copy.0.clone())];
    let kept = Store::components(&copy.0)?
        .into_iter()
        .map(|digest| data_dir.component(&digest));
    for path in std::iter::once(data_dir.config_file())
        .chain(kept)
        .filter(|path| path.is_file())
    {
        sources.push((name_of(data_dir, &path), path));
    }
    let mut files = BTreeMap::new();
    for (name, path) in &sources {
        files.insert(name.clone(), measured(path)?);
    }
    let manifest = Manifest {
        format: FORMAT,
        hearth: env!("CARGO_PKG_VERSION").to_owned(),
        database: Store::version(&copy.0)?,
        made,
        files,
    };
    pack(&manifest, &sources, to).map_err(at(Path::new("the backup")))?;
    Ok(manifest)
}

fn pack(manifest: &Manifest, sources: &[(String, PathBuf)], to: impl Write) -> io::Result<()> {
    let mut archive = tar::Builder::new(to);
    let text = serde_json::to_vec_pretty(manifest)?;
    archive.append_data(&mut header(manifest, text.len() as u64), MANIFEST, text.as_slice())?;
    for (name, path) in sources {
        let bytes = manifest.files[name].bytes;
        // As long as was measured, should it grow meanwhile: then it is found damaged, and not the rest of the archive.
        archive.append_data(&mut header(manifest, bytes), name, File::open(path)?.take(bytes))?;
    }
    archive.into_inner()?.flush()
}

fn header(manifest: &Manifest, bytes: u64) -> tar::Header {
    let mut header = tar::Header::new_gnu();
    header.set_size(bytes);
    header.set_mode(0o600);
    header.set_mtime(manifest.made / 1_000);
    header
}

/// The place of a file in the data directory.
fn name_of(data_dir: &DataDir, path: &Path) -> String {
    let inside = path.strip_prefix(data_dir.path()).unwrap_or(path);
    let parts: Vec<_> = inside.iter().map(|part| part.to_string_lossy()).collect();
    parts.join("/")
}

/// Unpacks an archive into a directory that is empty, and looks whether all of it is there and as it was written.
///
/// # Errors
/// When it is no backup, one of a newer Hearth, or not whole.
pub fn read(from: impl Read, into: &Path) -> Result<Manifest, BackupError> {
    let no_backup = |error: io::Error| BackupError::NoBackup(error.to_string());
    let mut archive = tar::Archive::new(from);
    let mut entries = archive.entries().map_err(no_backup)?;
    let first = entries
        .next()
        .ok_or_else(|| BackupError::NoBackup("it is empty".to_owned()))?;
    let manifest = manifest(first.map_err(no_backup)?)?;
    let mut missing = manifest.files.clone();
    for entry in entries {
        let mut entry = entry.map_err(|error| BackupError::Damaged(error.to_string()))?;
        let name = String::from_utf8_lossy(&entry.path_bytes()).into_owned();
        let expected = missing
            .remove(&name)
            .ok_or_else(|| BackupError::Damaged(format!("there is a file {name:?} that it does not name")))?;
        let path = into.join(&name);
        unpack(&mut entry, &path).map_err(at(&path))?;
        if measured(&path)? != expected {
            return Err(BackupError::Damaged(format!("{name} is not what was written")));
        }
    }
    if let Some(name) = missing.keys().next() {
        return Err(BackupError::Damaged(format!("{name} is missing: the file is cut off")));
    }
    Ok(manifest)
}

fn manifest(entry: tar::Entry<'_, impl Read>) -> Result<Manifest, BackupError> {
    if *entry.path_bytes() != *MANIFEST.as_bytes() {
        return Err(BackupError::NoBackup(format!("it does not begin with {MANIFEST}")));
    }
    let mut text = Vec::new();
    let read = entry.take(MANIFEST_LIMIT).read_to_end(&mut text);
    read.map_err(|error| BackupError::Damaged(error.to_string()))?;
    let value: serde_json::Value =
        serde_json::from_slice(&text).map_err(|error| BackupError::Damaged(format!("{MANIFEST}: {error}")))?;
    let newer = |what: String| BackupError::Newer {
        hearth: value["hearth"].as_str().unwrap_or_default().to_owned(),
        what,
    };
    if let Some(format) = value["format"].as_u64().filter(|format| *format > FORMAT.into()) {
        return Err(newer(format!("format {format}, and this Hearth knows {FORMAT}")));
    }
    if let Some(version) = value["database"].as_i64().filter(|version| *version > Store::VERSION) {
        return Err(newer(format!(
            "database version {version}, and this Hearth knows {}",
            Store::VERSION
        )));
    }
    let manifest: Manifest =
        serde_json::from_value(value).map_err(|error| BackupError::Damaged(format!("{MANIFEST}: {error}")))?;
    match manifest.files.keys().find(|name| !is_ours(name)) {
        Some(name) => Err(BackupError::NoBackup(format!(
            "it names {name:?}, which is nothing of Hearth's"
        ))),
        None if !manifest.files.contains_key(DATABASE) => {
            Err(BackupError::NoBackup(format!("there is no {DATABASE} in it")))
        }
        None => Ok(manifest),
    }
}

/// Whether a data directory has such a file. Nothing else is ever unpacked, wherever its name would lead.
fn is_ours(name: &str) -> bool {
    let digest = name
        .strip_prefix("components/")
        .and_then(|file| file.strip_suffix(".wasm"));
    let is_component = digest.is_some_and(|digest| {
        digest.len() == 64
            && digest
                .bytes()
                .all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte))
    });
    is_component || [DATABASE, "hearth.toml"].contains(&name)
}

fn unpack(entry: &mut impl Read, path: &Path) -> io::Result<()> {
    if let Some(parent) = path.parent() {
        fs::create_dir_all(parent)?;
    }
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    io::copy(entry, &mut file)?;
    file.sync_all()
}

fn measured(path: &Path) -> Result<FileOf, BackupError> {
    let mut hash = Sha256::new();
    let mut file = File::open(path).map_err(at(path))?;
    let bytes = io::copy(&mut file, &mut hash).map_err(at(path))?;
    let digest = hash.finalize();
    Ok(FileOf {
        bytes,
        sha256: digest.iter().map(|byte| format!("{byte:02x}")).collect(),
    })
}

/// A file that is removed in the end, however it comes.
struct Passing(PathBuf);

impl Drop for Passing {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.0);
    }
}
