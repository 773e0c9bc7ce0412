/** The process of clients that follow the channel, and come back. It does as it is asked, one thing at a time. */
import { Follower } from "./Follower.js";
import type { Accounts, ClientsRequest } from "./protocol.js";

const followers: Array<Follower> = [];
const messages = new Map<number, string>();
const wrong: Array<string> = [];

process.on("message", async (request: ClientsRequest) =>
  process.send?.((await answerTo(request)) ?? 0),
);
process.on("disconnect", () => process.exit());

async function answerTo(request: ClientsRequest): Promise<unknown> {
  switch (request.ask) {
    case "connect": {
      const { urls, count } = request;
      for (let left = count; left > 0; left--) followers.push(new Follower(urls, heard));
      return until(() => followers.every(({ isThere }) => isThere), 60_000);
    }
    case "stall":
      return followers[0]?.stall(request.millis);
    case "reach":
      return until(
        () => followers.every(({ last }) => last >= request.position),
        request.patienceMillis,
      );
    case "accounts": {
      const clients = followers.map(({ account }) => account);
      if (clients[0] !== undefined) (clients[0].wrong as Array<string>).push(...wrong);
      return { clients, messages: [...messages] } satisfies Accounts;
    }
    case "recovered":
      await until(
        () => followers.every(({ freshMillis }) => freshMillis > request.sinceMillis),
        60_000,
      );
      return followers.map(({ freshMillis }) => freshMillis - request.sinceMillis);
    default:
      return request satisfies never;
  }
}

/** All are to have the same at a position. */
function heard(position: number, text: string): void {
  const known = messages.get(position);
  if (known === undefined) messages.set(position, text);
  else if (known !== text) wrong.push(`${position} is ${text}, and ${known}`);
}

/** Answers whether it has come to hold. */
async function until(condition: () => boolean, patienceMillis: number): Promise<boolean> {
  const end = performance.now() + patienceMillis;
  while (!condition()) {
    if (performance.now() > end) return false;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  return true;
}
