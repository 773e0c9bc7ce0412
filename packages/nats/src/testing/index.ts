/** For tests and demonstrations: a real `nats-server` of their own. */
export { Broker, freePort } from "./Broker.js";
