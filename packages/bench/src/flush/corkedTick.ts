/** uWebSockets.js corked by hand, as good as it gets: no closure per socket, no lookup, no check. */
import type { Socket } from "./Arena.js";

/** A tick that sends `data` so many times to each socket, in one corked write. */
export function corkedTick(
  sockets: ReadonlyArray<Socket>,
  messages: number,
  data: string | Uint8Array | ArrayBuffer,
  isBinary: boolean,
): () => void {
  let current: Socket;
  const write = () => {
    for (let index = 0; index < messages; index++) current.send(data, isBinary, false);
  };
  return () => {
    for (const socket of sockets) {
      current = socket;
      socket.cork(write);
    }
  };
}
