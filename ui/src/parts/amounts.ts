/** Numbers for reading: grouped, bytes in KiB. */
const grouped = new Intl.NumberFormat('en-US');

export const count = (value: number) => grouped.format(value);

export const counted = (value: number, one: string, many = `${one}s`) => `${count(value)} ${value === 1 ? one : many}`;

/** Of something a second: one digit after the point below ten. */
export const rate = (value: number) => (value < 10 ? String(Math.round(value * 10) / 10) : count(Math.round(value)));

export function bytes(value: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  let at = 0;
  while (value >= 1024 && at < units.length - 1) {
    value /= 1024;
    at += 1;
  }
  return `${at === 0 ? value : value.toFixed(1)} ${units[at]}`;
}
