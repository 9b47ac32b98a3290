//! TLS: with which certificate the server shows itself, and how that is changed without a restart.

mod dates;
mod given;
mod own;

use crate::limits;
use anyhow::{Context, ensure};
use clap::Args;
use jiff::Timestamp;
use rustls::ServerConfig;
use rustls::crypto::CryptoProvider;
use rustls::pki_types::CertificateDer;
use rustls::sign::CertifiedKey;
use sha2::{Digest, Sha256};
use std::fmt::Write;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, RwLock};
use tokio::signal::unix::{SignalKind, signal};

#[derive(Debug, Clone, Default, Args)]
pub struct TlsSettings {
    /// Serve HTTPS with this certificate: a PEM file, the server's own first, then those in between. Read again when it changes
    #[arg(
        long,
        env = "GEJU_TLS_CERT",
        global = true,
        value_name = "FILE",
        conflicts_with = "tls_self_signed"
    )]
    pub tls_cert: Option<PathBuf>,
    /// The key of that certificate: a PEM file, not encrypted
    #[arg(long, env = "GEJU_TLS_KEY", global = true, value_name = "FILE")]
    pub tls_key: Option<PathBuf>,
    /// Serve HTTPS with a certificate made here and kept in DATA/tls; devices that install its authority.pem trust it
    #[arg(long, env = "GEJU_TLS_SELF_SIGNED", global = true, default_value_t = false, num_args = 0..=1, default_missing_value = "true", require_equals = true)]
    pub tls_self_signed: bool,
    /// Names and addresses a self-signed certificate is for, beside this machine's own, separated by commas
    #[arg(
        long,
        env = "GEJU_TLS_NAMES",
        global = true,
        value_delimiter = ',',
        value_name = "NAMES"
    )]
    pub tls_names: Vec<String>,
}

impl TlsSettings {
    pub fn is_on(&self) -> bool {
        self.tls_self_signed || self.tls_cert.is_some() || self.tls_key.is_some()
    }
}

/// Where the certificate comes from.
enum Source {
    /// Named by the operator, who also sees to its end.
    Given { cert: PathBuf, key: PathBuf },
    /// Made here, and made anew in time.
    Own { folder: PathBuf, names: Vec<String> },
}

/// The certificate in use. Each connection takes what is current when it begins.
pub struct Tls {
    source: Source,
    current: RwLock<Current>,
}

struct Current {
    config: Arc<ServerConfig>,
    /// What the files looked like when they were read.
    stamp: Vec<Option<Stamp>>,
}

/// Enough to see that a file was written or replaced.
type Stamp = (i64, i64, u64, u64);

/// A certificate that can be shown.
struct Shown {
    key: CertifiedKey,
    /// What people compare: of the certificate itself, and of the authority that devices install.
    fingerprints: Vec<(&'static str, String)>,
}

impl Tls {
    /// `None` where TLS is not asked for.
    pub fn new(settings: &TlsSettings, data: &Path, listen: std::net::IpAddr) -> anyhow::Result<Option<Arc<Self>>> {
        let source = match (&settings.tls_cert, &settings.tls_key, settings.tls_self_signed) {
            (None, None, false) => return Ok(None),
            (None, None, true) => Source::Own {
                folder: data.join("tls"),
                names: own::names(&settings.tls_names, listen)?,
            },
            (Some(cert), Some(key), _) => Source::Given {
                cert: cert.clone(),
                key: key.clone(),
            },
            _ => anyhow::bail!("a certificate and its key come together: name both --tls-cert and --tls-key"),
        };
        ensure!(
            settings.tls_names.is_empty() || matches!(source, Source::Own { .. }),
            "--tls-names says what a self-signed certificate is for; a given one has its names in it"
        );
        let stamp = stamps(&source);
        let config = read(&source)?;
        Ok(Some(Arc::new(Self {
            source,
            current: RwLock::new(Current { config, stamp }),
        })))
    }

    /// What a connection that begins now is served with.
    pub fn config(&self) -> Arc<ServerConfig> {
        let current = self.current.read().unwrap_or_else(|poisoned| poisoned.into_inner());
        current.config.clone()
    }

