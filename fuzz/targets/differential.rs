#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| tls_psk_fuzz::differential(input));
