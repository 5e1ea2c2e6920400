import { useEffect, useRef } from "preact/hooks";
import type { FeedEvents } from "../api/resources.ts";
import { feed } from "../feed/feed.ts";
import { throttled } from "./throttled.ts";

const REREAD_AT_MOST_EVERY_MS = 1_500;

/** Reads a page's data again after feed events that concern it, and after every `reset`, but not once per event. */
export function useFeed<N extends keyof FeedEvents>(
  name: N,
  concerns: (data: FeedEvents[N]) => boolean,
  reread: () => void,
): void {
  const latest = useRef({ concerns, reread });
  latest.current = { concerns, reread };
  useEffect(() => {
    const soon = throttled(REREAD_AT_MOST_EVERY_MS, () => latest.current.reread());
    const offs = [feed.on(name, (data) => latest.current.concerns(data) && soon()), feed.on("reset", soon)];
    return () => {
      for (const off of offs) off();
    };
  }, [name]);
}
