//! Which servers this program trusts, as a client over TLS.

use std::sync::Arc;

use hearth_host::http::tls::fingerprint_of;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{CertificateError, ClientConfig, DigitallySignedStruct, Error, RootCertStore, SignatureScheme};
use tokio_rustls::rustls;

/// Which servers are trusted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Trust {
    /// Those whose certificate leads to one that the system trusts, for the name that they are asked by.
    System,
    /// The one with the certificate of this SHA-256, in hexadecimal, whatever it is asked by and whoever issued it: the
    /// owner's own host, which says so in the data directory.
    Certificate(String),
}

/// The configuration of a client that trusts these.
///
/// # Errors
/// When the system trusts nobody.
pub fn client(trust: &Trust) -> anyhow::Result<ClientConfig> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider.clone()).with_safe_default_protocol_versions()?;
    let config = match trust {
        Trust::System => {
            let mut roots = RootCertStore::empty();
            roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
            if roots.is_empty() {
                anyhow::bail!(
                    "this system trusts no certificates at all; name a file of them in the environment variable SSL_CERT_FILE"
                );
            }
            config.with_root_certificates(roots)
        }
        Trust::Certificate(fingerprint) => {
            let only = Arc::new(Only {
                fingerprint: fingerprint.clone(),
                provider,
            });
            config.dangerous().with_custom_certificate_verifier(only)
        }
    };
    Ok(config.with_no_client_auth())
}

/// One certificate and no other. That the server has its key is still proved by the handshake.
#[derive(Debug)]
struct Only {
    fingerprint: String,
    provider: Arc<CryptoProvider>,
}

impl ServerCertVerifier for Only {
    fn verify_server_cert(
        &self,
        certificate: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        if fingerprint_of(certificate) == self.fingerprint {
            Ok(ServerCertVerified::assertion())
        } else {
            Err(Error::InvalidCertificate(
                CertificateError::ApplicationVerificationFailure,
            ))
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        verify_tls12_signature(message, certificate, signature, algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        verify_tls13_signature(message, certificate, signature, algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}
