/** A stream by its name, leading to its page; its id where the name is not known (yet). */
import { $api } from '../api/client';
import { To } from './Link';

export function StreamName({ id }: { id: string }) {
  const { data } = $api.useQuery('get', '/api/v0/streams/{id}', { params: { path: { id } } }, { staleTime: 60_000, retry: false });
  return <To to={`/streams/${id}`}>{data?.name ?? id}</To>;
}
