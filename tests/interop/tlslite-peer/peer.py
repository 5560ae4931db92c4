"""tlslite-ng as a program: peer.py serve|connect PORT IDENTITY:KEY OPTION...

KEY is hexadecimal; port 0 takes a free one. The options are those of ../c-peers/peer.h. In either role it says what was
negotiated and then sends back whatever it receives, to the end.
"""

import argparse
import socket
import sys

from tlslite.api import HandshakeSettings, TLSConnection
from tlslite.constants import CipherSuite
from tlslite.errors import TLSAbruptCloseError

parser = argparse.ArgumentParser()
parser.add_argument("role", choices=["serve", "connect"])
parser.add_argument("port", type=int)
parser.add_argument("psk")
parser.add_argument("--suite")
parser.add_argument("--groups")
parser.add_argument("--modes")
parser.add_argument("--connections", type=int, default=1)
options = parser.parse_args()

SUITES = {
    "TLS_AES_128_GCM_SHA256": "aes128gcm",
    "TLS_AES_256_GCM_SHA384": "aes256gcm",
    "TLS_CHACHA20_POLY1305_SHA256": "chacha20-poly1305",
}
GROUPS = {"23": "secp256r1", "29": "x25519"}

identity, key = options.psk.split(":")
settings = HandshakeSettings()
digest = "sha384" if options.suite == "TLS_AES_256_GCM_SHA384" else "sha256"
settings.pskConfigs = [(identity.encode(), bytes.fromhex(key), digest)]
if options.suite:
    settings.cipherNames = [SUITES[options.suite]]
if options.modes:
    settings.psk_modes = [options.modes]
if options.groups:
    names = [GROUPS[number] for number in options.groups.split(",")]
    settings.eccCurves = names
    settings.dhGroups = []
    settings.keyShares = names[:1]
if options.connections > 1:
    settings.ticketKeys = [bytearray(32)]


def talk(stream, session):
    stream.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    tls = TLSConnection(stream)
    if options.role == "serve":
        tls.handshakeServer(settings=settings)
    else:
        tls.handshakeClientCert(settings=settings, session=session)
    print("suite:", CipherSuite.ietfNames[tls.session.cipherSuite])
    if options.role == "connect":
        # as a server it does not know
        print("resumed:", "yes" if tls.resumed else "no")
    print("exported:", tls.keyingMaterialExporter(bytearray(b"EXPORTER-test"), 42).hex(), flush=True)
    while True:
        received = tls.read(min=1, max=1 << 14)
        if not received:
            break
        tls.write(received)
    tls.close()
    return tls.session


session = None
try:
    if options.role == "serve":
        listener = socket.create_server(("127.0.0.1", options.port))
        print("listening on", listener.getsockname()[1], flush=True)
    for _ in range(options.connections):
        stream = listener.accept()[0] if options.role == "serve" else socket.create_connection(("127.0.0.1", options.port))
        session = talk(stream, session)
except (OSError, TLSAbruptCloseError) as error:
    sys.exit(f"the transport ended: {error!r}")
except Exception as error:
    sys.exit(f"{type(error).__name__}: {error}")
