/**
 * What the fields that `inspect` and `inspectRecords` find are for, in a sentence each, with the section that has more.
 * A section without an RFC is one of RFC 9846. Apart from the rest, because only those who show fields to people want to
 * download it.
 *
 * @module tls-psk/describe
 */

import type { Field } from "./core-types.js";

/**
 * A sentence about a field, by its name; about an extension, by which it is. `undefined` for a field of no message.
 *
 * @param field a field as `inspect` and `inspectRecords` yield it
 */
export function describe({ name, value = "" }: Pick<Field, "name" | "value">): string | undefined {
  const about = name === "Extension" && Object.hasOwn(EXTENSIONS, value) ? EXTENSIONS[value] : undefined;
  return about ?? (Object.hasOwn(FIELDS, name) ? FIELDS[name] : undefined);
}

const FIELDS: Readonly<Record<string, string>> = {
  TLSPlaintext: "A record whose contents anyone can read (section 5.1).",
  TLSCiphertext:
    "A protected record: only its two ends can read what it holds, and even of what type it is (section 5.2).",
  type: "What the record holds. In a protected record it comes behind the contents, hidden with them (sections 5.1, 5.2).",
  opaque_type: "Always application_data: the true type is inside, encrypted (section 5.2).",
  legacy_record_version: "Means nothing any more; it is there for old middleboxes (section 5.1).",
  fragment: "The contents. A message may go on in the next record, and a record may hold several (section 5.1).",
  encrypted_record:
    "The contents, their type and padding, encrypted, with the authentication tag behind them (section 5.2).",
  TLSInnerPlaintext: "What the protected record held before it was encrypted (section 5.2).",
  content: "The bytes that the record carries, now in clear (section 5.2).",
  zeros: "Padding, which hides how long the contents are (section 5.4).",
  Alert: "Why the sender closes the connection, or gives it up (section 6).",
  level: "How grave the alert is. It is ignored, as that follows from the description (section 6).",
  description: "What happened (section 6).",

  Handshake: "A handshake message: its type, its length, its body (section 4).",
  msg_type: "Which message this is (section 4).",
  body: "The body of a message that TLS 1.3 does not have (section 4).",
  ClientHello: "What the client offers: versions, cipher suites, key shares and PSKs (section 4.2.2).",
  ServerHello:
    "What the server selects from the offer (section 4.2.3), or, as a HelloRetryRequest, asks for instead (section 4.2.4).",
  EncryptedExtensions: "The server's answers that nobody else needs to see (section 4.4.1).",
  CertificateRequest: "The server asks the client for a certificate (section 4.4.2).",
  Certificate: "A chain of certificates, the sender's own first (section 4.5.1).",
  CertificateVerify: "Proves that the sender holds the private key of its certificate (section 4.5.2).",
  Finished: "Proves that both sides have the same keys and have seen the same handshake (section 4.5.3).",
  EndOfEarlyData: "The client's early data ends here (section 4.6).",
  NewSessionTicket: "Gives the client a PSK with which it can resume the session later (section 4.7.1).",
  KeyUpdate: "The sender's next records are protected by new keys (section 4.7.3).",
  message_hash: "Stands for the first ClientHello in the transcript after a HelloRetryRequest (section 4.1).",

  length: "How many bytes of contents follow (section 3.4).",
  opaque: "The contents: bytes that TLS carries without a look inside (section 3.2).",

  legacy_version:
    "Frozen at TLS 1.2 for the sake of old servers; supported_versions says what is meant (section 4.2.2).",
  random:
    "32 random bytes that make the handshake unlike every other; a HelloRetryRequest has fixed ones, which mark it (section 4.2.3).",
  legacy_session_id:
    "Random bytes that make this look like TLS 1.2 to middleboxes, or none (section 4.2.2, appendix E.4).",
  legacy_session_id_echo: "What the client sent as its legacy_session_id (section 4.2.3).",
  cipher_suites: "The pairs of AEAD and hash that the client can use, most preferred first (section 4.2.2).",
  CipherSuite: "An AEAD to protect the records and a hash to derive the keys (appendix B.4).",
  cipher_suite:
    "The AEAD and the hash that the server selected; the hash has to be the selected PSK's (section 4.2.3).",
  legacy_compression_methods: "One zero: TLS 1.3 does not compress (section 4.2.2).",
  legacy_compression_method: "Zero: TLS 1.3 does not compress (section 4.2.3).",
  extensions: "All that was added to the message since its fields were frozen, each with its type (section 4.3).",
  Extension: "An extension that another document defines, or that nobody has to know (section 4.3).",
  extension_type: "Which extension this is (section 4.3).",
  extension_data: "What the extension says, in a form of its own (section 4.3).",

  server_name_list: "The names of the server: exactly one (RFC 6066 section 3).",
  ServerName: "A name and of what kind it is (RFC 6066 section 3).",
  name_type: "The kind of name: host_name is the only one there is (RFC 6066 section 3).",
  HostName: "The DNS name of the server, in ASCII and without a dot at its end (RFC 6066 section 3).",
  named_group_list: "The groups that the sender can exchange keys in, most preferred first (section 4.3.7).",
  NamedGroup: "A group for the key exchange (section 4.3.7).",
  supported_signature_algorithms:
    "The signature schemes that the sender can verify, most preferred first (section 4.3.3).",
  SignatureScheme: "A signature algorithm with its hash and the kind of its key (section 4.3.3).",
  protocol_name_list: "The application protocols on offer, or the one that the server selected (RFC 7301 section 3.1).",
  ProtocolName: "The registered name of an application protocol (RFC 7301 section 3.1).",
  RecordSizeLimit:
    "The longest plaintext of a record that the sender takes, with its type, in bytes (RFC 8449 section 4).",
  versions: "The versions of TLS that the client can speak, most preferred first (section 4.3.1).",
  ProtocolVersion: "A version of TLS (section 4.3.1).",
  selected_version: "The version of TLS that the server selected (section 4.3.1).",
  cookie: "The server's own bytes, which the client brings back unread (section 4.3.2).",
  ke_modes: "How the client is ready to use a PSK (section 4.3.9).",
  PskKeyExchangeMode:
    "With (EC)DHE (psk_dhe_ke), or without it and so without forward secrecy (psk_ke) (section 4.3.9).",
  client_shares:
    "The client's public keys, at most one for each group, in the order of supported_groups (section 4.3.8).",
  KeyShareEntry: "A public key for the key exchange, and its group (section 4.3.8).",
  group: "The group of this public key (section 4.3.8).",
  key_exchange: "The public key, in the form that its group has (section 4.3.8).",
  selected_group: "The group that the server wants a key share for (section 4.3.8).",
  identities: "The PSKs that the client offers, most preferred first (section 4.3.11).",
  PskIdentity: "A PSK by its name, which says nothing about the secret (section 4.3.11).",
  identity: "The name of an external PSK, or a ticket. Everyone on the way can read it (section 4.3.11).",
  ImportedIdentity:
    "The identity of an imported PSK: who it was provisioned for, and what its key is bound to (RFC 9258 section 5.1).",
  external_identity: "The identity that the PSK was provisioned with, before it was imported (RFC 9258 section 5.1).",
  context: "What both sides agreed to bind the key to, such as their names and roles (RFC 9258 section 5.1).",
  target_protocol: "The protocol that the imported key is for: 0x0304, 772, is TLS 1.3 (RFC 9258 section 5.1).",
  target_kdf: "The KDF that the imported key is for: 1 is HKDF with SHA-256, 2 with SHA-384 (RFC 9258 section 5.1).",
  obfuscated_ticket_age:
    "How old the ticket is, in milliseconds, shifted by its ticket_age_add; ignored for an external PSK (section 4.3.11.1).",
  binders:
    "A proof for each of the identities, in their order. The binders cover all that comes before (section 4.3.11.2).",
  PskBinderEntry:
    "A MAC over the ClientHello up to the binders: proves that the client knows the PSK (section 4.3.11.2).",
  selected_identity: "The place of the selected PSK in the client's list, from 0 (section 4.3.11).",
  max_early_data_size: "The most early data that the server takes with this ticket, in bytes (section 4.7.1).",

  certificate_request_context: "Tells several requests on a connection apart; empty in a handshake (section 4.4.2).",
  certificate_list: "The certificates, each of which certifies the one before it (section 4.5.1).",
  CertificateEntry: "A certificate and what is said about it (section 4.5.1).",
  cert_data: "The certificate, X.509 in DER (section 4.5.1).",
  algorithm: "The algorithm of the signature (section 4.5.2).",
  signature: "A signature over the hash of the handshake up to here (section 4.5.2).",
  verify_data: "A MAC over the hash of the handshake up to here (section 4.5.3).",
  hash: "The hash of the first ClientHello (section 4.1).",
  ticket_lifetime: "How long the ticket can be used, in seconds; a week at most (section 4.7.1).",
  ticket_age_add: "A random number that hides the ticket's age from those who see it used (section 4.7.1).",
  ticket_nonce: "Tells the tickets of a connection apart, so that each has a PSK of its own (section 4.7.1).",
  ticket: "What the client will offer as the identity of this PSK (section 4.7.1).",
  request_update: "Whether the other side has to change its keys too (section 4.7.3).",
};

