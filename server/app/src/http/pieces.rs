//! A long answer in pieces: each is let go as its reader takes it, and none was ever larger than it needed to be. One long
//! text doubles its memory as it grows, and a reader who takes nothing keeps all of it.

use axum::body::{Body, Bytes};
use hyper::body::{Frame, SizeHint};
use std::collections::VecDeque;
use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};

/// About what a socket takes at a time.
const PIECE_BYTES: usize = 64 * 1024;

/// A text being written piece by piece, and then the body that hands the pieces over.
pub struct Pieces {
    full: VecDeque<Bytes>,
    open: String,
    /// Bytes that were not handed over yet.
    left: u64,
}

impl Pieces {
    pub fn new() -> Self {
        Self {
            full: VecDeque::new(),
            open: String::with_capacity(PIECE_BYTES),
            left: 0,
        }
    }

    pub fn push(&mut self, text: &str) {
        self.left += text.len() as u64;
        if self.open.len() + text.len() > PIECE_BYTES {
            self.close();
        }
        if text.len() > PIECE_BYTES {
            self.full.push_back(Bytes::copy_from_slice(text.as_bytes()));
        } else {
            self.open.push_str(text);
        }
    }

    fn close(&mut self) {
        if !self.open.is_empty() {
            let piece = std::mem::replace(&mut self.open, String::with_capacity(PIECE_BYTES));
            self.full.push_back(piece.into());
        }
    }

    pub fn into_body(mut self) -> Body {
        if !self.open.is_empty() {
            self.open.shrink_to_fit();
            self.full.push_back(std::mem::take(&mut self.open).into());
        }
        Body::new(self)
    }
}

impl hyper::body::Body for Pieces {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        let this = self.get_mut();
        Poll::Ready(this.full.pop_front().map(|piece| {
            this.left -= piece.len() as u64;
            Ok(Frame::data(piece))
        }))
    }

    fn is_end_stream(&self) -> bool {
        self.full.is_empty()
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.left)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_was_written_is_handed_over_in_order_and_its_length_told() {
        for parts in [0, 1, 7, 5_000] {
            let (mut pieces, mut whole) = (Pieces::new(), String::new());
            for n in 0..parts {
                let part = format!("第{n}件，").repeat(n % 9);
                pieces.push(&part);
                whole.push_str(&part);
            }
            let long = "长".repeat(PIECE_BYTES);
            pieces.push(&long);
            pieces.push("。");
            whole.push_str(&long);
            whole.push('。');
            let body = pieces.into_body();
            assert_eq!(hyper::body::Body::size_hint(&body).exact(), Some(whole.len() as u64));
            let read = axum::body::to_bytes(body, usize::MAX).await.unwrap();
            assert_eq!(read, whole.as_bytes());
        }
    }
}
