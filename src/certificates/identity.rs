//! A certificate of ours that the peer will take, and the proof that we have its key (RFC 9846 sections 4.5.1 and
//! 4.5.2).

use super::SharedCredentials;
use super::credentials::{Credentials, KeySource};
use super::proof::{signed_content, verify_proof};
use super::request::SignatureRequest;
use crate::crypto::{Digest, Random};
use crate::error::{Error, Incompatible};
use crate::role::Role;
use crate::wire::{CertificateVerify, SignatureScheme};

/// A certificate that the peer will take.
pub struct Identity {
    /// The place in the configuration's list; 0 on a client.
    place: usize,
    credentials: SharedCredentials,
    /// How it is proven.
    scheme: SignatureScheme,
}

impl Credentials {
    /// What is shown to a peer that takes these schemes.
    pub(crate) fn identity(
        self: &SharedCredentials,
        place: usize,
        accepted: &[SignatureScheme],
    ) -> Option<Identity> {
        let scheme = self.scheme(accepted)?;
        Some(Identity { place, credentials: self.clone(), scheme })
    }

    /// There are some. A build without certificates has none that could say so.
    pub(crate) const fn are_here(&self) -> bool {
        true
    }
}

/// Chooses for a client that takes these schemes, and says whether its `server_name` decided that.
pub(crate) fn choose(
    credentials: &[SharedCredentials],
    schemes: &[SignatureScheme],
    server_name: Option<&[u8]>,
) -> Result<(Identity, bool), Incompatible> {
    let fitting = || {
        let places = credentials.iter().enumerate();
        places.filter_map(|(place, credentials)| credentials.identity(place, schemes))
    };
    let is_for = |identity: &Identity, name| identity.credentials.is_for(name);
    let named = server_name.and_then(|name| fitting().find(|identity| is_for(identity, name)));
    let by_name = named.is_some();
    let identity = named.or_else(|| fitting().next());
    Ok((identity.ok_or(Incompatible::NoCommonSignatureScheme)?, by_name))
}

impl Identity {
    /// The certificates in DER, the own one first.
    pub(crate) fn chain(&self) -> Vec<Vec<u8>> {
        self.credentials.chain().to_vec()
    }

    /// SHA-256 of the own certificate.
    pub(crate) fn digest(&self) -> Digest {
        self.credentials.digest()
    }

    /// What is signed. The transcript is up to the own Certificate.
    pub(crate) fn content(&self, signer: Role, transcript: &Digest) -> Vec<u8> {
        signed_content(signer, transcript)
    }

    /// What the application is asked to sign.
    pub(crate) fn request<'a>(&self, content: &'a [u8]) -> SignatureRequest<'a> {
        SignatureRequest { credentials: self.place, scheme: self.scheme, content }
    }

    /// The proof, if the key is here; otherwise the application is asked.
    pub(crate) fn prove(
        &self,
        content: &[u8],
        random: &mut Random,
    ) -> Result<Option<CertificateVerify>, Error> {
        let KeySource::Local(key) = self.credentials.key() else { return Ok(None) };
        let algorithm = self.scheme;
        match key.sign(algorithm, content, random) {
            Ok(signature) => Ok(Some(CertificateVerify { algorithm, signature })),
            Err(_) => Err(Error::Internal("signing with the certificate's key")),
        }
    }

    /// The proof by a signature that the application made, if it verifies.
    pub(crate) fn prove_by(
        &self,
        signature: Vec<u8>,
        signer: Role,
        transcript: &Digest,
    ) -> Result<CertificateVerify, Error> {
        let proof = CertificateVerify { algorithm: self.scheme, signature };
        verify_proof(self.credentials.chain(), signer, transcript, &proof)
            .map_err(|_| Error::BadSignature)?;
        Ok(proof)
    }
}
