/** `sluice serve --inspect`, as one runs it. */
import { on, once } from "node:events";
import { createServer } from "node:net";
import { describe, expect, onTestFinished, test } from "vitest";
import { WebSocket } from "ws";
import { complaints, end, start } from "./CommandLine.js";

/** Holds a port until the test is over, or until it is let go. */
async function heldPort() {
  const holder = createServer().listen(0);
  await once(holder, "listening");
  const address = holder.address();
  if (address === null || typeof address === "string") throw new Error("it has no port");
  const release = () => new Promise((resolve) => holder.close(resolve));
  onTestFinished(() => void release());
  return { port: address.port, release };
}

async function deadPort(): Promise<number> {
  const { port, release } = await heldPort();
  await release();
  return port;
}

describe("sluice serve --inspect", () => {
  test("shows the demonstration's connections on the page that it prints", async () => {
    const port = await deadPort();
    const child = start("serve", "--port", "0", "--inspect", `${port}`);
    const ended = end(child);
    const saidWhere = new Promise<void>((resolve) => {
      child.stdout?.on("data", (data) => {
        if (`${data}`.includes(`inspector http://localhost:${port}`)) resolve();
      });
    });
    await saidWhere;
    const socket = new WebSocket(`ws://localhost:${port}`);
    onTestFinished(() => socket.terminate());
    const types = new Set<string>();
    const names = new Set<string>();
    for await (const [data] of on(socket, "message")) {
      const { type, name } = JSON.parse(`${data}`);
      types.add(type);
      if (name !== undefined) names.add(name);
      if (types.size === 3 && names.size === 8) break;
    }
    expect([...types].sort()).toEqual(["@xstate.actor", "@xstate.event", "@xstate.snapshot"]);
    for (const name of names) expect(name).toMatch(/^\/(feed|query) c\d+$/);
    child.kill("SIGINT");
    const { code, err, out } = await ended;
    // What is of use where Stately's page cannot be had.
    const said = out.replaceAll(/\s+/g, " ");
    expect(said).toContain("its page is Stately's and needs the internet; without: the page above");
    expect(said).toContain("`sluice chart` prints the chart");
    expect(out).toMatch(/ page http:\/\/127\.0\.0\.1:\d+\/ /);
    expect(complaints(err)).toBe("");
    expect(code).toBe(0);
  });

  test("whose relay cannot be reached says so once, and serves as if nothing were", async () => {
    const url = `ws://127.0.0.1:${await deadPort()}`;
    const { out, err, code } = await end(
      start("serve", "--port", "0", "--inspect", url, "--for", "3s"),
    );
    expect(complaints(err)).toBe(
      `warning: the inspector's relay at ${url} cannot be reached; it is tried again in the background\n`,
    );
    expect(out).toMatch(/^every connection balances/m);
    expect(code).toBe(0);
  });

  test("on a port that is taken says so, and serves as if nothing were", async () => {
    const { port } = await heldPort();
    const { out, err, code } = await end(
      start("serve", "--port", "0", "--clients", "none", "--inspect", `${port}`, "--for", "500ms"),
    );
    expect(complaints(err)).toBe(
      `warning: the inspector's relay cannot listen on port ${port}: the port is in use; nothing is inspected\n`,
    );
    expect(out).toContain("every connection balances (0)");
    expect(code).toBe(0);
  });

  test.each(["0", "65536", "http://localhost:8080", "yes"])("%s is refused", async (relay) => {
    const { err, code } = await end(start("serve", "--inspect", relay));
    expect(err).toContain(`'${relay}'`);
    expect(err).toContain("a port from 1 to 65535, or a URL with ws:// or wss://");
    expect(code).toBe(2);
  });
});
