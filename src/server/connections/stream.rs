//! A connection's bytes, on their way past whoever watches it.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use super::Listed;
use crate::auth::PeerCertificate;

/// A byte stream that ends when its connection is to be closed.
pub(super) struct Stream<T> {
    io: T,
    pub(super) listed: Listed,
    /// The client's, if it was asked for one and had it.
    pub(super) certificate: Option<PeerCertificate>,
}

impl<T> Stream<T> {
    pub(super) fn new(io: T, listed: Listed, certificate: Option<PeerCertificate>) -> Self {
        Self { io, listed, certificate }
    }

    fn written<R>(
        &mut self,
        context: &mut Context<'_>,
        write: impl FnOnce(Pin<&mut T>, &mut Context<'_>) -> Poll<io::Result<R>>,
    ) -> Poll<io::Result<R>>
    where
        T: Unpin,
    {
        let polled = write(Pin::new(&mut self.io), context);
        let connection = &self.listed.0;
        connection.wrote(polled.is_ready());
        // Only who waits has to be woken.
        if polled.is_pending() && connection.poll_cut(context).is_ready() {
            return Poll::Ready(Err(io::ErrorKind::ConnectionAborted.into()));
        }
        polled
    }
}

impl<T: AsyncRead + Unpin> AsyncRead for Stream<T> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        // As if the client had said that nothing more comes.
        let end = Poll::Ready(Ok(()));
        if self.listed.0.is_closing() {
            return end;
        }
        let before = buffer.filled().len();
        let polled = Pin::new(&mut self.io).poll_read(context, buffer);
        if buffer.filled().len() > before {
            self.listed.0.heard();
        }
        // Only who waits has to be woken.
        if polled.is_pending() && self.listed.0.poll_closing(context).is_ready() {
            return end;
        }
        polled
    }
}

impl<T: AsyncWrite + Unpin> AsyncWrite for Stream<T> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.written(context, |io, context| io.poll_write(context, bytes))
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.written(context, |io, context| io.poll_flush(context))
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.written(context, |io, context| io.poll_shutdown(context))
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        pieces: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.written(context, |io, context| io.poll_write_vectored(context, pieces))
    }

    fn is_write_vectored(&self) -> bool {
        self.io.is_write_vectored()
    }
}
