//! Tells the service manager how it stands, where one asked to be told (systemd's `Type=notify`).

use std::os::linux::net::SocketAddrExt;
use std::os::unix::net::{SocketAddr, UnixDatagram};

/// The variable that names the manager's socket: a path, or a name after `@`.
const SOCKET: &str = "NOTIFY_SOCKET";

/// The map is read and the door is open.
pub fn ready() {
    tell("READY=1");
}

/// What is under way is being finished.
pub fn stopping() {
    tell("STOPPING=1");
}

/// A manager that cannot be told is no reason not to serve.
fn tell(state: &str) {
    let Some(name) = std::env::var_os(SOCKET) else { return };
    let sent = || -> std::io::Result<usize> {
        let bytes = name.as_encoded_bytes();
        let address = match bytes.strip_prefix(b"@") {
            Some(hidden) => SocketAddr::from_abstract_name(hidden)?,
            None => SocketAddr::from_pathname(&name)?,
        };
        UnixDatagram::unbound()?.send_to_addr(state.as_bytes(), &address)
    };
    if let Err(error) = sent() {
        tracing::warn!(%error, state, "the service manager could not be told");
    }
}
