/** The lists that several pages use. Whole ones are for looking up names, and end at the 1,000 that a page of the API has;
 * what is browsed is a paged one. */
import { keepPreviousData, useInfiniteQuery, type UseInfiniteQueryResult } from '@tanstack/react-query';

import { $api, api, type Schema } from './client';
import { call } from './call';

const whole = { params: { query: { limit: 1000 } } } as const;
const slowly = { refetchInterval: 10_000 } as const;

/** The stream that there is no choice about, or none. */
export function useOnlyStream(): string {
  const { data } = $api.useQuery('get', '/api/v0/streams', { params: { query: { limit: 2 } } }, slowly);
  return data?.items.length === 1 ? data.items[0]!.id : '';
}
export const useCouriers = () => $api.useQuery('get', '/api/v0/couriers', whole, slowly);
export const useFeeds = () => $api.useQuery('get', '/api/v0/feeds', whole, slowly);
export const useIngestQueries = () => $api.useQuery('get', '/api/v0/ingest-queries', whole, slowly);
export const useCourierGroups = () => $api.useQuery('get', '/api/v0/courier-groups', whole, slowly);
export const useTables = () => $api.useQuery('get', '/api/v0/tables', whole, slowly);

interface PageOf<T> {
  items: T[];
  next_token?: string | null;
}

/** The query of a page of 200, the newest first. */
export function pageOf(q: string, next_token: string | undefined) {
  return { limit: 200, order: 'newest' as const, ...(q ? { q } : {}), ...(next_token ? { next_token } : {}) };
}

export type Paged<T> = Pick<UseInfiniteQueryResult<T[], unknown>, 'data' | 'error' | 'refetch' | 'isFetching' | 'hasNextPage' | 'fetchNextPage' | 'isFetchingNextPage'>;

/** A list that is read a page of 200 at a time, as far as somebody looks. `key` names the list with its filters. The old rows
 * stay while what matches another filter is asked for. */
export function usePaged<T>(key: unknown[], page: (token: string | undefined) => Promise<PageOf<T>>, every = 10_000): Paged<T> {
  return useInfiniteQuery({
    queryKey: ['paged', ...key],
    queryFn: ({ pageParam }) => page(pageParam),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.next_token ?? undefined,
    select: (data) => data.pages.flatMap((each) => each.items),
    placeholderData: keepPreviousData,
    // A list that was read far is not read again and again: its first pages would be most of the work.
    refetchInterval: (query) => ((query.state.data?.pages.length ?? 0) > 2 ? false : every),
  });
}

interface Browsed {
  '/api/v0/streams': Schema['Stream'];
  '/api/v0/couriers': Schema['Courier'];
  '/api/v0/feeds': Schema['Feed'];
  '/api/v0/ingest-queries': Schema['IngestQuery'];
  '/api/v0/courier-groups': Schema['CourierGroup'];
}

/** What is configured, newest first; `q` is looked for in names, ids and descriptions. */
export function useBrowsed<P extends keyof Browsed>(path: P, q: string): Paged<Browsed[P]> {
  return usePaged([path, q], async (next_token) => {
    return (await call(api.GET(path as '/api/v0/streams', { params: { query: pageOf(q, next_token) } }))) as unknown as PageOf<Browsed[P]>;
  });
}
