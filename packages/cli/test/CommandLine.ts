/** The command line as one runs it: a process of its own. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { onTestFinished } from "vitest";

/** What starts a program with arguments. It is killed when the test has finished. */
export const starter =
  (main: URL) =>
  (...args: ReadonlyArray<string>): ChildProcess =>
    startWith("pipe", main, ...args);

/** `sluice` as whoever installs no more than the command line has it. */
const sluice = new URL("../dist/main.js", import.meta.url);

export const start = starter(sluice);

/** The same with a standard output that is a file, by its descriptor. */
export function startInto(stdout: number, ...args: ReadonlyArray<string>): ChildProcess {
  return startWith(stdout, sluice, ...args);
}

function startWith(
  stdout: number | "pipe",
  main: URL,
  ...args: ReadonlyArray<string>
): ChildProcess {
  const child = spawn(process.execPath, [fileURLToPath(main), ...args], {
    stdio: ["pipe", stdout, "pipe"],
  });
  // A process that has ended reads nothing more.
  child.stdin?.on("error", () => {});
  onTestFinished(() => void child.kill("SIGKILL"));
  return child;
}

/** What a process said, and how it ended. */
export async function end(child: ChildProcess) {
  const { stdout, stderr } = child;
  if (stdout === null || stderr === null) throw new Error("its output is not piped");
  const [out, err, [code]] = await Promise.all([text(stdout), text(stderr), once(child, "exit")]);
  return { out, err, code: code as number };
}

/** Reads so many lines, and then no more. Resolves when it has ended. */
export async function upToLine(count: number, child: ChildProcess) {
  const { stdout, stderr } = child;
  if (stdout === null || stderr === null) throw new Error("its output is not piped");
  const ended = once(child, "exit");
  const complaint = text(stderr);
  let lines = 0;
  if (count === 0) stdout.destroy();
  stdout.on("data", (data: Buffer) => {
    lines += data.toString().split("\n").length - 1;
    if (lines >= count) stdout.destroy();
  });
  const [code] = await ended;
  return { code: code as number, err: await complaint };
}
