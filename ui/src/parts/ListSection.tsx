/** A section that lists things of one kind, filtered by name or ID. */
import { Button } from '@mantine/core';
import type { UseQueryResult } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';

import { count } from './amounts';
import { Empty, Loaded } from './Loaded';
import { Section } from './Page';

interface Named {
  id: string;
  name: string;
}

interface Props<T extends Named> {
  title: string;
  what: string; // one sentence, for an empty list
  query: Pick<UseQueryResult<{ items: T[]; next_token?: string | null }, unknown>, 'data' | 'error' | 'refetch' | 'isFetching'>;
  filter: string;
  add?: ReactNode;
  head: string[];
  row: (each: T) => ReactNode;
  alsoIn?: (each: T) => string; // further text that the filter looks at
}

const shownFirst = 8;

export function ListSection<T extends Named>({ title, what, query, filter, add, head, row, alsoIn }: Props<T>) {
  const [all, setAll] = useState(false);
  const wanted = filter.trim().toLowerCase();
  const items = query.data?.items ?? [];
  const found = wanted ? items.filter((each) => `${each.id} ${each.name} ${alsoIn?.(each) ?? ''}`.toLowerCase().includes(wanted)) : items;
  const shown = all || wanted ? found : found.slice(0, shownFirst);
  const note = query.data ? `${count(items.length)}${query.data.next_token ? '+' : ''}` : undefined;
  return (
    <Section title={title} note={note} flush>
      <Loaded query={query} isEmpty={(page) => page.items.length === 0} empty={<Empty action={add}>{what}</Empty>}>
        {() =>
          found.length === 0 ? (
            <Empty>None of {count(items.length)} match.</Empty>
          ) : (
            <div className="scroll">
              <table className="list cards" aria-label={title} aria-rowcount={items.length}>
                <thead><tr>{head.map((each) => <th key={each} scope="col">{each}</th>)}<th scope="col"><span className="unseen">Actions</span></th></tr></thead>
                <tbody>{shown.map(row)}</tbody>
              </table>
              {shown.length < found.length && (
                <Button variant="subtle" m={6} onClick={() => setAll(true)}>Show all {count(found.length)}</Button>
              )}
            </div>
          )
        }
      </Loaded>
    </Section>
  );
}
