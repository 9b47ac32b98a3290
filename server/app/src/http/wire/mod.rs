//! Own accept loop: connections are counted, everything has a deadline, and a peer that takes nothing is let go.

mod astray;
mod room;
mod streams;

pub use room::fitting;

use super::{Shared, guard};
use crate::limits;
use crate::tls::Tls;
use axum::Router;
use axum::extract::ConnectInfo;
use axum::http::HeaderValue;
use axum::http::header::HOST;
use hyper::server::conn::{http1, http2};
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulConnection;
use hyper_util::service::TowerToHyperService;
use room::Room;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;
use streams::{Opening, Patient};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio_rustls::TlsAcceptor;
use tower::{Service, ServiceExt};

/// After a failed accept (no file handles left) the loop rests, rather than spin.
const REST_AFTER_FAILURE: Duration = Duration::from_millis(50);
/// The first byte of a TLS connection, which no word of HTTP begins with.
const TLS_HANDSHAKE: u8 = 22;

/// Where people come in.
pub struct Entrance {
    pub listener: TcpListener,
    /// With which certificate, where HTTPS is spoken.
    pub tls: Option<Arc<Tls>>,
    /// A plain door on the loopback for commands on this machine, where the other speaks HTTPS.
    pub console: Option<TcpListener>,
}

/// Serves until `stopping` turns true, then finishes what is under way.
pub async fn serve(app: Shared, entrance: Entrance, stopping: watch::Receiver<bool>) {
    let router = guard::router(app.clone());
    let people = Room::new(app.settings.connections, app.settings.https);
    let host = Host {
        app: app.clone(),
        router: router.clone(),
        tls: entrance.tls,
        stopping: stopping.clone(),
    };
    let consoles = entrance.console.map(|listener| {
        let host = Host {
            tls: None,
            ..host.clone()
        };
        host.receive(listener, Room::new(limits::CONSOLES_MAX, true))
    });
    tokio::join!(host.receive(entrance.listener, people), async {
        if let Some(consoles) = consoles {
            consoles.await;
        }
    });
}

/// Who opens the door.
#[derive(Clone)]
struct Host {
    app: Shared,
    router: Router,
    tls: Option<Arc<Tls>>,
    stopping: watch::Receiver<bool>,
}

impl Host {
    async fn receive(mut self, listener: TcpListener, room: Room) {
        let mut open = JoinSet::new();
        loop {
            while open.try_join_next().is_some() {}
            let permit = tokio::select! {
                permit = room.one_more() => permit,
                () = told(&mut self.stopping) => break,
            };
            let Some(permit) = permit else { break };
            let accepted = tokio::select! {
                accepted = listener.accept() => accepted,
                () = told(&mut self.stopping) => break,
            };
            let (stream, peer) = match accepted {
                Ok(accepted) => accepted,
                Err(error) => {
                    tracing::warn!(%error, "a connection could not be accepted");
                    tokio::time::sleep(REST_AFTER_FAILURE).await;
                    continue;
                }
            };
            // Whoever holds all that one address may is hung up on; the others have room.
            let Some(place) = room.take(permit, peer.ip()) else {
                continue;
            };
            let host = self.clone();
            open.spawn(async move {
                let count = host.app.counts.connections.clone();
                count.fetch_add(1, Ordering::Relaxed);
                host.greet(stream, peer).await;
                count.fetch_sub(1, Ordering::Relaxed);
                drop(place);
            });
        }
        drop(listener);
        let finished = tokio::time::timeout(limits::DRAIN_WITHIN, async {
            while open.join_next().await.is_some() {}
        })
        .await;
        if finished.is_err() {
            tracing::warn!(left = open.len(), "connections were cut at the end");
        }
    }

