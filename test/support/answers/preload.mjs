/** Loaded into every Node process of a test run; one that is too old for the sources is a tool, and no edge. */
if (Number(process.versions.node.split(".")[0]) >= 24) await import("./watch.ts");
