//! A build without the feature `certificates`: the types of the room, of which there are no values, so that the states
//! are written once for both builds and the compiler drops whatever would need one.

#[path = "request.rs"]
mod request;

use crate::crypto::{Digest, Random};
use crate::error::{CertificateError, Error, Incompatible};
use crate::role::Role;
use crate::wire::{CertificateVerify, Reader, SignatureScheme, Writer};
pub use request::{Decision, SignatureRequest, VerificationRequest};

/// How the peer's certificates are judged: not at all.
#[derive(Clone, Debug)]
pub enum Verification {}

impl Verification {
    pub(crate) const fn needs_time(&self) -> bool {
        match *self {}
    }

    pub(crate) fn write_scope(&self, _: &mut Writer) {
        match *self {}
    }

    pub(crate) fn rules(&self) -> Option<&[u8]> {
        match *self {}
    }

    pub(crate) fn judge(
        &self,
        _: Role,
        _: &VerificationRequest<'_>,
        _: u64,
    ) -> Option<Result<(), CertificateError>> {
        match *self {}
    }

    pub(crate) fn schemes(&self) -> Vec<SignatureScheme> {
        match *self {}
    }

    pub(crate) fn read_chain(
        &self,
        _: Role,
        _: bool,
        _: Reader<'_>,
    ) -> Result<Vec<Vec<u8>>, Error> {
        match *self {}
    }

    pub(crate) fn accepts(&self, _: Decision) -> Result<bool, CertificateError> {
        match *self {}
    }

    pub(crate) fn read_request(&self, _: Reader<'_>) -> Result<RequestedSchemes, Error> {
        match *self {}
    }

    pub(crate) fn check_proof(
        &self,
        _: &[Vec<u8>],
        _: Role,
        _: &Digest,
        _: &CertificateVerify,
    ) -> Result<(), Error> {
        match *self {}
    }
}

/// Credentials as configurations hold them: not shared, as an [`std::sync::Arc`] takes room even of nothing.
pub type SharedCredentials = Credentials;

/// What an endpoint shows of itself: nothing.
#[derive(Clone, Debug)]
pub enum Credentials {}

impl Credentials {
    pub(crate) const fn are_here(&self) -> bool {
        match *self {}
    }

    pub(crate) fn digest(&self) -> Digest {
        match *self {}
    }
}

/// There are none to choose from.
pub(crate) fn choose(
    credentials: &[SharedCredentials],
    _: &[SignatureScheme],
    _: Option<&[u8]>,
) -> Result<(Identity, bool), Incompatible> {
    match credentials.first() {
        Some(credentials) => match *credentials {},
        None => Err(Incompatible::NoPskOffered),
    }
}

/// A certificate that the peer will take.
pub enum Identity {}

impl Identity {
    pub(crate) fn chain(&self) -> Vec<Vec<u8>> {
        match *self {}
    }

    pub(crate) fn digest(&self) -> Digest {
        match *self {}
    }

    pub(crate) fn content(&self, _: Role, _: &Digest) -> Vec<u8> {
        match *self {}
    }

    pub(crate) fn request<'a>(&self, _: &'a [u8]) -> SignatureRequest<'a> {
        match *self {}
    }

    pub(crate) fn prove(
        &self,
        _: &[u8],
        _: &mut Random,
    ) -> Result<Option<CertificateVerify>, Error> {
        match *self {}
    }

    pub(crate) fn prove_by(
        &self,
        _: Vec<u8>,
        _: Role,
        _: &Digest,
    ) -> Result<CertificateVerify, Error> {
        match *self {}
    }
}

/// The schemes that a server takes which has asked for a certificate.
pub enum RequestedSchemes {}

impl RequestedSchemes {
    pub(crate) fn identity(&self, _: Option<&SharedCredentials>) -> Option<Identity> {
        match *self {}
    }
}

/// No client has shown a certificate.
pub(crate) const fn keep_for_ticket(_: &mut Vec<Vec<u8>>) -> bool {
    true
}

/// No certificate ends.
pub(crate) const fn expiry(_: &[u8]) -> Option<u64> {
    None
}
