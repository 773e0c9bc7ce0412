import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { EnvironmentError, Telemetry } from "../src/Telemetry.js";
import { Database, running } from "./running.js";

let database: Database;
beforeAll(async () => {
  database = await Database.open();
});
afterAll(() => database?.close());

/** A collector that keeps what it is sent, by path. */
async function collector() {
  const received: Array<{ readonly path: string; readonly body: string }> = [];
  const server = createServer(async (request, response) => {
    received.push({ path: request.url ?? "", body: await text(request) });
    response.writeHead(200, { "content-type": "application/json" }).end("{}");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const has = (path: string, part: string) =>
    received.some((one) => one.path === path && one.body.includes(part));
  return { url, received, has };
}

/** Runs a query over a server with telemetry of an environment, and stops both. */
async function serveOne(environment: Readonly<Record<string, string>>): Promise<void> {
  const telemetry = await Telemetry.start(environment);
  const { server, connect } = await running({ database, telemetry });
  const client = await connect("/query");
  client.send({ type: "query", id: "q1", sql: "select 1" });
  await client.upTo("completed");
  await server.stop();
  await telemetry.stop();
}

test("with an endpoint, metrics and the spans of sends are exported over OTLP", async () => {
  const { url, has, received } = await collector();
  await serveOne({ OTEL_EXPORTER_OTLP_ENDPOINT: url, OTEL_EXPORTER_OTLP_PROTOCOL: "http/json" });
  expect(has("/v1/metrics", "sluice_delivered_messages_total")).toBe(true);
  expect(has("/v1/metrics", '"unit":"By"')).toBe(true);
  const last = received.filter(({ path }) => path === "/v1/metrics").at(-1);
  expect(last?.body).toContain("sluice_delivered_messages_total");
  expect(has("/v1/traces", "sluice.send")).toBe(true);
  expect(has("/v1/traces", '"stringValue":"sluice"')).toBe(true);
});

test("of several threads each says which it is, beside what it is told to say", async () => {
  const { url, has } = await collector();
  const environment = {
    OTEL_EXPORTER_OTLP_ENDPOINT: url,
    OTEL_EXPORTER_OTLP_PROTOCOL: "http/json",
    OTEL_RESOURCE_ATTRIBUTES: "deployment.environment.name=test",
  };
  const telemetry = await Telemetry.start(environment, 3);
  const { server } = await running({ database, telemetry });
  await server.stop();
  await telemetry.stop();
  expect(has("/v1/metrics", `"stringValue":"${process.pid}-3"`)).toBe(true);
  expect(has("/v1/metrics", '"stringValue":"test"')).toBe(true);
});

test("a signal that is switched off is not exported", async () => {
  const { url, received } = await collector();
  await serveOne({
    OTEL_EXPORTER_OTLP_ENDPOINT: url,
    OTEL_TRACES_EXPORTER: "none",
    OTEL_LOGS_EXPORTER: "none",
  });
  expect(new Set(received.map(({ path }) => path))).toEqual(new Set(["/v1/metrics"]));
});

test("without an endpoint nothing is exported, and sends are not traced", async () => {
  const telemetry = await Telemetry.start({});
  expect([...telemetry.context.mapUnsafe.keys()].filter((key) => /tracer/i.test(key))).toEqual([]);
  await telemetry.stop();
});

test("a level of the log that there is not is refused by its name", async () => {
  await expect(Telemetry.start({ SLUICE_LOG_LEVEL: "loud" })).rejects.toThrow(EnvironmentError);
});
