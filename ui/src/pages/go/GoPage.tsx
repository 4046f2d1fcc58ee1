import { Text } from '@mantine/core';
import { Navigate, useParams } from '@tanstack/react-router';

import { $api } from '../../api/client';
import { To } from '../../parts/Link';
import { Empty } from '../../parts/Loaded';
import { Page, Section } from '../../parts/Page';

const pages: [RegExp, string][] = [
  [/^is-/, '/streams/'], [/^cr-/, '/couriers/'], [/^df-/, '/feeds/'], [/^iq-/, '/queries/'], [/^cg-/, '/groups/'], [/^wf-/, '/workflows/'], [/^al-/, '/alerts/'],
  [/^[0-9a-z]{26}$/, '/receipts/'],
];

/** The page of any id: what the command line prints leads here. Other texts are looked for in names. */
export function GoPage() {
  const { _splat: id = '' } = useParams({ strict: false });
  const found = pages.find(([pattern]) => pattern.test(id));
  if (found) return <Navigate to={`${found[1]}${id}` as '/'} replace />;
  if (id.startsWith('tak-')) return <Navigate to={'/users/keys' as '/'} replace />;
  if (/^us-/.test(id)) return <Navigate to={'/users/people' as '/'} replace />;
  return <Named text={id} />;
}

const named = [['/streams/', '/api/v0/streams'], ['/couriers/', '/api/v0/couriers'], ['/feeds/', '/api/v0/feeds'], ['/queries/', '/api/v0/ingest-queries'], ['/groups/', '/api/v0/courier-groups']] as const;

function Named({ text }: { text: string }) {
  const query = { params: { query: { q: text, limit: 20 } } };
  const lists = [$api.useQuery('get', named[0][1], query), $api.useQuery('get', named[1][1], query), $api.useQuery('get', named[2][1], query), $api.useQuery('get', named[3][1], query), $api.useQuery('get', named[4][1], query)];
  const found = lists.flatMap((list, at) => (list.data?.items ?? []).map((each) => ({ to: named[at]![0] + each.id, name: each.name, id: each.id })));
  return (
    <Page title={`Found for "${text}"`}>
      <Section title="By name" flush>
        {found.length === 0 ? (
          <Empty>Nothing is named so. IDs begin with is-, cr-, df-, iq-, cg-, wf- or tak-; a receipt has 26 characters.</Empty>
        ) : (
          <table className="list"><tbody>{found.map((each) => <tr key={each.id}><td><To to={each.to}>{each.name}</To></td><td className="mono">{each.id}</td></tr>)}</tbody></table>
        )}
      </Section>
      <Text className="quiet" size="sm">Ctrl K looks again.</Text>
    </Page>
  );
}
