import { App } from "uWebSockets.js";
import { Frame, Sluice, type UwsConnection } from "@sluice/uws";

const rooms = new Map<string, Set<UwsConnection>>();

function join(name: string, connection: UwsConnection) {
  const room = rooms.get(name) ?? new Set();
  rooms.set(name, room.add(connection));
  connection.onClosed(() => {
    room.delete(connection);
    if (room.size === 0 && rooms.get(name) === room) rooms.delete(name);
  });
}

function publish(name: string, text: string) {
  const frame = Frame.text(text);
  for (const connection of rooms.get(name) ?? []) connection.offer(frame);
}

const sluice = new Sluice();
const chat = sluice.wrap({
  open: (socket) => join("lobby", sluice.of(socket)),
  message: (_socket, text) => publish("lobby", Buffer.from(text).toString()),
});
const app = App().ws("/chat", chat);
app.listen(9001, () => {});
