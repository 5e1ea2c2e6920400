/**
 * What the bench started, stopped in reverse: at its end, when it fails, and on Ctrl-C. Each thing says how it ends when
 * it starts, so that nothing is forgotten half-way through a start.
 */
type Stop = () => Promise<unknown>;

const stops: Stop[] = [];
let ending: Promise<void> | undefined;

/** Answers what stops it before the end, once. */
export function stopAtEnd(stop: Stop): Stop {
  let stopped: Promise<unknown> | undefined;
  const once: Stop = () => {
    stopped ??= stop();
    const index = stops.indexOf(once);
    if (index >= 0) stops.splice(index, 1);
    return stopped;
  };
  stops.push(once);
  return once;
}

/** A second call awaits the first one's end. */
export function stopEverything(): Promise<void> {
  ending ??= stopInReverse();
  return ending;
}

async function stopInReverse(): Promise<void> {
  for (let stop = stops.at(-1); stop !== undefined; stop = stops.at(-1)) {
    await stop().catch((error) => process.stderr.write(`bench: something did not stop: ${error}\n`));
  }
}
