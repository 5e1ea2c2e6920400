/** From bytes to a message that an actor may see: parsed, checked by its schema, upcast to the latest version (EVT-1). */
import type { Envelope, RawEnvelope } from "../../schemas/envelope.ts";
import type { Uuid } from "../../schemas/ids.ts";
import { checkData, checkEnvelope, type SchemaProblem } from "../../schemas/registry.ts";
import { upcast } from "../../schemas/upcast.ts";
import type { Entry } from "../../streams/reader.ts";

export interface Incoming {
  readonly payload: string;
  /** The stream entry it came in; absent for messages from the agenda. */
  readonly entry?: Entry;
  /** The agenda's row that is done with when this is decided. */
  readonly laterId?: Uuid;
  /** What could be read of the envelope, valid or not: enough for its channel's mark and a dead letter. */
  readonly head: Partial<RawEnvelope>;
  readonly message?: Envelope;
  readonly problem?: SchemaProblem;
  /** Why the database refused what was decided for it: it is kept as a dead letter instead. */
  readonly refused?: string;
}

export function incoming(payload: string, origin: { entry?: Entry; laterId?: Uuid }): Incoming {
  const parsed = parse(payload);
  const head = typeof parsed === "object" && parsed !== null ? (parsed as Partial<RawEnvelope>) : {};
  const problem = checkEnvelope(parsed) ?? checkData(parsed as RawEnvelope);
  if (problem !== undefined) return { ...origin, payload, head, problem };
  return { ...origin, payload, head, message: upcast(parsed as RawEnvelope) };
}

function parse(payload: string): unknown {
  try {
    return JSON.parse(payload);
  } catch {
    return undefined;
  }
}
