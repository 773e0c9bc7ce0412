import { App } from "uWebSockets.js";
import { once } from "node:events";
import { closeSync, openSync } from "node:fs";
import { type AddressInfo, connect, createServer } from "node:net";
import { devNull } from "node:os";
import { expect, onTestFinished, test, vi } from "vitest";
import { Door, gateOf } from "../src/http/Door.js";
import { until } from "./running.js";
import { threaded } from "./threaded.js";

const files = vi.hoisted(() => ({ areUsedUp: false }));

vi.mock("node:fs", async (load) => {
  const real = await load<typeof import("node:fs")>();
  return {
    ...real,
    openSync: (...args: Parameters<typeof real.openSync>) => {
      if (files.areUsedUp) throw Object.assign(new Error("EMFILE"), { code: "EMFILE" });
      return real.openSync(...args);
    },
  };
});

async function opened(onChange?: (isOpen: boolean) => void): Promise<Door> {
  const door = new Door(gateOf(App()), {
    host: "127.0.0.1",
    port: 0,
    ...(onChange && { onChange }),
  });
  onTestFinished(() => {
    files.areUsedUp = false;
    door.close();
  });
  expect(await door.open()).toBe(true);
  return door;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}

async function knock(port: number): Promise<string> {
  const socket = connect(port, "127.0.0.1");
  const answer = await Promise.race([
    once(socket, "connect").then(() => "taken"),
    new Promise<string>((resolve) => socket.on("error", () => resolve("refused"))),
  ]);
  socket.destroy();
  return answer;
}

test("is shut while descriptors are used up, and opens again on the same port when there are some", async () => {
  const told: Array<boolean> = [];
  const door = await opened((isOpen) => told.push(isOpen));
  const { port } = door;
  expect(port).toBeGreaterThan(0);
  expect(await knock(port)).toBe("taken");
  files.areUsedUp = true;
  await until(() => !door.isOpen);
  expect(await knock(port)).toBe("refused");
  expect(told).toEqual([false]);
  files.areUsedUp = false;
  await until(() => told.length === 2);
  expect(told).toEqual([false, true]);
  expect(door.isOpen).toBe(true);
  expect(door.port).toBe(port);
  expect(await knock(port)).toBe("taken");
});

test("that was closed stays so, with descriptors or without", async () => {
  const door = await opened();
  files.areUsedUp = true;
  await until(() => !door.isOpen);
  door.close();
  files.areUsedUp = false;
  // Longer than it takes another door to be shut and opened.
  const other = await opened();
  files.areUsedUp = true;
  await until(() => !other.isOpen);
  files.areUsedUp = false;
  await until(() => other.isOpen);
  expect(door.isOpen).toBe(false);
});

test("keeps no descriptor of those that it tries", async () => {
  const door = await opened();
  files.areUsedUp = true;
  await until(() => !door.isOpen);
  files.areUsedUp = false;
  const next = () => {
    const descriptor = openSync(devNull, "r");
    closeSync(descriptor);
    return descriptor;
  };
  const before = next();
  await until(() => door.isOpen);
  // The listening socket takes the lowest that is free.
  expect(next()).toBeLessThanOrEqual(before + 1);
});

test("that of several threads is shut and opened as that of one", async () => {
  const said = vi.spyOn(console, "error").mockImplementation(() => {});
  onTestFinished(() => {
    files.areUsedUp = false;
    said.mockRestore();
  });
  // Of a port that the system has chosen, who is connected keeps it from being listened on again.
  const port = await freePort();
  const { connect } = await threaded({ port });
  const listener = await connect("/feed");
  files.areUsedUp = true;
  await until(() => said.mock.calls.length === 1);
  expect(await knock(port)).toBe("refused");
  const { length } = listener.received;
  await until(() => listener.received.length > length);
  files.areUsedUp = false;
  await until(() => said.mock.calls.length === 2);
  expect(await knock(port)).toBe("taken");
});
