//! A certificate made here, for a house without one: signed by an authority of its own, whose key is thrown away at once.
//!
//! A phone keeps a map for offline work only where it trusts the server. It can be told to trust `authority.pem`, which vouches
//! for this one server: nobody, whoever gets at the machine, can sign anything else with it.

use super::{Shown, dates, fingerprint, given};
use crate::limits;
use anyhow::Context;
use jiff::{Timestamp, ToSpan, tz::TimeZone};
use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DistinguishedName, DnType, ExtendedKeyUsagePurpose, IsCa,
    KeyPair, KeyUsagePurpose, date_time_ymd,
};
use rustls::client::verify_server_name;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::server::ParsedCertificate;
use rustls::sign::CertifiedKey;
use std::fs;
use std::io::Write;
use std::net::{IpAddr, UdpSocket};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

/// What devices install.
const AUTHORITY: &str = "authority.pem";
/// What the server shows: its certificate and the authority.
const SERVER: &str = "server.pem";
const KEY: &str = "server-key.pem";
/// An address of a documentation network: no packet is sent there, the system only says from which address it would be.
const ELSEWHERE: &str = "192.0.2.1:9";

/// The files that the server shows itself with.
pub fn files(folder: &Path) -> [PathBuf; 2] {
    [folder.join(SERVER), folder.join(KEY)]
}

/// Names a certificate is made for: those asked for, and where this machine is met.
pub fn names(asked: &[String], listen: IpAddr) -> anyhow::Result<Vec<String>> {
    let mut names = Vec::new();
    for name in asked.iter().map(|name| name.trim()).filter(|name| !name.is_empty()) {
        ServerName::try_from(name)
            .with_context(|| format!("--tls-names: {name:?} is neither a host name nor an address"))?;
        names.push(name.to_owned());
    }
    names.extend(machine_names(listen));
    let mut seen = std::collections::BTreeSet::new();
    names.retain(|name| seen.insert(name.clone()));
    Ok(names)
}

/// Where this machine is met: its name, the address it listens on, and itself.
fn machine_names(listen: IpAddr) -> Vec<String> {
    let mut names = Vec::new();
    if listen.is_unspecified() {
        let from = if listen.is_ipv4() { "0.0.0.0:0" } else { "[::]:0" };
        let outward = UdpSocket::bind(from).and_then(|socket| {
            socket.connect(ELSEWHERE)?;
            socket.local_addr()
        });
        names.extend(outward.map(|address| address.ip().to_string()));
        let host = fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
        names.extend(ServerName::try_from(host.trim()).map(|_| host.trim().to_owned()));
    } else if !listen.is_loopback() {
        names.push(listen.to_string());
    }
    names.extend(["localhost", "127.0.0.1", "::1"].map(str::to_owned));
    names
}

/// The certificate kept in this folder; a new one where there is none, where it lacks a name, or where it ends soon.
pub fn read_or_make(folder: &Path, names: &[String]) -> anyhow::Result<Shown> {
    if let Some(why) = unfit(folder, names) {
        tracing::info!(why, names = names.join(" "), "making a certificate");
        make(folder, names).with_context(|| format!("making a certificate in {}", folder.display()))?;
        tracing::info!(
            file = %folder.join(AUTHORITY).display(),
            "install this file on phones and computers that shall trust the server, after comparing its fingerprint"
        );
    }
    let [server, key] = files(folder);
    let (chain, key) = given::pair(&server, &key)?;
    let told = ["the certificate", "its authority"];
    let fingerprints = told.into_iter().zip(chain.iter().map(fingerprint)).collect();
    Ok(Shown {
        key: CertifiedKey::new(chain, key),
        fingerprints,
    })
}

/// Why what is kept cannot be used, if so.
fn unfit(folder: &Path, names: &[String]) -> Option<&'static str> {
    let [server, key] = files(folder);
    if !server.exists() || !folder.join(AUTHORITY).exists() {
        return Some("there is none yet");
    }
    let Ok((chain, _)) = given::pair(&server, &key) else {
        return Some("the one there cannot be read");
    };
    let first = chain.first()?;
    let Ok(parsed) = ParsedCertificate::try_from(first) else {
        return Some("the one there cannot be read");
    };
    let is_for = |name: &String| {
        let name = ServerName::try_from(name.as_str());
        name.is_ok_and(|name| verify_server_name(&parsed, &name).is_ok())
    };
    if !names.iter().all(is_for) {
        return Some("the one there lacks a name");
    }
    ends_soon(first).then_some("the one there ends soon")
}

