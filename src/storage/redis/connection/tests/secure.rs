use std::path::Path;
use std::process::Command as Process;

use super::super::server::certificate;
use super::*;
use crate::model::{ErrorKind, Timestamp};

/// An authority, a server's certificate for 127.0.0.1 and localhost, and a client's.
struct Certificates(tempfile::TempDir);

impl Certificates {
    fn make() -> Self {
        let dir = tempfile::tempdir().unwrap();
        openssl(
            dir.path(),
            "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=test-ca -keyout ca.key -out ca.pem",
        );
        for (name, names) in [("server", "IP:127.0.0.1,DNS:localhost"), ("client", "DNS:client")] {
            std::fs::write(dir.path().join("ext"), format!("subjectAltName={names}\n")).unwrap();
            openssl(
                dir.path(),
                &format!(
                    "req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj /CN={name} -keyout {name}.key -out {name}.csr"
                ),
            );
            openssl(
                dir.path(),
                &format!(
                    "x509 -req -in {name}.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 2 -extfile ext -out {name}.pem"
                ),
            );
        }
        Self(dir)
    }

    fn path(&self, name: &str) -> String {
        self.0.path().join(name).to_string_lossy().into_owned()
    }

    fn server(&self, clients: &str) -> Server {
        self.server_as("server", clients)
    }

    /// A server with the certificate of this name.
    fn server_as(&self, name: &str, clients: &str) -> Server {
        let [cert, key] = ["pem", "key"].map(|end| self.path(&format!("{name}.{end}")));
        let ca = self.path("ca.pem");
        let port = ["--port", "0", "--tls-port", "{port}", "--tls-auth-clients", clients];
        let files = ["--tls-cert-file", &cert, "--tls-key-file", &key, "--tls-ca-cert-file", &ca];
        Server::start_without_module(&[&port[..], &files[..]].concat())
    }
}

