//! Ids of what people put into lists and calendars.

use sha2::{Digest, Sha256};
use uuid::Builder;

use crate::clock::Moment;

/// An id that looks like any other UUID. It follows from whose list it is, when it was added and the how-manieth it was,
/// so that the rules of a domain need no source of chance.
pub fn uid(entity: &str, now: Moment, number: u64) -> String {
    let digest: [u8; 32] = Sha256::digest(format!("{entity} {now} {number}")).into();
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&digest[..16]);
    Builder::from_random_bytes(bytes).into_uuid().to_string()
}
