/** What an alert can be about, in the order of how much it hurts. */
import type { Schema } from '../../api/client';

type Kind = NonNullable<Schema['AlertKinds']>[number];

export const kinds: Record<Kind, [string, string]> = {
  failure: ['Failure', 'A run or one of its tasks failed'],
  missing: ['Missing files', 'A courier group found no files where it looked for some'],
  conservation: ['Conservation', 'Not every accepted payload is accounted for'],
  quarantine: ['Quarantine', 'Payloads were put into quarantine'],
  runtime: ['Runtime', 'A run takes longer than its group says it may'],
  stopped: ['Stopped', 'Somebody stopped a run'],
  success: ['Success', 'A run succeeded'],
};

export const allKinds = Object.keys(kinds) as Kind[];
export const usualKinds = allKinds.filter((each) => each !== 'success');

export const inWords = (chosen: Kind[]) => (chosen.length === 0 ? 'all but success' : chosen.map((each) => kinds[each][0].toLowerCase()).join(', '));
