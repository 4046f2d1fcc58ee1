/** A state is a mark, a word and a colour; never a colour alone. */
export type Tone = 'ok' | 'running' | 'waiting' | 'warning' | 'failed';

const marks: Record<Tone, string> = { ok: '✓', running: '◐', waiting: '○', warning: '▲', failed: '✕' };

export function State({ tone, children }: { tone: Tone; children: string }) {
  return (
    <span className={`state ${tone}`}>
      <span aria-hidden>{marks[tone]}</span> {children}
    </span>
  );
}

const tones: Record<string, Tone> = {
  scheduled: 'waiting', started: 'running', in_progress: 'running', running: 'running', finalizing: 'running',
  stopping: 'warning', stopped: 'warning', succeeded: 'ok', failed: 'failed', skipped: 'waiting', canceled: 'warning',
  ok: 'ok', warning: 'warning', alarm: 'failed', active: 'ok', invited: 'waiting', disabled: 'warning', off: 'waiting', gone: 'warning',
  held: 'warning', replayed: 'ok', dropped: 'waiting', in_log: 'running', in_file: 'ok', quarantined: 'failed', duplicate: 'warning',
  loaded: 'ok', replaced: 'waiting', rejected: 'warning', lost: 'warning', error: 'failed', not_loaded: 'waiting',
  over_threshold: 'failed', undone: 'warning', removed: 'waiting', several: 'ok', unknown: 'waiting', done: 'ok',
  pending: 'running', delivered: 'ok', open: 'failed', mended: 'ok', repeated: 'waiting', dismissed: 'waiting',
};

/** A state as the API names it: "in_progress" reads "In progress". */
export function NamedState({ name }: { name: string }) {
  return <State tone={tones[name] ?? 'waiting'}>{words(name)}</State>;
}

export function words(name: string): string {
  const text = name.replaceAll('_', ' ');
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** Whether a run has an end. */
export const isOver = (state: string) => ['stopped', 'succeeded', 'failed', 'skipped', 'canceled'].includes(state);
