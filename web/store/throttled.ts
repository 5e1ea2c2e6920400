/** Calls at once, then at most once per `ms` while asked again; a burst ends with one last call. */
export function throttled(ms: number, call: () => void): () => void {
  let resting: ReturnType<typeof setTimeout> | undefined;
  let again = false;
  function run(): void {
    if (resting !== undefined) {
      again = true;
      return;
    }
    again = false;
    resting = setTimeout(() => {
      resting = undefined;
      if (again) run();
    }, ms);
    call();
  }
  return run;
}
