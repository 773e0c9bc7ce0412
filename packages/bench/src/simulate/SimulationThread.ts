/** A thread that simulates a part of the connections. */
import { parentPort, workerData } from "node:worker_threads";
import { type Simulation, simulation } from "./simulation.js";

const { counts, ages, heldBytes } = simulation(workerData as Simulation);
parentPort?.postMessage({ counts, ages, heldBytes });
