/** What a query was each time it was saved: who and when, how two versions differ in text and in what they make, and the way back. */
import { Group, Select, Stack, Text } from '@mantine/core';
import { useNavigate, useSearch } from '@tanstack/react-router';

import { call } from '../../api/call';
import { $api, api, ifMatch, type Schema, versionOf } from '../../api/client';
import { usePaged } from '../../api/lists';
import { Act } from '../../parts/Act';
import { counted } from '../../parts/amounts';
import { Loaded, Refusal } from '../../parts/Loaded';
import { useSay } from '../../parts/Messages';
import { More } from '../../parts/More';
import { Section } from '../../parts/Page';
import { Rows } from '../../parts/Rows';
import { Time } from '../../parts/Time';
import { visible } from '../../drawn/visible';
import type { PreviewInput } from './usePreviewInput';

type Version = Schema['QueryVersion'];

interface Props {
  query: string;
  version: number; // that it has now
  input: PreviewInput;
  onRestored: (query: Schema['IngestQuery']) => void;
}

export function History({ query, version, input, onRestored }: Props) {
  const { from, to } = useSearch({ from: '/inside/queries/$id' });
  const navigate = useNavigate();
  const versions = usePaged<Version>(['versions', query, version], (next_token) =>
    call(api.GET('/api/v0/ingest-queries/{id}/versions', { params: { path: { id: query }, query: { limit: 20, ...(next_token ? { next_token } : {}) } } })), 60_000);
  const show = (search: { from?: string; to?: string }) => void navigate({ to: '/queries/$id', params: { id: query }, search, replace: true });
  const chosen = to ? { to: Number(to), from: Number(from ?? Math.max(1, Number(to) - 1)) } : null;
  return (
    <>
      <Section title="History" note="what it was each time it was saved; the last 100" flush>
        <Loaded query={versions}>
          {(found) => (
            <>
              <div className="scroll">
                <table className="list cards">
                  <thead><tr><th>Version</th><th>Saved</th><th>By</th><th>Description</th><th /></tr></thead>
                  <tbody>
                    {found.map((each) => (
                      <tr key={each.version}>
                        <td>{each.version}{each.restored !== null && <span className="quiet"> as {each.restored} was</span>}</td>
                        <td><Time at={each.saved_at} /></td>
                        <td title={each.saved_by}>{visible(each.saved_by_name || each.saved_by || 'not known')}</td>
                        <td className="break">{visible(each.description)}</td>
                        <td style={{ textAlign: 'right' }}>{each.version > 1 && <button type="button" className="linklike" onClick={() => show({ to: String(each.version) })}>What changed in version {each.version}</button>}</td>
                      </tr>
                    ))}
                  </tbody>
                </table>
              </div>
              <More of={versions} />
            </>
          )}
        </Loaded>
      </Section>
      {chosen && <Difference key={`${chosen.from} ${chosen.to}`} query={query} {...chosen} newest={version} versions={versions.data ?? []} input={input} onRestored={onRestored}
        onChoose={(next) => show({ from: String(next), to: String(chosen.to) })} />}
    </>
  );
}

interface DifferenceProps {
  query: string;
  from: number;
  to: number;
  newest: number;
  versions: Version[];
  input: PreviewInput;
  onChoose: (from: number) => void;
  onRestored: (query: Schema['IngestQuery']) => void;
}

