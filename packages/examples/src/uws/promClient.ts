import { App } from "uWebSockets.js";
import { ConnectionMetrics, prometheusContentType, prometheusText } from "@sluice/runtime/metrics";
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
    register.metrics().then((own) => {
      if (isGone) return;
      response.cork(() => {
        response.writeHeader("content-type", prometheusContentType).end(own + prometheusText());
      });
    });
  })
  .listen(9001, () => {});
