/** Who is signed in, and what they may do. */
import { useQuery, useQueryClient } from '@tanstack/react-query';

import { $api, api, keepCsrfToken, type Schema } from './client';

export type Session = Schema['SessionState'];

export async function readSession(): Promise<Session> {
  const { data, error } = await api.GET('/api/v0/session');
  if (!data) throw error;
  keepCsrfToken(data.csrf_token ?? null);
  return data;
}

export function useSession() {
  return useQuery({ queryKey: ['session'], queryFn: readSession, staleTime: Infinity });
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
  const client = useQueryClient();
  return async (started: Schema['NewSession']) => {
    keepCsrfToken(started.csrf_token);
    client.clear();
    await client.fetchQuery({ queryKey: ['session'], queryFn: readSession });
  };
}
