/** The API page's data, made when the pages are built: api/control.yaml as the page shows it, and who may call
 * (docs/authorization.md). So the page asks nobody for it, and cannot say anything else than these. The document is
 * a file of its own, /ui/openapi.json, for other tools. */
import { readFileSync } from 'node:fs';
import path from 'node:path';

import { load } from 'js-yaml';
import type { Plugin } from 'vite';

import type { ApiField, ApiGroup, ApiOperation } from './src/pages/api/document';

const root = path.resolve(import.meta.dirname, '..');
const sources = ['api/control.yaml', 'docs/authorization.md', 'api/examples.json'].map((each) => path.join(root, each));
const methods = ['get', 'post', 'put', 'patch', 'delete'] as const;

/** Of the document: an object, a list or a text; each place says which. */
interface Node { [key: string]: Node }

function resolved(document: Node, node: Node): Node {
  const { $ref } = node as unknown as { $ref?: string };
  if (!$ref) return node;
  return resolved(document, $ref.slice(2).split('/').reduce((at, key) => at[key]!, document));
}

function typeName(document: Node, node: Node): string {
  const schema = resolved(document, node) as unknown as { type?: string | string[]; enum?: unknown[]; items?: Node; format?: string; oneOf?: Node[]; anyOf?: Node[] };
  if (schema.enum) return schema.enum.map((each) => JSON.stringify(each)).join(' | ');
  const several = schema.oneOf ?? schema.anyOf;
  if (several) return several.map((each) => typeName(document, each)).join(' | ');
  if (schema.type === 'array' && schema.items) return `array of ${typeName(document, schema.items)}`;
  const name = Array.isArray(schema.type) ? schema.type.join(' | ') : (schema.type ?? 'any');
  return schema.format ? `${name}, ${schema.format}` : name;
}

function textOf(node: unknown): string {
  return typeof node === 'string' ? node.trim().replace(/\s*\n\s*/g, ' ') : '';
}

function fieldsOf(document: Node, body: Node | undefined): ApiField[] {
  const content = (body && resolved(document, body)['content']) ?? {};
  const schema = Object.values(content as Node)[0]?.['schema'];
  if (!schema) return [];
  const { properties = {}, required = [] } = resolved(document, schema) as unknown as { properties?: Record<string, Node>; required?: string[] };
  return Object.entries(properties).map(([name, node]) => ({
    name,
    where: 'body',
    type: typeName(document, node),
    required: required.includes(name),
    meaning: textOf(node['description'] ?? resolved(document, node)['description']),
  }));
}

/** A value of the schema: what the document gives as example, or else the simplest one. */
function valueOf(document: Node, node: Node): unknown {
  const schema = resolved(document, node) as unknown as { example?: unknown; enum?: unknown[]; default?: unknown; type?: string | string[]; oneOf?: Node[]; anyOf?: Node[]; items?: Node; minimum?: number; properties?: Record<string, Node>; required?: string[] };
  const given = schema.example ?? schema.default ?? schema.enum?.[0];
  if (given !== undefined) return given;
  const several = schema.oneOf ?? schema.anyOf;
  if (several) return valueOf(document, several[0]!);
  const type = Array.isArray(schema.type) ? schema.type[0] : schema.type;
  if (type === 'object' || schema.properties) return Object.fromEntries((schema.required ?? []).map((name) => [name, valueOf(document, schema.properties![name]!)]));
  if (type === 'array') return schema.items ? [valueOf(document, schema.items)] : [];
  if (type === 'integer' || type === 'number') return schema.minimum ?? 1;
  if (type === 'boolean') return true;
  return '...';
}

/** What the server answered once, recorded and held true by src/control/examples_test.cpp; by operation. */
interface Recorded { address: string; request?: unknown; status: number; answer?: unknown }

/** A request: the recorded one, or else the least that may be sent. */
function sampleOf(document: Node, body: Node | undefined, recorded: Recorded | undefined): Pick<ApiOperation, 'body' | 'contentType'> {
  const content = ((body && resolved(document, body)['content']) ?? {}) as Node;
  const [contentType, media] = Object.entries(content)[0] ?? [];
  if (!contentType || !media?.['schema']) return {};
  return { contentType, body: recorded?.request ?? valueOf(document, media['schema']) };
}

