//! The component over HTTP: installing one, going back, and what ran.

use std::io;
use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, Query, Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Deserializer, de};

use super::{Administration, Answer, Failure, Shared};
use crate::data_dir::DataDirError;
use crate::engine::COMPONENT_SIZE_LIMIT;
use crate::http::request_body;
use crate::http::status::Refused;
use crate::install::{Candidate, GenerationDetail, GenerationView, InstallError, Installed, Options, Turn};
use crate::limits::Limits;

/// How a component is to be installed, as the address says: `?dry-run&allow-incompatible`.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "kebab-case", deny_unknown_fields)]
pub struct InstallQuery {
    #[serde(deserialize_with = "flag")]
    allow_incompatible: bool,
    #[serde(deserialize_with = "flag")]
    without_rollback: bool,
    #[serde(deserialize_with = "flag")]
    dry_run: bool,
    /// The component that is built in; there is no body then.
    #[serde(deserialize_with = "flag")]
    built_in: bool,
}

/// It counts by being there.
fn flag<'de, D: Deserializer<'de>>(deserializer: D) -> Result<bool, D::Error> {
    match String::deserialize(deserializer)?.as_str() {
        "" | "true" | "1" => Ok(true),
        "false" | "0" => Ok(false),
        other => Err(de::Error::custom(format!("`{other}` is neither true nor false"))),
    }
}

/// `PUT`: installs the component in the body. Once begun it goes on, though its client may have gone.
pub async fn install(
    State(administration): Shared,
    Query(query): Query<InstallQuery>,
    request: Request,
) -> Result<Json<Installed>, Response> {
    // Before the body is read: so there is one at a time in memory.
    let turn = administration.installer.turn().await;
    let candidate = if query.built_in {
        Candidate::BuiltIn
    } else {
        Candidate::Given(body(&administration, request).await?)
    };
    let options = Options {
        allow_incompatible: query.allow_incompatible,
        without_rollback: query.without_rollback,
        dry_run: query.dry_run,
    };
    let installing = install_to_the_end(administration, turn, candidate, options);
    match tokio::spawn(installing).await {
        Ok(Ok(installed)) => Ok(Json(installed)),
        Ok(Err(error)) => Err(Failure::from(error).into_response()),
        Err(error) => Err(Failure::from(InstallError::CutOff(error.to_string())).into_response()),
    }
}

async fn body(administration: &Administration, request: Request) -> Result<bytes::Bytes, Response> {
    let limits = Limits {
        body: COMPONENT_SIZE_LIMIT,
        ..(*administration.limits).clone()
    };
    let read = request_body::read(request.into_body(), &limits, &*administration.clock).await;
    read.map_err(|refused: Refused| refused.response().map(axum::body::Body::new))
}

async fn install_to_the_end(
    administration: Arc<Administration>,
    turn: Turn,
    candidate: Candidate,
    options: Options,
) -> Result<Installed, InstallError> {
    administration.installer.install(turn, candidate, options).await
}

/// `POST`: goes back to the generation before the one that runs.
pub async fn roll_back(State(administration): Shared) -> Answer<Installed> {
    let turn = administration.installer.turn().await;
    let going_back = async move { administration.installer.roll_back(turn).await };
    let back = tokio::spawn(going_back).await;
    let back = back.unwrap_or_else(|error| Err(InstallError::CutOff(error.to_string())));
    Ok(Json(back?))
}

/// What runs.
pub async fn running(State(administration): Shared) -> Answer<GenerationDetail> {
    Ok(Json(administration.installer.show(None).await?))
}

/// What ran, in order.
pub async fn generations(State(administration): Shared) -> Answer<Vec<GenerationView>> {
    Ok(Json(administration.installer.list().await?))
}

/// One generation.
pub async fn generation(State(administration): Shared, Path(number): Path<u64>) -> Answer<GenerationDetail> {
    Ok(Json(administration.installer.show(Some(number)).await?))
}

impl From<InstallError> for Failure {
    fn from(error: InstallError) -> Self {
        let status = match &error {
            InstallError::NoComponent { .. } | InstallError::NotCompiled(_) => StatusCode::BAD_REQUEST,
            InstallError::HeldBack { .. } | InstallError::NothingBefore(_) => StatusCode::CONFLICT,
            InstallError::Unknown(_) => StatusCode::NOT_FOUND,
            InstallError::NotKept(DataDirError::Io { source, .. }) if source.kind() == io::ErrorKind::StorageFull => {
                StatusCode::INSUFFICIENT_STORAGE
            }
            InstallError::NotKept(_)
            | InstallError::NotRecorded(_)
            | InstallError::Store(_)
            | InstallError::CutOff(_) => StatusCode::INTERNAL_SERVER_ERROR,
        };
        Self(status, error.to_string())
    }
}

#[cfg(test)]
mod tests {
    use axum::http::Uri;

    use super::*;

    fn read(address: &'static str) -> Result<InstallQuery, String> {
        let query = Query::try_from_uri(&Uri::from_static(address));
        query.map(|Query(query)| query).map_err(|error| error.to_string())
    }

    #[test]
    fn a_flag_counts_by_being_there() {
        let query = read("/api/hearth/component?dry-run&allow-incompatible=true&without-rollback=false");
        let query = query.expect("all of it is known");
        assert!(query.dry_run && query.allow_incompatible);
        assert!(!query.without_rollback && !query.built_in);
        for address in ["/?dry-runs", "/?dry-run=perhaps"] {
            assert!(read(address).is_err(), "{address}");
        }
    }
}
