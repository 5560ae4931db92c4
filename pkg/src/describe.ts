/**
 * One sentence about each field of `inspect` and `inspectRecords`, with the section that defines it. A section without
 * an RFC is one of RFC 9846. This is a separate module, because only applications that show fields to people need it.
 *
 * @module tls-psk/describe
 */

import type { Field } from "./core-types.js";

/**
 * A sentence about a field, by its name, or about an extension, by its type. `undefined` for an unknown field.
 *
 * @example
 * ```js
 * import { inspect } from "tls-psk";
 * import { describe } from "tls-psk/describe";
 *
 * for (const field of inspect(clientHello)) console.log(field.name, describe(field));
 * ```
 *
 * @param field a field of `inspect` or `inspectRecords`
 */
export function describe({ name, value = "" }: Pick<Field, "name" | "value">): string | undefined {
  const about = name === "Extension" && Object.hasOwn(EXTENSIONS, value) ? EXTENSIONS[value] : undefined;
  return about ?? (Object.hasOwn(FIELDS, name) ? FIELDS[name] : undefined);
}

const FIELDS: Readonly<Record<string, string>> = {
  TLSPlaintext: "A record whose contents anyone can read (section 5.1).",
  TLSCiphertext: "A protected record: only the two ends can read its content, and even its type (section 5.2).",
  type: "The type of the content. In a protected record it follows the content, and is encrypted with it (sections 5.1, 5.2).",
  opaque_type: "Always application_data: the real type is inside, encrypted (section 5.2).",
  legacy_record_version: "No longer has a meaning; it exists for old middleboxes (section 5.1).",
  fragment:
    "The content. A message may continue in the next record, and a record may hold several messages (section 5.1).",
  encrypted_record:
    "The content, its type and padding, encrypted and followed by the authentication tag (section 5.2).",
  TLSInnerPlaintext: "The content of the protected record before encryption (section 5.2).",
  content: "The bytes that the record carries, decrypted (section 5.2).",
  zeros: "Padding, which hides the length of the content (section 5.4).",
  Alert: "Why the sender closes or aborts the connection (section 6).",
  level: "The severity of the alert. It is ignored, as it follows from the description (section 6).",
  description: "What the alert reports (section 6).",

  Handshake: "A handshake message: its type, its length, its body (section 4).",
  msg_type: "Which message this is (section 4).",
  body: "The body of a message that is not part of TLS 1.3 (section 4).",
  ClientHello: "What the client offers: versions, cipher suites, key shares and PSKs (section 4.2.2).",
  ServerHello:
    "What the server selects from the offer (section 4.2.3), or, in a HelloRetryRequest, requests instead (section 4.2.4).",
  EncryptedExtensions: "The server's answers that only the client needs to see (section 4.4.1).",
  CertificateRequest: "The server requests a certificate of the client (section 4.4.2).",
  Certificate: "A chain of certificates, the sender's own first (section 4.5.1).",
  CertificateVerify: "Proves that the sender holds the private key of its certificate (section 4.5.2).",
  Finished: "Proves that both sides have the same keys and have seen the same handshake (section 4.5.3).",
  EndOfEarlyData: "The client's early data ends here (section 4.6).",
  NewSessionTicket: "Gives the client a PSK to resume the session with later (section 4.7.1).",
  KeyUpdate: "The sender's next records are protected with a new key (section 4.7.3).",
  message_hash: "Replaces the first ClientHello in the transcript after a HelloRetryRequest (section 4.1).",

  length: "How many bytes of content follow (section 3.4).",
  opaque: "The content: bytes that TLS carries without interpreting them (section 3.2).",

  legacy_version: "Frozen at TLS 1.2 for old servers; supported_versions has the real versions (section 4.2.2).",
  random:
    "32 random bytes that make the handshake unique; a HelloRetryRequest has a fixed value, which identifies it (section 4.2.3).",
  legacy_session_id:
    "Empty, or random bytes that make this look like TLS 1.2 to middleboxes (section 4.2.2, appendix E.4).",
  legacy_session_id_echo: "A copy of the client's legacy_session_id (section 4.2.3).",
  cipher_suites: "The pairs of AEAD and hash that the client supports, most preferred first (section 4.2.2).",
  CipherSuite: "An AEAD to protect the records and a hash to derive the keys (appendix B.4).",
  cipher_suite:
    "The AEAD and the hash that the server selected; the hash must be that of the selected PSK (section 4.2.3).",
  legacy_compression_methods: "One zero: TLS 1.3 has no compression (section 4.2.2).",
  legacy_compression_method: "Zero: TLS 1.3 has no compression (section 4.2.3).",
  extensions:
    "Everything that was added to the message after its fields were frozen, each with its type (section 4.3).",
  Extension: "An extension that another document defines, or that is unknown (section 4.3).",
  extension_type: "Which extension this is (section 4.3).",
  extension_data: "The content of the extension, in its own format (section 4.3).",

  server_name_list: "The names of the server: exactly one (RFC 6066 section 3).",
  ServerName: "A name with its kind (RFC 6066 section 3).",
  name_type: "The kind of name: host_name is the only one (RFC 6066 section 3).",
  HostName: "The DNS name of the server, in ASCII and without a trailing dot (RFC 6066 section 3).",
  named_group_list: "The groups that the sender supports for the key exchange, most preferred first (section 4.3.7).",
  NamedGroup: "A group for the key exchange (section 4.3.7).",
  supported_signature_algorithms:
    "The signature schemes that the sender can verify, most preferred first (section 4.3.3).",
  SignatureScheme: "A signature algorithm with its hash and the kind of its key (section 4.3.3).",
  protocol_name_list: "The application protocols on offer, or the one that the server selected (RFC 7301 section 3.1).",
  ProtocolName: "The registered name of an application protocol (RFC 7301 section 3.1).",
  RecordSizeLimit:
    "The longest plaintext of a record that the sender accepts, including its type, in bytes (RFC 8449 section 4).",
  versions: "The versions of TLS that the client supports, most preferred first (section 4.3.1).",
  ProtocolVersion: "A version of TLS (section 4.3.1).",
  selected_version: "The version of TLS that the server selected (section 4.3.1).",
  cookie: "Bytes of the server, which the client returns unchanged (section 4.3.2).",
  ke_modes: "The ways in which the client can use a PSK (section 4.3.9).",
  PskKeyExchangeMode:
    "With (EC)DHE (psk_dhe_ke), or without it and thus without forward secrecy (psk_ke) (section 4.3.9).",
  client_shares:
    "The client's public keys, at most one for each group, in the order of supported_groups (section 4.3.8).",
  KeyShareEntry: "A public key for the key exchange, and its group (section 4.3.8).",
  group: "The group of this public key (section 4.3.8).",
  key_exchange: "The public key, in the format of its group (section 4.3.8).",
  selected_group: "The group for which the server requests a key share (section 4.3.8).",
  identities: "The PSKs that the client offers, most preferred first (section 4.3.11).",
  PskIdentity: "The name of a PSK, which says nothing about the secret (section 4.3.11).",
  identity: "The name of an external PSK, or a ticket. It is sent in clear (section 4.3.11).",
  ImportedIdentity:
    "The identity of an imported PSK: the original identity, and what the key is bound to (RFC 9258 section 5.1).",
  external_identity: "The identity that the PSK was provisioned with, before it was imported (RFC 9258 section 5.1).",
  context: "What both sides agreed to bind the key to, such as their names and roles (RFC 9258 section 5.1).",
  target_protocol: "The protocol that the imported key is for: 0x0304, 772, is TLS 1.3 (RFC 9258 section 5.1).",
  target_kdf: "The KDF that the imported key is for: 1 is HKDF with SHA-256, 2 with SHA-384 (RFC 9258 section 5.1).",
  obfuscated_ticket_age:
    "The age of the ticket in milliseconds, plus its ticket_age_add; ignored for an external PSK (section 4.3.11.1).",
  binders:
    "A proof for each of the identities, in the same order. The binders cover everything before them (section 4.3.11.2).",
  PskBinderEntry:
    "A MAC over the ClientHello up to the binders, which proves that the client knows the PSK (section 4.3.11.2).",
  selected_identity: "The index of the selected PSK in the client's list, from 0 (section 4.3.11).",
  max_early_data_size: "The most early data that the server accepts with this ticket, in bytes (section 4.7.1).",

  certificate_request_context: "Distinguishes several requests on a connection; empty in a handshake (section 4.4.2).",
  certificate_list: "The certificates, each of which certifies the one before it (section 4.5.1).",
  CertificateEntry: "A certificate with its extensions (section 4.5.1).",
  cert_data: "The certificate, X.509 in DER (section 4.5.1).",
  algorithm: "The algorithm of the signature (section 4.5.2).",
  signature: "A signature over the hash of the handshake up to here (section 4.5.2).",
  verify_data: "A MAC over the hash of the handshake up to here (section 4.5.3).",
  hash: "The hash of the first ClientHello (section 4.1).",
  ticket_lifetime: "How long the ticket can be used, in seconds; a week at most (section 4.7.1).",
  ticket_age_add: "A random number that hides the ticket's age from observers (section 4.7.1).",
  ticket_nonce: "Distinguishes the tickets of a connection, so that each has its own PSK (section 4.7.1).",
  ticket: "The identity with which the client will offer this PSK (section 4.7.1).",
  request_update: "Whether the other side must change its key, too (section 4.7.3).",
};

