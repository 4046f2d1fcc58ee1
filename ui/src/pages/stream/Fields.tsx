import { Group, Text, TextInput } from '@mantine/core';
import { useState } from 'react';

import { $api, type Schema } from '../../api/client';
import { count, counted } from '../../parts/amounts';
import { Empty, Loaded } from '../../parts/Loaded';
import { Section } from '../../parts/Page';
import { State, type Tone } from '../../parts/State';
import { today, utc } from '../../parts/Time';

type Known = Schema['StreamFields'];
type Field = Schema['StreamField'];
type Change = Schema['FieldChange'];

const told: Record<Change['kind'], { tone: Tone; name: string }> = {
  gone: { tone: 'failed', name: 'Gone' },
  type_changed: { tone: 'warning', name: 'Type changed' },
  new: { tone: 'running', name: 'New' },
  share_moved: { tone: 'waiting', name: 'Share moved' },
};

/** Which fields the payloads have, and what a day has that the week before it had not. */
export function Fields({ stream }: { stream: string }) {
  const [day, setDay] = useState('');
  const [wanted, setWanted] = useState('');
  const fields = $api.useQuery('get', '/api/v0/streams/{id}/fields', { params: { path: { id: stream }, query: day ? { day } : {} } }, { refetchInterval: 10_000, placeholderData: (before: Known | undefined) => before });
  return (
    <Loaded query={fields} lines={8} isEmpty={(data) => data.fields.length === 0} empty={
      <Section title="Fields" flush><Empty>No field is known yet. They are found when a batch file is closed: send a payload, then “Close batches now”.</Empty></Section>
    }>
      {(data) => (
        <>
          <Section title="What changed" note={`on ${data.day.day} against ${data.week.from} to ${data.week.to}, UTC days`}
            actions={<TextInput type="date" size="xs" aria-label="Day that is compared" max={today()} value={day || data.day.day} onChange={(event) => setDay(event.currentTarget.value)} />}>
            <Changes of={data} />
          </Section>
          <Section title="Fields" flush note={`${count(data.fields.length)}${data.is_cut ? ' and more' : ''} in ${counted(data.payloads, 'payload')}${data.looked_at < data.payloads ? `, of which ${count(data.looked_at)} were looked at` : ''}`}
            actions={<TextInput size="xs" aria-label="Filter the fields" placeholder="Filter" value={wanted} onChange={(event) => setWanted(event.currentTarget.value)} />}>
            <FieldList of={data} wanted={wanted.trim().toLowerCase()} />
          </Section>
        </>
      )}
    </Loaded>
  );
}

function Changes({ of }: { of: Known }) {
  if (of.day.looked_at === 0) return <Text size="sm" className="quiet">No payload of that day is in a file yet.</Text>;
  if (of.week.looked_at === 0) return <Text size="sm" className="quiet">Nothing to compare with: no payload came in the seven days before.</Text>;
  if (of.changes.length === 0) {
    return (
      <Text size="sm">
        <State tone="ok">No change</State> {counted(of.day.looked_at, 'payload')} of that day look like the {count(of.week.looked_at)} of the week before.
      </Text>
    );
  }
  return (
    <ul className="changes">
      {of.changes.map((each) => (
        <li key={`${each.kind} ${each.path}`}>
          <State tone={told[each.kind].tone}>{told[each.kind].name}</State>
          <span className="break"><a className="plain mono" href={`#field-${each.path}`}>{each.path}</a> {sentence(each)}</span>
        </li>
      ))}
    </ul>
  );
}

function sentence(change: Change): string {
  const [before, now] = [percent(change.share_before), percent(change.share_now)];
  if (change.kind === 'gone') return `was in ${before} of the payloads, and is in none`;
  if (change.kind === 'new') return `is in ${now} of the payloads; none had it before`;
  if (change.kind === 'type_changed') return `was ${change.types_before.join(' or ')}, and is ${change.types_now.join(' or ')}`;
  return `is in ${now} of the payloads; it was in ${before}`;
}

function FieldList({ of, wanted }: { of: Known; wanted: string }) {
  const changes = new Map<string, Change[]>();
  for (const each of of.changes) changes.set(each.path, [...(changes.get(each.path) ?? []), each]);
  const found = of.fields.filter((each) => each.path.toLowerCase().includes(wanted));
  if (found.length === 0) return <Group p="md"><span className="quiet">None of {count(of.fields.length)} match.</span></Group>;
  return (
    <div className="scroll" tabIndex={0} role="region" aria-label="Fields of the stream">
      <table className="list cards fieldlist" aria-label="Fields">
        <thead>
          <tr>
            <th scope="col">Field</th><th scope="col">Types</th><th scope="col">Share</th>
            <th scope="col" className="number">{of.day.day}</th><th scope="col" className="number">Week before</th>
            <th scope="col">Since</th><th scope="col">Examples</th>
          </tr>
        </thead>
        <tbody>
          {found.map((each) => (
            <tr key={each.path} id={`field-${each.path}`}>
              <td className="name break">
                <span className="mono" style={{ paddingLeft: wanted ? 0 : 16 * each.depth }} title={each.path}>{wanted ? each.path : lastName(each)}</span>
                {each.keys_are_data && <Text size="xs" className="quiet" style={{ paddingLeft: 16 * each.depth }}>its keys are data</Text>}
                {changes.get(each.path)?.map((change) => <span key={change.kind} className="mark"><State tone={told[change.kind].tone}>{told[change.kind].name}</State></span>)}
              </td>
              <td><Types of={each} /></td>
              <td className="share"><Share share={each.share} /></td>
              <td className="number" data-head="Day">{of.day.looked_at > 0 && percent(each.share_of_day)}</td>
              <td className="number" data-head="Week before">{of.week.looked_at > 0 && percent(each.share_of_week)}</td>
              <td data-head="Since" title={`first ${utc(each.first_seen_at)}, last ${utc(each.last_seen_at)}`}><time dateTime={each.first_seen_at}>{each.first_seen_at.slice(0, 10)}</time></td>
              <td className="examples"><Examples of={each} /></td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** Of several types, each with how many of the payloads that have the field have it so. */
function Types({ of }: { of: Field }) {
  return <>{of.types.map((each) => <span key={each.type} className="type">{each.type}{of.types.length > 1 && <span className="quiet"> {percent(each.payloads / of.payloads)}</span>}</span>)}</>;
}

function Share({ share }: { share: number | null }) {
  return (
    <>
      <span className="meter" aria-hidden><span style={{ width: `${100 * (share ?? 0)}%` }} /></span>
      <span className="number">{percent(share)}</span>
    </>
  );
}

function Examples({ of }: { of: Field }) {
  return <>{of.examples.map((each) => <span key={`${each.type} ${each.text}`} className={`mono example${each.masked ? ' quiet' : ''}`} title={each.masked ? 'Masked: letters are x, digits 9' : undefined}>{each.text}</span>)}</>;
}

/** "98 %"; what is not none is never 0 %, and what is not all never 100 %. */
function percent(share: number | null): string {
  if (share === null) return '';
  const whole = Math.round(100 * share);
  if (share > 0 && whole === 0) return '<1 %';
  if (share < 1 && whole === 100) return '>99 %';
  return `${whole} %`;
}

/** "price" of "items[].price", "[]" of "items[]"; dots between backticks belong to a name. */
function lastName({ path, depth }: Field): string {
  if (depth === 0) return path;
  if (path.endsWith('[]')) return '[]';
  return /(?:`(?:[^`]|``)*`|[^.`]+)$/.exec(path)?.[0] ?? path;
}
