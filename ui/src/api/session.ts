/** Who is signed in, and what they may do. */
import { forgetLive } from '../live/live';
import { $api, api, keepCsrfToken, type Schema } from './client';
import { queryClient } from './query_client';

export type Session = Schema['SessionState'];

export async function readSession(): Promise<Session> {
  const { data, error } = await api.GET('/api/v0/session');
  if (!data) throw error;
  keepCsrfToken(data.csrf_token ?? null);
  return data;
}

/** What is known of the session; asks the server where nothing is. */
export function knownSession(): Promise<Session> {
  return queryClient.fetchQuery({ queryKey: ['session'], queryFn: readSession, staleTime: Infinity });
}

export function useMe() {
  return $api.useQuery('get', '/api/v0/me', {}, { staleTime: 60_000 });
}

/** Whether the signed-in user may call an operation of the API, by its operationId. True until it is known. */
export function useMay(operation: string): boolean {
  const { data } = useMe();
  return data ? data.operations.includes(operation) : true;
}

/** After signing in, setting up or using a link. */
export function useSessionStart() {
  return async (started: Schema['NewSession']) => {
    keepCsrfToken(started.csrf_token);
    queryClient.clear();
    forgetLive();
    await knownSession();
  };
}
