/**
 * The instant at which the clocks of a zone show a wall time, as `<input type="datetime-local">` gives it; undefined when
 * it is none. What the clocks skip in spring is the moment after; of what they show twice in autumn it is the first.
 */
export function instantOf(wall: string, zone: string): string | undefined {
  const wanted = Date.parse(`${wall}Z`);
  if (Number.isNaN(wanted)) return undefined;
  // The offsets before and after any change of the clocks near it: an hour that is shown twice fits both.
  const fits = [wanted - DAY_MS, wanted + DAY_MS].map((near) => wanted - offsetMs(near, zone));
  const found = fits.filter((at) => at + offsetMs(at, zone) === wanted);
  return new Date(found.length > 0 ? Math.min(...found) : Math.max(...fits)).toISOString();
}

const DAY_MS = 86_400_000;

/** How far the zone's clocks are ahead of UTC at an instant. */
function offsetMs(at: number, zone: string): number {
  const parts = new Intl.DateTimeFormat("en", { timeZone: zone, timeZoneName: "longOffset" }).formatToParts(
    at,
  );
  const name = parts.find(({ type }) => type === "timeZoneName")?.value ?? "";
  const [, sign, hours = "0", minutes = "0"] = /GMT([+-])(\d+)(?::(\d+))?/.exec(name) ?? [];
  return (sign === "-" ? -1 : 1) * (Number(hours) * 60 + Number(minutes)) * 60_000;
}
