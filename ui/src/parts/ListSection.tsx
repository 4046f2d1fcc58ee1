/** A section that lists things of one kind: the first few, and on demand all of them, a page at a time as one scrolls. Only the
 * rows that are on the screen are in the page. */
import { Button } from '@mantine/core';
import { useWindowVirtualizer } from '@tanstack/react-virtual';
import { cloneElement, memo, type ReactElement, type ReactNode, useEffect, useLayoutEffect, useRef, useState } from 'react';

import type { Paged } from '../api/lists';
import { count } from './amounts';
import { Empty, Loaded } from './Loaded';
import { Section } from './Page';

type Row = ReactElement<Record<string, unknown>>;

interface Props<T extends { id: string }> {
  title: string;
  what: string; // one sentence, for an empty list
  query: Paged<T>;
  filter: string; // that the query has
  add?: ReactNode;
  head: string[];
  row: (each: T) => Row; // a <tr>
}

const shownFirst = 8;

export function ListSection<T extends { id: string }>({ title, what, query, filter, add, head, row }: Props<T>) {
  const [all, setAll] = useState(false);
  const items = query.data ?? [];
  const whole = all || filter !== '' ? items : items.slice(0, shownFirst);
  const amount = `${count(items.length)}${query.hasNextPage ? '+' : ''}`;
  return (
    <Section title={title} note={query.data && amount} flush>
      <Loaded query={query} isEmpty={(found) => found.length === 0} empty={filter ? <Empty>None match.</Empty> : <Empty action={add}>{what}</Empty>}>
        {() => (
          <div className="scroll">
            <table className="list cards" aria-label={title} aria-rowcount={query.hasNextPage ? -1 : items.length + 1} style={whole.length > 100 ? { tableLayout: 'fixed' } : undefined}>
              <thead><tr aria-rowindex={1}>{head.map((each) => <th key={each} scope="col">{each}</th>)}<th scope="col" style={{ width: 52 }}><span className="unseen">Actions</span></th></tr></thead>
              <Rows items={whole} row={row} columns={head.length + 1} more={whole.length === items.length && query.hasNextPage && !query.isFetchingNextPage ? () => void query.fetchNextPage() : undefined} />
            </table>
            {whole.length < items.length && <Button variant="subtle" m={6} onClick={() => setAll(true)}>Show all {amount}</Button>}
          </div>
        )}
      </Loaded>
    </Section>
  );
}

function Rows<T extends { id: string }>({ items, row, columns, more }: { items: T[]; row: (each: T) => Row; columns: number; more?: () => void }) {
  const body = useRef<HTMLTableSectionElement>(null);
  const [top, setTop] = useState(0);
  // Where the list begins on the page: sections above it come and grow.
  useLayoutEffect(() => {
    const at = (body.current?.getBoundingClientRect().top ?? 0) + window.scrollY;
    if (Math.abs(at - top) > 1) setTop(at);
  });
  const virtual = useWindowVirtualizer({ count: items.length, estimateSize: () => 41, overscan: 12, scrollMargin: top, getItemKey: (index) => items[index]!.id });
  const shown = virtual.getVirtualItems();
  const last = shown.at(-1)?.index ?? 0;
  useEffect(() => {
    if (more && last >= items.length - 30) more();
  }, [more, last, items.length]);
  const before = (shown[0]?.start ?? top) - top;
  const after = virtual.getTotalSize() - ((shown.at(-1)?.end ?? top) - top);
  return (
    <tbody ref={body}>
      {before > 0 && <Spacer height={before} columns={columns} />}
      {shown.map((each) => <One key={each.key} item={items[each.index]!} index={each.index} row={row} measure={virtual.measureElement} />)}
      {after > 0 && <Spacer height={after} columns={columns} />}
    </tbody>
  );
}

const One = memo(function One<T>({ item, index, row, measure }: { item: T; index: number; row: (each: T) => Row; measure: (row: Element | null) => void }) {
  return cloneElement(row(item), { ref: measure, 'data-index': index, 'aria-rowindex': index + 2 });
}) as <T>(props: { item: T; index: number; row: (each: T) => Row; measure: (row: Element | null) => void }) => ReactElement;

function Spacer({ height, columns }: { height: number; columns: number }) {
  return <tr aria-hidden className="spacer"><td colSpan={columns} style={{ height }} /></tr>;
}
