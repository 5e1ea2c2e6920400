import { render } from "preact";
import { App } from "./app.tsx";
import { exactAmount } from "./format/exact-amount.ts";
import { installWorker } from "./install-worker.ts";
import { locale } from "./messages/locale.ts";
import { routes } from "./routes.tsx";
import { session } from "./session.ts";
import { showSprite } from "./sprite.ts";
import { live } from "./store/live.ts";
import { theme } from "./store/theme.ts";
import "./style/main.css";

const root = document.querySelector("#app");
if (root === null) throw new Error("index.html has no #app");
theme.start();
live();
// Who it is and in which language and what is to be shown are asked at the same time: each is a round trip.
const resumed = session.resume();
routes.find(({ path }) => path.test(location.pathname))?.ahead?.();
// What will be needed then is made meanwhile, in tasks of their own.
setTimeout(showSprite);
setTimeout(openTables);
await locale.start();
render(<App />, root);
installWorker();
await resumed;

/** The first amount has the browser open its tables of all languages: 10 to 30 ms, four times as long on a phone. */
function openTables(): void {
  exactAmount(0, locale.value, "JPY", {});
}
