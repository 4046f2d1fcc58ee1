/** Times are written with their zone: UTC, the browser's own on hovering. */
const local = new Intl.DateTimeFormat('sv-SE', { dateStyle: 'short', timeStyle: 'medium' });
export const localZone = Intl.DateTimeFormat().resolvedOptions().timeZone;

/** "2026-11-28 10:24:11 UTC". */
export function utc(at: string): string {
  return at.replace('T', ' ').replace(/(\.\d+)?Z$/, ' UTC');
}

export function Time({ at, none = 'never' }: { at: string | null | undefined; none?: string }) {
  if (!at) return <span className="quiet">{none}</span>;
  return (
    <time dateTime={at} title={`${utc(at)} = ${local.format(new Date(at))} ${localZone}`} style={{ whiteSpace: 'nowrap' }}>
      {utc(at)}
    </time>
  );
}

/** "5 minutes 12 seconds", as the notices of runs say it. */
export function duration(from: string | null | undefined, to?: string | null): string {
  if (!from) return '';
  const seconds = Math.max(0, Math.round(((to ? Date.parse(to) : Date.now()) - Date.parse(from)) / 1000));
  const parts: [number, string][] = [[Math.floor(seconds / 3600), 'hour'], [Math.floor(seconds / 60) % 60, 'minute'], [seconds % 60, 'second']];
  const said = parts.filter(([count, unit]) => count > 0 || (unit === 'second' && seconds < 60));
  return said.map(([count, unit]) => `${count} ${unit}${count === 1 ? '' : 's'}`).join(' ');
}

/** "3 minutes ago"; only beside an absolute time or in its title. */
export function Ago({ at }: { at: string | null | undefined }) {
  if (!at) return <span className="quiet">none yet</span>;
  const passed = (Date.now() - Date.parse(at)) / 1000;
  const [count, unit] = passed < 90 ? [passed, 's'] : passed < 5400 ? [passed / 60, 'min'] : passed < 129600 ? [passed / 3600, 'h'] : [passed / 86400, 'days'];
  return <time dateTime={at} title={utc(at)}>{Math.max(0, Math.round(count))} {unit} ago</time>;
}

export const today = () => new Date().toISOString().slice(0, 10);
