// Runs one program in our place: same terminal, same signals, same ending.
//
// 1. One press of Ctrl-C is one SIGINT for the program. The terminal sends it to its whole process group and npm passes
//    it on once more, so a program in our group is left to the terminal, and one in its own session gets it from us once.
// 2. We leave after the program, with its exit code or by the signal that ended it.
// 3. When we are killed, the program is told to stop (Linux, through setpriv).

import { spawn } from "node:child_process";
import { constants } from "node:os";
import { delimiter, join } from "node:path";
import { ending, mortal, onEndSignals } from "./child.mjs";

/** npm's copy of the terminal's signal arrives within milliseconds; nobody presses twice that fast. */
const samePressMs = 250;

/** The first asks for an orderly end, the second for a quick one; the third does not ask. */
const interruptsMax = 2;

const parentPollMs = 500;

export async function runToEnd({ node, args, cwd, binFolder, ownSession }) {
  const env = {
    // Every process of ours but the first starts in two thirds of the time: what was compiled is kept, by its content.
    NODE_COMPILE_CACHE: join(cwd, ".ates", "cache", "compiled"),
    ...process.env,
    PATH: `${binFolder}${delimiter}${process.env.PATH ?? ""}`,
  };
  const [file, ...before] = mortal(node);
  const child = spawn(file, [...before, ...args], { cwd, env, stdio: "inherit", detached: ownSession });
  const stopForwarding = forwardSignals(child, ownSession);
  const stopWatching = endWithNpm(child);
  const { code, signal } = await ending(child);
  stopForwarding();
  stopWatching();
  if (signal === null) process.exit(code);
  process.kill(process.pid, signal);
  // A signal that cannot end us (as the first process of a container) still has its exit code.
  setTimeout(() => process.exit(128 + constants.signals[signal]), 100);
}

function forwardSignals(child, ownSession) {
  const lastAt = new Map();
  let interrupts = 0;
  const forward = (signal) => {
    const now = performance.now();
    const again = now - (lastAt.get(signal) ?? -samePressMs) < samePressMs;
    lastAt.set(signal, now);
    if (again || fromTerminal(signal, ownSession)) return;
    if (signal === "SIGINT") interrupts += 1;
    child.kill(interrupts > interruptsMax ? "SIGKILL" : signal);
  };
  return onEndSignals(forward);
}

/** A program in our own process group has this signal already. */
function fromTerminal(signal, ownSession) {
  return !ownSession && signal !== "SIGTERM" && process.stdin.isTTY === true;
}

/** npm passes SIGTERM to the shell it runs us in, and the shell dies of it without a word to us. */
function endWithNpm(child) {
  if (process.env.npm_lifecycle_event === undefined) return () => undefined;
  const shell = process.ppid;
  const timer = setInterval(() => {
    if (process.ppid === shell) return;
    clearInterval(timer);
    child.kill("SIGTERM");
  }, parentPollMs);
  return () => clearInterval(timer);
}
