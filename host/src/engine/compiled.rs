//! Compiled code on disk: a component is compiled once for one build of the host on one machine.
//!
//! The name of a file says all that it stands for: `<digest of the component>-<fit>-<digest of the file>.cwasm`. The fit
//! is a hash over the compiler's version, its settings and the processor's features. A file whose content is not what
//! its name says, or that wasmtime does not take, is compiled anew.

use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};
use wasmtime::component::Component as Compiled;

use super::runtime::Runtime;

/// Compiled code of these bytes, from the directory if it is there.
///
/// # Errors
/// When the bytes do not compile. A directory that cannot be read or written only costs time.
pub(super) fn load(runtime: &Runtime, bytes: &[u8], digest: &str, cache: Option<&Path>) -> wasmtime::Result<Compiled> {
    let engine = &runtime.inner.engine;
    let Some(directory) = cache else {
        return Compiled::from_binary(engine, bytes);
    };
    let prefix = prefix(engine, digest);
    if let Some(file) = find(directory, &prefix) {
        match read(engine, &file, &prefix) {
            Ok(compiled) => return Ok(compiled),
            Err(error) => {
                tracing::warn!(file = %file.display(), %error, "compiled code is not usable and is compiled anew");
            }
        }
    }
    let compiled = Compiled::from_binary(engine, bytes)?;
    if let Err(error) = write(directory, digest, &prefix, &compiled.serialize()?) {
        tracing::warn!(directory = %directory.display(), %error, "compiled code is not kept; the next start compiles again");
    }
    Ok(compiled)
}

/// Whether a file is there that [`load`] would look at.
pub(super) fn is_there(runtime: &Runtime, digest: &str, cache: &Path) -> bool {
    find(cache, &prefix(&runtime.inner.engine, digest)).is_some()
}

fn prefix(engine: &wasmtime::Engine, digest: &str) -> String {
    format!("{digest}-{:016x}-", fit(engine))
}

fn fit(engine: &wasmtime::Engine) -> u64 {
    let mut hasher = DefaultHasher::new();
    engine.precompile_compatibility_hash().hash(&mut hasher);
    env!("CARGO_PKG_VERSION").hash(&mut hasher);
    hasher.finish()
}

fn find(directory: &Path, prefix: &str) -> Option<PathBuf> {
    let entries = fs::read_dir(directory).ok()?;
    let mut files: Vec<PathBuf> = entries
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| name(path).starts_with(prefix) && name(path).ends_with(".cwasm"))
        .collect();
    files.sort();
    files.into_iter().next()
}

fn name(path: &Path) -> &str {
    path.file_name().and_then(|name| name.to_str()).unwrap_or_default()
}

#[allow(
    unsafe_code,
    reason = "compiled code can only be loaded on trust; see the safety comment"
)]
fn read(engine: &wasmtime::Engine, file: &Path, prefix: &str) -> wasmtime::Result<Compiled> {
    let code = fs::read(file)?;
    if name(file) != file_name(prefix, &code) {
        wasmtime::bail!("its content is not what its name says");
    }
    // SAFETY: the file is one that `write` made with this very compiler and these settings (the fit in its name), in the
    // data directory that only the owner can write; it is whole (the digest in its name). Whoever can change files
    // there can change the host as well. wasmtime checks version and settings again.
    unsafe { Compiled::deserialize(engine, code) }
}

fn file_name(prefix: &str, code: &[u8]) -> String {
    let digest = Sha256::digest(code);
    let digest: String = digest.iter().take(16).map(|byte| format!("{byte:02x}")).collect();
    format!("{prefix}{digest}.cwasm")
}

/// Writes it beside its place and moves it there, so that a file under a name of ours is whole. Drops what an older
/// host compiled of the same component.
fn write(directory: &Path, digest: &str, prefix: &str, code: &[u8]) -> io::Result<()> {
    fs::create_dir_all(directory)?;
    if let Ok(entries) = fs::read_dir(directory) {
        for path in entries.filter_map(|entry| Some(entry.ok()?.path())) {
            if name(&path).starts_with(digest) {
                let _ = fs::remove_file(path);
            }
        }
    }
    let place = directory.join(file_name(prefix, code));
    let beside = directory.join(format!("{prefix}{}.new", std::process::id()));
    let mut options = fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(&beside)?;
    file.write_all(code)?;
    file.sync_all()?;
    fs::rename(&beside, &place)
}
