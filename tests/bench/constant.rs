//! axum and nothing else: one body, the same for everybody, on threads of its own so that its CPU time can be told apart.

use crate::cpu;
use axum::Router;
use axum::body::Bytes;
use axum::http::header::{CONTENT_ENCODING, CONTENT_TYPE, ETAG};
use axum::routing::get;
use axum::serve::ListenerExt;
use std::time::Duration;
use tokio::runtime::Runtime;

/// Linux shows fifteen letters of a thread's name.
const THREADS: &str = "axum-alone";

pub struct Constant {
    runtime: Option<Runtime>,
    pub address: String,
}

impl Constant {
    pub fn serving(body: Vec<u8>) -> Constant {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .thread_name(THREADS)
            .enable_all()
            .build()
            .expect("a runtime");
        let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
        listener.set_nonblocking(true).expect("a listener");
        let address = listener.local_addr().expect("an address").to_string();
        let body = Bytes::from(body);
        runtime.spawn(async move {
            let listener = tokio::net::TcpListener::from_std(listener).expect("a listener");
            let headers = [
                (CONTENT_TYPE, "application/vnd.mapbox-vector-tile"),
                (CONTENT_ENCODING, "gzip"),
                (ETAG, "\"constant\""),
            ];
            let app = Router::new().route("/tile", get(move || async move { (headers, body) }));
            let listener = listener.tap_io(|stream| stream.set_nodelay(true).unwrap_or_default());
            axum::serve(listener, app).await.expect("it serves");
        });
        Constant {
            runtime: Some(runtime),
            address,
        }
    }

    pub fn cpu(&self) -> Duration {
        cpu::of_threads(std::process::id(), THREADS)
    }
}

impl Drop for Constant {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}
