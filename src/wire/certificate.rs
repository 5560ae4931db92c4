//! Certificate, CertificateRequest and CertificateVerify (RFC 9846 sections 4.4.2, 4.5.1 and 4.5.2).

use super::codec::Reader;
use super::enums::{ExtensionType, HandshakeType, SignatureScheme};
use super::extension_table::Messages;
use super::extensions::{read_block, read_signature_algorithms, write};
use super::handshake;
use crate::error::Error;

/// ```text
/// struct {
///     opaque cert_data<1..2^24-1>;
///     Extension extensions<0..2^16-1>;
/// } CertificateEntry;
///
/// struct {
///     opaque certificate_request_context<0..2^8-1>;
///     CertificateEntry certificate_list<0..2^24-1>;
/// } Certificate;
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Certificate {
    /// The context of the CertificateRequest; empty from a server.
    pub certificate_request_context: Vec<u8>,
    /// X.509 certificates in DER, the sender's own first.
    pub certificate_list: Vec<Vec<u8>>,
    /// The types of the extensions of all entries, for the receiver to refuse. None is interpreted, and none is sent.
    pub extensions: Vec<ExtensionType>,
}

impl Certificate {
    /// Reads a message's body to its end.
    pub fn read(mut r: Reader<'_>) -> Result<Self, Error> {
        let mut this = Self {
            certificate_request_context: r.vec8("certificate_request_context")?.rest().to_vec(),
            ..Self::default()
        };
        let mut list = r.vec24("certificate_list")?;
        while !list.is_empty() {
            list.structure("CertificateEntry", |list| {
                let cert_data = list.vec24("cert_data")?.rest().to_vec();
                if cert_data.is_empty() {
                    return Err(Error::Decode("cert_data"));
                }
                this.certificate_list.push(cert_data);
                this.extensions.extend(read_block(list, None, &mut |_, data| {
                    data.rest();
                    Ok(())
                })?);
                Ok(())
            })?;
        }
        r.finish("Certificate")?;
        Ok(this)
    }

    /// Encodes the whole message, header included.
    pub fn encode(&self) -> Result<Vec<u8>, Error> {
        handshake::encode(HandshakeType::CERTIFICATE, |w| {
            w.vec8(|w| w.bytes(&self.certificate_request_context));
            w.vec24(|w| {
                for certificate in &self.certificate_list {
                    w.vec24(|w| w.bytes(certificate));
                    w.vec16(|_| {});
                }
            });
        })
    }
}

/// ```text
/// struct {
///     SignatureScheme algorithm;
///     opaque signature<0..2^16-1>;
/// } CertificateVerify;
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CertificateVerify {
    /// The scheme of the signature.
    pub algorithm: SignatureScheme,
    /// The signature over the transcript up to the Certificate.
    pub signature: Vec<u8>,
}

impl CertificateVerify {
    /// Reads a message's body to its end.
    pub fn read(mut r: Reader<'_>) -> Result<Self, Error> {
        let algorithm = SignatureScheme::read(&mut r, "algorithm")?;
        let signature = r.vec16("signature")?.rest().to_vec();
        r.finish("CertificateVerify")?;
        Ok(Self { algorithm, signature })
    }

    /// Encodes the whole message, header included.
    pub fn encode(&self) -> Result<Vec<u8>, Error> {
        handshake::encode(HandshakeType::CERTIFICATE_VERIFY, |w| {
            w.u16(self.algorithm.0);
            w.vec16(|w| w.bytes(&self.signature));
        })
    }
}

/// ```text
/// struct {
///     opaque certificate_request_context<0..2^8-1>;
///     Extension extensions<0..2^16-1>;
/// } CertificateRequest;
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CertificateRequest {
    /// Empty during the handshake.
    pub certificate_request_context: Vec<u8>,
    /// The schemes that the client may sign with (section 4.3.3); mandatory.
    pub signature_algorithms: Option<Vec<SignatureScheme>>,
}

impl CertificateRequest {
    /// Reads a message's body to its end. Extensions other than `signature_algorithms` are ignored: a client has one
    /// certificate or none, so it has no choice to make.
    pub fn read(mut r: Reader<'_>) -> Result<Self, Error> {
        let mut this = Self {
            certificate_request_context: r.vec8("certificate_request_context")?.rest().to_vec(),
            signature_algorithms: None,
        };
        read_block(&mut r, Some(Messages::CR), &mut |kind, data| {
            if kind == ExtensionType::SIGNATURE_ALGORITHMS {
                this.signature_algorithms = Some(read_signature_algorithms(data)?);
            } else {
                data.rest();
            }
            Ok(())
        })?;
        r.finish("CertificateRequest")?;
        Ok(this)
    }

    /// Encodes the whole message, header included.
    pub fn encode(&self) -> Result<Vec<u8>, Error> {
        handshake::encode(HandshakeType::CERTIFICATE_REQUEST, |w| {
            w.vec8(|w| w.bytes(&self.certificate_request_context));
            w.vec16(|w| {
                if let Some(schemes) = &self.signature_algorithms {
                    write(w, ExtensionType::SIGNATURE_ALGORITHMS, |w| {
                        w.vec16(|w| schemes.iter().for_each(|scheme| w.u16(scheme.0)));
                    });
                }
            });
        })
    }
}
