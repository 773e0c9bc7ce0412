/** A small process outlives more slow clients than it could hold the messages of: the default budget is made for it. */
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { RawClient } from "@sluice/runtime/testing";
import { expect, onTestFinished, test } from "vitest";

const program = fileURLToPath(new URL("memory/flooded.mjs", import.meta.url));

/** In megabytes. 100 clients of 1 MiB each are more. */
const heap = 64;

/** What it says next; an error if it ends instead. */
async function nextOf(child: ChildProcess): Promise<unknown> {
  const ended = once(child, "exit").then(([code, signal]) => {
    throw new Error(`the process ended: ${signal ?? code}`);
  });
  // It ends with the test too.
  ended.catch(() => {});
  const [message] = await Promise.race([once(child, "message"), ended]);
  return message;
}

test("R38 · a process with a heap of 64 MB lives on while 100 clients stop to read what is theirs alone", async () => {
  const options = { execArgv: [`--max-old-space-size=${heap}`], silent: true };
  const child = fork(program, [], options);
  onTestFinished(() => void child.kill("SIGKILL"));
  const port = (await nextOf(child)) as number;
  const clients: Array<RawClient> = [];
  onTestFinished(() => {
    for (const client of clients) client.vanish();
  });
  for (let count = 0; count < 100; count++) {
    const client = await RawClient.open(port);
    while (client.pings.length === 0) await new Promise((resolve) => setImmediate(resolve));
    client.pause();
    clients.push(client);
  }
  child.send({ megabytes: 4 });
  const { budget, ...others } = (await nextOf(child)) as {
    budget: { bytes: number; maxBytes: number; shed: { messages: number } };
  };
  expect(others).toEqual({ connections: 100, isBalanced: true, shed: budget.shed.messages });
  expect(budget.shed.messages).toBeGreaterThan(0);
  expect(budget.maxBytes).toBeLessThan((heap * 2 ** 20) / 2);
  expect(budget.bytes).toBeLessThanOrEqual(budget.maxBytes);
});