const EXTENSIONS: Readonly<Record<string, string>> = {
  GREASE: "A reserved value without a meaning, sent so that servers keep ignoring what they do not know (RFC 8701).",
  server_name: "Which of the server's names the client is looking for (RFC 6066); the server's answer to it is empty.",
  max_fragment_length: "Asks for shorter records (RFC 6066); record_size_limit does it better.",
  status_request: "Asks for proof that the certificate was not revoked, or is it (RFC 6066).",
  supported_groups: "The groups that the sender can exchange keys in (section 4.3.7).",
  signature_algorithms: "The signatures that the sender can verify in CertificateVerify (section 4.3.3).",
  application_layer_protocol_negotiation:
    "The application protocols on offer, or the one that was selected (RFC 7301).",
  padding: "Zeros that make the ClientHello longer (RFC 7685).",
  record_size_limit: "How long the plaintext of a record may be that the sender takes (RFC 8449).",
  tls_cert_with_extern_psk: "Asks for a certificate beside the external PSK (RFC 8773).",
  pre_shared_key:
    "The PSKs that the client offers, each with its proof, or the one that the server selected (section 4.3.11).",
  early_data:
    "The client has sent data with its ClientHello, the server takes it, or a ticket allows it (section 4.3.10).",
  supported_versions:
    "The versions of TLS that the client can speak, or the one that the server selected (section 4.3.1).",
  cookie: "Lets the server keep its state with the client across a HelloRetryRequest (section 4.3.2).",
  psk_key_exchange_modes: "Whether a PSK may be used with (EC)DHE, without it, or either way (section 4.3.9).",
  certificate_authorities: "The authorities whose certificates the sender accepts (section 4.3.4).",
  oid_filters: "Which certificates the server accepts from the client (section 4.3.5).",
  post_handshake_auth: "The client is ready to be asked for a certificate later (section 4.3.6).",
  signature_algorithms_cert: "The signatures that the sender can verify in certificates (section 4.3.3).",
  key_share: "Public keys for the key exchange, or the group that the server wants one for (section 4.3.8).",
};
