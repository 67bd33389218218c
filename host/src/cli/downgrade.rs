//! `hearth downgrade`

use std::fs;

use anyhow::bail;
use hearth_host::store::Store;

use super::{Common, config, print};

pub fn run(common: &Common) -> anyhow::Result<()> {
    let data_dir = config::data_dir(common)?;
    let _held = data_dir.hold()?;
    let database = data_dir.database();
    if !database.exists() {
        bail!(
            "{} is not there: there is nothing to take back. Name the data directory with --data-dir.",
            database.display()
        );
    }
    let version = Store::version(&database)?;
    if version <= Store::VERSION {
        return print(&format!(
            "{} is of version {version}, which this Hearth knows: nothing was changed.",
            database.display()
        ));
    }
    let kept = data_dir.path().join(format!("hearth-version-{version}.db"));
    if kept.exists() {
        bail!(
            "{} is there already, the copy that an earlier downgrade made. Move it away first.",
            kept.display()
        );
    }
    Store::copy(&database, &kept)?;
    let back = Store::take_back(&database).inspect_err(|_| {
        // Nothing has changed, so the copy is of no use.
        let _ = fs::remove_file(&kept);
    })?;
    print(&format!(
        "{} went back from version {} to version {}. As it was, it is kept in {}.",
        database.display(),
        back.from,
        back.to,
        kept.display()
    ))
}
