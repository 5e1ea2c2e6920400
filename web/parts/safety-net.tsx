import { Component, type ComponentChildren } from "preact";
import { t } from "../messages/t.ts";
import { Empty } from "./empty.tsx";

interface Props {
  readonly children: ComponentChildren;
}

interface State {
  readonly fallen: boolean;
}

/** A page that fails to draw says so and leaves the rest standing. Give it the page's address as key: elsewhere is well. */
export class SafetyNet extends Component<Props, State> {
  override state: State = { fallen: false };

  override componentDidCatch(error: unknown): void {
    console.error(error);
    this.setState({ fallen: true });
  }

  override render() {
    if (!this.state.fallen) return this.props.children;
    return (
      <Empty title={t("mishap")}>
        <button type="button" class="button" onClick={() => location.reload()}>
          {t("mishap.reload")}
        </button>
      </Empty>
    );
  }
}
