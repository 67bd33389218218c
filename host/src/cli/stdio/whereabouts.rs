//! Where the host is, and with which token it is asked.

use std::fs::{self, File};
use std::io;
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::{Context as _, bail};
use hearth_host::data_dir::DataDir;
use hearth_host::store::NewToken;
use http::uri::{PathAndQuery, Scheme};
use http::{HeaderValue, Uri};

use super::asking::Target;
use crate::cli::desk;
use crate::cli::trust::{self, Trust};

/// Where a host serves MCP.
const ENDPOINT: &str = "/api/mcp";
/// What the token is called that `hearth stdio` makes itself.
const OWN: &str = "hearth-stdio";

/// Tells where the host is, whenever asked: one that starts again may be elsewhere.
pub enum Whereabouts {
    /// The host that runs on this data directory.
    DataDir {
        data_dir: DataDir,
        given: Option<HeaderValue>,
        /// The token of its own, once it is known.
        own: Mutex<Option<HeaderValue>>,
    },
    /// This one.
    Url(Target),
}

/// Why it is not known where the host is.
#[derive(Debug, thiserror::Error)]
pub enum Lost {
    /// There is none, which may change.
    #[error("{0}")]
    Away(String),
    /// Waiting does not help.
    #[error("{0:#}")]
    Wrong(anyhow::Error),
}

impl Whereabouts {
    /// The host at this URL if there is one, or else the one that runs on the data directory, asked with this token or
    /// one of its own.
    ///
    /// # Errors
    /// When the URL or the token cannot be one, or a URL has no token.
    pub fn new(data_dir: DataDir, url: Option<&str>, token: Option<&str>) -> anyhow::Result<Self> {
        let given = token.map(authorization).transpose()?;
        let Some(url) = url else {
            let own = Mutex::default();
            return Ok(Self::DataDir { data_dir, given, own });
        };
        let Some(authorization) = given else {
            bail!("--url needs a token as well: --token-file FILE, or the environment variable HEARTH_TOKEN.");
        };
        let url = endpoint(url)?;
        let encrypted = url.scheme() == Some(&Scheme::HTTPS);
        // Trusted as the system trusts.
        let tls = encrypted.then(|| trust::client(&Trust::System)).transpose()?;
        Ok(Self::Url(Target {
            url,
            authorization,
            tls: tls.map(Arc::new),
        }))
    }

    /// Where it is now.
    ///
    /// # Errors
    /// When no host is there, or no token can be had.
    pub async fn target(&self) -> Result<Target, Lost> {
        let (data_dir, given, own) = match self {
            Self::Url(target) => return Ok(target.clone()),
            Self::DataDir { data_dir, given, own } => (data_dir, given, own),
        };
        let run = data_dir.running().ok_or_else(|| Lost::Away(nobody(data_dir)))?;
        let tls = run
            .certificate
            .map(|certificate| trust::client(&Trust::Certificate(certificate)));
        let authorization = match given {
            Some(given) => given.clone(),
            None => own_authorization(data_dir, own).await.map_err(Lost::Wrong)?,
        };
        Ok(Target {
            url: endpoint(&run.url).map_err(Lost::Wrong)?,
            authorization,
            tls: tls.transpose().map_err(Lost::Wrong)?.map(Arc::new),
        })
    }

    /// The token was not accepted: what is to be done about it. The next request reads it anew.
    pub fn refused(&self) -> String {
        match self {
            Self::DataDir {
                data_dir,
                given: None,
                own,
            } => {
                *own.lock().unwrap_or_else(PoisonError::into_inner) = None;
                format!(
                    "the token that `hearth stdio` keeps in {} is not accepted: it was revoked, or the data directory is \
                     another one now. Remove that file, and it makes itself a new one",
                    data_dir.stdio_token().display()
                )
            }
            _ => {
                "the token is not accepted: it is wrong, or it was revoked. `hearth token list` shows those there are, \
                  `hearth token create NAME --admin` makes one"
                    .to_owned()
            }
        }
    }
}

