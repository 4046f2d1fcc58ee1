/** The four states of everything that comes from the server: loading, empty, error, forbidden; and then the thing itself. */
import { Button, Group, Skeleton, Stack, Text } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useQueryClient, type UseQueryResult } from '@tanstack/react-query';
import type { ReactNode } from 'react';

import { isApiError, messageOf } from '../api/client';

interface Props<T> {
  query: Pick<UseQueryResult<T, unknown>, 'data' | 'error'>;
  lines?: number; // of the skeleton
  isEmpty?: (data: T) => boolean;
  empty?: ReactNode;
  children: (data: T) => ReactNode;
}

export function Loaded<T>({ query, lines = 3, isEmpty, empty, children }: Props<T>) {
  const client = useQueryClient();
  // What failed one part of a page has mostly failed the others: one click asks for all of them again.
  const askAgain = () => void client.refetchQueries({ type: 'active', predicate: ({ state }) => state.status === 'error' });
  if (query.data !== undefined) {
    // That the server does not answer is said once, above the page.
    const failed = query.error && isApiError(query.error) ? <Stale error={query.error} /> : null;
    return <>{failed}{isEmpty?.(query.data) && empty !== undefined ? empty : children(query.data)}</>;
  }
  if (query.error) return <Failed error={query.error} again={askAgain} />;
  return <Loading lines={lines} />;
}

/** Nothing for 200 ms: what comes that fast needs no placeholder. */
function Loading({ lines }: { lines: number }) {
  const [shown] = useDebouncedValue(true, 200);
  if (!shown) return null;
  return (
    <Stack gap={10} p="md" aria-busy="true" aria-label="Loading">
      {Array.from({ length: lines }, (_, line) => (
        <Skeleton key={line} height={14} width={`${90 - ((line * 17) % 40)}%`} />
      ))}
    </Stack>
  );
}

export function Failed({ error, again }: { error: unknown; again?: () => void }) {
  if (isApiError(error) && error.status === 403) return <Forbidden message={error.message} />;
  return (
    <Stack gap={6} p="md" role="alert" align="flex-start">
      <span className="state failed">✕ Not loaded</span>
      <Text size="sm" className="break" style={{ whiteSpace: 'pre-wrap' }}>{messageOf(error)}</Text>
      <Group gap="sm">
        {again && <Button variant="default" onClick={again}>Try again</Button>}
        {isApiError(error) && <Text size="xs" className="quiet mono">request {error.request_id}</Text>}
      </Group>
    </Stack>
  );
}

function Forbidden({ message }: { message: string }) {
  return (
    <Stack gap={6} p="md" role="alert">
      <span><span className="state waiting">⊘ Not yours to see</span></span>
      <Text size="sm">{message}</Text>
      <Text size="sm" className="quiet">Someone with the policy User administration can attach it to you, under Users &amp; Activity.</Text>
    </Stack>
  );
}

function Stale({ error }: { error: unknown }) {
  return (
    <div className="banner warning" role="status">
      ▲ What follows may be old: {messageOf(error)}
    </div>
  );
}

/** What a thing is for, and the button that makes the first one. */
export function Empty({ children, action }: { children: ReactNode; action?: ReactNode }) {
  return (
    <Group justify="space-between" gap="md" p="md">
      <Text size="sm" className="quiet" maw={640}>{children}</Text>
      {action}
    </Group>
  );
}

/** A failure of something that was asked for: in the form or dialog where that was. */
export function Refusal({ error }: { error: unknown }) {
  if (!error) return null;
  return (
    <div className="banner failed break" role="alert" style={{ whiteSpace: 'pre-wrap' }}>✕ {messageOf(error)}</div>
  );
}