function Difference({ query, from, to, newest, versions, input, onChoose, onRestored }: DifferenceProps) {
  const say = useSay();
  const diff = $api.useQuery('get', '/api/v0/ingest-queries/{id}/diff', { params: { path: { id: query }, query: { from, to } } }, { staleTime: Infinity, retry: false });
  const compare = $api.useMutation('post', '/api/v0/ingest-queries/{id}/compare');
  const restore = $api.useMutation('put', '/api/v0/ingest-queries/{id}/version', {
    onSuccess: (now) => {
      say(`Version ${from} is back, as version ${now.version}`);
      onRestored(now);
    },
  });
  const others = versions.filter((each) => each.version !== to).map((each) => String(each.version));
  return (
    <Section title={`Version ${from} and version ${to}`}
      actions={
        <>
          <Select size="xs" w={130} aria-label="The version to compare with" value={String(from)} data={others.includes(String(from)) ? others : [String(from), ...others]} onChange={(next) => next && onChoose(Number(next))} />
          <Act operation="compareIngestQueryVersions" size="xs" variant="default" loading={compare.isPending} disabled={!input.isComplete}
            onClick={() => compare.mutate({ params: { path: { id: query } }, body: { ...input.body(), from, to } })}>Compare what they make</Act>
          {from !== newest && (
            <Act operation="restoreIngestQuery" size="xs" variant="default" loading={restore.isPending}
              onClick={() => restore.mutate({ params: { path: { id: query }, header: ifMatch(versionOf(`/api/v0/ingest-queries/${query}`)) }, body: { version: from } })}>Restore version {from}</Act>
          )}
        </>
      }>
      <Stack gap="md">
        <Refusal error={restore.error} />
        <Loaded query={diff}>{(data) => <Lines of={data} />}</Loaded>
        <Refusal error={compare.error} />
        {compare.data && <Compared of={compare.data} from={from} to={to} />}
      </Stack>
    </Section>
  );
}

const marks = { same: ' ', removed: '-', added: '+' } as const;
const words = { same: '', removed: 'removed: ', added: 'added: ' } as const;

function Lines({ of }: { of: Schema['QueryDiff'] }) {
  return (
    <>
      {of.from.description !== of.to.description && (
        <Text size="sm">Description: <del>{visible(of.from.description || 'none')}</del> → <ins>{visible(of.to.description || 'none')}</ins></Text>
      )}
      <pre className="payload diff" tabIndex={0} aria-label="What changed in the text">
        {of.lines.map((line, at) => (
          <span key={at} className={line.change}><span aria-hidden="true">{marks[line.change]} </span><span className="said">{words[line.change]}</span>{visible(line.text)}{'\n'}</span>
        ))}
      </pre>
    </>
  );
}

function Compared({ of, from, to }: { of: Schema['RowsCompared']; from: number; to: number }) {
  const { removed, added, changed } = of.columns;
  const named = (columns: { name: string }[]) => columns.map((each) => visible(each.name)).join(', ');
  const same = of.only_from_rows + of.only_to_rows + removed.length + added.length + changed.length === 0;
  return (
    <Stack gap="sm" role="status">
      {same && <span className="state ok">✓ Both make the same: {counted(of.same_rows, 'row')}</span>}
      {removed.length > 0 && <Text size="sm">Columns only in version {from}: {named(removed)}</Text>}
      {added.length > 0 && <Text size="sm">Columns only in version {to}: {named(added)}</Text>}
      {changed.length > 0 && <Text size="sm">Other types: {changed.map((each) => `${visible(each.name)} ${each.from} → ${each.to}`).join(', ')}</Text>}
      {!same && <Text size="sm" className="quiet">The same in the columns that both have: {counted(of.same_rows, 'row')}</Text>}
      <Group align="start" grow>
        <Side title={`${counted(of.only_from_rows, 'row')} only of version ${from}`} rows={of.only_from} count={of.only_from_rows} />
        <Side title={`${counted(of.only_to_rows, 'row')} only of version ${to}`} rows={of.only_to} count={of.only_to_rows} />
      </Group>
    </Stack>
  );
}

function Side({ title, rows, count }: { title: string; rows: Schema['Rows']; count: number }) {
  if (count === 0) return null;
  return (
    <div style={{ minWidth: 0 }}>
      <Text size="sm" fw={600} mb={4}>{title}</Text>
      <Rows label={title} columns={rows.columns} rows={rows.rows} />
    </div>
  );
}
