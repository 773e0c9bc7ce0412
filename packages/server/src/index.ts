/** The reference server, for programs that want it on a port of their own. */

export { collectAlone } from "./collectAlone.js";
export { LiveTable } from "./LiveTable.js";
export { Database, type DatabaseOptions, QueryError } from "./query/Database.js";
export { ListenError, Server, type ServerOptions } from "./Server.js";
