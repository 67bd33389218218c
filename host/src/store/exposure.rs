//! What the owner said by hand of the exposure of entities.

use std::collections::BTreeMap;

use rusqlite::params;

use super::{Store, StoreError};
use crate::home::embedded::exposure::Said;

impl Store {
    /// What is said, by entity id.
    pub(crate) fn exposure(&self) -> Result<BTreeMap<String, Said>, StoreError> {
        self.call(|connection| {
            let mut select = connection.prepare("SELECT entity, exposed, since FROM exposure")?;
            let rows = select.query_map([], |row| {
                let since: i64 = row.get(2)?;
                let said = Said {
                    exposed: row.get(1)?,
                    since: since.unsigned_abs(),
                };
                Ok((row.get(0)?, said))
            })?;
            rows.collect()
        })
    }

    /// Writes what is said of these entities now, all or nothing; none: nothing any more.
    pub(crate) fn keep_exposure(&self, said: BTreeMap<String, Option<Said>>) -> Result<(), StoreError> {
        self.call(move |connection| {
            let transaction = connection.transaction()?;
            for (entity, said) in said {
                match said {
                    Some(said) => transaction.execute(
                        "INSERT OR REPLACE INTO exposure (entity, exposed, since) VALUES (?1, ?2, ?3)",
                        params![entity, said.exposed, said.since as i64],
                    )?,
                    None => transaction.execute("DELETE FROM exposure WHERE entity = ?1", [entity])?,
                };
            }
            transaction.commit()
        })
    }
}
