// What npm and the program have in common as our children.

import { spawnSync } from "node:child_process";

const endSignals = ["SIGINT", "SIGTERM", "SIGHUP"];

/** Calls back instead of ending us; the returned function restores the default. */
export function onEndSignals(callback) {
  for (const signal of endSignals) process.on(signal, callback);
  return () => {
    for (const signal of endSignals) process.off(signal, callback);
  };
}

export function ending(child) {
  return new Promise((resolve, reject) => {
    child.once("error", (cause) => reject(new Error(`${child.spawnfile} cannot be started.`, { cause })));
    child.once("exit", (code, signal) => resolve({ code, signal }));
  });
}

/** The command behind setpriv (Linux), so that it gets SIGTERM when we die; setpriv becomes it, so the pid is its own. */
export function mortal(command) {
  if (process.platform !== "linux") return [command];
  const works = spawnSync("setpriv", ["--pdeathsig", "keep", "true"]).status === 0;
  return works ? ["setpriv", "--pdeathsig", "TERM", command] : [command];
}
