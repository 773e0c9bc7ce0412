/**
 * The DuckDB instance that answers queries: the table `flights`, and nothing to break out with.
 *
 * The table is copied once from Parquet into a private database file, which is then opened read
 * only. So a query has to be paid for from the memory limit, but the table itself does not: as an
 * in-memory table it takes 166 MiB, as a file its blocks are read and let go as needed.
 */
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";
import { flightsFileSql } from "../FlightsFile.js";
import type { EngineStart } from "./EngineMessage.js";

/** Builds the database file in `directory` and opens it. The file may be unlinked afterwards. */
export async function openFlights({
  directory,
  memoryLimit,
  threads,
}: EngineStart): Promise<DuckDBInstance> {
  // DuckDB calls the catalog after the file.
  const file = join(directory, "sluice.duckdb");
  await build(file, memoryLimit);
  return DuckDBInstance.create(file, {
    // Before external access is turned off, which fixes this one: no spilling to disk.
    temp_directory: "",
    access_mode: "READ_ONLY",
    // Gives memory back to the system between queries; the ceiling of EngineProcess.ts counts it.
    allocator_background_threads: "true",
    allow_community_extensions: "false",
    allow_persistent_secrets: "false",
    autoinstall_known_extensions: "false",
    autoload_known_extensions: "false",
    enable_external_access: "false",
    memory_limit: memoryLimit,
    threads: String(threads),
    lock_configuration: "true",
  });
}

async function build(file: string, memoryLimit: string): Promise<void> {
  const instance = await DuckDBInstance.create(file, {
    memory_limit: memoryLimit,
    // Writes the newest compression, which is a third faster; no older DuckDB reads this file.
    storage_compatibility_version: "latest",
    threads: String(Math.min(4, availableParallelism())),
  });
  const connection = await instance.connect();
  await connection.run(`create table flights as select * from read_parquet(${flightsFileSql()})`);
  connection.closeSync();
  instance.closeSync();
}
