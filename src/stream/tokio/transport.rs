//! A transport of tokio's as `Read` and `Write`, and the wakers of the tasks that wait for it.

use std::io::{self, Read, Write};
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, Wake, Waker};

use ::tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// Reads and writes now, or returns `WouldBlock` and wakes the context later.
pub(super) struct Now<'a, 'b, T> {
    pub(super) io: &'a mut T,
    pub(super) context: &'a mut Context<'b>,
}

fn ready<R>(poll: Poll<io::Result<R>>) -> io::Result<R> {
    match poll {
        Poll::Ready(result) => result,
        Poll::Pending => Err(io::ErrorKind::WouldBlock.into()),
    }
}

impl<T: AsyncRead + Unpin> Read for Now<'_, '_, T> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let mut out = ReadBuf::new(out);
        ready(Pin::new(&mut *self.io).poll_read(self.context, &mut out))?;
        Ok(out.filled().len())
    }
}

impl<T: AsyncWrite + Unpin> Write for Now<'_, '_, T> {
    fn write(&mut self, data: &[u8]) -> io::Result<usize> {
        ready(Pin::new(&mut *self.io).poll_write(self.context, data))
    }

    fn flush(&mut self) -> io::Result<()> {
        ready(Pin::new(&mut *self.io).poll_flush(self.context))
    }
}

/// The direction in which a task waits.
#[derive(Clone, Copy)]
pub(super) enum Side {
    Read,
    Write,
}

/// The task that reads and the task that writes, which may be two. A transport remembers one waker for each direction;
/// but reading may write an answer, and writing may read a handshake. So both tasks wait for either direction.
#[derive(Default)]
pub(super) struct Tasks {
    reading: Mutex<Option<Waker>>,
    writing: Mutex<Option<Waker>>,
}

impl Tasks {
    pub(super) fn register(&self, side: Side, waker: &Waker) {
        let task = match side {
            Side::Read => &self.reading,
            Side::Write => &self.writing,
        };
        let mut task = task.lock().unwrap_or_else(PoisonError::into_inner);
        match &mut *task {
            Some(known) => known.clone_from(waker),
            none => *none = Some(waker.clone()),
        }
    }
}

impl Wake for Tasks {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        for task in [&self.reading, &self.writing] {
            let waker = task.lock().unwrap_or_else(PoisonError::into_inner).take();
            if let Some(waker) = waker {
                waker.wake();
            }
        }
    }
}
