/**
 * As many connections as one process may have, each a real socket: what they cost in memory, how late the loop is, how
 * long a message to all of them takes, and whether every count is right; beside uWebSockets.js alone with a topic.
 */
import { figure } from "../Figure.js";
import type { Part } from "../Part.js";
import { row, significant } from "../Report.js";
import { spread } from "../Spread.js";
import { type Kind, messageBytes } from "./protocol.js";
import { type Trial, trial } from "./Trial.js";

/** As many as two cores have time for. */
const most = 20_000;
/** Descriptors that a process needs for itself. */
const spare = 64;

const connections = Math.min(most, descriptors() - spare);
const many = `${connections.toLocaleString("en")} connections in one process`;

export const scale: Part = {
  name: "scale",
  figures: {
    "scale-memory": `heap for a connection that has been used: ${many}`,
    "scale-resident": `resident memory of the server: ${many}`,
    "scale-kernel": `what the kernel's objects take for a connection, both ends: ${many}`,
    "scale-stop": `the longest stop of the loop, a message to everyone each second: ${many}`,
    "scale-broadcast": `until the last of them has ${messageBytes} B to everyone: ${many}`,
  },
  run,
};

async function run() {
  const raw = await trial("raw", connections);
  print("raw", raw);
  const ours = await trial("sluice", connections);
  print("sluice", ours);
  const problems = [...raw.problems, ...ours.problems];
  if (problems.length > 0) throw new Error(problems.join("\n"));
  const peer = "uWebSockets.js with a topic";
  const pair = (id: string, unit: string, of: (trial: Trial) => number) =>
    figure({ id, unit, ours: [of(ours)], peers: { [peer]: [of(raw)] } });
  return [
    // What uWebSockets.js has of its own for a connection is not on the heap.
    figure({ id: "scale-memory", unit: "B", ours: [ours.used.heap] }),
    pair("scale-resident", "MB", (trial) => trial.server.resident / 2 ** 20),
    // Of the whole machine, and rough; not every kernel tells.
    ...(ours.kernel === null
      ? []
      : [figure({ id: "scale-kernel", unit: "B", ours: [ours.kernel.objects] })]),
    pair("scale-stop", "ms", ({ busy }) => busy.max),
    figure({
      id: "scale-broadcast",
      unit: "ms",
      ours: ours.millis,
      peers: { [peer]: raw.millis },
    }),
  ];
}

/** How many files and sockets a process may have open. */
function descriptors(): number {
  const report = process.report.getReport() as unknown as {
    readonly userLimits?: { readonly open_files?: { readonly soft: number | "unlimited" } };
  };
  const soft = report.userLimits?.open_files?.soft;
  return typeof soft === "number" ? soft : Number.POSITIVE_INFINITY;
}

const labels: Readonly<Record<Kind, string>> = { sluice: "Sluice", raw: "uWebSockets.js" };

function print(kind: Kind, trial: Trial): void {
  const { connections, joined, server, idle, used, kernel, rest, busy, problems } = trial;
  const say = (name: string, value: number, unit: string, note = "") => {
    const label = `${labels[kind]}: ${name}`.padEnd(56);
    console.log(`  ${label} ${significant(value).padStart(8)} ${unit.padEnd(3)} ${note}`.trimEnd());
  };
  say("connections", connections, "", `${joined} read with others, by a topic`);
  say("the server's resident memory", server.resident / 2 ** 20, "MB");
  say("the server's heap", server.heap / 2 ** 20, "MB");
  say("a connection, idle: heap", idle.heap, "B");
  say("a connection, idle: resident", idle.resident, "B");
  say("a connection, used: heap", used.heap, "B");
  say("a connection, used: resident", used.resident, "B");
  if (kernel !== null) {
    say("a connection, both ends: the kernel's objects", kernel.objects, "B");
    say("a connection, both ends: the kernel's buffers", kernel.buffers, "B");
  }
  say("loop delay at rest, p99", rest.p99, "ms", `largest ${significant(rest.max)}`);
  say("loop delay while sending, p99", busy.p99, "ms", `largest ${significant(busy.max)}`);
  say("until the last client has the first message", trial.firstMillis, "ms");
  row(`${labels[kind]}: until it has another`, spread(trial.millis), { name: "ms" });
  for (const problem of problems) console.log(`  WRONG: ${problem}`);
  if (problems.length > 0) return;
  console.log("  every client has every message once, in order, and all counts agree");
}
