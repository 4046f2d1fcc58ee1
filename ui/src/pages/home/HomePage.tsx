import { Group, SimpleGrid, Text } from '@mantine/core';

import { $api } from '../../api/client';
import { count, rate } from '../../parts/amounts';
import { useRates } from '../../live/useLive';
import { Days } from '../../parts/Days';
import { To } from '../../parts/Link';
import { Empty, Loaded } from '../../parts/Loaded';
import { Page, Section } from '../../parts/Page';
import { Arriving } from './Arriving';
import { NeedsYou } from './NeedsYou';
import { RecentRuns } from './RecentRuns';

/** Is every payload accounted for, what arrives now, and what waits for a person. */
export function HomePage() {
  const doctor = $api.useQuery('get', '/api/v0/doctor', {}, { refetchInterval: 10_000 });
  const streams = $api.useQuery('get', '/api/v0/streams', { params: { query: { limit: 100 } } }, { refetchInterval: 10_000 });
  return (
    <Page title="Home">
      <Loaded query={doctor} lines={1}>
        {(found) => {
          const accepted = found.streams.reduce((sum, each) => sum + each.accepted, 0);
          const inLog = found.streams.reduce((sum, each) => sum + each.in_log, 0);
          const settled = found.streams.reduce((sum, each) => sum + each.accounted, 0);
          const differs = found.differences.length > 0;
          return (
            <div className={`banner ${differs ? 'failed' : 'ok'}`} role={differs ? 'alert' : 'status'}>
              <strong>{differs ? '✕ Not every accepted payload is accounted for' : '✓ Every accepted payload is accounted for'}</strong>
              <Text size="sm" component="div">
                {count(accepted)} accepted = {count(inLog)} in log + {count(settled)} in files, duplicates or quarantined
              </Text>
              {found.differences.map((each) => <Text size="sm" key={each.message}>{each.stream_id}: {each.message}</Text>)}
            </div>
          );
        }}
      </Loaded>
      <SimpleGrid cols={{ base: 1, xl: 2 }} spacing="md">
        <Section title="Needs you" flush>
          <NeedsYou />
        </Section>
        <Section title="Arriving now" note={<Total />} flush>
          <Loaded query={streams} isEmpty={(page) => page.items.length === 0}
            empty={<Empty action={<To to="/first">Make a first stream</To>}>No payloads yet. Make a first stream and follow one payload into a table.</Empty>}>
            {(page) => <Arriving streams={page.items} />}
          </Loaded>
        </Section>
      </SimpleGrid>
      <Section title="Latest workflows" flush actions={<Group><To to="/workflows">All workflows</To></Group>}>
        <RecentRuns />
      </Section>
      <Days />
    </Page>
  );
}

function Total() {
  const rates = useRates();
  return rates ? <>{rate([...rates.values()].reduce((sum, each) => sum + each.per_second, 0))}/s</> : null;
}
