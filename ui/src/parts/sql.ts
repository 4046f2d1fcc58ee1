/** SQL of the engine that the UI writes itself. */
export const quoted = (name: string) => `"${name.replaceAll('"', '""')}"`;
export const selectAll = (table: string, limit = 200) => `SELECT * FROM ${quoted(table)} LIMIT ${limit}`;
