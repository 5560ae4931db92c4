//! Transports that block, in memory or over TCP.

use std::io::{self, Read, Write};
use std::net::{TcpListener, TcpStream};

/// Two ends of a TCP connection.
pub fn tcp_pair() -> (TcpStream, TcpStream) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let client = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
    (client, listener.accept().unwrap().0)
}

/// Moves at most so many bytes at once, and can interrupt each call or refuse every second one.
pub struct Uneven<T> {
    pub inner: T,
    pub most: usize,
    pub trouble: Option<io::ErrorKind>,
    /// Whether the last read and the last write were refused.
    refused: [bool; 2],
}

impl<T> Uneven<T> {
    pub fn new(inner: T, most: usize, trouble: Option<io::ErrorKind>) -> Self {
        Self { inner, most, trouble, refused: [false; 2] }
    }

    fn stumble(&mut self, direction: usize) -> io::Result<()> {
        let refused = &mut self.refused[direction];
        *refused = !*refused;
        match self.trouble {
            Some(kind) if *refused => Err(kind.into()),
            _ => Ok(()),
        }
    }
}

impl<T: Read> Read for Uneven<T> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        self.stumble(0)?;
        let most = self.most.min(out.len());
        self.inner.read(&mut out[..most])
    }
}

impl<T: Write> Write for Uneven<T> {
    fn write(&mut self, data: &[u8]) -> io::Result<usize> {
        self.stumble(1)?;
        self.inner.write(&data[..self.most.min(data.len())])
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}
