export { Database } from "./query/Database.js";
export { Server, type ServerOptions } from "./Server.js";
