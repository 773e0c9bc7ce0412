/** A ledger that does not balance is told from one that does. */
import { expect, test } from "vitest";
import { compare } from "../src/ledger/compare.js";
import type { ClientEntry, ServerEntry } from "../src/ledger/Entry.js";
import { payload, payloadOf } from "../src/ledger/Payload.js";
import { commonPrefix, Ranges } from "../src/ledger/Ranges.js";

const server: ServerEntry = {
  client: "/victim/0",
  offered: 10,
  delivered: 6,
  dropped: 2,
  rejected: 1,
  buffered: 1,
  waiting: 0,
  acknowledged: 3,
  peakBytes: 100,
  numbers: [
    [1, 3],
    [6, 8],
  ],
  closedBy: null,
  code: null,
};

const client: ClientEntry = {
  client: "/victim/0",
  received: 6,
  numbers: [
    [1, 3],
    [6, 8],
  ],
  damaged: 0,
  disordered: 0,
  isOpen: true,
  code: null,
};

const cut = { closedBy: "eviction", code: 1013 } as const;

test("two ledgers that agree differ by nothing", () => {
  expect(compare([server], [client])).toEqual({
    messages: 0,
    words: [],
    connections: 1,
    oneByOne: 1,
  });
});

test("a client that was cut off may lack the end of what was delivered", () => {
  const some = { ...client, received: 4, numbers: [[1, 3] as const, [6, 6] as const] };
  expect(compare([{ ...server, ...cut }], [{ ...some, isOpen: false }]).messages).toBe(0);
});

test.each<[string, Partial<ServerEntry>, Partial<ClientEntry>, number]>([
  [
    "a message lost on the way",
    {},
    {
      received: 5,
      numbers: [
        [1, 3],
        [6, 7],
      ],
    },
    1,
  ],
  [
    "the same after an orderly close",
    { closedBy: "close" },
    {
      received: 5,
      numbers: [
        [1, 3],
        [6, 7],
      ],
      isOpen: false,
      code: 1000,
    },
    1,
  ],
  [
    "a gap in what was received",
    cut,
    {
      received: 3,
      numbers: [
        [1, 2],
        [6, 6],
      ],
      isOpen: false,
    },
    1,
  ],
  [
    "a message that was dropped and came",
    { delivered: 6 },
    {
      numbers: [
        [1, 3],
        [5, 7],
      ],
    },
    3,
  ],
  [
    "one more than delivered",
    { numbers: null },
    {
      received: 7,
      numbers: [
        [1, 3],
        [6, 9],
      ],
    },
    1,
  ],
  [
    "a wrong checksum",
    cut,
    {
      damaged: 1,
      received: 5,
      numbers: [
        [1, 3],
        [6, 7],
      ],
      isOpen: false,
    },
    1,
  ],
  ["one out of order", {}, { disordered: 1 }, 1],
  [
    "a receipt for what has not come",
    { ...cut, acknowledged: 6 },
    {
      received: 5,
      numbers: [
        [1, 3],
        [6, 7],
      ],
      isOpen: false,
    },
    1,
  ],
  ["offered and gone", { offered: 12 }, {}, 2],
  ["counted twice", { dropped: 3 }, {}, 1],
])("%s is a difference", (_, onServer, onClient, difference) => {
  const found = compare([{ ...server, ...onServer }], [{ ...client, ...onClient }]);
  expect(found.messages).toBe(difference);
  expect(found.words).toHaveLength(1);
});

test("a connection that only one side knows is told", () => {
  expect(compare([], [client]).messages).toBe(6);
  expect(compare([server], []).messages).toBe(0);
  expect(compare([{ ...server, offered: 11 }], []).messages).toBe(1);
});

test("runs say how far two sequences are the same", () => {
  const ranges = new Ranges();
  for (const number of [4, 5, 9, 10, 11]) ranges.add(number);
  expect(ranges.toJSON()).toEqual([
    [4, 5],
    [9, 11],
  ]);
  expect(ranges).toMatchObject({ count: 5, last: 11 });
  expect(
    commonPrefix(ranges.toJSON(), [
      [4, 5],
      [9, 9],
    ]),
  ).toBe(3);
  expect(commonPrefix(ranges.toJSON(), [[4, 6]])).toBe(2);
  expect(commonPrefix(ranges.toJSON(), [[5, 5]])).toBe(0);
});

test("a message that was changed on its way is no message", () => {
  const made = payload({ number: 7, dueMillis: 1.5 }, 64);
  expect(payloadOf(made)).toEqual({ number: 7, dueMillis: 1.5 });
  for (let at = 0; at < made.length; at++) {
    const other = Buffer.from(made);
    other.writeUInt8(other.readUInt8(at) ^ 1, at);
    expect(payloadOf(other)).toBeUndefined();
  }
});
