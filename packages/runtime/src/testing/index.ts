/** For tests of programs that send: a transport that does what it is told, and a flusher turned by hand. */
export { ManualFlusher } from "./ManualFlusher.js";
export { ScriptedTransport } from "./ScriptedTransport.js";
