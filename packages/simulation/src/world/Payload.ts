/** Messages that say which they are: a number, a point, and filling up to a size in bytes. */
import { bytesOf, type Encoded, encoded, Frame, type Message } from "@sluice/runtime/adapter";

/** Text of one byte a character, text of two, bytes of its own and a frame take turns. */
export function messageOf(number: number, bytes: number): Message {
  const head = `${number}.`;
  const left = Math.max(0, bytes - head.length);
  switch (number % 5) {
    case 0:
      return Frame.text(head + "-".repeat(left));
    case 1:
      return head + "é".repeat(left >> 1) + "-".repeat(left & 1);
    case 2:
      return Buffer.from(head + "-".repeat(left), "latin1");
    default:
      return head + "-".repeat(left);
  }
}

/** How large it is, and which it says it is; of several in one frame each. */
export function* contentsOf(message: Message): Generator<{ number: number; bytes: number }> {
  const buffer = bufferOf(message);
  for (let from = 0; from <= buffer.length; ) {
    const end = buffer.indexOf(10, from);
    const to = end < 0 ? buffer.length : end;
    yield {
      number: Number.parseInt(buffer.toString("latin1", from, Math.min(to, from + 9)), 10),
      bytes: to - from,
    };
    from = to + 1;
  }
}

export function bufferOf(given: Message): Buffer {
  const message = encoded(given) as Encoded;
  if (typeof message === "string") return Buffer.from(message);
  if (message instanceof Frame) return Buffer.from(bytesOf(message) as ArrayBuffer);
  return Buffer.from(message.buffer, message.byteOffset, message.byteLength);
}
