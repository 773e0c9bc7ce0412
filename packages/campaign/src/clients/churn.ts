/** Clients that come and go: in order, by a reset, without a goodbye, and in the midst of their handshake. */
import { connect, type Socket } from "node:net";
import { closeByte, maskedFrame, opened } from "@sluice/bench/kit";
import type { Churned, Where } from "./protocol.js";

/** Resolves when as many have been there. */
export async function churn(where: Where, count: number, atOnce: number): Promise<Churned> {
  let next = 0;
  let accepted = 0;
  let refused = 0;
  const lane = async () => {
    while (next < count) {
      const turn = next++;
      try {
        await oneOf(turn % 5, where);
        accepted++;
      } catch {
        refused++;
      }
    }
  };
  await Promise.all(Array.from({ length: atOnce }, lane));
  return { opened: accepted, refused };
}

async function oneOf(manner: number, { host, port }: Where): Promise<void> {
  if (manner === 4) return unfinished({ host, port });
  const socket = await opened({ host, port, path: "/passing", buffer, read: () => true });
  socket.on("error", () => {});
  const gone = new Promise<void>((resolve) => void socket.once("close", () => resolve()));
  if (manner === 0) socket.write(maskedFrame(closeByte, Buffer.from([0x03, 0xe8])));
  if (manner === 1) socket.resetAndDestroy();
  else if (manner === 3) socket.destroy();
  else socket.end();
  await gone;
}

/** It leaves before its request is whole. */
function unfinished(where: Where): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket: Socket = connect(where, () => {
      socket.write("GET /passing HTTP/1.1\r\nUpgrade: webso", () => socket.destroy());
    });
    socket.once("close", () => resolve());
    socket.once("error", reject);
  });
}

const buffer = Buffer.allocUnsafe(64 * 1024);
