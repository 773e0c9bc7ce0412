/** `verify` leaves nothing behind: not when it is interrupted, nor by a server that goes on listening. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";

const dist = (file: string) => JSON.stringify(new URL(`../verify/dist/${file}`, import.meta.url));

const run = (script: string, folder: string) =>
  spawn(process.execPath, ["--input-type=module", "--eval", script], {
    env: { ...process.env, TMPDIR: folder },
    stdio: ["ignore", "pipe", "inherit"],
  });

test("interrupted, it takes its copies with it", { timeout: 300_000 }, async () => {
  const folder = mkdtempSync(join(tmpdir(), "interrupted-"));
  const child = run(
    `import { cleanUpOnSignals } from ${dist("Cleanup.js")};
    import { Workshop } from ${dist("Workshop.js")};
    cleanUpOnSignals();
    const workshop = new Workshop();
    const sound = workshop.expectSound();
    console.log("at work");
    await sound;
    await new Promise(() => setInterval(() => {}, 1_000));`,
    folder,
  );
  await once(child.stdout, "data");
  expect(readdirSync(folder)).toHaveLength(1);
  child.kill("SIGINT");
  expect(await once(child, "exit")).toEqual([130, null]);
  expect(readdirSync(folder)).toEqual([]);
  rmSync(folder, { recursive: true });
});

test("it ends by itself once its servers are closed", { timeout: 300_000 }, async () => {
  const child = run(
    `import { play } from "@sluice/properties";
    import { closeServers, socket, wsSocket } from ${dist("systems/socket.js")};
    await play(socket, {}, [{ op: "offer", bytes: 1 }]);
    await play(wsSocket, {}, [{ op: "offer", bytes: 1 }]);
    await closeServers();`.replace(
      '"@sluice/properties"',
      JSON.stringify(new URL("../dist/index.js", import.meta.url)),
    ),
    tmpdir(),
  );
  expect(await once(child, "exit")).toEqual([0, null]);
});
