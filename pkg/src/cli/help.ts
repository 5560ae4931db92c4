import { CIPHER_SUITES, GROUPS, HASHES, PSK_MODES } from "../vocabulary.js";

/** What `tls-psk --help` prints. */
export const USAGE = `Usage:
  tls-psk connect TARGET [options]               TLS from standard input and to standard output
  tls-psk serve --port PORT [options]            TLS in front of a service
  tls-psk tunnel --listen PORT TARGET [options]  plaintext in, TLS out to TARGET
  tls-psk keygen [IDENTITY] [options]            a line of a psk file with a new key
  tls-psk inspect FILE                           the fields of records or handshake messages
  tls-psk completion SHELL                       completion for bash, zsh or fish
  tls-psk help COMMAND, tls-psk --version

TARGET is HOST:PORT, unix:PATH, ws://HOST/PATH or wss://HOST/PATH.

The exit status is 0 after a clean close, which is one with close_notify, 1 after an error, and 2 if the arguments are
wrong.
`;

const KEYS = `Keys, in order of preference; at least one is needed unless there are certificates:
  --psk IDENTITY:HEX[:HASH]   HASH is ${HASHES.join(" (default) or ")}. Other users of the machine can read arguments
  --psk-file FILE             a file of such lines, as those of mosquitto, stunnel and psktool; - is standard input.
                              An identity #HEX is in hexadecimal; other lines that begin with # are comments
  TLS_PSK                     environment variable, as a --psk-file; used when there is neither of the options
  --context TEXT              imports the keys (RFC 9258) with this context, which the peer must have, too
`;

const TLS = `TLS:
  --modes LIST                ${PSK_MODES.join(" (default), ")}, or both, separated by a comma as all lists
  --ciphersuites LIST         ${CIPHER_SUITES.join(", ")}
  --groups LIST               ${GROUPS.join(", ")}, or as OpenSSL and Node spell them
  --alpn LIST                 application protocols, in order of preference
  --timeout SECONDS           how long connecting and the handshake may take, each of them (default 30)
`;

const OUTPUT = `Output, on standard error:
  --trace                     print every handshake message, field by field
  --keylog FILE               append the connection's secrets in the format of SSLKEYLOGFILE; the variable of that name
                              does the same
  --json                      one object for each connection, on a line
  -q, --quiet                 nothing but errors
`;

const CLIENT_CERTIFICATES = `Certificates of servers that choose no key:
  --ca FILE                   PEM of the authorities that are trusted, for the name of --server-name or HOST
  --server-name NAME          send this server name
  --cert FILE, --key FILE     PEM of a chain, the own certificate first, and its private key, for servers that ask
`;

/** What `tls-psk help COMMAND` prints. */
export const COMMANDS: Readonly<Record<string, string>> = {
  connect: `Usage: tls-psk connect TARGET [options]

Joins standard input and output to a connection. At the end of its input it sends close_notify, and reads on until the
peer has sent its own. TARGET is HOST:PORT, unix:PATH, ws://HOST/PATH or wss://HOST/PATH.

${KEYS}
${CLIENT_CERTIFICATES}
${TLS}  --grease off                offer no reserved values (RFC 8701)
  --session FILE              resume the session of this file if there is one, and keep the last one there
  --early-data FILE           send this first, as early data if the session or key allows it
  --key-update                change the keys of both directions when connected
  --export LABEL[:BYTES]      print keying material (RFC 9846 section 7.5), 32 bytes unless told
  --show-certs                print the certificates of the server in PEM

${OUTPUT}`,
  serve: `Usage: tls-psk serve --port PORT [options]

Speaks TLS in front of a service. SIGTERM lets connections end for the time of --drain, SIGINT ends them at once, and
SIGHUP reads the files of keys and certificates again.

${KEYS}
Certificates, which are shown where no key is chosen:
  --cert FILE, --key FILE     PEM of a chain, the own certificate first, and its private key
  --ca FILE                   asks clients for certificates of these authorities
  --verify                    refuses clients without one

Service:
  --host ADDRESS, --port PORT listen here (default 127.0.0.1); port 0 takes any that is free
  --listen [HOST:]PORT        the same in one; or unix:PATH
  --echo                      send everything back (default)
  --http                      answer an HTTP request with what was negotiated
  --forward TARGET            pass the plaintext on to HOST:PORT or unix:PATH
  --max-connections NUMBER    more are refused (default 1024)
  --drain SECONDS             how long connections may go on after SIGTERM (default 10)

${TLS}
${OUTPUT}`,
  tunnel: `Usage: tls-psk tunnel --listen [HOST:]PORT TARGET [options]

Takes plaintext, and passes it on over a TLS connection to TARGET, each connection over one of its own. It listens on
127.0.0.1 unless there is a HOST, or on unix:PATH. TARGET is as that of connect.

${KEYS}
${CLIENT_CERTIFICATES}
${TLS}  --grease off                offer no reserved values (RFC 8701)
  --max-connections NUMBER    more are refused (default 1024)
  --drain SECONDS             how long connections may go on after SIGTERM (default 10)

${OUTPUT}`,
  keygen: `Usage: tls-psk keygen [IDENTITY] [options]

Prints a new key of random bytes: a line of a psk file if there is an IDENTITY, else the key alone, in hexadecimal.

  --bytes NUMBER              the length of the key, 16 to 64 (default 32)
  --hash HASH                 ${HASHES.join(" (default) or ")}
`,
  inspect: `Usage: tls-psk inspect FILE

Prints the fields of the TLS records or handshake messages in FILE, or on standard input if FILE is -. They may be as
they are on the wire, in hexadecimal or base64, in a dump or the debug log of a library, or in a capture (pcap, pcapng).
`,
};
