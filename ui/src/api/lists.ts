/** The lists that several pages use. A page of 1,000 is what the API gives at most. */
import { $api } from './client';

const whole = { params: { query: { limit: 1000 } } } as const;
const slowly = { refetchInterval: 10_000 } as const;

export const useStreams = () => $api.useQuery('get', '/api/v0/streams', whole, slowly);
export const useCouriers = () => $api.useQuery('get', '/api/v0/couriers', whole, slowly);
export const useFeeds = () => $api.useQuery('get', '/api/v0/feeds', whole, slowly);
export const useIngestQueries = () => $api.useQuery('get', '/api/v0/ingest-queries', whole, slowly);
export const useCourierGroups = () => $api.useQuery('get', '/api/v0/courier-groups', whole, slowly);
export const useTables = () => $api.useQuery('get', '/api/v0/tables', whole, slowly);
