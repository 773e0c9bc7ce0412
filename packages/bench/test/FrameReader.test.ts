/** The frames of a server, however they come. */
import { expect, test } from "vitest";
import { FrameReader } from "../src/sockets/FrameReader.js";

const frame = (kind: number, payload: string, header: ReadonlyArray<number>) =>
  Buffer.concat([Buffer.from([kind, ...header]), Buffer.from(payload)]);

const frames = [
  frame(0x81, "short", [5]),
  frame(0x89, "ping", [4]),
  frame(0x82, "m".repeat(300), [126, 300 >> 8, 300 & 0xff]),
  frame(0x82, "", [0]),
  frame(0x82, "l".repeat(500), [127, 0, 0, 0, 0, 0, 0, 500 >> 8, 500 & 0xff]),
];

test.each([1, 2, 3, 7, 1_000])("are told whole when they come by %i bytes", (size) => {
  const told: Array<string> = [];
  const note = (kind: string) => (payload: Buffer) =>
    told.push(`${kind} ${payload.toString().slice(0, 8)} ${payload.length}`);
  const reader = new FrameReader({ message: note("message"), ping: note("ping") });
  const bytes = Buffer.concat(frames);
  for (let at = 0; at < bytes.length; at += size) reader.read(bytes.subarray(at, at + size));
  expect(told).toEqual([
    "message short 5",
    "ping ping 4",
    "message mmmmmmmm 300",
    "message  0",
    "message llllllll 500",
  ]);
});
