//! Writes the configuration file of another program: whole or not at all, with what was there kept beside it.

use std::fs::{self, File, OpenOptions, Permissions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use anyhow::Context as _;

/// What the copy of the file is called, after the file.
const BACKUP: &str = ".before-hearth";
const HALF: &str = ".hearth-new";

/// A file that is going to be written.
pub struct ConfigFile {
    /// Where it really lies: links are followed.
    path: PathBuf,
    /// What is in it; `None` when it is not there.
    text: Option<String>,
}

/// What writing it came to.
pub struct Written {
    /// Where it lies.
    pub path: PathBuf,
    /// The copy of what was there.
    pub backup: Option<PathBuf>,
    /// Others on this machine can read it, and so the token.
    pub is_open: bool,
}

impl ConfigFile {
    /// Reads what is there.
    ///
    /// # Errors
    /// When it is there and cannot be read.
    pub fn read(path: &Path) -> anyhow::Result<Self> {
        let path = followed(path);
        match fs::read(&path) {
            Ok(bytes) => {
                let text = String::from_utf8(bytes).ok();
                let text = text.with_context(|| format!("{} is not UTF-8; nothing was changed", path.display()))?;
                Ok(Self { path, text: Some(text) })
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Self { path, text: None }),
            Err(error) => Err(error).with_context(|| format!("{} cannot be read", path.display())),
        }
    }

    /// Where it lies.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// What is in it; nothing when it is not there.
    pub fn text(&self) -> &str {
        self.text.as_deref().unwrap_or_default()
    }

    /// Finds out whether it can be written, and makes its folder if that is not there.
    ///
    /// # Errors
    /// When it cannot.
    pub fn try_to_write(&self) -> anyhow::Result<()> {
        let folder = self.path.parent().unwrap_or(Path::new("."));
        fs::create_dir_all(folder).with_context(|| format!("{} cannot be made", folder.display()))?;
        let half = beside(&self.path, HALF);
        new_file(&half).with_context(|| format!("{} cannot be written", half.display()))?;
        fs::remove_file(&half)?;
        Ok(())
    }

    /// Writes it, and keeps a copy of what was there beside it. It keeps its permissions; a new one is for its owner
    /// alone, since there is a token in it.
    ///
    /// # Errors
    /// When it cannot be written; it is then as it was.
    pub fn write(self, text: &str) -> anyhow::Result<Written> {
        let wrong = || format!("{} cannot be written; it is as it was", self.path.display());
        let backup = match &self.text {
            Some(_) => {
                let backup = beside(&self.path, BACKUP);
                fs::copy(&self.path, &backup).with_context(|| format!("{} cannot be written", backup.display()))?;
                Some(backup)
            }
            None => None,
        };
        let half = beside(&self.path, HALF);
        let replace = || -> io::Result<bool> {
            let mut file = new_file(&half)?;
            file.write_all(text.as_bytes())?;
            let permissions = self.text.as_ref().map(|_| fs::metadata(&self.path)).transpose()?;
            let is_open = match permissions.map(|there| there.permissions()) {
                Some(permissions) => {
                    let is_open = is_open(&permissions);
                    file.set_permissions(permissions)?;
                    is_open
                }
                None => false,
            };
            file.sync_all()?;
            drop(file);
            fs::rename(&half, &self.path)?;
            Ok(is_open)
        };
        let is_open = replace().inspect_err(|_| {
            let _ = fs::remove_file(&half);
        });
        let is_open = is_open.with_context(wrong)?;
        Ok(Written {
            path: self.path,
            backup,
            is_open,
        })
    }
}

/// Where a path leads to, also when nothing is there yet.
fn followed(path: &Path) -> PathBuf {
    /// As many as Linux follows.
    const LINKS: usize = 40;
    let mut path = path.to_path_buf();
    for _ in 0..LINKS {
        let Ok(target) = fs::read_link(&path) else { break };
        path = path.parent().unwrap_or(Path::new("")).join(target);
    }
    path
}

fn beside(path: &Path, end: &str) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_os_string();
    name.push(end);
    path.with_file_name(name)
}

/// For its owner alone, until it is known what it is to be.
fn new_file(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

#[cfg(unix)]
fn is_open(permissions: &Permissions) -> bool {
    std::os::unix::fs::PermissionsExt::mode(permissions) & 0o077 != 0
}

#[cfg(not(unix))]
fn is_open(_: &Permissions) -> bool {
    false
}
