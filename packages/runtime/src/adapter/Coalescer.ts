/**
 * Several messages of one turn in one frame, for clients that know how to take them apart: fewer frames, fewer events in
 * a client. What is counted, dropped and acknowledged stays the message.
 */
import { checkOptions, kindOf, number, wholeNumber } from "@sluice/core";
import type { Failed } from "../actor/Attempt.js";
import { defaultQuantum } from "../actor/Flusher.js";
import { bytesOf, Frame, frameOfBytes } from "./Frame.js";
import { type Encoded, encoded, type Message } from "./Message.js";

/**
 * How messages become one: `lines` joins texts by newlines, which none of them may hold; `json` makes an array of texts
 * that are JSON, also of one; `length-prefixed` puts before the bytes of each binary message how many they are, as 4 bytes,
 * most significant first, also of one. Other messages go as they are. A function makes of several texts one, or of several
 * bytes, as it likes; it is not given one alone.
 */
export type Coalescing =
  | "lines"
  | "json"
  | "length-prefixed"
  | ((messages: ReadonlyArray<string>) => string)
  | { readonly binary: (messages: ReadonlyArray<Uint8Array>) => Uint8Array };

/** Whether and how several messages become one frame. */
export interface CoalesceOptions {
  readonly as: Coalescing;
  /** The most bytes of messages in a frame; one larger message goes alone. 15 KiB by default, which is one write. */
  readonly maxBytes?: number | undefined;
  /**
   * How long a turn may be waited with, so that more goes in a frame: 0 to 100 milliseconds, 0 by default. It waits as long
   * as the last turn took to write: not at all while there is little to do.
   */
  readonly patienceMillis?: number | undefined;
}

/** What joins messages. */
export interface Joiner<T> {
  readonly maxBytes: number;
  /** Whether a message can be one of several. */
  joins(message: T): boolean;
  /** One message of those, of which each joins; undefined when that fails: then each goes alone. */
  join(messages: ReadonlyArray<T>): T | undefined;
}

const isCoalescing = (as: unknown) =>
  as === "lines" ||
  as === "json" ||
  as === "length-prefixed" ||
  typeof as === "function" ||
  typeof (as as { readonly binary?: unknown } | null)?.binary === "function";

const coalesceRules = {
  as: [
    isCoalescing,
    "must be lines, json, length-prefixed, a function of texts, or { binary: a function }",
  ],
  maxBytes: wholeNumber(1, 2 ** 30),
  patienceMillis: number(0, 100),
} as const;

const encoder = new TextEncoder();
const decoder = new TextDecoder();

export class Coalescer implements Joiner<Message> {
  readonly maxBytes: number;
  readonly #as: Coalescing;
  readonly #isBinary: boolean;
  readonly #failed: Failed;

  /** `failed` hears what a function of the options throws. @throws {ConfigurationError} for options that are not valid. */
  constructor(options: CoalesceOptions, failed: Failed) {
    // It says how: without that nothing can be made one.
    checkOptions({ ...options, as: options.as ?? null }, "coalesce", coalesceRules);
    this.#as = options.as;
    this.#failed = failed;
    this.maxBytes = options.maxBytes ?? defaultQuantum.bytes;
    this.#isBinary = this.#as === "length-prefixed" || typeof this.#as === "object";
  }

  joins(message: Message): boolean {
    if (message instanceof Frame) return message.isBinary === this.#isBinary;
    if (typeof message === "string") return !this.#isBinary;
    const other = encoded(message);
    if (other instanceof Frame) return other.isBinary === this.#isBinary;
    return this.#isBinary && other !== undefined;
  }

  join(messages: ReadonlyArray<Message>): Message | undefined {
    try {
      return this.#joined(messages.map((message) => encoded(message) as Encoded));
    } catch (error) {
      this.#failed(error);
      return undefined;
    }
  }

  #joined(messages: ReadonlyArray<Encoded>): Encoded {
    const [only] = messages;
    const isOne = only !== undefined && messages.length === 1;
    const as = this.#as;
    if (as === "length-prefixed") return frameOfBytes(prefixed(messages.map(bytesIn)), true);
    if (as === "json") return frameOfBytes(joined(messages.map(bytesIn), "[", ",", "]"), false);
    if (isOne) return only;
    if (as === "lines") return frameOfBytes(joined(messages.map(bytesIn), "", "\n", ""), false);
    if (typeof as === "function") return Frame.text(as(messages.map(textIn)));
    const bytes = as.binary(messages.map(bytesIn));
    if (bytes instanceof Uint8Array) return Frame.binary(bytes);
    throw new TypeError(`what messages were made into must be a Uint8Array, not ${kindOf(bytes)}`);
  }
}

function bytesIn(message: Encoded): Uint8Array {
  if (message instanceof Frame) return new Uint8Array(bytesOf(message));
  if (typeof message === "string") return encoder.encode(message);
  return new Uint8Array(message.buffer, message.byteOffset, message.byteLength);
}

const textIn = (message: Encoded) =>
  typeof message === "string" ? message : decoder.decode(bytesIn(message));

function joined(parts: ReadonlyArray<Uint8Array>, first: string, between: string, last: string) {
  const separators = between.length * (parts.length - 1) + first.length + last.length;
  const all = new Uint8Array(parts.reduce((sum, { length }) => sum + length, separators));
  let at = 0;
  const put = (text: string) => {
    for (let index = 0; index < text.length; index++) all[at++] = text.charCodeAt(index);
  };
  put(first);
  for (const [index, part] of parts.entries()) {
    if (index > 0) put(between);
    all.set(part, at);
    at += part.length;
  }
  put(last);
  return all.buffer;
}

function prefixed(parts: ReadonlyArray<Uint8Array>): ArrayBuffer {
  const all = new Uint8Array(parts.reduce((sum, { length }) => sum + 4 + length, 0));
  const view = new DataView(all.buffer);
  let at = 0;
  for (const part of parts) {
    view.setUint32(at, part.length);
    all.set(part, at + 4);
    at += 4 + part.length;
  }
  return all.buffer;
}
