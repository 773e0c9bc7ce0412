/**
 * A server of the default configuration, in a process of its own: it waits for so many clients, offers each of them so many
 * megabytes of messages of its own, and tells what it holds then. What it is told second is when they have stopped reading.
 */
import { App, us_socket_local_port } from "uWebSockets.js";
import { imbalance } from "@sluice/core";
import { Sluice } from "@sluice/uws";

const pad = "x".repeat(4_000);

const sluice = new Sluice();
const app = App().ws("/*", sluice.wrap());
app.listen("127.0.0.1", 0, (listening) => process.send(us_socket_local_port(listening)));

process.on("message", ({ megabytes }) => {
  let left = megabytes * 250;
  const round = () => {
    for (let each = 0; each < 16 && left > 0; each++, left--) {
      for (const connection of sluice.connections)
        connection.offer(`${left} ${connection.id} ${pad}`);
    }
    if (left > 0) setImmediate(round);
    else setImmediate(() => process.send(told()));
  };
  round();
});

function told() {
  const all = [...sluice.connections].map((connection) => connection.stats());
  return {
    budget: sluice.budget,
    connections: all.length,
    isBalanced: all.every((stats) => imbalance(stats).messages === 0),
    shed: all.reduce((sum, { dropped }) => sum + dropped.shed.messages, 0),
  };
}