    /// Finds out what the peer speaks, and speaks it.
    async fn greet(mut self, stream: TcpStream, peer: SocketAddr) {
        // Small answers leave at once. A socket that refuses the wish still works.
        let _ = stream.set_nodelay(true);
        let Some(tls) = self.tls.clone() else {
            return self.speak_http1(Patient::new(stream), peer).await;
        };
        let own = stream.local_addr().unwrap_or(self.app.settings.listen);
        let mut first = [0];
        let greeted = tokio::time::timeout(limits::HANDSHAKE_WITHIN, async {
            if stream.peek(&mut first).await? == 1 && first != [TLS_HANDSHAKE] {
                return Ok(Err(stream));
            }
            let acceptor = TlsAcceptor::from(tls.config());
            acceptor.accept(Patient::new(stream)).await.map(Ok)
        });
        let greeted = tokio::select! {
            greeted = greeted => greeted,
            () = told(&mut self.stopping) => return,
        };
        match greeted {
            Ok(Ok(Ok(stream))) if stream.get_ref().1.alpn_protocol() == Some(b"h2") => {
                self.speak_http2(Opening::new(stream), peer).await;
            }
            Ok(Ok(Ok(stream))) => self.speak_http1(stream, peer).await,
            Ok(Ok(Err(plain))) => astray::show_the_way(Patient::new(plain), own).await,
            Ok(Err(error)) => tracing::debug!(%error, "a TLS handshake failed"),
            Err(_) => tracing::debug!("a TLS handshake took too long"),
        }
    }

    async fn speak_http1(mut self, stream: impl AsyncRead + AsyncWrite + Unpin + 'static, peer: SocketAddr) {
        let connection = http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(limits::HEADER_WITHIN)
            .max_buf_size(limits::HEADER_BYTES_MAX)
            .serve_connection(TokioIo::new(stream), TowerToHyperService::new(self.service(peer)));
        self.until_told(connection).await;
    }

    async fn speak_http2(mut self, stream: impl AsyncRead + AsyncWrite + Unpin + 'static, peer: SocketAddr) {
        let connection = http2::Builder::new(TokioExecutor::new())
            .timer(TokioTimer::new())
            .max_concurrent_streams(limits::H2_STREAMS_MAX)
            .max_header_list_size(u32::try_from(limits::HEADER_BYTES_MAX).unwrap_or(u32::MAX))
            .max_send_buf_size(limits::H2_SEND_BYTES_MAX)
            .initial_stream_window_size(limits::H2_WINDOW_BYTES)
            .initial_connection_window_size(limits::H2_CONNECTION_WINDOW_BYTES)
            .max_pending_accept_reset_streams(limits::H2_RESETS_WAITING_MAX)
            .max_local_error_reset_streams(limits::H2_RESETS_FOR_MISTAKES_MAX)
            .keep_alive_interval(limits::H2_PING_EVERY)
            .keep_alive_timeout(limits::H2_PING_WITHIN)
            .serve_connection(TokioIo::new(stream), TowerToHyperService::new(self.service(peer)));
        self.until_told(connection).await;
    }

    /// Serves to its end; when the server stops, what is under way is finished and nothing new is taken.
    async fn until_told(&mut self, connection: impl GracefulConnection) {
        let mut connection = std::pin::pin!(connection);
        // Whatever breaks a connection is the peer's affair: it was told what could be told.
        tokio::select! {
            _ = connection.as_mut() => {}
            () = told(&mut self.stopping) => {
                connection.as_mut().graceful_shutdown();
                let _ = connection.await;
            }
        }
    }

    fn service(
        &self,
        peer: SocketAddr,
    ) -> impl Service<
        hyper::Request<hyper::body::Incoming>,
        Response = axum::response::Response,
        Error = std::convert::Infallible,
        Future: Send,
    > + Clone
    + Send
    + use<> {
        self.router
            .clone()
            .map_request(move |mut request: hyper::Request<hyper::body::Incoming>| {
                request.extensions_mut().insert(ConnectInfo::<SocketAddr>(peer));
                // HTTP/2 names the host in the address; everybody behind looks for it in its old place.
                let host = request
                    .uri()
                    .authority()
                    .map(|host| HeaderValue::from_str(host.as_str()));
                if let Some(Ok(host)) = host
                    && !request.headers().contains_key(HOST)
                {
                    request.headers_mut().insert(HOST, host);
                }
                request.map(axum::body::Body::new)
            })
    }
}

/// Resolves when the server is asked to stop, or when nobody could ask any more.
async fn told(stopping: &mut watch::Receiver<bool>) {
    // What it resolves to is a guard; it must not be held while waiting for anything else.
    let _ = stopping.wait_for(|stop| *stop).await;
}
