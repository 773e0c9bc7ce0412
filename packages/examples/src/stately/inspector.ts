import { Inspector, inspectAll } from "@sluice/stately";
import { Sluice } from "@sluice/uws";

const sluice = new Sluice();
const inspector = Inspector.connect({ url: "ws://localhost:8080", onWarning: () => {} });
const inspection = inspectAll(sluice.connections, inspector, { max: 32 });
inspection.stop();
inspector.stop();
