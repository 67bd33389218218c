//! Lock files of cargo, as far as a project of any name needs them.

/// What begins a package.
const PACKAGE: &str = "\n[[package]]\n";

/// The packages of a lock file with their versions, in its order.
pub fn packages(lock: &str) -> impl Iterator<Item = (&str, &str)> {
    lock.split(PACKAGE).skip(1).filter_map(|package| {
        let mut lines = package.lines();
        Some((quoted(lines.next()?)?, quoted(lines.next()?)?))
    })
}

/// The lock file with its packages in the order of their names: cargo takes no other under `--locked`.
pub(super) fn sorted(lock: &str) -> String {
    let mut parts = lock.split(PACKAGE);
    let head = parts.next().unwrap_or_default();
    let mut packages: Vec<&str> = parts.map(|package| package.trim_end_matches('\n')).collect();
    // The sort is stable: several versions of one name stay in their order.
    packages.sort_by_key(|package| package.lines().next().and_then(quoted));
    format!("{head}{PACKAGE}{}\n", packages.join(&format!("\n{PACKAGE}")))
}

/// The value of `name = "value"`.
fn quoted(line: &str) -> Option<&str> {
    line.split('"').nth(1)
}
