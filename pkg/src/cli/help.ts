import { CIPHER_SUITES, GROUPS, HASHES, PSK_MODES } from "../vocabulary.js";

/** What `tls-psk --help` prints. */
export const USAGE = `Usage:
  tls-psk connect TARGET [options]               TLS from standard input and to standard output
  tls-psk serve --port PORT [options]            TLS in front of a service
  tls-psk tunnel --listen PORT TARGET [options]  plaintext in, TLS out to TARGET
  tls-psk keygen [IDENTITY] [options]            a line of a PSK file with a new key
  tls-psk inspect FILE [options]                 the fields of records or handshake messages
  tls-psk completion SHELL                       completion for bash, zsh or fish
  tls-psk help COMMAND, tls-psk --version

TARGET is HOST:PORT, unix:PATH, ws://HOST/PATH or wss://HOST/PATH.

The exit status is 0 after a clean close, with close_notify, 1 after an error, and 2 for wrong arguments.
`;

const KEYS = `Keys, in order of preference; at least one is needed unless there are certificates:
  --psk IDENTITY:HEX[:HASH]   HASH is ${HASHES.join(" (default) or ")}. Other users of the machine can read arguments
  --psk-file FILE             a file of such lines, as for mosquitto, stunnel and psktool; - is standard input.
                              An identity #HEX is in hexadecimal; other lines that begin with # are comments
  TLS_PSK                     environment variable with such lines; used without the two options above
  --context TEXT              imports the keys (RFC 9258) with this context, which the peer must use, too
`;

const TLS = `TLS:
  --modes LIST                ${PSK_MODES.join(" (default), ")}, or both; all lists are separated by commas
  --ciphersuites LIST         ${CIPHER_SUITES.join(", ")}
  --groups LIST               ${GROUPS.join(", ")}, or their names in OpenSSL and Node
  --alpn LIST                 application protocols, in order of preference
  --timeout SECONDS           how long connecting may take, and then the handshake (default 30)
`;

const OUTPUT = `Output, on standard error:
  --trace                     print every handshake message, field by field
  --keylog FILE               append the connection's secrets in the format of SSLKEYLOGFILE; the environment variable
                              SSLKEYLOGFILE does the same
  --json                      one JSON object for each connection, on one line
  -q, --quiet                 print only errors
`;

const CLIENT_CERTIFICATES = `Certificates, for servers that select no key:
  --ca FILE                   PEM of the trusted authorities; the name must be that of --server-name, or HOST
  --server-name NAME          send this server name
  --cert FILE, --key FILE     PEM of a chain, end-entity certificate first, and its private key, if requested
`;

/** What `tls-psk help COMMAND` prints. */
export const COMMANDS: Readonly<Record<string, string>> = {
  connect: `Usage: tls-psk connect TARGET [options]

Connects standard input and output to a TLS connection. At the end of its input it sends close_notify, and continues to
read until the peer has sent its own. TARGET is HOST:PORT, unix:PATH, ws://HOST/PATH or wss://HOST/PATH.

${KEYS}
${CLIENT_CERTIFICATES}
${TLS}  --grease off                offer no reserved values (RFC 8701)
  --session FILE              resume the session in this file, if there is one, and store the last one in it
  --early-data FILE           send this file first, as early data if the session or key allows it
  --key-update                change the keys of both directions when connected
  --export LABEL[:BYTES]      print keying material (RFC 9846 section 7.5), by default 32 bytes
  --show-certs                print the certificates of the server in PEM

${OUTPUT}`,
  serve: `Usage: tls-psk serve --port PORT [options]

Terminates TLS for a service. SIGTERM stops accepting and waits up to --drain seconds for connections to end, SIGINT
ends them immediately, and SIGHUP reloads the files of keys and certificates.

${KEYS}
Certificates, which are sent if no key is selected:
  --cert FILE, --key FILE     PEM of a chain, end-entity certificate first, and its private key
  --ca FILE                   request client certificates of these authorities
  --verify                    refuse clients without a certificate

Service:
  --host ADDRESS, --port PORT listen here (default 127.0.0.1); port 0 selects a free one
  --listen [HOST:]PORT        the same in one option; or unix:PATH; or ws[s]://HOST:PORT/PATH, with the package ws
  --listen-cert FILE          for wss:, the certificate of the web server, in PEM
  --listen-key FILE           and its private key
  --echo                      send everything back (default)
  --http                      answer an HTTP request with what was negotiated
  --forward TARGET            forward the plaintext to HOST:PORT or unix:PATH
  --max-connections NUMBER    refuse further connections (default 1024)
  --drain SECONDS             how long connections may continue after SIGTERM (default 10)

${TLS}
${OUTPUT}`,
  tunnel: `Usage: tls-psk tunnel --listen [HOST:]PORT TARGET [options]

Accepts plaintext connections, and forwards each over a separate TLS connection to TARGET. It listens on HOST (default
127.0.0.1), on unix:PATH, or on ws[s]://HOST:PORT/PATH, which needs the package ws. TARGET is the same as for connect.

${KEYS}
${CLIENT_CERTIFICATES}
${TLS}  --grease off                offer no reserved values (RFC 8701)
  --listen-cert FILE          for wss:, the certificate of the web server, in PEM
  --listen-key FILE           and its private key
  --max-connections NUMBER    refuse further connections (default 1024)
  --drain SECONDS             how long connections may continue after SIGTERM (default 10)

${OUTPUT}`,
  keygen: `Usage: tls-psk keygen [IDENTITY] [options]

Prints a new random key: a line of a PSK file with an IDENTITY, otherwise only the key, in hexadecimal.

  --bytes NUMBER              the length of the key, 16 to 64 (default 32)
  --hash HASH                 ${HASHES.join(" (default) or ")}
`,
  inspect: `Usage: tls-psk inspect FILE [options]

Prints the fields of the TLS records or handshake messages in FILE, or on standard input if FILE is -. They may be
binary, in hexadecimal or base64, in a dump or the debug log of a library, or in a capture (pcap, pcapng).

With keys, it verifies the binders of each ClientHello without a connection, and tells the kind of the PSK: external,
imported, or of a session. The exit status is 1 if a ClientHello has no binder that verifies.

  --psk IDENTITY:HEX          a key; for a session, its resumption PSK under any identity
  --psk-file FILE             a file of such lines
`,
};
