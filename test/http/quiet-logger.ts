/** A logger that keeps what it is told instead of printing it. */
import { type Logger, pino } from "pino";

export interface RecordedLogger {
  readonly logger: Logger;
  readonly lines: Record<string, unknown>[];
}

export function recordedLogger(): RecordedLogger {
  const lines: Record<string, unknown>[] = [];
  const logger = pino({ level: "debug" }, { write: (line: string) => void lines.push(JSON.parse(line)) });
  return { logger, lines };
}
