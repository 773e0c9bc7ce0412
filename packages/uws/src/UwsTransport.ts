/** A uWebSockets.js socket as a transport. The only file that writes to one. */

import type { WebSocket } from "uWebSockets.js";
import type { SendStatus, Transport } from "@sluice/runtime";
import { Frame, type Message } from "./Frame.js";

export class UwsTransport implements Transport<Message> {
  readonly #socket: WebSocket<unknown>;
  readonly #compress: boolean;

  constructor(socket: WebSocket<unknown>, compress: boolean) {
    this.#socket = socket;
    this.#compress = compress;
  }

  /** @throws {Error} when the bytes of the message are gone: better than an empty message in its place. */
  send(message: Message): SendStatus {
    const socket = this.#socket;
    if (message instanceof Frame) {
      return socket.send(message.data, message.isBinary, this.#compress) as SendStatus;
    }
    if (typeof message === "string") {
      // Half a surrogate pair is no text: a client would close over it.
      const text = message.isWellFormed() ? message : message.toWellFormed();
      return socket.send(text, false, this.#compress) as SendStatus;
    }
    if (message.byteLength === 0 && isDetached(message.buffer)) throw gone();
    return socket.send(message, true, this.#compress) as SendStatus;
  }

  /** User space only: the kernel's buffers are not in it, nor is the cork buffer. */
  bufferedBytes(): number {
    return this.#socket.getBufferedAmount();
  }

  cork(write: () => void): void {
    this.#socket.cork(write);
  }

  end(code: number, reason: string): void {
    this.#socket.end(code, reason);
  }

  terminate(): void {
    this.#socket.close();
  }
}

/** What a `message` handler is given is taken away when it returns, and with it every view of it. */
function isDetached(buffer: ArrayBufferLike): boolean {
  try {
    new Uint8Array(buffer);
    return false;
  } catch {
    return true;
  }
}

function gone(): Error {
  return new Error(
    "the bytes of a message were gone before they were sent: " +
      "copy what a message handler is given with Frame.copy (Buffer.from only looks at it)",
  );
}
