//! A component project to begin from: the files of `tests/harness/template/` under a name, and the contract.
//!
//! `Cargo.toml`, `Cargo.lock` and `.gitignore` are called otherwise there, as cargo and git would take them for their
//! own.

mod lock;
mod name;
mod place;

use std::path::{Path, PathBuf};
use std::{fs, io};

pub use self::lock::packages;

/// Each file of the project, and what it begins as. `{{name}}` stands for the name of the crate, `{{lib}}` for the name
/// of its library.
const FILES: &[(&str, &str)] = &[
    (".gitignore", include_str!("../../template/gitignore")),
    ("Cargo.toml", include_str!("../../template/Cargo.toml.in")),
    ("README.md", include_str!("../../template/README.md")),
    ("rust-toolchain.toml", include_str!("../../../../rust-toolchain.toml")),
    ("rustfmt.toml", include_str!("../../template/rustfmt.toml")),
    ("src/guest.rs", include_str!("../../template/src/guest.rs")),
    ("src/lib.rs", include_str!("../../template/src/lib.rs")),
    ("src/lights.rs", include_str!("../../template/src/lights.rs")),
    ("src/methods.rs", include_str!("../../template/src/methods.rs")),
    ("src/protocol.rs", include_str!("../../template/src/protocol.rs")),
    ("src/server.rs", include_str!("../../template/src/server.rs")),
    ("src/session.rs", include_str!("../../template/src/session.rs")),
    ("wit/README.md", include_str!("../../../../wit/README.md")),
    (
        "wit/config-entries.wit",
        include_str!("../../../../wit/config-entries.wit"),
    ),
    ("wit/home.wit", include_str!("../../../../wit/home.wit")),
    ("wit/installation.wit", include_str!("../../../../wit/installation.wit")),
    ("wit/llm-apis.wit", include_str!("../../../../wit/llm-apis.wit")),
    ("wit/server.wit", include_str!("../../../../wit/server.wit")),
    ("wit/types.wit", include_str!("../../../../wit/types.wit")),
    ("wit/world.wit", include_str!("../../../../wit/world.wit")),
];

/// The lock file, with the versions that this workspace builds with.
const LOCK: &str = include_str!("../../template/Cargo.lock.in");

/// Why there is no project.
#[derive(Debug, thiserror::Error)]
pub enum TemplateError {
    /// The name is none for a crate.
    #[error("`{name}` cannot be the name of the crate: {reason}; choose another one, as `night-lights`")]
    Name {
        /// The name.
        name: String,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// Something is there already.
    #[error("{} is there already and is not an empty folder; name another one with `--path DIR`", .0.display())]
    Taken(PathBuf),
    /// A cargo workspace would claim it.
    #[error(
        "{} lies in the cargo workspace of {}; name a folder outside with `--path DIR`, or add `exclude = [\"{}\"]` to \
         its `[workspace]` first",
        folder.display(), manifest.display(), inside.display()
    )]
    Workspace {
        /// The folder.
        folder: PathBuf,
        /// The workspace's file.
        manifest: PathBuf,
        /// The folder, as seen from there.
        inside: PathBuf,
    },
    /// A file cannot be written.
    #[error("{} cannot be written: {source}; see whether the folder is yours, or name another one with `--path DIR`", path.display())]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
}

/// A project that is not written yet.
#[derive(Debug, Clone)]
pub struct Project {
    name: String,
}

impl Project {
    /// A project of this name.
    ///
    /// # Errors
    /// When cargo would not take the name, or could not tell the project from what it depends on.
    pub fn named(name: &str) -> Result<Self, TemplateError> {
        match name::wrong_with(name, LOCK) {
            Some(reason) => Err(TemplateError::Name {
                name: name.to_owned(),
                reason,
            }),
            None => Ok(Self { name: name.to_owned() }),
        }
    }

    /// Writes it into a folder, which is made if it is not there.
    ///
    /// # Errors
    /// When something is in the folder, it lies in a cargo workspace, or it cannot be written.
    pub fn write(&self, folder: &Path) -> Result<(), TemplateError> {
        place::check(folder)?;
        for (path, text) in self.files() {
            let path = folder.join(path);
            let parent = path.parent().unwrap_or(folder);
            let written = fs::create_dir_all(parent).and_then(|()| fs::write(&path, text));
            written.map_err(|source| TemplateError::Io { path, source })?;
        }
        Ok(())
    }

    /// Its files, by their path in the project.
    pub fn files(&self) -> impl Iterator<Item = (&'static str, String)> {
        let fill = |text: &str| text.replace("{{name}}", &self.name).replace("{{lib}}", &self.library());
        let files = FILES.iter().map(move |(path, text)| (*path, fill(text)));
        files.chain([("Cargo.lock", lock::sorted(&fill(LOCK)))])
    }

    /// Where cargo puts the component, as seen from the project.
    pub fn built(&self) -> String {
        format!("target/wasm32-wasip2/release/{}.wasm", self.library())
    }

    fn library(&self) -> String {
        self.name.replace('-', "_")
    }
}
