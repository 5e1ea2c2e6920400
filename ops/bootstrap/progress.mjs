// One line that shows a long step is alive: redrawn on a terminal, repeated now and then in a log.

const frames = ["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"];
const redrawMs = 100;
const repeatMs = 10_000;

export function showProgress(what) {
  const startedAt = performance.now();
  const seconds = () => Math.round((performance.now() - startedAt) / 1000);
  const terminal = process.stderr.isTTY === true;
  let drawn = 0;
  const draw = () => {
    const line = `${what}: ${seconds()} s`;
    process.stderr.write(terminal ? `\r${frames[drawn % frames.length]} ${line}` : `${line}\n`);
    drawn += 1;
  };
  draw();
  const timer = setInterval(draw, terminal ? redrawMs : repeatMs);
  return {
    stop() {
      clearInterval(timer);
      if (terminal) process.stderr.write("\r\x1b[K");
    },
  };
}
