import { Button, Group, Stack } from '@mantine/core';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useMemo, useState } from 'react';

import { $api, messageOf } from '../../api/client';
import { useTables } from '../../api/lists';
import { draftKey } from '../../api/tenant';
import { Editor } from '../../editor/Editor';
import { Act } from '../../parts/Act';
import { counted } from '../../parts/amounts';
import { CopyButton } from '../../parts/Copy';
import { Empty, Loaded, Refusal } from '../../parts/Loaded';
import { Page, Section } from '../../parts/Page';
import { Rows } from '../../parts/Rows';
import { selectAll } from '../../parts/sql';
import { saveCsv } from './csv';

/** SQL over the domain tables; a question is a link. */
export function SqlPage() {
  const { q } = useSearch({ from: '/inside/sql' });
  const navigate = useNavigate();
  const tables = useTables();
  const [text, setText] = useState(() => q ?? localStorage.getItem(draftKey('sql')) ?? '');
  const run = $api.useMutation('post', '/api/v0/query');
  const names = useMemo(() => Object.fromEntries((tables.data?.items ?? []).map((each) => [`"${each.name}"`, each.columns.map((one) => one.name)])), [tables.data]);
  const ask = () => {
    if (!text.trim()) return;
    void navigate({ to: '/sql', search: { q: text }, replace: true });
    run.mutate({ body: { sql: text, limit: 200 } });
  };
  const change = (next: string) => {
    setText(next);
    localStorage.setItem(draftKey('sql'), next);
  };
  return (
    <Page title="SQL" actions={
      <>
        <CopyButton text={`${window.location.origin}/ui/sql?q=${encodeURIComponent(text)}`}>Copy link</CopyButton>
        <Act operation="queryTables" loading={run.isPending} onClick={ask}>Run</Act>
      </>
    }>
      <div className="beside">
        <Section title="Tables" flush>
          <Loaded query={tables} isEmpty={(page) => page.items.length === 0} empty={<Empty>No table yet.</Empty>}>
            {(page) => (
              <ul className="plainlist">
                {page.items.map((each) => (
                  <li key={each.name}><button type="button" className="linklike" onClick={() => change(selectAll(each.name))}>{each.name}</button></li>
                ))}
              </ul>
            )}
          </Loaded>
        </Section>
        <Stack gap="md" style={{ minWidth: 0 }}>
          <Section title="Query" note="Ctrl Enter runs it" flush>
            <Editor label="SQL" value={text} onChange={change} onRun={ask} names={names} error={run.error ? messageOf(run.error) : null} />
          </Section>
          <Refusal error={run.error} />
          {run.data && (
            <Section title="Result" note={run.data.truncated ? 'the first 200 rows' : counted(run.data.rows.length, 'row')} flush
              actions={<Group><Button variant="default" onClick={() => saveCsv(run.data)}>CSV</Button></Group>}>
              <Rows label="Result" columns={run.data.columns} rows={run.data.rows} />
            </Section>
          )}
        </Stack>
      </div>
    </Page>
  );
}
