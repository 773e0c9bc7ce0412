import { App } from "uWebSockets.js";
import {
  ConnectionMetrics,
  processMetrics,
  prometheusContentType,
  prometheusText,
} from "@sluice/runtime/metrics";
import { Sluice } from "@sluice/uws";

const sluice = new Sluice();
new ConnectionMetrics(sluice.connections, { labels: { path: "/feed" } });
processMetrics();

App()
  .ws("/feed", sluice.wrap())
  .get("/metrics", (response) => {
    response.writeHeader("content-type", prometheusContentType).end(prometheusText());
  })
  .listen(9001, () => {});
