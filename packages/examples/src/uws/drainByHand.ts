import { App, type WebSocket } from "uWebSockets.js";

interface Session {
  queue: Array<string>;
}
const push = (socket: WebSocket<Session>, text: string) => {
  if (socket.getBufferedAmount() < 64 * 1024) socket.send(text);
  else socket.getUserData().queue.push(text);
};
const app = App();
app.ws<Session>("/rows", {
  upgrade: (response, request, context) => {
    const header = (name: string) => request.getHeader(name);
    response.upgrade<Session>(
      { queue: [] },
      header("sec-websocket-key"),
      header("sec-websocket-protocol"),
      header("sec-websocket-extensions"),
      context,
    );
  },
  message: (socket) => push(socket, "row"),
  drain: (socket) => {
    for (const text of socket.getUserData().queue.splice(0)) push(socket, text);
  },
});
app.listen(9001, () => {});
