//! TLS: the trusted authorities, and the client's certificate.

mod self_signed;

use std::io;
use std::path::Path;
use std::sync::Arc;

use rustls::{ClientConfig, RootCertStore};
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use super::super::error;
use crate::infile;
use crate::model::{Error, ErrorKind, Result, in_words};
use crate::storage::target::TlsSettings;

/// TLS with the settings of a target. Certificate and name are always verified.
#[derive(Clone)]
pub(super) struct Tls {
    connector: TlsConnector,
    name: Option<ServerName<'static>>,
}

impl Tls {
    /// Reads the files.
    ///
    /// # Errors
    /// A file cannot be read or has nothing suitable; or the name is not valid in a certificate.
    pub(super) fn new(settings: &TlsSettings) -> Result<Self> {
        let name = settings.server_name.as_ref().map(|name| {
            ServerName::try_from(name.clone()).map_err(|_| {
                let problem = format!("no certificate can have the name {name}");
                Error::new(ErrorKind::Usage, problem).hint("correct server_name")
            })
        });
        Ok(Self { connector: connector(settings)?, name: name.transpose()? })
    }

    /// Secures a connection to this host, or to a tunnel of this name.
    pub(super) async fn connect<S: AsyncRead + AsyncWrite + Unpin>(
        &self,
        host: &str,
        stream: S,
    ) -> io::Result<TlsStream<S>> {
        let name = match &self.name {
            Some(name) => name.clone(),
            // A zone is not part of a name.
            None => ServerName::try_from(host.split('%').next().unwrap_or(host).to_owned())
                .map_err(|_| io::Error::new(io::ErrorKind::InvalidInput, "InvalidDnsName"))?,
        };
        self.connector.connect(name, stream).await
    }
}

fn connector(settings: &TlsSettings) -> Result<TlsConnector> {
    let mut roots = RootCertStore::empty();
    let mut named = Vec::new();
    if let Some(file) = &settings.ca_file {
        named = certificates(file)?;
        for certificate in &named {
            roots.add(certificate.clone()).map_err(|_| unusable(file))?;
        }
    } else {
        // Some systems have certificates that cannot be read; the others still count.
        roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
        if roots.is_empty() {
            return Err(Error::new(ErrorKind::Tls, "this system has no certificate authorities")
                .hint("name a file of them as ca_file"));
        }
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let verifier = self_signed::verifier(roots, named, &provider)?;
    let builder = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|_| Error::new(ErrorKind::Tls, "no version of TLS can be used"))?
        .dangerous()
        .with_custom_certificate_verifier(verifier);
    let config = match (&settings.cert_file, &settings.key_file) {
        (None, None) => builder.with_no_client_auth(),
        (Some(cert), Some(key)) => {
            let key_der = private_key(key)?;
            builder
                .with_client_auth_cert(certificates(cert)?, key_der)
                .map_err(|why| error::client_certificate(&why, cert, key))?
        }
        (Some(_), None) => return Err(half("cert_file", "key_file")),
        (None, Some(_)) => return Err(half("key_file", "cert_file")),
    };
    Ok(Arc::new(config).into())
}

fn certificates(file: &Path) -> Result<Vec<CertificateDer<'static>>> {
    let found = CertificateDer::pem_slice_iter(&bytes(file)?)
        .collect::<std::result::Result<Vec<_>, _>>()
        .map_err(|_| unusable(file))?;
    if found.is_empty() { Err(unusable(file)) } else { Ok(found) }
}

fn private_key(file: &Path) -> Result<PrivateKeyDer<'static>> {
    let bytes = bytes(file)?;
    PrivateKeyDer::from_pem_slice(&bytes).map_err(|_| {
        if memchr::memmem::find(&bytes, b"ENCRYPTED").is_none() {
            return unusable(file);
        }
        let problem = format!("the key in {} has a passphrase", file.display());
        Error::new(ErrorKind::Usage, problem)
            .hint("name one that is not as key_file: `openssl pkey -in FILE -out OTHER`")
    })
}

fn bytes(file: &Path) -> Result<Vec<u8>> {
    infile::read(file, infile::SETTINGS).map_err(|why| {
        let problem = format!("{} cannot be read: {}", file.display(), in_words(&why));
        Error::new(ErrorKind::Io, problem)
            .hint("correct ca_file, cert_file, key_file or their permissions")
    })
}

fn unusable(file: &Path) -> Error {
    let problem = format!("{} holds nothing in PEM form that fits", file.display());
    Error::new(ErrorKind::Usage, problem).hint("correct ca_file, cert_file or key_file")
}

fn half(given: &str, missing: &str) -> Error {
    Error::new(ErrorKind::Usage, format!("{given} is set, but {missing} is not"))
        .hint("a client certificate needs both files")
}
