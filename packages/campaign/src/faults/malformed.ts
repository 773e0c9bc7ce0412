/** Frames that are wrong, one kind for each victim, and some that are only odd. */
import { frame } from "../clients/frame.js";
import type { Fault } from "../Fault.js";
import { pass } from "../Stage.js";

/** RFC 6455, 5 and 7.4, forbids these: each ends its connection. */
const wrong: ReadonlyArray<Buffer> = [
  frame({ opcode: 3, payload: "a" }),
  frame({ opcode: 0xb, payload: "a" }),
  frame({ reserved: 2, payload: "a" }),
  frame({ reserved: 7, payload: "a" }),
  frame({ isMasked: false, payload: "a" }),
  frame({ opcode: 9, isFinal: false, payload: "a" }),
  frame({ opcode: 9, payload: Buffer.alloc(126) }),
  frame({ opcode: 0, payload: "a" }),
  Buffer.concat([frame({ isFinal: false, payload: "a" }), frame({ payload: "b" })]),
  frame({ payload: Buffer.from([0xff, 0xfe, 0xc0]) }),
  frame({ payload: Buffer.alloc(20_000) }),
  frame({ length: 2n ** 40n, payload: "a" }),
  frame({ length: 2n ** 63n, payload: "a" }),
  Buffer.concat(
    Array.from({ length: 40 }, (_, at) =>
      frame({ opcode: at === 0 ? 2 : 0, isFinal: false, payload: Buffer.alloc(1_000) }),
    ),
  ),
];

/** Odd, and allowed: the connection goes on. */
const odd: ReadonlyArray<Buffer> = [
  Buffer.concat([
    frame({ isFinal: false, payload: "a" }),
    frame({ opcode: 9, payload: "ping" }),
    ...Array.from({ length: 1_000 }, () => frame({ opcode: 0, isFinal: false })),
    frame({ opcode: 0, payload: "b" }),
  ]),
  Buffer.concat(Array.from({ length: 2_000 }, () => frame({ opcode: 10, payload: "pong" }))),
];

export const malformed: Fault = {
  name: "malformed",
  what: `${wrong.length} kinds of frames that are wrong, oversized ones too, and ${odd.length} that are odd`,
  by: "client",
  isQuick: true,
  setting: { victims: wrong.length + odd.length },
  expects: {},
  async strike(stage) {
    stage.strikes();
    const writes = [...wrong, ...odd].map((bytes, client) => ({
      client,
      base64: bytes.toString("base64"),
      after: "stay" as const,
    }));
    await stage.victims.ask({ ask: "write", writes });
    await pass(3_000);
    const { sights } = await stage.look();
    for (const { client, closedMillis } of sights) {
      const at = Number(/^\/victim\/(\d+)$/.exec(client)?.[1] ?? Number.NaN);
      if (at < wrong.length && closedMillis === null) {
        stage.problems.push(`wrong frames of kind ${at} did not end their connection`);
      }
      if (at >= wrong.length && closedMillis !== null) {
        stage.problems.push(`odd frames of kind ${at} ended their connection`);
      }
    }
  },
};
