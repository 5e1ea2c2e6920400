/**
 * Upcasters: an older version of a message becomes the latest before an actor sees it (EVT-2, EVT-3).
 * One step per version, so that version 1 reaches version 3 by way of 2.
 */
import { dataschema, type Envelope, type RawEnvelope, versionOf } from "./envelope.ts";
import { latestVersion } from "./registry.ts";
import { splitTitle } from "./title.ts";

type Data = Readonly<Record<string, unknown>>;
type Upcaster = (data: Data) => Data;

const titleToTitleAndJiraId: Upcaster = (data) => ({ ...data, ...splitTitle(String(data.title)) });
/** The new version only adds what old messages do without. */
const unchanged: Upcaster = (data) => data;

/** `<type>:<from version>` → data of the next version. */
const UPCASTERS: Readonly<Record<string, Upcaster>> = {
  "task.created:1": titleToTitleAndJiraId,
  "task.assigned:1": titleToTitleAndJiraId,
  "task.started:1": titleToTitleAndJiraId,
  "task.edited:1": titleToTitleAndJiraId,
  "task.completed:1": titleToTitleAndJiraId,
  "task.cancelled:1": titleToTitleAndJiraId,
  "ledger.entry-posted:1": unchanged,
  "job.progressed:1": unchanged,
  "payment.submit:1": unchanged,
  "payment.answered:1": unchanged,
  "mail.deliver:1": unchanged,
  "mail.answered:1": unchanged,
  "day.ended:1": unchanged,
};

/** The same message in its latest version. Expects an envelope that `checkEnvelope` and `checkData` let through. */
export function upcast(envelope: RawEnvelope): Envelope {
  const latest = latestVersion(envelope.type) ?? 0;
  let version = versionOf(envelope) ?? latest;
  if (version === latest) return envelope as Envelope;
  let data = envelope.data as Data;
  for (; version < latest; version++) {
    const step = UPCASTERS[`${envelope.type}:${version}`];
    if (step === undefined) throw new Error(`no upcaster for ${envelope.type} from version ${version}`);
    data = step(data);
  }
  return { ...envelope, dataschema: dataschema(envelope.type, latest), data } as unknown as Envelope;
}
