//! A server that shows a certificate of its own making, which the user has named as `ca_file`.
//!
//! `openssl req -x509` makes an authority's certificate, and small set-ups give it to the server as it is. Such
//! a certificate is refused where a server shows it, whoever has made it. One that is in the user's file byte
//! for byte is trusted for itself: its names, its validity and its purpose are verified as those of any other,
//! and in the handshake the server proves that it has the key.

use std::sync::Arc;

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::{WebPkiServerVerifier, verify_server_name};
use rustls::crypto::CryptoProvider;
use rustls::server::ParsedCertificate;
use rustls::{CertificateError, DigitallySignedStruct, RootCertStore, SignatureScheme};
use rustls_pki_types::{CertificateDer, ServerName, UnixTime};

use super::super::certificate::{Period, may_serve, period};
use crate::model::{Error, ErrorKind, Result};
use crate::storage::redis::error;

/// The usual verification, and the certificates that the user has named.
#[derive(Debug)]
struct Verifier {
    usual: Arc<WebPkiServerVerifier>,
    named: Vec<CertificateDer<'static>>,
}

/// Verifies by these authorities, of which the `named` ones may be servers' own certificates.
pub(super) fn verifier(
    roots: RootCertStore,
    named: Vec<CertificateDer<'static>>,
    provider: &Arc<CryptoProvider>,
) -> Result<Arc<dyn ServerCertVerifier>> {
    let usual = WebPkiServerVerifier::builder_with_provider(roots.into(), Arc::clone(provider))
        .build()
        .map_err(|_| Error::new(ErrorKind::Tls, "no certificate can be verified"))?;
    Ok(if named.is_empty() { usual } else { Arc::new(Verifier { usual, named }) })
}

impl ServerCertVerifier for Verifier {
    fn verify_server_cert(
        &self,
        shown: &CertificateDer<'_>,
        others: &[CertificateDer<'_>],
        name: &ServerName<'_>,
        revoked: &[u8],
        now: UnixTime,
    ) -> std::result::Result<ServerCertVerified, rustls::Error> {
        match self.usual.verify_server_cert(shown, others, name, revoked, now) {
            Err(why) if error::shows_authority(&why) && self.named.contains(shown) => {
                valid_for_a_server(shown, now)?;
                verify_server_name(&ParsedCertificate::try_from(shown)?, name)?;
                Ok(ServerCertVerified::assertion())
            }
            verified => verified,
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> std::result::Result<HandshakeSignatureValid, rustls::Error> {
        self.usual.verify_tls12_signature(message, cert, signed)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> std::result::Result<HandshakeSignatureValid, rustls::Error> {
        self.usual.verify_tls13_signature(message, cert, signed)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.usual.supported_verify_schemes()
    }
}

/// Whether a certificate is valid at this time, and made for a server or for any purpose.
fn valid_for_a_server(
    shown: &CertificateDer<'_>,
    now: UnixTime,
) -> std::result::Result<(), CertificateError> {
    let Some(Period { from, until }) = period(shown) else {
        return Err(CertificateError::BadEncoding);
    };
    let now = i64::try_from(now.as_secs()).unwrap_or(i64::MAX);
    if now < from {
        Err(CertificateError::NotValidYet)
    } else if now > until {
        Err(CertificateError::Expired)
    } else if !may_serve(shown) {
        Err(CertificateError::InvalidPurpose)
    } else {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::process::Command;
    use std::time::Duration;

    use rustls_pki_types::pem::PemObject as _;

    use super::*;

    /// A certificate that is its own authority, valid for two days, with this extension.
    fn made(extension: &str) -> CertificateDer<'static> {
        let dir = tempfile::tempdir().unwrap();
        let line = "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 \
                    -subj /CN=own -addext subjectAltName=DNS:localhost -keyout key -out cert";
        let mut openssl = Command::new("openssl");
        openssl.current_dir(&dir).args(line.split_whitespace()).args(["-addext", extension]);
        assert!(openssl.output().unwrap().status.success());
        CertificateDer::from_pem_file(dir.path().join("cert")).unwrap()
    }

    /// The result for a server that shows this certificate, which is named, so long from now.
    fn verified(
        shown: &CertificateDer<'static>,
        host: &'static str,
        days: i64,
    ) -> std::result::Result<(), rustls::Error> {
        let mut roots = RootCertStore::empty();
        roots.add(shown.clone()).unwrap();
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let verifier = verifier(roots, vec![shown.clone()], &provider).unwrap();
        let name = ServerName::try_from(host).unwrap();
        verifier.verify_server_cert(shown, &[], &name, &[], in_days(days)).map(drop)
    }

    fn in_days(days: i64) -> UnixTime {
        let now = UnixTime::now().as_secs().saturating_add_signed(days * 86_400);
        UnixTime::since_unix_epoch(Duration::from_secs(now))
    }

    #[test]
    fn a_named_certificate_is_valid_for_its_names_in_its_time_and_for_its_purpose() {
        let any = made("extendedKeyUsage=clientAuth,serverAuth");
        assert_eq!(verified(&any, "localhost", 0), Ok(()));
        assert_eq!(verified(&made("keyUsage=digitalSignature"), "localhost", 1), Ok(()));
        let other = verified(&any, "elsewhere", 0);
        assert!(format!("{other:?}").contains("NotValidForName"), "{other:?}");
        for (days, says) in [(3, "Expired"), (-1, "NotValidYet")] {
            let late = verified(&any, "localhost", days);
            assert!(format!("{late:?}").contains(says), "{late:?}");
        }
        let client = made("extendedKeyUsage=clientAuth");
        let purpose = rustls::Error::InvalidCertificate(CertificateError::InvalidPurpose);
        assert_eq!(verified(&client, "localhost", 0), Err(purpose));
    }

    #[test]
    fn time_and_purpose_are_looked_at_here_as_well() {
        let own = made("keyUsage=digitalSignature");
        assert_eq!(valid_for_a_server(&own, in_days(1)), Ok(()));
        assert_eq!(valid_for_a_server(&own, in_days(3)), Err(CertificateError::Expired));
        assert_eq!(valid_for_a_server(&own, in_days(-1)), Err(CertificateError::NotValidYet));
        let cut = CertificateDer::from(&b"\x30\x01\x00"[..]);
        assert_eq!(valid_for_a_server(&cut, in_days(0)), Err(CertificateError::BadEncoding));
    }
}
