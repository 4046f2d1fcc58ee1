/** A page's head: where one is, its title and its actions. */
import { Group, Stack, Title } from '@mantine/core';
import { type ReactNode, useEffect } from 'react';

import { visible } from '../drawn/visible';

interface Props {
  title: string;
  above?: ReactNode; // the way back
  beside?: ReactNode; // state, id
  actions?: ReactNode;
  children: ReactNode;
}

export function Page({ title, above, beside, actions, children }: Props) {
  useEffect(() => {
    document.title = `${visible(title)} · Weir`;
  }, [title]);
  return (
    <Stack gap="md">
      <div>
        {above && <div className="quiet above">{above}</div>}
        <Group justify="space-between" align="center" gap="sm">
          <Group gap="sm" align="center">
            <Title order={1} className="break">{visible(title)}</Title>
            {beside}
          </Group>
          {actions && <Group gap="xs" className="no-print">{actions}</Group>}
        </Group>
      </div>
      {children}
    </Stack>
  );
}

/** A part of a page with a heading; `flush` where a list fills it. */
export function Section({ title, note, actions, flush, children }: { title: string; note?: ReactNode; actions?: ReactNode; flush?: boolean; children: ReactNode }) {
  const id = `section-${title.replace(/\W+/g, '-').toLowerCase()}`;
  return (
    <section aria-labelledby={id}>
      <Group justify="space-between" mb={6} gap="sm" align="end" mih={30}>
        <Group gap="xs" align="baseline">
          <Title order={2} id={id}>{title}</Title>
          {note && <span className="quiet">{note}</span>}
        </Group>
        {actions && <Group gap="xs" className="no-print">{actions}</Group>}
      </Group>
      <div className={flush ? 'card flush' : 'card'}>{children}</div>
    </section>
  );
}
