import type { ComponentChildren } from "preact";
import { useId } from "preact/hooks";

interface Props {
  readonly label: string;
  readonly hint?: string | undefined;
  readonly problem?: string | undefined;
  /** Gets the attributes that tie the control to its label, hint and problem. */
  readonly children: (control: {
    readonly id: string;
    readonly "aria-describedby": string | undefined;
    readonly "aria-invalid": true | undefined;
  }) => ComponentChildren;
}

export function Field({ label, hint, problem, children }: Props) {
  const id = useId();
  const note = problem ?? hint;
  return (
    <div class="field">
      <label for={id}>{label}</label>
      {children({
        id,
        "aria-describedby": note === undefined ? undefined : `${id}-note`,
        "aria-invalid": problem === undefined ? undefined : true,
      })}
      {note === undefined ? null : (
        <p id={`${id}-note`} class={problem === undefined ? "field-hint" : "field-problem"}>
          {note}
        </p>
      )}
    </div>
  );
}
