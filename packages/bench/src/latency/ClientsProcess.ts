/** The process of the clients: some read as fast as they can and note how late each message is, the others never read. */
import type { Socket } from "node:net";
import { build } from "hdr-histogram-js";
import { monotonicMillis } from "../scale/protocol.js";
import { type FrameListener, FrameReader, pong } from "../sockets/FrameReader.js";
import { opened } from "../sockets/handshake.js";
import type { ClientsRequest, Latencies } from "./protocol.js";

const buffer = Buffer.allocUnsafe(64 * 1024);
/** In microseconds, to a minute. */
const histogram = build({ highestTrackableValue: 60_000_000, numberOfSignificantValueDigits: 3 });
let awaited = Number.POSITIVE_INFINITY;

process.on("message", async (request: ClientsRequest) => {
  if (request.ask === "connect") {
    for (let left = request.reading; left > 0; left--) await reading(request.port);
    for (let left = request.stalled; left > 0; left--) await stalled(request.port);
    process.send?.(0);
  } else {
    awaited = request.messages;
    answerWhenAllAreThere();
  }
});
process.on("disconnect", () => process.exit());

class Listener implements FrameListener {
  readonly #reader = new FrameReader(this);
  #socket: Socket | undefined;

  read(bytes: Buffer, socket: Socket): boolean {
    this.#socket = socket;
    this.#reader.read(bytes);
    return true;
  }

  message(payload: Buffer): void {
    const micros = (monotonicMillis() - payload.readDoubleLE()) * 1_000;
    // Each message counts, from when it was due: nothing is left out that would have to be made up for.
    histogram.recordValue(Math.max(1, Math.round(micros)));
    answerWhenAllAreThere();
  }

  ping(payload: Buffer): void {
    if (this.#socket !== undefined) pong(this.#socket, payload);
  }
}

async function reading(port: number): Promise<void> {
  const listener = new Listener();
  await connected(port, (bytes, socket) => listener.read(bytes, socket));
}

function stalled(port: number): Promise<void> {
  return connected(port, () => false);
}

async function connected(
  port: number,
  read: (bytes: Buffer, socket: Socket) => boolean,
): Promise<void> {
  const socket = await opened({ port, path: "/", from: "127.0.0.1", buffer, read });
  socket.on("error", () => {});
}

function answerWhenAllAreThere(): void {
  if (histogram.totalCount < awaited) return;
  awaited = Number.POSITIVE_INFINITY;
  const at = (percentile: number) => histogram.getValueAtPercentile(percentile) / 1_000;
  const latencies: Latencies = { p50: at(50), p99: at(99), p999: at(99.9) };
  histogram.reset();
  process.send?.(latencies);
}