const EXTENSIONS: Readonly<Record<string, string>> = {
  GREASE: "A reserved value without a meaning, sent so that servers keep ignoring unknown values (RFC 8701).",
  server_name: "The server name that the client wants to reach (RFC 6066); the server's answer is empty.",
  max_fragment_length: "Requests shorter records (RFC 6066); superseded by record_size_limit.",
  status_request: "Requests, or contains, proof that the certificate was not revoked (RFC 6066).",
  supported_groups: "The groups that the sender supports for the key exchange (section 4.3.7).",
  signature_algorithms: "The signatures that the sender can verify in CertificateVerify (section 4.3.3).",
  application_layer_protocol_negotiation:
    "The application protocols on offer, or the one that was selected (RFC 7301).",
  padding: "Zeros that make the ClientHello longer (RFC 7685).",
  record_size_limit: "The longest plaintext of a record that the sender accepts (RFC 8449).",
  tls_cert_with_extern_psk: "Requests a certificate in addition to the external PSK (RFC 8773).",
  pre_shared_key:
    "The PSKs that the client offers, each with its proof, or the one that the server selected (section 4.3.11).",
  early_data:
    "The client sends data with its ClientHello, the server accepts it, or a ticket allows it (section 4.3.10).",
  supported_versions:
    "The versions of TLS that the client supports, or the one that the server selected (section 4.3.1).",
  cookie: "Lets the server store its state at the client during a HelloRetryRequest (section 4.3.2).",
  psk_key_exchange_modes: "Whether a PSK may be used with (EC)DHE, without it, or either way (section 4.3.9).",
  certificate_authorities: "The authorities whose certificates the sender accepts (section 4.3.4).",
  oid_filters: "The certificates that the server accepts from the client (section 4.3.5).",
  post_handshake_auth: "The client supports requests for a certificate after the handshake (section 4.3.6).",
  signature_algorithms_cert: "The signatures that the sender can verify in certificates (section 4.3.3).",
  key_share: "Public keys for the key exchange, or the group for which the server requests one (section 4.3.8).",
};
