//! What a behaviour is: a name, a sentence and a conversation that shows it.

use std::sync::Arc;

use futures_util::future::BoxFuture;

use crate::behaviours;
use crate::case::Case;
use crate::level::Level;

/// Something that a client, or the host, can see a component do.
pub struct Behaviour {
    /// Its function, in snake case.
    pub function: &'static str,
    /// The level that it belongs to.
    pub level: Level,
    /// What holds, in a sentence.
    pub says: &'static str,
    /// Behaviours without which this one cannot be seen; when one of them is broken, this one is not tried.
    pub needs: &'static [&'static str],
    /// Tries it. Panics where it does not hold.
    pub run: fn(Arc<Case>) -> BoxFuture<'static, ()>,
}

impl Behaviour {
    /// Its name, as on the command line.
    pub fn name(&self) -> String {
        named(self.function)
    }
}

/// The name that belongs to a function.
pub(crate) fn named(function: &str) -> String {
    function.replace('_', "-")
}

/// A row of a table of behaviours: the function, its sentence, the functions of what it needs.
macro_rules! behaviour {
    ($level:ident, $function:ident, $says:literal, [$($needs:ident),*]) => {
        $crate::behaviour::Behaviour {
            function: stringify!($function),
            level: $crate::level::Level::$level,
            says: $says,
            needs: &[$(stringify!($needs)),*],
            run: |case| Box::pin($function(case)),
        }
    };
}
pub(crate) use behaviour;

/// All behaviours: what one needs comes before it.
pub fn all() -> impl Iterator<Item = &'static Behaviour> {
    behaviours::TABLES.iter().copied().flatten()
}