/** The document with the recorded requests and answers as its examples. */
function withExamples(document: Node, examples: Record<string, Recorded>): Node {
  for (const item of Object.values(document['paths']!)) {
    for (const method of methods) {
      const node = item[method];
      const recorded = node && examples[String(node['operationId'])];
      if (!recorded) continue;
      // A request body or answer may be shared by operations: each gets its own.
      const show = (holder: Node, key: string, example: unknown) => {
        const own = structuredClone(resolved(document, holder[key]!));
        const media = Object.values(own['content'] ?? {})[0];
        if (!media || example === undefined) return;
        media['example'] = example as Node;
        holder[key] = own;
      };
      if (node['requestBody']) show(node, 'requestBody', recorded.request);
      if (node['responses']?.[recorded.status]) show(node['responses'], String(recorded.status), recorded.answer);
    }
  }
  return document;
}

/** Right -> the policies that grant it, and operation -> its right, out of the tables of docs/authorization.md. */
function grants(page: string) {
  const rows = page.split('\n').filter((line) => line.startsWith('|')).map((line) => line.slice(1).split('|').map((cell) => cell.trim()));
  const head = rows[0]!;
  const policies = rows.slice(2, rows.findIndex((row) => row[0] === 'operation'));
  const right = new Map(rows.filter((row) => /^`[A-Z]+ /.test(row[1] ?? '')).map((row) => [row[0]!, row[2]!]));
  return (operation: string) => {
    const asks = right.get(operation) ?? '';
    const column = head.indexOf(asks);
    const may = column < 2 ? [] : policies.filter((row) => row[column] === 'yes').map((row) => `${row[0]!.replace(/^`.*?` /, '')} (${row[1]})`);
    return { asks, may };
  };
}

function read() {
  const document = load(readFileSync(sources[0]!, 'utf8')) as Node;
  const who = grants(readFileSync(sources[1]!, 'utf8'));
  const examples = JSON.parse(readFileSync(sources[2]!, 'utf8')) as Record<string, Recorded>;
  const groups: ApiGroup[] = (document['tags'] as unknown as { name: string; description: string }[]).map(({ name, description }) => ({ name, description, operations: [] }));
  for (const [address, item] of Object.entries(document['paths']!)) {
    for (const method of methods) {
      const node = item[method];
      if (!node) continue;
      const id = String(node['operationId']);
      const parameters = [...((item['parameters'] ?? []) as unknown as Node[]), ...((node['parameters'] ?? []) as unknown as Node[])].map((each) => resolved(document, each));
      const operation: ApiOperation = {
        id,
        method: method.toUpperCase(),
        path: address,
        summary: textOf(node['summary']),
        description: textOf(node['description']),
        fields: [
          ...parameters.map((each) => ({
            name: String(each['name']),
            where: String(each['in']),
            type: typeName(document, each['schema'] ?? ({} as Node)),
            required: (each['required'] as unknown) === true,
            meaning: textOf(each['description']),
          })),
          ...fieldsOf(document, node['requestBody']),
        ],
        answers: Object.entries((node['responses'] ?? {}) as Node).map(([code, answer]) => ({ code, meaning: textOf(resolved(document, answer)['description']) })),
        ...who(id),
        ...sampleOf(document, node['requestBody'], examples[id]),
        example: examples[id],
      };
      groups.find((each) => each.name === (node['tags'] as unknown as string[])[0])!.operations.push(operation);
    }
  }
  return { groups, description: String(document['info']!['description']), document: withExamples(document, examples) };
}

export function apiDocument(): Plugin {
  const name = 'virtual:api-document';
  return {
    name: 'api-document',
    resolveId: (id) => (id === name ? `\0${name}` : undefined),
    load(id) {
      if (id !== `\0${name}`) return;
      for (const each of sources) this.addWatchFile(each);
      const { groups, description } = read();
      return `export const description = ${JSON.stringify(description)};\nexport const groups = JSON.parse(${JSON.stringify(JSON.stringify(groups))});`;
    },
    generateBundle() {
      this.emitFile({ type: 'asset', fileName: 'openapi.json', source: JSON.stringify(read().document) });
    },
  };
}
