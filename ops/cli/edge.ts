/** `ates edge`: the HTTP entry; stateless, any number of copies (EDGE-1). */
import { readConfig } from "../config.ts";
import { createEdgeRole } from "../roles/edge.ts";
import { endInOrder, endSignal, openProcess, requireUrls } from "../roles/process.ts";
import type { Command } from "./command.ts";

export const edge: Command = {
  name: "edge",
  usage: "",
  summary: "Runs an edge: the HTTP API, the live feed and the board's pages. Run as many as you like.",
  run: async () => {
    const config = readConfig();
    const role = await openProcess(
      config,
      { ...requireUrls(config), replicaUrl: config.readDatabaseUrl },
      "edge",
    );
    const { logger, metrics } = role;
    const ended = endSignal();
    const running = createEdgeRole(role);
    const endings = [() => role.closePools(), running.close];
    try {
      const metricsServer = await metrics.listen(config.metricsPort, config.httpHost, role.pool);
      endings.splice(1, 0, async () => metricsServer.close());
      const address = await running.edge.listen(config.httpPort, config.httpHost);
      logger.info({ address, metrics: metricsServer.address() }, "the edge listens");
      logger.info({ signal: await ended }, "the edge drains");
    } finally {
      // Also when its port is taken: whoever supervises the process must see it end.
      await endInOrder(endings, logger);
    }
    return 0;
  },
};
