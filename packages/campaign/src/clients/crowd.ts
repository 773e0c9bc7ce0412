/** Clients that all come at once, stay for a while, and go. */
import { connect } from "node:net";
import { setTimeout as passed } from "node:timers/promises";
import { upgradeRequest } from "@sluice/bench/kit";
import type { Crowded, Where } from "./protocol.js";

export async function crowd(
  { host, port }: Where,
  count: number,
  holdMillis: number,
): Promise<Crowded> {
  let answered = 0;
  const sockets = Array.from({ length: count }, () => {
    const socket = connect({ host, port });
    socket.on("error", () => {});
    socket.once("data", () => answered++);
    socket.once("connect", () => socket.write(upgradeRequest("/passing")));
    return socket;
  });
  await passed(holdMillis);
  for (const socket of sockets) socket.destroy();
  return { answered };
}
