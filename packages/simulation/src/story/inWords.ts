/** A story for a person to read: what is not as it would be by itself, and its steps with the times at which they are. */
import { type ConfigurationOptions, defaults } from "@sluice/core";
import {
  type ClientStory,
  channels,
  names,
  type Operation,
  type Step,
  type Story,
} from "./Story.js";

export function inWords(story: Story): ReadonlyArray<string> {
  const { server, clients, steps } = story;
  let atMillis = 0;
  return [
    `A server whose sockets tell ${server.closes} that they are closed${extras(story)}:`,
    ...server.configurations.map(
      (one, at) => `  configuration ${at}: ${changed(one) || "as it is by default"}`,
    ),
    ...clients.map(
      (client, at) =>
        `  client ${at}, of configuration ${at % server.configurations.length}: ${clientWords(client)}`,
    ),
    ...steps.map((step) => {
      atMillis += step.afterMillis;
      return `  at ${atMillis} ms ${stepWords(step, clients.length)}`;
    }),
  ];
}

function extras({ server }: Story): string {
  const { maxTotalBytes, topics, lines, limits, idleTimeoutMillis } = server;
  const all = [
    topics && "topics",
    lines && "messages joined by lines",
    limits && "limits for channels a.*",
    maxTotalBytes !== "off" && `maxTotalBytes ${maxTotalBytes}`,
    idleTimeoutMillis > 0 && `an idle timeout of ${idleTimeoutMillis} ms`,
  ].filter((one) => one !== false);
  return all.length === 0 ? "" : `, with ${all.join(", ")}`;
}

function changed(options: ConfigurationOptions): string {
  return Object.entries(options)
    .filter(([name, value]) => defaults[name as keyof typeof defaults] !== value)
    .map(([name, value]) => `${name} ${value}`)
    .join(", ");
}

function clientWords(client: ClientStory): string {
  const { temper, fromMillis, bytesPerMilli, roundTripMillis, kernelBytes, answers, drains } =
    client;
  const reads = temper === "steady" ? "reads" : `is ${temper} from ${fromMillis} ms on, and reads`;
  return (
    `${reads} ${bytesPerMilli} bytes/ms over ${roundTripMillis} ms, ${kernelBytes} bytes in kernels; ` +
    `pings answered: ${answers}; drains: ${drains}`
  );
}

const operationWords: Readonly<Record<Operation, (step: Step) => string>> = {
  offer: ({ bytes }) => `is offered ${bytes} bytes`,
  burst: ({ bytes, count }) => `is offered ${count}/8 of its outbox, ${bytes} bytes each`,
  send: ({ bytes, millis }) =>
    `is sent ${bytes} bytes${millis > 0 ? `, given up after ${millis} ms` : ""}`,
  broadcast: ({ bytes }) => `${bytes} bytes are broadcast`,
  publish: ({ bytes, channel }) =>
    `${bytes} bytes are published on ${names[channel % names.length]}`,
  subscribe: ({ channel }) => `is subscribed to ${channels[channel % channels.length]}`,
  unsubscribe: ({ channel }) => `is unsubscribed from ${channels[channel % channels.length]}`,
  close: () => "is closed",
  evict: () => "is evicted",
  reset: () => "resets its connection",
  leave: () => "says goodbye",
  forge: ({ count }) => `sends a pong that answers nothing (${count})`,
  refuse: ({ count }) => `has a socket that refuses ${count} messages`,
  throw: () => "has a socket that throws at the next call",
  drain: () => "has a socket that tells of a drain",
  own: ({ bytes }) => `is sent ${bytes} bytes past Sluice`,
  stall: ({ millis }) => `the event loop stands still for ${millis} ms`,
  "step clock": ({ millis }) => `clocks are stepped by ${millis} ms`,
  wait: () => "nothing is done",
  "close server": () => "the server is closed",
};

const ofServer: ReadonlySet<Operation> = new Set([
  "broadcast",
  "publish",
  "stall",
  "step clock",
  "wait",
  "close server",
]);

function stepWords(step: Step, clients: number): string {
  const { operation, place, client } = step;
  const what = operationWords[operation](step);
  const who = ofServer.has(operation) ? what : `client ${client % Math.max(1, clients)} ${what}`;
  if (place === "") return who;
  return place === "message"
    ? `a handler of a message of client ${client % Math.max(1, clients)} is called, where ${who}`
    : `it is left to the next callback of "${place}" that ${who}`;
}
