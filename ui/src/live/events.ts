/** What the server tells over GET /api/v0/live (docs/spec/live.md). */
import type { Schema } from '../api/client';

export interface StreamRate {
  stream_id: string;
  per_second: number;
  last_payload_at: string | null;
}

export interface Rates {
  whole?: boolean;
  streams: StreamRate[];
}

export interface Runs {
  whole?: boolean;
  runs: Schema['Run'][];
}

export type NeedsYou = Schema['NeedsYou'];

export interface TailPayload {
  receipt: string;
  received_at: string;
  payload_type: string;
  bytes: number;
  payload?: string;
  payload_base64?: string;
  cut?: boolean;
}

export interface TailNews {
  topic: string;
  accepted: number;
  left_out: number;
  not_matching: number;
  missed?: number;
  payloads: TailPayload[];
}