fn openssl(dir: &Path, args: &str) {
    let output = Process::new("openssl").current_dir(dir).args(args.split(' ')).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

#[tokio::test]
async fn names_and_end_of_a_certificate_are_read_once_it_is_verified() {
    let certificates = Certificates::make();
    let server = certificates.server("no");
    let (port, ca) = (server.port(), certificates.path("ca.pem"));
    let read = async |url: String| certificate(&target(&url), &options()).await;
    let shown = read(format!("rediss://localhost:{port}?ca_file={ca}")).await.unwrap().unwrap();
    assert_eq!(shown.names, ["127.0.0.1", "localhost"]);
    let left = shown.until.unwrap() - Timestamp::now().micros() / 1_000_000;
    assert!((86_400..=2 * 86_400).contains(&left), "{left} s");
    let why = read(format!("rediss://localhost:{port}")).await.unwrap_err();
    assert_eq!(why.kind, ErrorKind::Tls);
    assert_eq!(read(format!("redis://localhost:{port}")).await, Ok(None));
}

#[tokio::test]
async fn a_private_authority_is_trusted_when_named_and_names_are_verified() {
    let certificates = Certificates::make();
    let server = certificates.server("no");
    let (port, ca) = (server.port(), certificates.path("ca.pem"));
    for host in ["127.0.0.1", "localhost"] {
        let connections = connect(&format!("rediss://{host}:{port}?ca_file={ca}")).await.unwrap();
        assert_eq!(connections.run(command("GET", &["k"])).await, Ok(Value::Null));
    }
    let unknown = refusal(&format!("rediss://127.0.0.1:{port}")).await;
    assert_eq!(unknown.kind, ErrorKind::Tls);
    assert!(unknown.to_string().contains("ca_file"), "{unknown}");
    let other = refusal(&format!("rediss://127.0.0.2:{port}?ca_file={ca}")).await;
    // The server listens on 127.0.0.1 only; where 127.0.0.2 answers, the name is wrong.
    assert!(matches!(other.kind, ErrorKind::Tls | ErrorKind::Connection), "{other}");
    let plain = refusal(&format!("redis://127.0.0.1:{port}")).await;
    assert_eq!(plain.kind, ErrorKind::Connection, "{plain}");
}

#[tokio::test]
async fn a_certificate_for_another_name_is_refused() {
    let certificates = Certificates::make();
    let ca = certificates.path("ca.pem");
    let server = certificates.server_as("client", "no");
    let error = refusal(&format!("rediss://127.0.0.1:{}?ca_file={ca}", server.port())).await;
    assert_eq!(error.kind, ErrorKind::Tls);
    assert!(error.problem.contains("is for client"), "{error}");
    assert!(error.to_string().contains("?server_name=client"), "{error}");
    // As behind a tunnel: the address differs from the name.
    let url = format!("rediss://127.0.0.1:{}?ca_file={ca}&server_name=", server.port());
    let connections = connect(&format!("{url}client")).await.unwrap();
    assert_eq!(connections.run(command("GET", &["k"])).await, Ok(Value::Null));
    let other = refusal(&format!("{url}server")).await;
    assert_eq!(other.kind, ErrorKind::Tls, "{other}");
    let unusable = refusal(&format!("{url}not%20a%20name")).await;
    assert_eq!(unusable.kind, ErrorKind::Usage, "{unusable}");
    let plain = refusal(&format!("redis://127.0.0.1:{}", server.port())).await;
    assert_eq!(plain.kind, ErrorKind::Connection, "{plain}");
    assert!(plain.to_string().contains("use rediss://"), "{plain}");
}

#[tokio::test]
async fn a_client_certificate_is_sent_where_it_is_wanted() {
    let certificates = Certificates::make();
    let server = certificates.server("yes");
    let base =
        format!("rediss://127.0.0.1:{}?ca_file={}", server.port(), certificates.path("ca.pem"));
    let (cert, key) = (certificates.path("client.pem"), certificates.path("client.key"));
    let connections = connect(&format!("{base}&cert_file={cert}&key_file={key}")).await.unwrap();
    assert_eq!(connections.run(command("GET", &["k"])).await, Ok(Value::Null));
    let none = refusal(&base).await;
    assert!(matches!(none.kind, ErrorKind::Tls | ErrorKind::Connection), "{none}");
    let half = refusal(&format!("{base}&cert_file={cert}")).await;
    assert!(half.problem.contains("key_file"), "{half}");
    let other = certificates.path("ca.key");
    let swapped = refusal(&format!("{base}&cert_file={cert}&key_file={other}")).await;
    assert_eq!(swapped.kind, ErrorKind::Usage);
}

#[tokio::test]
async fn a_server_without_tls_and_a_missing_file_are_told() {
    let server = Server::start_without_module(&[]);
    let certificates = Certificates::make();
    let base = format!("rediss://127.0.0.1:{}", server.port());
    let error = refusal(&format!("{base}?ca_file={}", certificates.path("ca.pem"))).await;
    // The server waits for the end of a line that never comes; larder does not wait for it.
    assert_eq!(error.kind, ErrorKind::Tls, "{error}");
    assert!(error.problem.contains("does not speak TLS"), "{error}");
    assert!(error.to_string().contains("use redis://"), "{error}");
    let missing = refusal(&format!("{base}?ca_file=/nonexistent.pem")).await;
    assert!(missing.problem.contains("/nonexistent.pem"), "{missing}");
    assert_eq!(missing.kind, ErrorKind::Io, "{missing}");
    let empty = refusal(&format!("{base}?ca_file={}", certificates.path("server.key"))).await;
    assert_eq!(empty.kind, ErrorKind::Usage, "{empty}");
}

#[tokio::test]
async fn what_is_wrong_with_a_certificate_is_told() {
    let certificates = Certificates::make();
    let dir = certificates.0.path();
    let new_key = "-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes";
    let signed = "-CA ca.pem -CAkey ca.key -CAcreateserial -days 2";
    for line in [
        // Made as the first answer of a search engine recommends.
        &*format!("req -x509 {new_key} -days 2 -subj /CN=localhost -keyout own.key -out own.pem"),
        // Without extensions: the first version of certificates.
        &*format!("req {new_key} -subj /CN=localhost -keyout first.key -out first.csr"),
        &*format!("x509 -req -in first.csr {signed} -out first.pem"),
        "pkey -in client.key -aes256 -passout pass:secret -out locked.key",
    ] {
        openssl(dir, line);
    }
    std::fs::write(dir.join("ext"), "keyUsage=digitalSignature\n").unwrap();
    openssl(dir, &format!("x509 -req -in first.csr {signed} -extfile ext -out nameless.pem"));
    std::fs::copy(dir.join("first.key"), dir.join("nameless.key")).unwrap();
    for (name, authority, says, helps) in [
        ("own", "ca", "is an unknown authority's", "as ca_file"),
        ("own", "own", "has no subjectAltName", "-addext subjectAltName=DNS:localhost"),
        ("first", "ca", "has X.509 version 1", "subjectAltName"),
        ("nameless", "ca", "has no subjectAltName", "subjectAltName"),
        ("server", "own", "no trusted authority", "ca_file"),
    ] {
        let server = certificates.server_as(name, "no");
        let authority = certificates.path(&format!("{authority}.pem"));
        let url = format!("rediss://localhost:{}?ca_file={authority}", server.port());
        let why = refusal(&url).await;
        assert_eq!(why.kind, ErrorKind::Tls, "{why}");
        assert!(why.problem.contains(says) && why.remedy().contains(helps), "{name}: {why}");
    }
    // Faults of one's own files are found before anything is sent.
    let [first, client, locked, key] =
        ["first.pem", "client.pem", "locked.key", "first.key"].map(|name| certificates.path(name));
    for (cert, key, says) in [
        (&first, &key, "first.pem has X.509 version 1"),
        (&client, &locked, "locked.key has a passphrase"),
        (&client, &key, "do not match"),
    ] {
        let why = refusal(&format!("rediss://localhost:1?cert_file={cert}&key_file={key}")).await;
        assert_eq!(why.kind, ErrorKind::Usage, "{why}");
        assert!(why.problem.contains(says), "{why}");
    }
}

/// A certificate that is its own authority, as `openssl req -x509` makes it.
fn self_signed(dir: &Path, name: &str, with: &str) {
    let line = format!(
        "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj /CN=own {with} -keyout {name}.key -out {name}.pem"
    );
    openssl(dir, &line);
}

#[tokio::test]
async fn a_server_s_own_certificate_is_trusted_where_it_is_named_itself() {
    let certificates = Certificates::make();
    let dir = certificates.0.path();
    let names = "-addext subjectAltName=IP:127.0.0.1,DNS:localhost";
    self_signed(dir, "own", &format!("-days 2 {names}"));
    // Another one of the same names.
    self_signed(dir, "other", &format!("-days 2 {names}"));
    let server = certificates.server_as("own", "no");
    let url = |host: &str, authority: &str| {
        let file = certificates.path(&format!("{authority}.pem"));
        format!("rediss://{host}:{}?ca_file={file}", server.port())
    };
    for host in ["127.0.0.1", "localhost"] {
        let connections = connect(&url(host, "own")).await.unwrap();
        assert_eq!(connections.run(command("GET", &["k"])).await, Ok(Value::Null));
    }
    let shown = certificate(&target(&url("localhost", "own")), &options()).await.unwrap().unwrap();
    assert_eq!(shown.names, ["127.0.0.1", "localhost"]);
    // All else is verified as ever.
    for (url, says) in [
        (url("localhost", "other"), "is an unknown authority's"),
        (format!("{}&server_name=elsewhere", url("localhost", "own")), "is for "),
    ] {
        let why = refusal(&url).await;
        assert_eq!(why.kind, ErrorKind::Tls, "{why}");
        assert!(why.problem.contains(says), "{why}");
    }
}
