/** A socket that is closed while it is being opened: nothing of it stays, and the server goes on. */
import type { WebSocket } from "uWebSockets.js";
import type { SluiceOptions } from "@sluice/uws";
import { describe, expect, test } from "vitest";
import { serve, until } from "./server.js";

const closes = {
  close: (socket: WebSocket<unknown>) => socket.close(),
  end: (socket: WebSocket<unknown>) => socket.end(4001, "not you"),
};

type Close = keyof typeof closes;
type Place = "configuration" | "label" | "data";

/** Options of which one function closes the socket that it is asked about, and may throw as well. */
function closing(place: Place, close: Close, throws: boolean) {
  const reports: Array<string> = [];
  const options: SluiceOptions = {
    onError: (_, __, what) => reports.push(what),
    [place]: (socket: WebSocket<unknown>) => {
      closes[close](socket);
      if (throws) throw new Error("and more");
      return place === "configuration" ? {} : undefined;
    },
  };
  return { reports, options };
}

describe("a socket that is closed by a function of the options", () => {
  test.each(
    (["configuration", "label", "data"] as const).flatMap((place) =>
      (["close", "end"] as const).flatMap((close) =>
        [false, true].flatMap((throws) =>
          [true, false].map((asks) => [place, close, throws, asks] as const),
        ),
      ),
    ),
  )("%s, with %s (throws: %s, pings: %s), is never open", async (place, close, throws, asks) => {
    const { reports, options } = closing(place, close, throws);
    let opened = 0;
    const { sluice, connect } = await serve(options, {
      open: () => void opened++,
      sendPingsAutomatically: asks,
    });
    // One that is closed at once may fail before it has opened.
    const client = await connect().catch(() => undefined);
    const ended = await client?.closed;
    if (close === "end" && ended !== undefined) expect(ended.code).toBe(4001);
    expect(opened).toBe(0);
    expect(sluice.connections.size).toBe(0);
    expect(sluice.broadcast("x")).toEqual({ accepted: 0, rejected: 0 });
    expect(reports).toHaveLength(throws ? 1 : 0);
  });
});

test.each(["close", "evict", "socket"] as const)(
  "a connection that a listener to arrivals ends (%s) is not opened, and is gone",
  async (way) => {
    let opened = 0;
    let last: WebSocket<unknown> | undefined;
    const options: SluiceOptions = {
      data: (socket) => {
        last = socket;
      },
    };
    const { sluice, connect } = await serve(options, { open: () => void opened++ });
    sluice.connections.onAdded((connection) => {
      if (way === "close") void connection.close();
      else if (way === "evict") connection.evict();
      else last?.close();
    });
    const client = await connect().catch(() => undefined);
    await client?.closed;
    await until(() => sluice.connections.size === 0);
    // In order it is closed after it has opened.
    expect(opened).toBe(way === "close" ? 1 : 0);
  },
);
