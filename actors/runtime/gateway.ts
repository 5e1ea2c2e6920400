/**
 * A gateway talks to one outside system. It is called after the commit that asked for it and, when a crash leaves the
 * outcome unknown, again: the request carries what makes a repeat harmless (a payout's id, a Message-ID).
 */
import type { Envelope } from "../../schemas/envelope.ts";
import type { DataOf, InternalType } from "../../schemas/generated/messages.ts";

export type GatewayAnswer<T extends InternalType = InternalType> = T extends InternalType
  ? { readonly type: T; readonly data: DataOf[T] }
  : never;

export interface Gateway {
  /** Answers an outcome for every failure it can foresee; a throw is taken for a bug and tried again later. */
  call(request: Envelope, deadline: AbortSignal): Promise<GatewayAnswer>;
}
