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

  send(message: Message): SendStatus {
    if (message instanceof Frame) {
      return this.#socket.send(message.data, message.isBinary, this.#compress) as SendStatus;
    }
    const isBinary = typeof message !== "string";
    return this.#socket.send(message, isBinary, this.#compress) as SendStatus;
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
