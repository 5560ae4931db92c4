//! The methods that all streams have, whether they block or not.

/// Implements the methods that do no I/O, for a stream with the fields `io` and `engine`.
macro_rules! stream_methods {
    ($stream:ident) => {
        impl<T> $stream<T> {
            /// The transport.
            pub fn get_ref(&self) -> &T {
                &self.io
            }

            /// The transport. What is read from it or written to it here is missing in the connection.
            pub fn get_mut(&mut self) -> &mut T {
                &mut self.io
            }

            /// The connection: what was negotiated, exporters, the offer while a PSK is selected.
            pub fn connection(&self) -> &Connection {
                self.engine.connection()
            }

            /// The connection, to answer its questions, or to change it before the handshake: sessions, early data.
            /// [`Connection::update_keys`] takes effect with the next write or flush. What the connection queues is sent
            /// by the next call that does I/O; do not take it out by [`Connection::poll_transmit`] or
            /// [`Connection::poll_event`].
            pub fn connection_mut(&mut self) -> &mut Connection {
                self.engine.connection_mut()
            }

            /// The offer of the client, while [`Question::SelectPsk`] is pending.
            pub fn offer(&self) -> Option<Offer> {
                Offer::of(self.engine.connection())
            }

            /// Client: the newest session that was received and not taken. The last 16 are kept. A session arrives with
            /// the data that follows the handshake, so read first. The configuration must permit sessions
            /// ([`PskKinds::Both`](crate::PskKinds::Both)).
            pub fn take_session(&mut self) -> Option<Session> {
                self.engine.take_session()
            }

            /// Server: the early data that was accepted and not taken. It may be a copy of data that was sent before,
            /// so it is never mixed with what is read.
            pub fn take_early_data(&mut self) -> Vec<u8> {
                self.engine.take_early_data()
            }

            /// Shows every event to the function before it takes effect: alerts, messages with
            /// [`Parameters::set_trace`](crate::Parameters::set_trace), and the key log, whose lines contain secrets.
            pub fn set_observer(&mut self, observer: impl FnMut(&Event) + Send + Sync + 'static) {
                self.engine.observe(Box::new(observer));
            }

            /// Takes the stream apart.
            pub fn into_parts(self) -> Parts<T> {
                let (connection, received, unsent) = self.engine.into_parts();
                Parts { io: self.io, connection, received, unsent }
            }
        }
    };
}

pub(super) use stream_methods;
