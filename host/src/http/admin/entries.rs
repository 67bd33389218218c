//! The config entries over HTTP.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;

use super::{Answer, Failure, Shared, at_leisure};
use crate::entries::{EntryChange, EntryError, EntryView};

pub async fn list(State(administration): Shared) -> Json<Vec<EntryView>> {
    Json(administration.entries.list())
}

pub async fn show(State(administration): Shared, Path(id): Path<String>) -> Answer<EntryView> {
    Ok(Json(administration.entries.show(&id)?))
}

pub async fn add(State(administration): Shared, Json(change): Json<EntryChange>) -> Answer<EntryView> {
    at_leisure(move || Ok(administration.entries.add(change)?)).await
}

pub async fn set(
    State(administration): Shared,
    Path(id): Path<String>,
    Json(change): Json<EntryChange>,
) -> Answer<EntryView> {
    at_leisure(move || Ok(administration.entries.set(&id, change)?)).await
}

pub async fn remove(State(administration): Shared, Path(id): Path<String>) -> Answer<()> {
    at_leisure(move || Ok(administration.entries.remove(&id)?)).await
}

impl From<EntryError> for Failure {
    fn from(error: EntryError) -> Self {
        let status = match &error {
            EntryError::NoLlmApis
            | EntryError::NoTitle
            | EntryError::BadTitle(_)
            | EntryError::UnknownLlmApi { .. }
            | EntryError::EmptyLlmApi => StatusCode::BAD_REQUEST,
            EntryError::Unknown(_) => StatusCode::NOT_FOUND,
            EntryError::Store(_) => StatusCode::INTERNAL_SERVER_ERROR,
        };
        Self(status, error.to_string())
    }
}
