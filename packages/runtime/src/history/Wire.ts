/**
 * How messages of channels with a history, and notices about them, go over the wire: as JSON, unless their owner says
 * otherwise. A message is written once for all, when it is published.
 */
import { bytesOf, Frame } from "../adapter/Frame.js";
import { frameOf, type Message } from "../adapter/Message.js";
import type { Gap, Place } from "./Past.js";

/** Where a message is in the order of its channel. */
export interface Stamp extends Place {
  readonly channel: string;
}

/** What a client is told besides messages: its place, which it has without a message; or what it will not get. */
export type ChannelNotice =
  | Stamp
  | { readonly channel: string; readonly epoch: string; readonly gap: Gap };

/** What replaces the JSON. */
export interface ChannelWire {
  /** What goes to clients of a message that is published. */
  readonly message: (stamp: Stamp, message: Message) => Message;
  readonly notice: (notice: ChannelNotice) => Message;
}

/** `{"channel":"prices.eur","epoch":"kX3w","position":17,"data":…}`: what is JSON is in it as it is, other text as a string. */
function message({ channel, epoch, position }: Stamp, given: Message): Frame {
  // Neither a channel's name nor an epoch has anything in it that JSON would escape.
  const head = `{"channel":"${channel}","epoch":"${epoch}","position":${position},"data":`;
  return Frame.text(`${head}${jsonOf(textOf(given))}}`);
}

const json: ChannelWire = { message, notice: (notice) => JSON.stringify(notice) };

/** Both ways, of frames; what a function of the owner's returns must be a message. */
export class Wire {
  readonly #wire: ChannelWire;

  constructor(wire: ChannelWire = json) {
    this.#wire = wire;
  }

  /** @throws {TypeError} for what cannot be written: bytes, in JSON. */
  message(stamp: Stamp, message: Message): Frame {
    return frameOf(this.#wire.message(stamp, message));
  }

  /** The same of what somebody else has published; only its place, if it cannot be written. */
  foreign(stamp: Stamp, message: Message): Frame {
    try {
      return this.message(stamp, message);
    } catch {
      return this.notice(stamp);
    }
  }

  notice(notice: ChannelNotice): Frame {
    return frameOf(this.#wire.notice(notice));
  }
}

function textOf(given: Message): string {
  if (typeof given === "string") return given;
  if (given instanceof Frame && !given.isBinary) return Buffer.from(bytesOf(given)).toString();
  // What is no message at all is refused as such.
  frameOf(given);
  throw new TypeError("bytes on a channel with a history need a channels.wire that writes them");
}

/** Text that only looks like JSON must not get to be part of what is around it. */
function jsonOf(text: string): string {
  try {
    JSON.parse(text);
    return text;
  } catch {
    return JSON.stringify(text);
  }
}
