/** Whether a message is compressed is said by the server for all, or by a frame for itself, offered or published. */
import * as uws from "uWebSockets.js";
import { Frame } from "@sluice/uws";
import { expect, test, vi } from "vitest";
import { serve } from "./server.js";

// Its types say that it is one.
const { SHARED_COMPRESSOR } = uws as unknown as { readonly SHARED_COMPRESSOR: number };

const large = "x".repeat(200_000);

test.each([
  [false, undefined, false],
  [false, true, true],
  [true, undefined, true],
  [true, false, false],
])(
  "a server that says %s and a frame that says %s: compressed %s",
  async (all, own, isCompressed) => {
    const asked: Array<boolean | undefined> = [];
    const behavior = {
      compression: SHARED_COMPRESSOR,
      open: (socket: { send: (...of: Array<unknown>) => number }) => {
        const { send } = socket;
        vi.spyOn(socket, "send").mockImplementation((...of) => {
          asked.push(of[2] as boolean | undefined);
          return send.apply(socket, of);
        });
      },
    };
    const { sluice, connect } = await serve({ compress: all }, behavior as object);
    const client = await connect();
    const frame = Frame.text(large, own === undefined ? undefined : { compress: own });
    const [connection] = sluice.connections;
    connection?.offer(frame);
    sluice.broadcast(frame);
    while (client.received.length < 2) await new Promise((resolve) => setImmediate(resolve));
    expect(client.received).toEqual([large, large]);
    expect(asked).toEqual([isCompressed, isCompressed]);
  },
);
