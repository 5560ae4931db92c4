//! What the compiler must be able to say of the public types: they go to other threads, and errors are errors.

use std::error::Error as StdError;
use std::io;
use std::net::TcpStream;

use tls_psk::*;

fn goes_to_other_threads<T: Send + Sync + 'static>() {}
fn is_an_error<T: StdError + Send + Sync + 'static>() {}

#[test]
fn everything_goes_to_other_threads() {
    goes_to_other_threads::<ClientConfig>();
    goes_to_other_threads::<ServerConfig>();
    goes_to_other_threads::<Connection>();
    goes_to_other_threads::<SuspendedConnection>();
    goes_to_other_threads::<Event>();
    goes_to_other_threads::<ExternalPsk>();
    goes_to_other_threads::<PskList>();
    goes_to_other_threads::<Session>();
    goes_to_other_threads::<SealingKeys>();
    goes_to_other_threads::<Stream<TcpStream>>();
    goes_to_other_threads::<tls_psk::tokio::TlsStream<::tokio::net::TcpStream>>();
}

#[test]
fn errors_are_errors() {
    is_an_error::<tls_psk::Error>();
    is_an_error::<Incompatible>();
    is_an_error::<Violation>();
    is_an_error::<Usage>();
    is_an_error::<CertificateError>();
    is_an_error::<ConfigError>();
    is_an_error::<PskConfigError>();
    is_an_error::<PskError>();
    is_an_error::<CryptoError>();
    is_an_error::<SessionRefusal>();
    is_an_error::<NotSuspended>();
    is_an_error::<ResumeError>();
    let wrapped = io::Error::other(tls_psk::Error::from(Usage::ClosedForSending));
    assert!(wrapped.downcast::<tls_psk::Error>().is_ok());
}
