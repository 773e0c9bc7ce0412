/** Whether a message is compressed is said by the server for all, or by a frame for itself; the order is the same. */
import type { Socket } from "node:net";
import { Frame } from "@sluice/ws";
import { expect, test } from "vitest";
import type { WebSocket } from "ws";
import { peer, serve, until } from "./server.js";

const large = "x".repeat(200_000);
const kib = 1_024;

/** What has come over the wire. */
const bytesRead = (socket: WebSocket) =>
  (socket as unknown as { _socket: Socket })._socket.bytesRead;

test.each([
  [false, undefined, false],
  [false, true, true],
  [true, undefined, true],
  [true, false, false],
])(
  "a server that says %s and a frame that says %s: compressed %s",
  async (all, own, isCompressed) => {
    const served = await serve({ compress: all }, { perMessageDeflate: { threshold: 0 } });
    const { socket, received } = await peer(`ws://127.0.0.1:${served.port}`);
    await until(() => served.sluice.connections.size === 1);
    const [connection] = served.sluice.connections;
    connection?.offer("before");
    connection?.offer(Frame.text(large, own === undefined ? undefined : { compress: own }));
    connection?.offer("after");
    await until(() => received.length === 3);
    expect(received).toEqual(["before", large, "after"]);
    if (isCompressed) expect(bytesRead(socket)).toBeLessThan(20 * kib);
    else expect(bytesRead(socket)).toBeGreaterThan(190 * kib);
  },
);

test.each([[{ compress: 1 }], [{ compres: true }], [true], [null]])(
  "options of a frame that are none are refused: %j",
  (options) => {
    expect(() => Frame.text("x", options as object)).toThrow(TypeError);
    expect(() => Frame.binary(new Uint8Array(1), options as object)).toThrow(TypeError);
  },
);