    fn look(&self, asked: bool) {
        let stamp = stamps(&self.source);
        let changed = {
            let current = self.current.read().unwrap_or_else(|poisoned| poisoned.into_inner());
            current.stamp != stamp
        };
        if !(changed || asked || self.is_ending()) {
            return;
        }
        let config = read(&self.source);
        let mut current = self.current.write().unwrap_or_else(|poisoned| poisoned.into_inner());
        // A bad file is told of once, not at every look. What was made anew by reading is no change either.
        current.stamp = if config.is_ok() { stamps(&self.source) } else { stamp };
        match config {
            Ok(config) => current.config = config,
            Err(error) => {
                tracing::warn!("the new certificate is not taken, the old one stays in use: {error:#}");
            }
        }
    }

    /// Does a certificate of our own end soon?
    fn is_ending(&self) -> bool {
        match &self.source {
            Source::Given { .. } => false,
            Source::Own { folder, .. } => own::is_ending(folder),
        }
    }
}

/// Looks now and then, and at once on SIGHUP, whether there is a new certificate. A bad one leaves the old in use. Without TLS
/// the signal is taken all the same: a reload must never end the program.
pub async fn keep_fresh(tls: Option<Arc<Tls>>) -> std::io::Result<()> {
    let mut hangup = signal(SignalKind::hangup())?;
    loop {
        let asked = tokio::select! {
            _ = hangup.recv() => true,
            () = tokio::time::sleep(limits::TLS_LOOK_EVERY), if tls.is_some() => false,
        };
        let Some(tls) = tls.clone() else {
            tracing::info!("asked to read the certificate again; this server has none");
            continue;
        };
        // Files and keys: off the threads that answer.
        if let Err(error) = tokio::task::spawn_blocking(move || tls.look(asked)).await {
            tracing::error!(%error, "looking for a new certificate failed");
        }
    }
}

fn stamps(source: &Source) -> Vec<Option<Stamp>> {
    let files = match source {
        Source::Given { cert, key } => [cert.clone(), key.clone()],
        Source::Own { folder, .. } => own::files(folder),
    };
    let of = |file: &PathBuf| {
        let meta = std::fs::metadata(file).ok()?;
        Some((meta.mtime(), meta.mtime_nsec(), meta.ino(), meta.len()))
    };
    files.iter().map(of).collect()
}

fn read(source: &Source) -> anyhow::Result<Arc<ServerConfig>> {
    let shown = match source {
        Source::Given { cert, key } => given::read(cert, key)?,
        Source::Own { folder, names } => own::read_or_make(folder, names)?,
    };
    let config = configured(shown.key)?;
    for (of, fingerprint) in shown.fingerprints {
        tracing::info!(of, sha256 = fingerprint, "serving with this certificate");
    }
    Ok(config)
}

fn provider() -> Arc<CryptoProvider> {
    Arc::new(rustls::crypto::ring::default_provider())
}

fn configured(key: CertifiedKey) -> anyhow::Result<Arc<ServerConfig>> {
    let resolver = Arc::new(rustls::sign::SingleCertAndKey::from(key));
    let mut config = ServerConfig::builder_with_provider(provider())
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_cert_resolver(resolver);
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(Arc::new(config))
}

/// As browsers show it: `AB:CD:…`.
fn fingerprint(certificate: &CertificateDer<'_>) -> String {
    let mut out = String::new();
    for byte in Sha256::digest(certificate) {
        // Writing into a String cannot fail.
        let _ = write!(out, "{}{byte:02X}", if out.is_empty() { "" } else { ":" });
    }
    out
}

/// Warns of a certificate that browsers will not take, or soon will not.
fn warn_of_dates(certificate: &CertificateDer<'_>) -> anyhow::Result<()> {
    let (from, until) = dates::validity(certificate).context("the certificate says not when it is valid")?;
    let now = Timestamp::now();
    if now > until {
        tracing::warn!(%until, "the certificate has expired: browsers will refuse it");
    } else if now < from {
        tracing::warn!(%from, "the certificate is not valid yet: browsers will refuse it");
    } else if until.duration_since(now) < limits::TLS_ENDING {
        tracing::warn!(%until, "the certificate expires soon");
    }
    Ok(())
}