async fn own_authorization(data_dir: &DataDir, own: &Mutex<Option<HeaderValue>>) -> anyhow::Result<HeaderValue> {
    let known = || own.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(own) = known().clone() {
        return Ok(own);
    }
    let data_dir = data_dir.clone();
    let token = tokio::task::spawn_blocking(move || own_token(&data_dir)).await??;
    let own = authorization(&token)?;
    *known() = Some(own.clone());
    Ok(own)
}

fn nobody(data_dir: &DataDir) -> String {
    let path = data_dir.path().display();
    match fs::read_dir(data_dir.path()) {
        Err(error) if error.kind() == io::ErrorKind::PermissionDenied => format!(
            "the data directory {path} belongs to somebody else. Run this as its owner, or give --url with --token-file"
        ),
        _ => format!(
            "no Hearth runs on the data directory {path}. Start it with `hearth serve`, or name where it is with \
             --data-dir or --url"
        ),
    }
}

/// The URL of the endpoint, of a URL that names it or the host alone.
fn endpoint(url: &str) -> anyhow::Result<Uri> {
    let asked = || format!("`{url}` is no URL of a Hearth: it looks like http://127.0.0.1:8124");
    let mut parts = url.trim().parse::<Uri>().with_context(asked)?.into_parts();
    if parts.authority.is_none()
        || parts
            .scheme
            .as_ref()
            .is_none_or(|scheme| scheme != "http" && scheme != "https")
    {
        bail!(asked());
    }
    let path = parts
        .path_and_query
        .as_ref()
        .map_or("", PathAndQuery::path)
        .trim_end_matches('/');
    let path = match path.contains(ENDPOINT) {
        true => path.to_owned(),
        false => format!("{path}{ENDPOINT}"),
    };
    parts.path_and_query = Some(path.parse().with_context(asked)?);
    Uri::from_parts(parts).with_context(asked)
}

fn authorization(token: &str) -> anyhow::Result<HeaderValue> {
    let mut value = HeaderValue::try_from(format!("Bearer {}", token.trim()))
        .context("The token has characters in it that no token of Hearth has")?;
    value.set_sensitive(true);
    Ok(value)
}

/// The token that `hearth stdio` keeps in the data directory. Who can read that is the owner, so the first use makes it.
fn own_token(data_dir: &DataDir) -> anyhow::Result<String> {
    let path = data_dir.stdio_token();
    let lock = path.with_extension("lock");
    // Two clients that start at a time make one token.
    let lock = File::create(&lock).with_context(|| format!("{} cannot be written", lock.display()))?;
    lock.lock()?;
    match fs::read_to_string(&path) {
        Ok(token) if !token.trim().is_empty() => return Ok(token),
        Ok(_) => {}
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) => return Err(error).with_context(|| format!("{} cannot be read", path.display())),
    }
    let desk = desk::at(data_dir)?;
    if desk.tokens()?.iter().any(|token| token.name == OWN) {
        desk.revoke_token(OWN)?;
        eprintln!(
            "hearth stdio: {} was gone; the token `{OWN}` is made anew, and the old one is revoked",
            path.display()
        );
    }
    let created = desk.create_token(NewToken {
        name: OWN.to_owned(),
        admin: true,
        principal: None,
    })?;
    data_dir.keep_stdio_token(&created.token)?;
    Ok(created.token)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_names_the_host_or_the_endpoint() {
        for (given, expected) in [
            ("http://127.0.0.1:8124", "http://127.0.0.1:8124/api/mcp"),
            ("http://[::1]:1/", "http://[::1]:1/api/mcp"),
            ("http://home.example/hearth", "http://home.example/hearth/api/mcp"),
            (
                "http://home.example/hearth/api/mcp",
                "http://home.example/hearth/api/mcp",
            ),
            (
                "http://home.example/api/mcp/assist",
                "http://home.example/api/mcp/assist",
            ),
        ] {
            assert_eq!(
                endpoint(given).map(|url| url.to_string()).ok().as_deref(),
                Some(expected)
            );
        }
        for wrong in ["", "127.0.0.1", "ftp://x", "http://", "http://a b"] {
            let error = format!("{:#}", endpoint(wrong).expect_err("it is none"));
            assert!(error.contains(&format!("`{wrong}` is no URL")), "{error}");
        }
    }
}
