/** How couriers use an ingest query: what a preview of it should read. */
import type { Schema } from '../../api/client';

export interface Usage {
  stream: string;
  tag: string;
  rowTag: string;
  schema: string;
}

/** The first load operation that names the query, of a courier that pulls a stream. */
export function usageOf(couriers: Schema['Courier'][], query: string): Usage | null {
  for (const courier of couriers) {
    if (!courier.stream_id) continue;
    for (const operation of Object.values(courier.load_operations as Record<string, unknown>).flat()) {
      const one = operation as { 'spark-sql-query'?: string; 'spark-sql-files'?: { file?: string; options?: { rowTag?: string }; schema?: unknown }[] };
      if (one['spark-sql-query'] !== query) continue;
      const file = one['spark-sql-files']?.[0];
      return { stream: courier.stream_id, tag: file?.file ?? 'streaming', rowTag: file?.options?.rowTag ?? '', schema: file?.schema ? JSON.stringify(file.schema, null, 1) : '' };
    }
  }
  return null;
}
