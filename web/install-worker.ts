/** Lets the page open without a network. Where it cannot (plain http on another host, a private window) nothing is lost. */
export function installWorker(): void {
  if (!("serviceWorker" in navigator) || import.meta.env.DEV) return;
  // After the first paint: nothing of it is needed for that.
  const install = (): void => void navigator.serviceWorker.register("/service-worker.js").catch(() => {});
  if (document.readyState === "complete") install();
  else addEventListener("load", install, { once: true });
}
