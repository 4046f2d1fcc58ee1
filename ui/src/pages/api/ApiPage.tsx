/** The control API to read: each operation with who may call it, what it takes and answers, and as a command. */
import { Group, Text, TextInput } from '@mantine/core';
import { useLocation } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import { description, groups } from 'virtual:api-document';

import { count } from '../../parts/amounts';
import { CopyButton } from '../../parts/Copy';
import { Page, Section } from '../../parts/Page';
import { words } from '../../parts/State';
import { curl } from './curl';
import type { ApiOperation } from './document';

const [intro, ...rules] = description.split(/\n\s*- /).map((each) => each.trim().replace(/\s*\n\s*/g, ' '));

export function ApiPage() {
  const [wanted, setWanted] = useState('');
  const { hash } = useLocation();
  useEffect(() => document.getElementById(hash)?.scrollIntoView(), [hash]);
  const text = wanted.trim().toLowerCase();
  const found = groups
    .map((group) => ({ ...group, operations: group.operations.filter((each) => `${each.id} ${each.method} ${each.path} ${each.summary}`.toLowerCase().includes(text)) }))
    .filter((group) => group.operations.length > 0);
  const all = groups.reduce((sum, each) => sum + each.operations.length, 0);
  return (
    <Page title="API" beside={<Text className="quiet">{count(all)} operations</Text>}
      actions={
        <>
          <TextInput size="xs" aria-label="Filter the operations" placeholder="Filter" value={wanted} onChange={(event) => setWanted(event.currentTarget.value)} />
          <a className="plain" href="/ui/openapi.json" download>OpenAPI document</a>
        </>
      }>
      <div className="card">
        <Text size="sm">{intro}</Text>
        <details className="apirules"><summary>What holds for all of them</summary><ul>{rules.map((each) => <li key={each}><Marked text={each} /></li>)}</ul></details>
      </div>
      {found.length === 0 && <Text className="quiet">None of {count(all)} operations match.</Text>}
      {found.map((group) => (
        <Section key={group.name} title={words(group.name)} note={group.description} flush>
          {group.operations.map((each) => <Operation key={each.id} operation={each} open={each.id === hash} />)}
        </Section>
      ))}
    </Page>
  );
}

/** What stands between `backticks` is code. */
function Marked({ text }: { text: string }) {
  return <>{text.split('`').map((each, at) => (at % 2 === 1 ? <code key={at} className="mono">{each}</code> : each))}</>;
}

function Operation({ operation, open: first }: { operation: ApiOperation; open: boolean }) {
  const [open, setOpen] = useState(first);
  useEffect(() => {
    if (first) setOpen(true);
  }, [first]);
  return (
    <details className="operation" id={operation.id} open={open} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>
        <span className={`method mono ${operation.method === 'GET' ? '' : 'writes'}`}>{operation.method}</span>
        <span className="mono break">{operation.path}</span>
        <span className="quiet summary">{operation.summary}</span>
      </summary>
      {open && <Details operation={operation} />}
    </details>
  );
}

function Details({ operation }: { operation: ApiOperation }) {
  return (
    <div className="details">
      {operation.description && <Text size="sm"><Marked text={operation.description} /></Text>}
      <Text size="sm"><span className="quiet">Who may call: </span>{who(operation)}</Text>
      {operation.fields.length > 0 && (
        <div className="scroll" tabIndex={0} role="region" aria-label={`What ${operation.id} takes`}>
          <table className="list cards">
            <thead><tr><th scope="col">Name</th><th scope="col">In</th><th scope="col">Type</th><th scope="col">Meaning</th></tr></thead>
            <tbody>
              {operation.fields.map((each) => (
                <tr key={`${each.where} ${each.name}`}>
                  <td className="mono">{each.name}{each.required && <span className="quiet"> required</span>}</td>
                  <td>{each.where}</td><td className="quiet break">{each.type}</td><td className="break"><Marked text={each.meaning} /></td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      <Command operation={operation} />
      {operation.example && <Example of={operation.example} />}
      <dl className="facts">
        {operation.answers.map((each) => <Answer key={each.code} {...each} />)}
      </dl>
    </div>
  );
}

function Command({ operation }: { operation: ApiOperation }) {
  const command = curl(operation, location.origin);
  return (
    <div>
      <Group justify="space-between" mb={4}><Text size="sm" className="quiet">As a command; your token is in WEIR_TOKEN</Text><CopyButton text={command}>Copy as curl</CopyButton></Group>
      <pre className="payload" tabIndex={0} aria-label={`${operation.id} as curl`}>{command}</pre>
    </div>
  );
}

/** What the server said to that, recorded by a test that holds it true. */
function Example({ of: { status, answer } }: { of: NonNullable<ApiOperation['example']> }) {
  const text = answer === undefined ? '' : typeof answer === 'string' ? answer : JSON.stringify(answer, null, 2);
  return (
    <div>
      <Text size="sm" className="quiet" mb={4}>is answered with <span className="mono">{status}</span>{text ? ', for example' : ' and no body'}</Text>
      {text && <pre className="payload" tabIndex={0} aria-label="Example of an answer">{text}</pre>}
    </div>
  );
}

function Answer({ code, meaning }: { code: string; meaning: string }) {
  return <><dt className="mono">{code}</dt><dd><Marked text={meaning} /></dd></>;
}

function who({ asks, may }: ApiOperation): string {
  if (asks === 'everyone') return 'everyone, without a token';
  if (asks === 'sign in') return 'whoever signs in: it asks for no token';
  if (asks === 'signed in') return 'everyone with a token or a session';
  return may.length > 0 ? may.join(', ') : asks;
}
