/**
 * What a held message takes of the memory of the process, in bytes, about: its text or its bytes, and what holds them.
 *
 * The constants are measured, as the growth of heap and external memory by a message in outboxes of 1,000, under Node 20: a
 * string takes 33 to 42 bytes beyond its characters, its place in the ring (17) included; a frame of many takes 161 and a
 * view of bytes 201. A resident set grows by more, as an allocator and a collector need room to work in.
 */
import { Frame } from "../adapter/Frame.js";
import type { Message } from "../adapter/Message.js";

/** What each outbox that holds a message has for it: a place in its ring, and the head of a string. */
export const placeBytes = 64;

/** An object with bytes of its own. */
const objectBytes = 192;

/** What exists once, however many outboxes hold it, if it is a frame. `bytes` is the size of the message as encoded. */
export function payloadBytes(message: Message, bytes: number): number {
  if (typeof message !== "string") return objectBytes + bytes;
  // Text that is not all of one byte a character may be kept in two for each.
  return bytes === message.length ? bytes : Math.max(bytes, 2 * message.length);
}

/** Whether many may hold the same one. A string that is offered to many one by one counts for each. */
export function isShared(message: Message): message is Frame {
  return message instanceof Frame;
}
