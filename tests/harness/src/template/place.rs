//! Folders that a project can be written into.

use std::fs;
use std::path::{Path, PathBuf};

use super::TemplateError;

/// Whether a project can go there.
///
/// # Errors
/// When something is there, or a cargo workspace would claim it.
pub(super) fn check(folder: &Path) -> Result<(), TemplateError> {
    let wrong = |source| TemplateError::Io {
        path: folder.to_path_buf(),
        source,
    };
    let empty = |folder: &Path| fs::read_dir(folder).is_ok_and(|mut inside| inside.next().is_none());
    if folder.symlink_metadata().is_ok() && !empty(folder) {
        return Err(TemplateError::Taken(folder.to_path_buf()));
    }
    let absolute = real(&std::path::absolute(folder).map_err(wrong)?);
    match absolute.ancestors().skip(1).find_map(|outer| claims(outer, &absolute)) {
        None => Ok(()),
        Some(inside) => Err(TemplateError::Workspace {
            folder: folder.to_path_buf(),
            manifest: absolute
                .ancestors()
                .nth(inside.components().count())
                .unwrap_or(&absolute)
                .join("Cargo.toml"),
            inside,
        }),
    }
}

/// The folder without links on the way to it, as far as it is there.
fn real(absolute: &Path) -> PathBuf {
    let there = absolute
        .ancestors()
        .find_map(|outer| Some((outer, outer.canonicalize().ok()?)));
    match there {
        Some((outer, canonical)) => match absolute.strip_prefix(outer) {
            Ok(rest) if !rest.as_os_str().is_empty() => canonical.join(rest),
            _ => canonical,
        },
        None => absolute.to_path_buf(),
    }
}

/// The path from `outer` to `folder`, if `outer` is the root of a cargo workspace that does not exclude it.
fn claims(outer: &Path, folder: &Path) -> Option<PathBuf> {
    let manifest = fs::read_to_string(outer.join("Cargo.toml")).ok()?;
    let manifest: toml::Table = manifest.parse().ok()?;
    let workspace = manifest.get("workspace")?;
    let excluded = workspace.get("exclude").and_then(toml::Value::as_array);
    let excluded = excluded.into_iter().flatten().filter_map(toml::Value::as_str);
    let inside = folder.strip_prefix(outer).ok()?.to_path_buf();
    (!excluded.into_iter().any(|excluded| inside.starts_with(excluded))).then_some(inside)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use crate::template::{Project, TemplateError};

    fn project() -> Project {
        Project::named("night-lights").expect("a name")
    }

    #[test]
    fn a_new_and_an_empty_folder_are_written_into() {
        let temporary = tempfile::tempdir().expect("a temporary folder");
        project().write(temporary.path()).expect("an empty one");
        let new = tempfile::tempdir().expect("a temporary folder");
        project().write(&new.path().join("a/b")).expect("a new one");
        assert!(new.path().join("a/b/src/server.rs").is_file());
    }

    #[test]
    fn a_folder_with_something_in_it_is_left_alone() {
        let temporary = tempfile::tempdir().expect("a temporary folder");
        let file = temporary.path().join("Cargo.toml");
        fs::write(&file, "mine").expect("it can be written");
        for taken in [temporary.path(), &file] {
            let error = project().write(taken).expect_err("it is taken");
            assert!(matches!(error, TemplateError::Taken(_)), "{error}");
        }
        assert_eq!(fs::read_to_string(&file).expect("it is there"), "mine");
    }

    #[test]
    fn a_workspace_must_exclude_it() {
        let temporary = tempfile::tempdir().expect("a temporary folder");
        let outer = temporary.path();
        fs::create_dir(outer.join("inner")).expect("it can be made");
        fs::write(outer.join("inner/Cargo.toml"), "[package]\n").expect("it can be written");
        let manifest = |text: &str| fs::write(outer.join("Cargo.toml"), text).expect("it can be written");
        let folder = outer.join("inner/night-lights");
        manifest("[workspace]\nmembers = []\n");
        let error = project()
            .write(&folder)
            .expect_err("the workspace claims it")
            .to_string();
        let path = outer.canonicalize().expect("it is there").join("Cargo.toml");
        assert!(error.contains(&*path.to_string_lossy()), "{error}");
        assert!(error.contains(r#"exclude = ["inner/night-lights"]"#), "{error}");
        assert!(!folder.exists());
        manifest("[workspace]\nmembers = []\nexclude = [\"inner\"]\n");
        project().write(&folder).expect("it is excluded");
    }
}
