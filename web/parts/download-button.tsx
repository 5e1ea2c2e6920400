import { download } from "../api/download.ts";
import type { Query } from "../api/get.ts";
import { toasts } from "../store/toasts.ts";
import { useAction } from "../store/use-action.ts";
import { Icon } from "./icon.tsx";

interface Props {
  /** Which file, in words. */
  readonly label: string;
  readonly path: string;
  readonly query?: Query;
}

/** Saves what is shown as a file. */
export function DownloadButton({ label, path, query = {} }: Props) {
  const save = useAction(() => download(path, query).catch(toasts.problem));
  return (
    <button type="button" class="button" disabled={save.busy} onClick={() => void save.run()}>
      <Icon name="import" size={14} />
      <span>{label}</span>
    </button>
  );
}
