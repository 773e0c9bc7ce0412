/** Two reference servers that share their feed by a real NATS server. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { Broker } from "@sluice/nats/testing";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { WebSocket } from "ws";

vi.setConfig({ testTimeout: 120_000 });

const program = fileURLToPath(new URL("../../server/dist/main.js", import.meta.url));

interface Serving {
  readonly url: string;
  readonly child: ChildProcess;
}

async function serving(nats: string, port = "0"): Promise<Serving> {
  const flags = ["serve", "--clients", "none", "--port", port, "--nats", nats];
  const child = spawn(process.execPath, [program, ...flags], { stdio: ["ignore", "pipe", "pipe"] });
  onTestFinished(() => void child.kill("SIGKILL"));
  let said = "";
  const url = await new Promise<string>((resolve, reject) => {
    child.stdout.on("data", (data) => {
      said += data;
      const found = /sluice listens on (\S+)/.exec(said)?.[1];
      if (found !== undefined) resolve(found);
    });
    child.stderr.on("data", (data) => {
      said += data;
    });
    child.once("exit", (code) => reject(new Error(`it has ended (${code}): ${said}`)));
  });
  return { url, child };
}

/** Numbers of the feed, as a client of a server hears them. */
async function listening({ url }: Serving): Promise<Array<number>> {
  const heard: Array<number> = [];
  const socket = new WebSocket(`${url.replace("http", "ws")}/feed?maxMessages=2000`);
  onTestFinished(() => socket.terminate());
  socket.on("message", (data) => heard.push(JSON.parse(String(data)).seq));
  socket.on("error", () => {});
  await once(socket, "open");
  return heard;
}

interface Peer {
  readonly name: string;
  readonly url: string;
  readonly listeners: number;
  readonly isLeading: boolean;
}

const peersOf = async ({ url }: Serving) =>
  (await (await fetch(`${url}/cluster`)).json()) as ReadonlyArray<Peer>;

describe.skipIf(!Broker.isThere && !process.env["CI"])(
  "servers that share their feed (apt-get install nats-server)",
  () => {
    test("have one feed, which another of them goes on with when one is killed", async () => {
      const broker = await Broker.start();
      onTestFinished(() => broker.end());
      const servers = [await serving(broker.url), await serving(broker.url)] as const;
      const [one, other] = [await listening(servers[0]), await listening(servers[1])];
      await vi.waitFor(
        async () => {
          for (const server of servers) {
            const peers = await peersOf(server);
            expect(peers.map(({ listeners }) => listeners)).toEqual([1, 1]);
          }
          expect(Math.min(one.length, other.length)).toBeGreaterThan(1_000);
        },
        { timeout: 60_000 },
      );
      const [from, to] = [Math.max(one.at(-500) ?? 0, other.at(-500) ?? 0), one.at(-1) ?? 0];
      const shared = (heard: Array<number>) => heard.filter((seq) => seq >= from && seq <= to);
      await vi.waitFor(() => expect(shared(other)).toEqual(shared(one)), { timeout: 20_000 });
      const leading = (await peersOf(servers[0])).filter(({ isLeading }) => isLeading);
      // Whoever was there first goes on, whatever the other is called.
      expect(leading.map(({ url }) => url)).toEqual([servers[0].url]);
      const [leader] = leading;
      const leads = servers.findIndex(({ url }) => url === leader?.url);
      const [left, last] = leads === 0 ? [servers[1], other] : [servers[0], one];
      servers[leads]?.child.kill("SIGKILL");
      const before = last.at(-1) ?? 0;
      await vi.waitFor(() => expect(last.at(-1)).toBeGreaterThan(before + 1_000), {
        timeout: 60_000,
      });
      expect(await peersOf(left)).toHaveLength(1);
      left.child.kill("SIGTERM");
      const [code] = await once(left.child, "exit");
      expect(code).toBe(0);
    });

    test("end where their port is taken, though they have joined the others", async () => {
      const broker = await Broker.start();
      onTestFinished(() => broker.end());
      const { url } = await serving(broker.url);
      await expect(serving(broker.url, new URL(url).port)).rejects.toThrow(
        /it has ended \(1\).*cannot listen/s,
      );
    });

    test("say so, and end, where NATS cannot be reached", async () => {
      await expect(serving("nats://127.0.0.1:1")).rejects.toThrow(
        /it has ended \(1\).*NATS \(nats:\/\/127\.0\.0\.1:1\) cannot be reached/s,
      );
    });
  },
);
