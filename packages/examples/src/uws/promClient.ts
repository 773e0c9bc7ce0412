import { App } from "uWebSockets.js";
import { ConnectionMetrics, prometheusContentType, scrape } from "@sluice/runtime/metrics";
import { Sluice } from "@sluice/uws";
import { collectDefaultMetrics, register } from "prom-client";

const sluice = new Sluice();
new ConnectionMetrics(sluice.connections, { labels: { path: "/feed" } });
collectDefaultMetrics();

App()
  .ws("/feed", sluice.wrap())
  .get("/metrics", (response) => {
    let isGone = false;
    response.onAborted(() => {
      isGone = true;
    });
    Promise.all([register.metrics(), scrape()]).then((texts) => {
      if (isGone) return;
      response.cork(() => {
        response.writeHeader("content-type", prometheusContentType).end(texts.join(""));
      });
    });
  })
  .listen(9001, () => {});
