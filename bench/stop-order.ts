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

/** Runs the work, and stops what it started. */
export async function stoppingAfter<T>(work: () => Promise<T>): Promise<T> {
  const kept = stops.length;
  try {
    return await work();
  } finally {
    await stopDownTo(kept);
  }
}

export function isStopping(): boolean {
  return ending !== undefined;
}

/** A second call awaits the first one's end. */
export function stopEverything(): Promise<void> {
  ending ??= stopDownTo(0);
  return ending;
}

async function stopDownTo(kept: number): Promise<void> {
  while (stops.length > kept) {
    await stops
      .at(-1)?.()
      .catch((error) => process.stderr.write(`bench: something did not stop: ${error}\n`));
  }
}
