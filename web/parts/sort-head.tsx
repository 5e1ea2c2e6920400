import { router } from "../router.ts";
import { Icon } from "./icon.tsx";

interface Props {
  readonly by: string;
  readonly label: string;
  /** As in the URL; `-` is descending. */
  readonly sort: string;
  readonly isNumber?: boolean | undefined;
  readonly class?: string;
}

/** The head of a column that sorts its table: a click sorts by it, another turns it round. Kept in the URL. */
export function SortHead({ by, label, sort, isNumber, class: className = "" }: Props) {
  const isDown = sort === `-${by}`;
  const isSorted = isDown || sort === by;
  return (
    <th
      scope="col"
      class={`${className}${isNumber ? " number" : ""}`}
      aria-sort={isSorted ? (isDown ? "descending" : "ascending") : "none"}
    >
      <button
        type="button"
        class="sort"
        onClick={() => router.setQuery({ sort: isSorted && !isDown ? `-${by}` : by })}
      >
        {label}
        {isSorted ? <Icon name={isDown ? "down" : "up"} size={12} /> : null}
      </button>
    </th>
  );
}
