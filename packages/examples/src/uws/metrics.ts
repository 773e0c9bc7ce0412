import { App } from "uWebSockets.js";
import {
  ConnectionMetrics,
  processMetrics,
  prometheusContentType,
  scrape,
} from "@sluice/runtime/metrics";
import { Sluice } from "@sluice/uws";

const sluice = new Sluice();
new ConnectionMetrics(sluice.connections, { labels: { path: "/feed" } });
processMetrics();

App()
  .ws("/feed", sluice.wrap())
  .get("/metrics", (response) => {
    let isGone = false;
    response.onAborted(() => {
      isGone = true;
    });
    scrape().then((text) => {
      if (isGone) return;
      response.cork(() => {
        response.writeHeader("content-type", prometheusContentType).end(text);
      });
    });
  })
  .listen(9001, () => {});
