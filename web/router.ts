import { computed, signal } from "@preact/signals";

interface Place {
  readonly path: string;
  readonly search: string;
}

const place = signal<Place>(here());

function here(): Place {
  return { path: location.pathname, search: location.search };
}

addEventListener("popstate", () => {
  place.value = here();
});

export const router = {
  path: computed(() => place.value.path),
  query: computed<URLSearchParams>(() => new URLSearchParams(place.value.search)),

  go(href: string, options: { replace?: boolean } = {}): void {
    if (options.replace) history.replaceState(null, "", href);
    else history.pushState(null, "", href);
    place.value = here();
  },

  /** Where the same page with other query values is; an empty value leaves the query. */
  hrefWith(changes: Record<string, string | null>): string {
    const query = new URLSearchParams(place.value.search);
    for (const [name, value] of Object.entries(changes)) {
      if (value === null || value === "") query.delete(name);
      else query.set(name, value);
    }
    const text = query.toString();
    return place.value.path + (text === "" ? "" : `?${text}`);
  },

  /** Filters live in the URL but not in the history: Back leaves the page, not the last letter typed. */
  setQuery(changes: Record<string, string | null>): void {
    router.go(router.hrefWith(changes), { replace: true });
  },
};
