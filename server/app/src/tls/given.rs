//! A certificate and a key that the operator names.

use super::{Shown, fingerprint, provider, warn_of_dates};
use crate::limits;
use anyhow::{Context, bail, ensure};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::sign::CertifiedKey;
use rustls::{Error, InconsistentKeys};
use std::io::Read;
use std::path::Path;

/// How an encrypted key is marked, in the new way and in the old.
const ENCRYPTED: [&str; 2] = ["BEGIN ENCRYPTED PRIVATE KEY", "Proc-Type: 4,ENCRYPTED"];

pub fn read(cert: &Path, key: &Path) -> anyhow::Result<Shown> {
    let (chain, key) = pair(cert, key)?;
    let first = chain.first().context("a chain has a first certificate")?.clone();
    warn_of_dates(&first).with_context(|| format!("{}", cert.display()))?;
    Ok(Shown {
        key: CertifiedKey::new(chain, key),
        fingerprints: vec![("the certificate", fingerprint(&first))],
    })
}

type Pair = (
    Vec<CertificateDer<'static>>,
    std::sync::Arc<dyn rustls::sign::SigningKey>,
);

/// The chain and the key, which belong together.
pub fn pair(cert: &Path, key: &Path) -> anyhow::Result<Pair> {
    let chain = CertificateDer::pem_slice_iter(text(cert, "certificate")?.as_bytes())
        .collect::<Result<Vec<_>, _>>()
        .map_err(|error| anyhow::anyhow!("{} is no sound PEM file: {error}", cert.display()))?;
    ensure!(
        !chain.is_empty(),
        "{} holds no certificate: a PEM file with a line -----BEGIN CERTIFICATE----- is needed",
        cert.display()
    );
    let secret = text(key, "key")?;
    if ENCRYPTED.iter().any(|mark| secret.contains(mark)) {
        bail!(
            "the key in {} is encrypted, and nobody could type its password when the server starts: write it out plainly \
             (openssl pkey -in KEY -out PLAIN-KEY) and let only the server read it (chmod 600)",
            key.display()
        );
    }
    let secret = PrivateKeyDer::from_pem_slice(secret.as_bytes()).map_err(|error| {
        anyhow::anyhow!(
            "{} holds no private key ({error}): a PEM file with a line -----BEGIN PRIVATE KEY----- is needed",
            key.display()
        )
    })?;
    let signing = provider().key_provider.load_private_key(secret).map_err(|error| {
        anyhow::anyhow!(
            "the key in {} cannot be used ({error}): RSA from 2048 bits, ECDSA P-256 or P-384, or Ed25519 is needed",
            key.display()
        )
    })?;
    let together = CertifiedKey::new(chain, signing);
    match together.keys_match() {
        // A key that cannot say which it is will show itself in the first handshake.
        Ok(()) | Err(Error::InconsistentKeys(InconsistentKeys::Unknown)) => {}
        Err(Error::InconsistentKeys(_)) => bail!(
            "the key in {} does not belong to the certificate in {} (is the server's own certificate the first one in it?)",
            key.display(),
            cert.display()
        ),
        Err(error) => bail!("the certificate in {} cannot be used: {error}", cert.display()),
    }
    Ok((together.cert, together.key))
}

fn text(file: &Path, what: &str) -> anyhow::Result<String> {
    let mut text = String::new();
    std::fs::File::open(file)
        .and_then(|opened| opened.take(limits::TLS_FILE_BYTES_MAX + 1).read_to_string(&mut text))
        .with_context(|| format!("reading the {what} {}", file.display()))?;
    ensure!(
        text.len() as u64 <= limits::TLS_FILE_BYTES_MAX,
        "{} is larger than any {what}",
        file.display()
    );
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use rcgen::{CertifiedKey as Made, generate_simple_self_signed};

    struct Files {
        folder: tempfile::TempDir,
    }

    impl Files {
        fn new() -> Self {
            Self {
                folder: tempfile::tempdir().unwrap(),
            }
        }

        fn write(&self, name: &str, text: &str) -> std::path::PathBuf {
            let path = self.folder.path().join(name);
            std::fs::write(&path, text).unwrap();
            path
        }
    }

    fn made() -> (String, String) {
        let Made { cert, signing_key } = generate_simple_self_signed(vec!["map.example".to_owned()]).unwrap();
        (cert.pem(), signing_key.serialize_pem())
    }

    #[test]
    fn what_belongs_together_is_taken() {
        let files = Files::new();
        let (cert, key) = made();
        let cert = files.write("cert.pem", &format!("some words before it\n{cert}"));
        let shown = read(&cert, &files.write("key.pem", &key)).unwrap();
        let [(_, fingerprint)] = shown.fingerprints.as_slice() else {
            panic!("one certificate, one fingerprint")
        };
        assert_eq!(fingerprint.len(), 32 * 3 - 1);
    }

    #[test]
    fn what_cannot_be_used_is_refused_with_a_reason() {
        let files = Files::new();
        let (cert, key) = made();
        let (_, other_key) = made();
        let good_cert = files.write("cert.pem", &cert);
        let good_key = files.write("key.pem", &key);
        let cases = [
            (
                good_cert.clone(),
                files.write("other.pem", &other_key),
                "does not belong",
            ),
            (good_cert.clone(), good_cert.clone(), "no private key"),
            (good_key.clone(), good_key.clone(), "holds no certificate"),
            (files.folder.path().join("nowhere.pem"), good_key.clone(), "nowhere.pem"),
            (files.write("empty.pem", ""), good_key.clone(), "holds no certificate"),
            (files.write("cut.pem", &cert[..cert.len() / 2]), good_key, "cut.pem"),
            (
                good_cert.clone(),
                files.write("locked.pem", "-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n"),
                "is encrypted",
            ),
            (
                good_cert,
                files.write("large.pem", &" ".repeat(2 << 20)),
                "larger than any key",
            ),
        ];
        for (cert, key, said) in cases {
            let error = pair(&cert, &key).err().map(|error| format!("{error:#}"));
            assert!(error.as_ref().is_some_and(|e| e.contains(said)), "{said}: {error:?}");
        }
    }
}
