import { connect } from "node:net";
import { pipeline } from "node:stream";
import { createWebSocketStream, WebSocketServer } from "ws";

const gateway = new WebSocketServer({ host: "127.0.0.1", port: 8433 });
gateway.on("listening", () => console.log(`listening on port ${gateway.address().port}`));
gateway.on("connection", (socket) => {
  const page = createWebSocketStream(socket);
  const device = connect({ host: "127.0.0.1", port: 4433 });
  pipeline(page, device, page, () => {}); // until either ends or fails
});
