// stands in for tls-psk/websocket
export function byteStreams(socket) {
  socket.binaryType = "arraybuffer";
  const open = new Promise((resolve, reject) => {
    socket.onopen = resolve;
    socket.onerror = () => reject(new Error("the WebSocket failed"));
  });
  const readable = new ReadableStream({
    start(controller) {
      socket.onmessage = ({ data }) => controller.enqueue(new Uint8Array(data));
      socket.onclose = () => controller.close();
    },
    cancel() {
      socket.onclose = null;
      socket.close();
    },
  });
  const close = () => socket.close();
  const write = (bytes) => socket.send(bytes);
  return { readable, writable: new WritableStream({ start: () => open, write, close, abort: close }) };
}
