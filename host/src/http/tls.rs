//! TLS: the certificate and the key of this server, read from files, and again when they change.

use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::SystemTime;
use std::{fs, io};

use rustls::pki_types::pem::{self, PemObject as _};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{InconsistentKeys, ServerConfig};
use sha2::{Digest as _, Sha256};
use tokio_rustls::{TlsAcceptor, rustls};

use crate::clock::Clock;

/// Milliseconds between two looks at the files. A certificate is renewed weeks before it is over.
pub const LOOK_EVERY_MS: u64 = 2_000;

/// What HTTP over TLS is called where a client asks for a protocol (RFC 7301).
const HTTP: &[u8] = b"http/1.1";

/// The two files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TlsFiles {
    /// The certificate, with those that lead to one that clients trust after it; PEM.
    pub certificate: PathBuf,
    /// Its key; PEM.
    pub key: PathBuf,
}

/// Why the files cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// One of them cannot be read.
    #[error("{} cannot be read: {source}. It is to be {what}, as PEM.", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What it should be.
        what: &'static str,
        /// What the system says.
        source: io::Error,
    },
    /// One of them holds something else.
    #[error("{} is not {what}, as PEM: {source}", path.display())]
    Malformed {
        /// The file.
        path: PathBuf,
        /// What it should be.
        what: &'static str,
        /// What is wrong with it.
        source: pem::Error,
    },
    /// The key is another's.
    #[error(
        "The key in {} does not belong to the certificate in {}: take both from the same issue.",
        files.key.display(),
        files.certificate.display()
    )]
    Mismatch {
        /// The files.
        files: TlsFiles,
    },
    /// They are what they should be, and cannot be used.
    #[error(
        "The certificate in {} and the key in {} cannot be used: {source}",
        files.certificate.display(),
        files.key.display()
    )]
    Unusable {
        /// The files.
        files: TlsFiles,
        /// Why not.
        source: rustls::Error,
    },
}

/// What connections are encrypted with, as of now.
#[derive(Debug)]
pub struct Tls {
    files: TlsFiles,
    current: RwLock<Current>,
}

#[derive(Debug, Clone)]
struct Current {
    config: Arc<ServerConfig>,
    /// SHA-256 of the certificate, in hexadecimal.
    fingerprint: String,
    seen: Seen,
}

/// What tells one state of the files from another: when each was written, and how long it is.
type Seen = [Option<(SystemTime, u64)>; 2];

impl Tls {
    /// Reads the files.
    ///
    /// # Errors
    /// When they are not a certificate and its key.
    pub fn read(files: TlsFiles) -> Result<Self, TlsError> {
        let current = Current::read(&files)?;
        Ok(Self {
            files,
            current: RwLock::new(current),
        })
    }

    /// Encrypts a connection that begins now.
    pub fn acceptor(&self) -> TlsAcceptor {
        self.current().config.into()
    }

    /// SHA-256 of the certificate in hexadecimal: by it the commands of the owner know this host.
    pub fn fingerprint(&self) -> String {
        self.current().fingerprint
    }

    /// Looks at the files for ever, and takes what they have become; `renewed` is told after that. Connections that are
    /// there go on as they began. Files that cannot be used are told once, and what was there stays.
    pub async fn watch(&self, clock: &dyn Clock, renewed: impl Fn()) {
        let mut told = None;
        loop {
            clock.sleep_ms(LOOK_EVERY_MS).await;
            let seen = seen(&self.files);
            if seen == self.current().seen || told == Some(seen) {
                continue;
            }
            match Current::read(&self.files) {
                Ok(current) => {
                    tracing::info!(
                        file = %self.files.certificate.display(),
                        fingerprint = current.fingerprint,
                        "the certificate was read again"
                    );
                    *self.current.write().unwrap_or_else(PoisonError::into_inner) = current;
                    told = None;
                    renewed();
                }
                Err(error) => {
                    tracing::error!("{error}; the certificate that was read before stays in use");
                    told = Some(seen);
                }
            }
        }
    }

    fn current(&self) -> Current {
        self.current.read().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Current {
    fn read(files: &TlsFiles) -> Result<Self, TlsError> {
        // Before they are read: what is written meanwhile is then seen by the next look.
        let seen = seen(files);
        let chain = certificates(&files.certificate)?;
        let key = key(&files.key)?;
        let fingerprint = chain.first().map(|leaf| fingerprint_of(leaf)).unwrap_or_default();
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .and_then(|config| config.with_no_client_auth().with_single_cert(chain, key));
        let mut config = config.map_err(|source| match source {
            rustls::Error::InconsistentKeys(InconsistentKeys::KeyMismatch) => {
                TlsError::Mismatch { files: files.clone() }
            }
            source => TlsError::Unusable {
                files: files.clone(),
                source,
            },
        })?;
        config.alpn_protocols = vec![HTTP.to_vec()];
        Ok(Self {
            config: Arc::new(config),
            fingerprint,
            seen,
        })
    }
}

/// SHA-256 of a certificate, in hexadecimal.
pub fn fingerprint_of(certificate: &[u8]) -> String {
    Sha256::digest(certificate)
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

fn certificates(path: &Path) -> Result<Vec<CertificateDer<'static>>, TlsError> {
    const WHAT: &str = "a certificate";
    let text = read(path, WHAT)?;
    let found = CertificateDer::pem_slice_iter(&text).collect::<Result<Vec<_>, _>>();
    let malformed = |source| TlsError::Malformed {
        path: path.to_path_buf(),
        what: WHAT,
        source,
    };
    match found {
        Ok(found) if found.is_empty() => Err(malformed(pem::Error::NoItemsFound)),
        Ok(found) => Ok(found),
        Err(source) => Err(malformed(source)),
    }
}

fn key(path: &Path) -> Result<PrivateKeyDer<'static>, TlsError> {
    const WHAT: &str = "a private key without a passphrase";
    PrivateKeyDer::from_pem_slice(&read(path, WHAT)?).map_err(|source| TlsError::Malformed {
        path: path.to_path_buf(),
        what: WHAT,
        source,
    })
}

fn read(path: &Path, what: &'static str) -> Result<Vec<u8>, TlsError> {
    fs::read(path).map_err(|source| TlsError::Unreadable {
        path: path.to_path_buf(),
        what,
        source,
    })
}

fn seen(files: &TlsFiles) -> Seen {
    [&files.certificate, &files.key].map(|path| {
        let there = fs::metadata(path).ok()?;
        Some((there.modified().ok()?, there.len()))
    })
}
