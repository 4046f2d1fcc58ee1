import { Text } from '@mantine/core';
import { Navigate, useParams } from '@tanstack/react-router';

import { useCouriers, useFeeds, useIngestQueries, useCourierGroups, useStreams } from '../../api/lists';
import { To } from '../../parts/Link';
import { Empty } from '../../parts/Loaded';
import { Page, Section } from '../../parts/Page';

const pages: [RegExp, string][] = [
  [/^is-/, '/streams/'], [/^cr-/, '/couriers/'], [/^df-/, '/feeds/'], [/^iq-/, '/queries/'], [/^cg-/, '/groups/'], [/^wf-/, '/workflows/'],
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

function Named({ text }: { text: string }) {
  const lists = [
    ['/streams/', useStreams()], ['/couriers/', useCouriers()], ['/feeds/', useFeeds()], ['/queries/', useIngestQueries()], ['/groups/', useCourierGroups()],
  ] as const;
  const wanted = text.toLowerCase();
  const found = lists.flatMap(([to, list]) => (list.data?.items ?? []).filter((each) => each.name.toLowerCase().includes(wanted)).map((each) => ({ to: to + each.id, name: each.name, id: each.id })));
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
