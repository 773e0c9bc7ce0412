/** Two defects of uWebSockets.js: what they do to a server that uses it alone, and to one with Sluice. */
import type { Socket } from "node:net";
import { Child, FrameReader, maskedFrame, opened, pongOf, textByte } from "@sluice/bench/kit";
import type { OwnFault } from "../Fault.js";
import { payloadOf } from "../ledger/Payload.js";
import { plainRow, type Row } from "../Row.js";
import { pass } from "../Stage.js";
import { crash, stall, type Way } from "../traps/protocol.js";

const stalled: OwnFault = {
  name: "uws-stall",
  what: `${stall.messages} messages of ${stall.bytes} B, more whenever some were taken: no drain after a short write in drain`,
  by: "client",
  isQuick: true,
  async rows() {
    const raw = await receivedOf("raw");
    const ours = await receivedOf("sluice");
    const lost = stall.messages - ours.received;
    const problems = [
      ...(lost > 0 ? [`${lost} of ${stall.messages} messages did not come`] : []),
      ...(ours.disordered > 0 ? [`${ours.disordered} messages were not the next one`] : []),
    ];
    const control =
      raw.received < stall.messages
        ? `alone: stalls after ${raw.received} of ${stall.messages}`
        : "alone: did not stall";
    return [row(stalled, stall.messages, lost + ours.disordered, control, problems)];
  },
};

const crashed: OwnFault = {
  name: "uws-crash",
  what: `close in dropped, in the midst of ${crash.messages} publishes to ${crash.subscribers} clients that do not read`,
  by: "server",
  isQuick: true,
  async rows() {
    const raw = await endOf("raw");
    const ours = await endOf("sluice");
    const problems = ours === undefined ? [] : [`the server ended: ${ours}`];
    const control = `alone: ${raw === undefined ? "did not crash" : `ends by ${raw}`}`;
    return [row(crashed, crash.subscribers, 0, control, problems)];
  },
};

export const traps: ReadonlyArray<OwnFault> = [stalled, crashed];

function row(
  { name, what, by }: OwnFault,
  cases: number,
  difference: number,
  control: string,
  problems: ReadonlyArray<string>,
): Row {
  return {
    ...plainRow,
    fault: name,
    what,
    by,
    adapter: "uws",
    cases,
    difference,
    control,
    problems,
  };
}

/** How many of the messages came, until all had or none did for three seconds. */
async function receivedOf(way: Way): Promise<{ received: number; disordered: number }> {
  const server = new Child<"port">(new URL("../traps/StallProcess.js", import.meta.url), [way]);
  try {
    const port = await server.ask<number>("port");
    let received = 0;
    let disordered = 0;
    let socket: Socket | undefined;
    const frames = new FrameReader({
      message: (bytes) => {
        if (payloadOf(Buffer.from(bytes))?.number !== ++received) disordered++;
      },
      ping: (payload) => void socket?.write(pongOf(payload)),
    });
    const buffer = Buffer.allocUnsafe(64 * 1024);
    const read = (bytes: Buffer, from: Socket) => {
      socket = from;
      frames.read(bytes);
      return true;
    };
    socket = await opened({ port, path: "/", buffer, read });
    socket.on("error", () => {});
    socket.write(maskedFrame(textByte, Buffer.from("go")));
    for (let before = -1; before < received && received < stall.messages; ) {
      before = received;
      await pass(3_000);
    }
    socket.destroy();
    return { received, disordered };
  } finally {
    server.kill("SIGKILL");
  }
}

/** By what the process of the server ended; undefined if it lives. */
async function endOf(way: Way): Promise<string | undefined> {
  const server = new Child<string>(new URL("../traps/CrashProcess.js", import.meta.url), [way]);
  try {
    const port = await server.ask<number>("port");
    const buffer = Buffer.allocUnsafe(64 * 1024);
    for (let made = 0; made < crash.subscribers; made++) {
      const socket = await opened({ port, path: "/", buffer, read: () => false });
      socket.pause();
      socket.on("error", () => {});
    }
    try {
      await server.ask("publish", 20_000);
      await pass(300);
      const dropped = await server.ask<number>("dropped", 5_000);
      return dropped > 0 ? undefined : "nothing: no message was dropped";
    } catch {
      return String(server.ended ?? "not answering");
    }
  } finally {
    server.kill("SIGKILL");
  }
}
