import { useState } from "preact/hooks";
import { type AskedMapping, previewImport, startImport } from "../api/import-tasks.ts";
import type { ImportPreview } from "../api/resources.ts";
import { useResource } from "../api/use-resource.ts";
import { t } from "../messages/t.ts";
import { router } from "../router.ts";
import { jobs } from "../store/jobs.ts";
import { useAction } from "../store/use-action.ts";
import { ImportMapping } from "./import-mapping.tsx";
import { ImportSample } from "./import-sample.tsx";
import { ImportSums } from "./import-sums.tsx";
import { Loading } from "./loading.tsx";
import { ProblemNote } from "./problem-note.tsx";
import { RowErrors } from "./row-errors.tsx";

/** What would be made of a file, with the mapping of its columns at hand; nothing is made until it is asked for. */
export function ImportDraft({ file }: { file: File }) {
  const [asked, setAsked] = useState<AskedMapping>({});
  const preview = useResource(`import ${JSON.stringify(asked)}`, (signal) =>
    previewImport(file, asked, signal),
  );
  // What is shown stays while another mapping is tried.
  const [shown, setShown] = useState<ImportPreview | undefined>(undefined);
  if (preview.data !== undefined && preview.data !== shown) setShown(preview.data);
  const start = useAction(async () => {
    const id = await startImport(file, asked);
    jobs.watch(id, "import");
    router.go(`/import?job=${id}`);
  });
  return (
    <>
      <ProblemNote problem={preview.problem} onRetry={preview.reload} />
      {shown === undefined && preview.loading ? <Loading lines={6} /> : null}
      {shown === undefined ? null : (
        <div class="import-draft" aria-busy={preview.loading}>
          <ImportMapping preview={shown} asked={asked} onChange={setAsked} />
          {shown.mapping.title === null ? (
            <p class="note bad">{t("import.no-title")}</p>
          ) : (
            <>
              <ImportSums heading={t("import.would")} result={shown} rows={shown.rows} />
              <StartButton
                created={shown.created}
                isReady={preview.data === shown && !start.busy}
                onStart={() => void start.run()}
              />
            </>
          )}
          <ProblemNote problem={start.problem} />
          <RowErrors errors={shown.errors} />
          <ImportSample preview={shown} />
        </div>
      )}
    </>
  );
}

function StartButton(props: { created: number; isReady: boolean; onStart: () => void }) {
  const { created, isReady, onStart } = props;
  return (
    <div class="row">
      <button type="button" class="button primary big" disabled={!isReady || created === 0} onClick={onStart}>
        {t("import.start", { n: created })}
      </button>
      {created === 0 ? null : <span class="faint small import-drawn">{t("import.drawn")}</span>}
    </div>
  );
}
