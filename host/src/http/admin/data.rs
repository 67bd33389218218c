//! The data directory of a running host.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;

use super::{Answer, Failure, Shared, at_leisure};
use crate::backup::staged;

/// `POST`: writes to the database what waits to be written, for who copies it.
pub async fn flush(State(administration): Shared) -> Answer<()> {
    at_leisure(move || {
        administration.store.flush();
        match administration.store.degraded().into_iter().next() {
            Some(trouble) => Err(Failure(StatusCode::INSUFFICIENT_STORAGE, trouble)),
            None => Ok(()),
        }
    })
    .await
}

/// `POST`: begins anew with what was staged. It is done when the host answers with another secret.
pub async fn restore(State(administration): Shared) -> Answer<()> {
    if !staged::is_staged(&administration.data_dir) {
        let text = "There is nothing to restore: `hearth restore FILE` puts it there first.";
        return Err(Failure(StatusCode::CONFLICT, text.to_owned()));
    }
    administration.begin_anew.notify_one();
    Ok(Json(()))
}
