import { connect } from "node:net";
import { pipeline } from "node:stream";
import { createWebSocketStream, WebSocketServer } from "ws";

const gateway = new WebSocketServer({ port: 8433 });
gateway.on("listening", () => console.log(`listening on port ${gateway.address().port}`));
gateway.on("connection", (socket) => {
  const page = createWebSocketStream(socket);
  const device = connect({ host: "device.example", port: 4433 });
  pipeline(page, device, page, () => {}); // until either ends or fails
});
