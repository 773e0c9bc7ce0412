import { Admission, Sluice, sameOrigin } from "@sluice/ws";
import { WebSocketServer } from "ws";

const sluice = new Sluice();
const admission = new Admission({ maxConnections: 10_000, maxPerAddress: 100 });
const verifyClient = admission.around(sameOrigin());
sluice.wrap(new WebSocketServer({ port: 9001, maxPayload: 1_024, verifyClient }));
