/** What is used of `ws` and of Node that their typings do not tell, and a message in the form that `ws` takes. */
import type { Duplex } from "node:stream";
import { bytesOf, type Encoded, Frame } from "@sluice/runtime/adapter";
import type { WebSocket } from "ws";

/** The stream under a socket: one of the system mostly, in the clear or encrypted, but any will do. */
export interface Stream extends Duplex {
  /** True of TLS. */
  readonly encrypted?: boolean;
  readonly bytesRead?: number;
  /** Of the system's streams: it knows how much of a write is left. */
  readonly _handle?: { readonly writeQueueSize?: number } | null;
}

/** The stream of an open socket. Servers that write to it are as old as `ws`; it is in no typings. */
export function streamOf(socket: WebSocket): Stream {
  return (socket as unknown as { readonly _socket: Stream })._socket;
}

/** The bytes of a view, as they are. */
export function viewOf(view: ArrayBufferView): Uint8Array {
  if (view instanceof Uint8Array) return view;
  return new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
}

/** For `ws` to compress, which takes a while: bytes that may change meanwhile are copied. */
export function payloadOf(message: Encoded): string | Uint8Array {
  if (typeof message === "string") return message;
  return message instanceof Frame ? Buffer.from(bytesOf(message)) : Buffer.from(viewOf(message));
}

/** Whether a message says that it is to be compressed, whatever its server says of others. */
export function asksToCompress(message: Encoded): boolean {
  return message instanceof Frame && message.compress === true;
}

/** Has `ws` itself send a message: it compresses, and keeps the order. What a frame says of itself goes before `compresses`. */
export function sendBy(
  socket: WebSocket,
  message: Encoded,
  compresses: boolean,
  sent: () => void,
): void {
  const isText = typeof message === "string" || (message instanceof Frame && !message.isBinary);
  const own = message instanceof Frame ? message.compress : undefined;
  const options = (own ?? compresses) ? compressed : plain;
  socket.send(payloadOf(message), isText ? options.text : options.binary, sent);
}

const compressed = optionsOf(true);
const plain = optionsOf(false);

function optionsOf(compress: boolean) {
  return {
    text: { binary: false, compress, fin: true },
    binary: { binary: true, compress, fin: true },
  };
}
