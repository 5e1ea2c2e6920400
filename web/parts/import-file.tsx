import { useRef, useState } from "preact/hooks";
import { t } from "../messages/t.ts";
import { Icon } from "./icon.tsx";

interface Props {
  readonly file: File | undefined;
  readonly onChoose: (file: File) => void;
}

/** Where a file is chosen, or dropped. */
export function ImportFile({ file, onChoose }: Props) {
  const input = useRef<HTMLInputElement>(null);
  const [isOver, setOver] = useState(false);
  function take(files: FileList | null | undefined): void {
    const first = files?.[0];
    if (first !== undefined) onChoose(first);
    // The same file may be chosen again, mended.
    if (input.current !== null) input.current.value = "";
  }
  return (
    <section
      class={`drop${isOver ? " over" : ""}`}
      aria-label={t("import.choose")}
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={(event) => {
        event.preventDefault();
        setOver(false);
        take(event.dataTransfer?.files);
      }}
    >
      <input
        ref={input}
        type="file"
        class="only-read"
        tabIndex={-1}
        aria-label={t("import.choose")}
        accept=".csv,.tsv,.txt,text/csv"
        onChange={(event) => take(event.currentTarget.files)}
      />
      {file === undefined ? null : <strong class="drop-name">{file.name}</strong>}
      <button
        type="button"
        class={file === undefined ? "button primary" : "button"}
        onClick={() => input.current?.click()}
      >
        <Icon name="import" />
        {t(file === undefined ? "import.choose" : "import.choose-other")}
      </button>
      <span class="faint wide-only">{t("import.drop")}</span>
      {file === undefined ? <p class="faint small">{t("import.hint")}</p> : null}
    </section>
  );
}
