//! Invalid shares of X25519MLKEM768.

use tls_psk::crypto::{CryptoError, KeyShare, Random, respond};
use tls_psk::wire::NamedGroup;

use crate::test;

const GROUP: NamedGroup = NamedGroup::X25519MLKEM768;

fn random(seed: u8) -> Random {
    Random::from_seed([seed; 32])
}

fn client() -> KeyShare {
    KeyShare::generate(GROUP, &mut random(1)).unwrap()
}

#[test]
fn shares_have_the_lengths_of_the_draft_and_both_sides_agree() {
    let share = client();
    assert_eq!(share.public().len(), 1184 + 32);
    let (answer, secret) = respond(GROUP, share.public(), &mut random(2)).unwrap();
    assert_eq!((answer.len(), secret.as_bytes().len()), (1088 + 32, 64));
    assert_eq!(share.agree(&answer).unwrap().as_bytes(), secret.as_bytes());
}

#[test]
fn shares_of_other_lengths_are_refused() {
    let public = client().public().to_vec();
    for len in [0, 31, 32, 1184, 1215] {
        let refused = respond(GROUP, &public[..len], &mut random(2)).err();
        assert_eq!(refused, Some(CryptoError::BadPeerShare), "{len} bytes");
    }
    let long = [&public[..], &[0]].concat();
    assert_eq!(respond(GROUP, &long, &mut random(2)).err(), Some(CryptoError::BadPeerShare));

    let (answer, _) = respond(GROUP, &public, &mut random(2)).unwrap();
    for len in [0, 32, 1088, 1119] {
        let refused = client().agree(&answer[..len]).err();
        assert_eq!(refused, Some(CryptoError::BadPeerShare), "{len} bytes");
    }
}

#[test]
fn keys_whose_numbers_are_not_reduced_are_refused() {
    let mut public = client().public().to_vec();
    // Twelve bits of ones are more than 3328.
    public[..2].copy_from_slice(&[0xff, 0xff]);
    assert_eq!(respond(GROUP, &public, &mut random(2)).err(), Some(CryptoError::BadPeerShare));
}

#[test]
fn an_x25519_part_of_small_order_is_refused() {
    let mut public = client().public().to_vec();
    public[1184..].fill(0);
    assert_eq!(respond(GROUP, &public, &mut random(2)).err(), Some(CryptoError::BadPeerShare));
    let (mut answer, _) = respond(GROUP, client().public(), &mut random(2)).unwrap();
    answer[1088..].fill(0);
    assert_eq!(client().agree(&answer).err(), Some(CryptoError::BadPeerShare));
}

#[test]
fn a_ciphertext_that_was_altered_gives_another_secret() {
    let (mut answer, secret) = respond(GROUP, client().public(), &mut random(2)).unwrap();
    answer[0] ^= 1;
    let other = client().agree(&answer).unwrap();
    assert_ne!(other.as_bytes(), secret.as_bytes());
    assert_eq!(other.as_bytes()[32..], secret.as_bytes()[32..], "X25519's half is the same");
}
