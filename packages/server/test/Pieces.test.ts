import { App, us_listen_socket_close, us_socket_local_port } from "uWebSockets.js";
import { once } from "node:events";
import { connect } from "node:net";
import fc from "fast-check";
import { expect, onTestFinished, test } from "vitest";
import { jsonPieces, Recipient, sendPieces } from "../src/http/Pieces.js";
import { until } from "./running.js";

const piece = "x".repeat(64 * 1024);
const pieces = 1_000;

/** A server that answers with a thousand pieces, and how many it has made. */
async function serve(make: (number: number) => string = () => piece) {
  const made = { count: 0, turnsSince: 0, ended: false };
  function* making() {
    try {
      for (let number = 0; number < pieces; number++) {
        made.count++;
        made.turnsSince = 0;
        yield make(number);
      }
    } finally {
      made.ended = true;
    }
  }
  const app = App().get("/", (response) => {
    sendPieces(response, making(), new Recipient(response)).catch(() => response.close());
  });
  const port = await new Promise<number>((resolve) => {
    app.listen("127.0.0.1", 0, (listening) => {
      if (listening === false) throw new Error("there is no port");
      onTestFinished(() => us_listen_socket_close(listening));
      resolve(us_socket_local_port(listening as never));
    });
  });
  return { port, made };
}

/** Asks, and reads nothing yet. */
async function asking(port: number) {
  const socket = connect({ port, host: "127.0.0.1" });
  onTestFinished(() => void socket.destroy());
  socket.on("error", () => {});
  await once(socket, "connect");
  socket.write("GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n");
  return socket;
}

/** Nothing has been made for so many turns of the event loop that nothing will be. */
const rests = (made: { turnsSince: number }) => () => made.turnsSince++ > 2_000;

test("what a client does not read is not made; when it reads, all comes", async () => {
  const { port, made } = await serve();
  const socket = await asking(port);
  await until(() => made.count > 0);
  await until(rests(made));
  expect(made.count).toBeLessThan(pieces / 2);
  let received = 0;
  socket.on("data", (data) => {
    received += data.length;
  });
  await until(() => made.ended && received > pieces * piece.length);
  expect(made.count).toBe(pieces);
});

test("a turn of the event loop makes one, however fast the client reads", async () => {
  const { port, made } = await serve(() => "x");
  (await asking(port)).resume();
  const perTurn = new Set<number>();
  let before = 0;
  await until(() => {
    perTurn.add(made.count - before);
    before = made.count;
    return made.ended;
  });
  expect(made.count).toBe(pieces);
  expect(Math.max(...perTurn)).toBe(1);
});

test.each([
  ["while it reads", (made: { count: number }) => () => made.count > 0],
  ["while it is waited for", rests],
])("nothing more is made for a client that has gone %s", async (_, isTime) => {
  const { port, made } = await serve();
  const socket = await asking(port);
  await until(() => made.count > 0);
  await until(isTime(made));
  socket.destroy();
  await until(() => made.ended);
  expect(made.count).toBeLessThan(pieces);
});

test("an answer that fails in its midst is cut off, and does not look whole", async () => {
  const { port } = await serve((number) => {
    if (number === 3) throw new Error("it cannot be made");
    return piece;
  });
  await expect(
    fetch(`http://127.0.0.1:${port}/`).then((answer) => answer.text()),
  ).rejects.toThrow();
});

test("pieces of JSON are an array, whatever is in it and however many make a piece", () => {
  fc.assert(
    fc.property(fc.array(fc.jsonValue()), fc.integer({ min: 1, max: 5 }), (elements, perPiece) => {
      let left = perPiece;
      const share = {
        begin() {
          left = perPiece;
        },
        get isOver() {
          left--;
          return left === 0;
        },
      };
      const made = [...jsonPieces(elements, share)];
      expect(JSON.parse(made.join(""))).toEqual(JSON.parse(JSON.stringify(elements)));
      expect(made).toHaveLength(Math.floor(elements.length / perPiece) + 1);
    }),
  );
});
