/** `ates worker`: a host that owns partitions; any number of them share the work (OPS-2). */
import { readConfig } from "../config.ts";
import { tracer } from "../instrumentation.ts";
import { createGateways, requireSmtp } from "../roles/gateways.ts";
import { followAnalytics } from "../roles/own-analytics.ts";
import { endInOrder, endSignal, openProcess, requireUrls } from "../roles/process.ts";
import { createWorker } from "../roles/worker.ts";
import type { Command } from "./command.ts";

export const worker: Command = {
  name: "worker",
  usage: "",
  summary: "Runs a worker: owns partitions and decides what arrives in them. Run as many as you like.",
  run: async () => {
    const config = readConfig();
    const smtpUrl = requireSmtp(config);
    const role = await openProcess(config, requireUrls(config), "worker");
    const { logger, metrics } = role;
    const ended = endSignal();
    const gateways = createGateways(role, smtpUrl);
    const host = createWorker({ ...role, gateways: gateways.gateways, tracer, metrics: metrics.runtime });
    const stopFollowing = followAnalytics(role);
    const endings = [() => role.closePools(), gateways.close, stopFollowing, () => host.stop()];
    try {
      const metricsServer = await metrics.listen(config.metricsPort, config.httpHost, role.pool);
      endings.splice(1, 0, async () => metricsServer.close());
      await host.start();
      logger.info({ metrics: metricsServer.address() }, "the worker runs");
      logger.info({ signal: await ended }, "the worker drains");
    } finally {
      // Also when the start fails: whoever supervises the process must see it end, to begin it anew.
      await endInOrder(endings, logger);
    }
    return 0;
  },
};