fn ends_soon(certificate: &CertificateDer<'_>) -> bool {
    dates::validity(certificate).is_none_or(|(_, until)| until.duration_since(Timestamp::now()) < limits::TLS_ENDING)
}

/// Does the certificate in this folder end soon?
pub fn is_ending(folder: &Path) -> bool {
    let [server, _] = files(folder);
    CertificateDer::from_pem_file(server).is_ok_and(|first| ends_soon(&first))
}

fn make(folder: &Path, names: &[String]) -> anyhow::Result<()> {
    let today = Timestamp::now().to_zoned(TimeZone::UTC).date();
    // Clocks of phones are not all right.
    let from = today.checked_sub(1.day())?;
    let until = today.checked_add(limits::TLS_OWN_DAYS.days())?;
    let dated = |mut params: CertificateParams| -> anyhow::Result<CertificateParams> {
        params.not_before = date_time_ymd(
            from.year().into(),
            u8::try_from(from.month())?,
            u8::try_from(from.day())?,
        );
        params.not_after = date_time_ymd(
            until.year().into(),
            u8::try_from(until.month())?,
            u8::try_from(until.day())?,
        );
        Ok(params)
    };
    let named = |what: &str| {
        let mut name = DistinguishedName::new();
        let first = names.first().map_or("", String::as_str);
        name.push(DnType::CommonName, format!("Geju {what} {first} {today}"));
        name
    };

    let mut authority = dated(CertificateParams::default())?;
    authority.distinguished_name = named("authority of");
    // It signs what is shown, and no further authority.
    authority.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    authority.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::DigitalSignature];
    let authority = CertifiedIssuer::self_signed(authority, KeyPair::generate()?)?;

    let mut server = dated(CertificateParams::new(names)?)?;
    server.distinguished_name = named("server");
    server.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    server.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    server.use_authority_key_identifier_extension = true;
    let key = KeyPair::generate()?;
    let server = server.signed_by(&key, &authority)?;

    fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    let [server_file, key_file] = files(folder);
    write(&key_file, &key.serialize_pem(), 0o600)?;
    write(&server_file, &format!("{}{}", server.pem(), authority.pem()), 0o644)?;
    write(&folder.join(AUTHORITY), &authority.pem(), 0o644)
}

/// Whole or not at all, and never readable by more than it may be.
fn write(file: &Path, text: &str, mode: u32) -> anyhow::Result<()> {
    let passing = file.with_extension("passing");
    let mut opened = fs::OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(mode)
        .open(&passing)?;
    opened.set_permissions(fs::Permissions::from_mode(mode))?;
    opened.write_all(text.as_bytes())?;
    opened.sync_all()?;
    Ok(fs::rename(&passing, file)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wanted(names: &[&str]) -> Vec<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    fn fingerprints(folder: &Path, names: &[&str]) -> Vec<String> {
        let shown = read_or_make(folder, &wanted(names)).unwrap();
        shown.fingerprints.into_iter().map(|(_, print)| print).collect()
    }

    #[test]
    fn it_is_made_once_and_its_key_is_for_the_server_alone() {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path().join("tls");
        let first = fingerprints(&folder, &["map.example", "10.0.0.7", "::1"]);
        assert_eq!(first.len(), 2, "the server's and the authority's");
        assert_eq!(first, fingerprints(&folder, &["10.0.0.7"]));
        let mode = |name: &str| fs::metadata(folder.join(name)).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(KEY), mode(AUTHORITY)), (0o600, 0o644));
        assert_eq!(fs::metadata(&folder).unwrap().permissions().mode() & 0o777, 0o700);
        assert_eq!(
            fs::read_dir(&folder).unwrap().count(),
            3,
            "the authority's key is not kept"
        );
        assert!(!is_ending(&folder));
    }

    #[test]
    fn another_name_or_a_broken_file_makes_another() {
        let folder = tempfile::tempdir().unwrap();
        let first = fingerprints(folder.path(), &["map.example"]);
        let second = fingerprints(folder.path(), &["map.example", "map2.example"]);
        assert_ne!(first, second);
        fs::write(folder.path().join(KEY), "nonsense").unwrap();
        assert_ne!(second, fingerprints(folder.path(), &["map.example"]));
    }

    #[test]
    fn names_are_names() {
        let listen: IpAddr = [10, 0, 0, 7].into();
        let names = names(&wanted(&["map.example", " 10.0.0.8"]), listen).unwrap();
        assert_eq!(names[..3], ["map.example", "10.0.0.8", "10.0.0.7"]);
        assert!(super::names(&wanted(&["https://map.example"]), listen).is_err());
        assert!(machine_names([0, 0, 0, 0].into()).len() >= 3);
    }
}
