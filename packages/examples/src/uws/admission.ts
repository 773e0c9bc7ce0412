import { App } from "uWebSockets.js";
import { Admission, Sluice, sameOrigin } from "@sluice/uws";

const sluice = new Sluice();
const admission = new Admission({
  maxConnections: 10_000,
  maxPerAddress: 100,
  maxUpgradesPerSecond: 500,
});
App()
  .ws("/feed", sluice.wrap(admission.around({ maxPayloadLength: 1_024, upgrade: sameOrigin() })))
  .listen(9001, () => {});
