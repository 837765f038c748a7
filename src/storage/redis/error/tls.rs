//! Refusals of TLS: a server's certificate, a handshake, or a client's certificate and key.

use std::io;
use std::net::IpAddr;
use std::path::Path;

use rustls::{AlertDescription, CertificateError, InconsistentKeys};

use super::cut;
use crate::model::{Error, ErrorKind};

/// The error for an authority's certificate that a server shows, which has no variant of its own.
const AUTHORITY: &str = "CaUsedAsEndEntity";

/// A sentence on a refusal of TLS; `None` for an error of another kind.
pub(super) fn refused(error: &io::Error, address: &str) -> Option<Error> {
    let why = error.get_ref()?.downcast_ref::<rustls::Error>()?;
    Some(match why {
        rustls::Error::InvalidCertificate(fault) => certificate(fault, address),
        rustls::Error::AlertReceived(alert) => alerted(*alert, address),
        rustls::Error::InvalidMessage(_) => not_spoken(address),
        rustls::Error::PeerIncompatible(_) => nothing_in_common(address),
        _ => new(format!("TLS with {address} failed: {}", cut(&why.to_string()))),
    })
}

/// The server does not answer as in TLS.
pub(super) fn not_spoken(address: &str) -> Error {
    new(format!("{address} does not speak TLS")).hint("use redis:// or the server's TLS port")
}

pub(super) fn no_name(address: &str) -> Error {
    new(format!("no certificate can have the name {address}"))
        .hint("name the one in the certificate: ?server_name=NAME")
}

/// Why the files of a client's certificate and its key cannot be used.
pub(in crate::storage::redis) fn client(error: &rustls::Error, cert: &Path, key: &Path) -> Error {
    let (cert, key) = (cert.display(), key.display());
    let usage = |problem: String| Error::new(ErrorKind::Usage, problem);
    match error {
        rustls::Error::InconsistentKeys(InconsistentKeys::KeyMismatch) => {
            usage("the client's certificate and key do not match".to_owned())
                .hint("check cert_file and key_file")
        }
        rustls::Error::InvalidCertificate(fault) => {
            let (fault, remedy) = faulty(fault).unwrap_or(("cannot be used", "have another made"));
            usage(format!("the certificate in {cert} {fault}")).hint(remedy)
        }
        _ => usage(format!("the key in {key} has an unusable kind"))
            .hint("use RSA from 2048 bits, P-256 or Ed25519"),
    }
}

/// Whether the error is that the server shows an authority's certificate.
pub(in crate::storage::redis) fn shows_authority(error: &rustls::Error) -> bool {
    matches!(error, rustls::Error::InvalidCertificate(CertificateError::Other(other))
        if other.to_string() == AUTHORITY)
}

fn new(problem: String) -> Error {
    Error::new(ErrorKind::Tls, problem)
}

fn certificate(fault: &CertificateError, address: &str) -> Error {
    match fault {
        CertificateError::UnknownIssuer => {
            new(format!("the certificate of {address} has no trusted authority"))
                .hint("name the authority's file as ca_file")
        }
        CertificateError::NotValidForName => for_another_name(&[], address),
        CertificateError::NotValidForNameContext { presented, .. } => {
            let names: Vec<_> = presented.iter().filter_map(|name| plain_name(name)).collect();
            for_another_name(&names, address)
        }
        fault => match faulty(fault) {
            Some((fault, remedy)) => {
                new(format!("the certificate of {address} {fault}")).hint(remedy)
            }
            None => new(format!("the certificate of {address} is refused: {fault}")),
        },
    }
}

/// The fault of a certificate, whoever's it is, and the remedy.
fn faulty(fault: &CertificateError) -> Option<(&'static str, &'static str)> {
    const ANEW: &str = "renew it with SHA-256, RSA 2048 or P-256";
    Some(match fault {
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => {
            ("has expired", "renew it, or set this machine's clock right")
        }
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
            ("is not valid yet", "set this machine's clock right, or wait")
        }
        CertificateError::Revoked => ("has been revoked", "renew it"),
        CertificateError::BadEncoding => ("is damaged", "have it made anew"),
        CertificateError::BadSignature => {
            let fault = "has a false signature";
            (fault, "name the right authority's file as ca_file")
        }
        CertificateError::UnsupportedSignatureAlgorithmContext { .. }
        | CertificateError::UnsupportedSignatureAlgorithmForPublicKeyContext { .. } => {
            ("is signed unsafely", ANEW)
        }
        CertificateError::InvalidPurpose | CertificateError::InvalidPurposeContext { .. } => {
            ("is for another purpose", "have it made anew, with extendedKeyUsage=serverAuth")
        }
        // These have no variant of their own.
        CertificateError::Other(other) => match &*other.to_string() {
            "UnsupportedCertVersion" => {
                ("has X.509 version 1", "have it made anew, with subjectAltName")
            }
            AUTHORITY => ("is an unknown authority's", "if it is right, name it as ca_file"),
            _ => return None,
        },
        _ => return None,
    })
}

fn alerted(alert: AlertDescription, address: &str) -> Error {
    match alert {
        AlertDescription::CertificateRequired => {
            new(format!("{address} wants a client certificate"))
                .hint("name it as cert_file and key_file")
        }
        AlertDescription::ProtocolVersion
        | AlertDescription::HandshakeFailure
        | AlertDescription::InsufficientSecurity => nothing_in_common(address),
        AlertDescription::UnrecognisedName => new(format!("{address} knows no host of that name"))
            .hint("name the right one: ?server_name=NAME"),
        _ => new(format!("{address} refused the TLS connection"))
            .hint("check cert_file and key_file"),
    }
}

fn nothing_in_common(address: &str) -> Error {
    new(format!("no TLS version or cipher shared with {address}"))
        .hint("let the server take TLS 1.2 or 1.3")
}

/// Extracts `db.internal` from `DnsName("db.internal")`.
fn plain_name(told: &str) -> Option<String> {
    let (_, rest) = told.split_once('(')?;
    let name = rest.trim_end_matches(')').trim_matches('"');
    let sound = |c: char| c.is_ascii_alphanumeric() || "-._*:".contains(c);
    (!name.is_empty() && name.chars().all(sound)).then(|| cut(name))
}

fn for_another_name(names: &[String], address: &str) -> Error {
    let problem = match names {
        [] => format!("the certificate at {address} has no subjectAltName"),
        [name] => format!("the certificate at {address} is for {name}"),
        [name, more @ ..] => {
            format!("the certificate at {address} is for {name} and {} more", more.len())
        }
    };
    let name = names.iter().find(|name| !name.contains('*'));
    new(problem).hint(match (name, names) {
        (Some(name), _) => format!("if that is the server, say so: ?server_name={name}"),
        (None, []) => nameless(address),
        (None, _) => "if that is the server, say so: ?server_name=NAME".to_owned(),
    })
}

/// The remedy for a certificate without names: the option of openssl that gives it one.
fn nameless(address: &str) -> String {
    let host = address.rsplit_once(':').map_or(address, |(host, _)| host);
    let host = host.trim_start_matches('[').trim_end_matches(']');
    let kind = if host.parse::<IpAddr>().is_ok() { "IP" } else { "DNS" };
    format!("make it anew: openssl req -addext subjectAltName={kind}:{host}")
}
