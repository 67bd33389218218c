//! `/api/hearth/…`: what the owner's commands ask of a running host.
//!
//! A command proves itself by the secret of this run, which it reads in the data directory; an administrator's token
//! does as well.

mod audit;
mod component;
mod data;
mod entries;
mod home;
mod metrics;
mod sessions;
mod tokens;

use std::sync::Arc;

use axum::Router;
use axum::extract::{Request, State};
use axum::http::{StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Json, Response};
use axum::routing::{delete, get, patch, post};
use serde_json::Value;
use sha2::{Digest, Sha256};
use tokio::sync::Notify;

use super::auth::{self, Authenticate};
use super::requests::UPLOAD;
use crate::clock::SharedClock;
use crate::data_dir::DataDir;
use crate::engine::Engine;
use crate::entries::Entries;
use crate::home::owned::Owned;
use crate::install::Installer;
use crate::limits::Limits;
use crate::metrics::Metrics;
use crate::store::{Store, Tokens};

/// What the owner's commands work on.
pub struct Administration {
    /// What is counted.
    pub metrics: Arc<Metrics>,
    /// The config entries.
    pub entries: Arc<Entries>,
    /// The tokens.
    pub tokens: Arc<Tokens>,
    /// The home, as its owner sees it.
    pub home: Arc<dyn Owned>,
    /// What serves it.
    pub engine: Engine,
    /// The secret of this run.
    pub secret: String,
    /// The data directory.
    pub data_dir: DataDir,
    /// The database in it.
    pub store: Store,
    /// Told when the host is to begin anew, with what was restored.
    pub begin_anew: Arc<Notify>,
    /// Installs components.
    pub installer: Arc<Installer>,
    /// The limits of the host: a component has to come in time, as any body.
    pub limits: Arc<Limits>,
    /// The clock of the host.
    pub clock: SharedClock,
    /// How the host is, as JSON.
    pub status: Box<dyn Fn() -> Value + Send + Sync>,
}

/// Why a command was not done, as the status and the text that it prints.
struct Failure(StatusCode, String);

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        (self.0, self.1).into_response()
    }
}

type Shared = State<Arc<Administration>>;
type Answer<T> = Result<Json<T>, Failure>;

/// The routes, behind their guard.
pub fn router(administration: Administration) -> Router {
    let administration = Arc::new(administration);
    Router::new()
        .route("/api/hearth/status", get(status))
        .route("/api/hearth/flush", post(data::flush))
        .route("/api/hearth/restore", post(data::restore))
        .route(UPLOAD, get(component::running).put(component::install))
        .route("/api/hearth/component/rollback", post(component::roll_back))
        .route("/api/hearth/generations", get(component::generations))
        .route("/api/hearth/generations/{number}", get(component::generation))
        .route("/api/hearth/entries", get(entries::list).post(entries::add))
        .route(
            "/api/hearth/entries/{id}",
            get(entries::show).patch(entries::set).delete(entries::remove),
        )
        .route("/metrics", get(metrics::text))
        .route(
            "/api/hearth/sessions",
            get(sessions::list).delete(sessions::end_several),
        )
        .route("/api/hearth/sessions/{id}", delete(sessions::end))
        .route("/api/hearth/tokens", get(tokens::list).post(tokens::create))
        .route("/api/hearth/tokens/{name}", delete(tokens::revoke))
        .route("/api/hearth/audit", get(audit::read))
        .route("/api/hearth/home", get(home::inventory))
        .route("/api/hearth/home/exposure", patch(home::expose))
        .route("/api/hearth/home/exposure/preview", post(home::preview))
        .layer(middleware::from_fn_with_state(administration.clone(), guard))
        .with_state(administration)
}

async fn guard(State(administration): Shared, request: Request, next: Next) -> Response {
    if administration.knows_the_secret(&request) {
        return next.run(request).await;
    }
    match auth::authenticate(administration.tokens.as_ref() as &dyn Authenticate, request.headers()) {
        Ok(grant) if grant.admin => next.run(request).await,
        Ok(_) => (StatusCode::FORBIDDEN, "403: Forbidden").into_response(),
        Err(unauthenticated) => (
            StatusCode::UNAUTHORIZED,
            [(header::WWW_AUTHENTICATE, unauthenticated.challenge())],
            "401: Unauthorized",
        )
            .into_response(),
    }
}

impl Administration {
    fn knows_the_secret(&self, request: &Request) -> bool {
        let value = request
            .headers()
            .get(header::AUTHORIZATION)
            .and_then(|value| value.to_str().ok());
        let given = value
            .and_then(|value| value.strip_prefix("Bearer "))
            .unwrap_or_default();
        // Compared as hashes: how long that takes says nothing about the secret.
        Sha256::digest(given) == Sha256::digest(&self.secret)
    }
}

async fn status(State(administration): Shared) -> Json<Value> {
    Json((administration.status)())
}

/// Does what waits for the disk where it holds nobody up.
async fn at_leisure<T: Send + 'static>(work: impl FnOnce() -> Result<T, Failure> + Send + 'static) -> Answer<T> {
    match tokio::task::spawn_blocking(work).await {
        Ok(done) => done.map(Json),
        Err(panicked) => Err(Failure(StatusCode::INTERNAL_SERVER_ERROR, panicked.to_string())),
    }
}
