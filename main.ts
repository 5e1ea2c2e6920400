/**
 * The composition root: tracing first, then the command line, which composes the roles that the command names
 * (ops/roles) from the configuration. `node main.ts edge`, `node main.ts worker`, `node main.ts up` …
 */
import "./ops/instrumentation.ts";

const { ates } = await import("./ops/cli/ates.ts");
await ates(process.argv.slice(2));
