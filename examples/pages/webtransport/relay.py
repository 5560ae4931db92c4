"""A relay from WebTransport to TCP: python relay.py CERTIFICATE KEY PORT HOST:PORT

Each stream that a page opens is one connection to HOST:PORT. The relay listens on 127.0.0.1 alone. A certificate that
browsers do not trust has to be ECDSA's, and valid for two weeks at most; the page is told its hash.
"""

import asyncio
import sys

from aioquic.asyncio import QuicConnectionProtocol, serve
from aioquic.h3.connection import H3_ALPN, H3Connection
from aioquic.h3.events import HeadersReceived, WebTransportStreamDataReceived
from aioquic.quic.configuration import QuicConfiguration
from aioquic.quic.events import ProtocolNegotiated

CERTIFICATE, KEY, PORT, TARGET = sys.argv[1:]
CHUNK = 2**14


class Relay(QuicConnectionProtocol):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.http = None
        self.streams = {}

    def quic_event_received(self, event):
        if isinstance(event, ProtocolNegotiated):
            self.http = H3Connection(self._quic, enable_webtransport=True)
        if self.http is not None:
            for received in self.http.handle_event(event):
                self.http_event_received(received)

    def http_event_received(self, event):
        if isinstance(event, HeadersReceived):
            accepted = [(b":status", b"200"), (b"sec-webtransport-http3-draft", b"draft02")]
            self.http.send_headers(event.stream_id, accepted)
            self.transmit()
        elif isinstance(event, WebTransportStreamDataReceived):
            if event.stream_id not in self.streams:
                self.streams[event.stream_id] = asyncio.Queue()
                asyncio.ensure_future(self.pass_on(event.stream_id))
            self.streams[event.stream_id].put_nowait((event.data, event.stream_ended))

    async def pass_on(self, stream):
        reader, writer = await asyncio.open_connection(*TARGET.split(":"))
        await asyncio.gather(self.upwards(stream, writer), self.downwards(stream, reader))
        writer.close()

    async def upwards(self, stream, writer):
        ended = False
        while not ended:
            data, ended = await self.streams[stream].get()
            writer.write(data)
            await writer.drain()
        writer.write_eof()

    async def downwards(self, stream, reader):
        ended = False
        while not ended:
            data = await reader.read(CHUNK)
            ended = not data
            self._quic.send_stream_data(stream, data, end_stream=ended)
            self.transmit()


async def main():
    configuration = QuicConfiguration(alpn_protocols=H3_ALPN, is_client=False, max_datagram_frame_size=65536)
    configuration.load_cert_chain(CERTIFICATE, KEY)
    await serve("127.0.0.1", int(PORT), configuration=configuration, create_protocol=Relay)
    print(f"listening on port {PORT}", flush=True)
    await asyncio.Future()


asyncio.run(main())
