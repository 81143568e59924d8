import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ConversationDetail, ConversationFrame, MessageStatus } from '@/api/types';
import { apply, firstSeq, leavesGap, merge, type Thread, withOlder } from '@/state/merge';
import { type Change, Server } from './server';

const statuses: MessageStatus[] = ['queued', 'sent', 'delivered', 'read', 'played', 'failed'];
const TAGS = [
  { id: 1, name: 'Boleto', color: 'teal' as const },
  { id: 2, name: 'Fibra', color: 'red' as const },
];
const change: fc.Arbitrary<Change> = fc.oneof(
  fc.record({
    kind: fc.constant('incoming' as const),
    type: fc.constantFrom('text' as const, 'image' as const, 'reaction' as const),
    late: fc.integer({ min: 0, max: 20 }),
  }),
  fc.record({ kind: fc.constantFrom('outgoing' as const, 'note' as const) }),
  fc.record({ kind: fc.constant('status' as const), which: fc.nat(9), status: fc.constantFrom(...statuses) }),
  fc.record({ kind: fc.constant('media' as const), which: fc.nat(9) }),
  fc.record({ kind: fc.constant('edited' as const), which: fc.nat(9) }),
  fc.record({ kind: fc.constant('assigned' as const), to: fc.constantFrom(null, 7, 8) }),
  fc.record({
    kind: fc.constant('prioritised' as const),
    priority: fc.constantFrom('low' as const, 'normal' as const, 'high' as const),
  }),
  fc.record({ kind: fc.constant('read' as const), seq: fc.integer({ min: 1, max: 40 }) }),
  fc.record({ kind: fc.constant('tagged' as const), with: fc.subarray([...TAGS]) }),
  fc.record({ kind: fc.constant('renamed' as const), to: fc.constantFrom(null, 'Ana', 'Rui') }),
  fc.record({ kind: fc.constant('snoozed' as const), hours: fc.integer({ min: 1, max: 48 }) }),
  fc.record({ kind: fc.constant('woken' as const) }),
  fc.record({ kind: fc.constant('closed' as const), as: fc.constantFrom('resolved' as const, 'closed' as const) }),
);
const changes = fc.array(change, { maxLength: 30 });

const run = (server: Server, list: readonly Change[]): ConversationFrame[] => list.flatMap((one) => server.change(one));
const asDetail = ({ info, messages }: Thread): ConversationDetail => ({
  ...info,
  unread: null,
  messages: [...messages],
});

describe('state and events', () => {
  it('equal a fresh answer', () => {
    fc.assert(
      fc.property(changes, changes, (before, after) => {
        const server = new Server();
        run(server, before);
        const thread = run(server, after).reduce(apply, merge(undefined, server.detail(), []));
        expect(asDetail(thread)).toEqual(server.detail());
      }),
    );
  });

  it('equal a fresh answer when events and an answer cross', () => {
    fc.assert(
      fc.property(changes, changes, changes, changes, (before, asked, read, after) => {
        const server = new Server();
        run(server, before);
        let thread = merge(undefined, server.detail(), []);
        // Heard between the question and the answer; the server read the conversation between the two halves.
        const early = run(server, asked);
        const answer = server.detail();
        const late = run(server, read);
        thread = [...early, ...late].reduce(apply, thread);
        thread = merge(thread, answer, [...early, ...late]);
        thread = run(server, after).reduce(apply, thread);
        expect(asDetail(thread)).toEqual(server.detail());
      }),
    );
  });

  it('change nothing when they are said twice', () => {
    fc.assert(
      fc.property(changes, changes, (before, after) => {
        const server = new Server();
        run(server, before);
        const frames = run(server, after).filter((frame) => frame.type.includes('message'));
        const once = frames.reduce(apply, merge(undefined, server.detail(), []));
        expect(frames.reduce(apply, once)).toEqual(once);
      }),
    );
  });

  it('keep the older messages when a page of the newest comes, however small', () => {
    fc.assert(
      fc.property(changes, changes, fc.integer({ min: 1, max: 40 }), (before, heard, limit) => {
        const server = new Server();
        run(server, before);
        const known = run(server, heard).reduce(apply, merge(undefined, server.detail(), []));
        const thread = merge(known, server.detail(limit), []);
        const whole = server.detail();
        const from = firstSeq(thread);
        expect(asDetail(thread)).toEqual({ ...whole, messages: whole.messages.filter((m) => m.seq >= from) });
        expect(new Set(thread.messages.map((m) => m.seq)).size).toBe(thread.info.last_seq - from + 1);
      }),
      { numRuns: 300 },
    );
  });
});

describe('a thread', () => {
  const server = new Server();
  run(
    server,
    Array.from({ length: 9 }, () => ({ kind: 'outgoing' as const })),
  );

  it('grows upwards by older pages', () => {
    const thread = merge(undefined, server.detail(4), []);
    expect(firstSeq(thread)).toBe(6);
    const page = server.detail().messages.filter((message) => message.seq < 6);
    expect(asDetail(withOlder(thread, page))).toEqual(server.detail());
  });

  it('leaves a message aside that lies beyond a gap', () => {
    const thread = merge(undefined, server.detail(), []);
    const [frame] = new Server().change({ kind: 'outgoing' });
    if (frame?.type !== 'new_message') throw new Error('a message was expected');
    const far = { ...thread.messages[8], ...frame.message, seq: 12, id: 'msg-12' } as (typeof thread.messages)[0];
    expect(leavesGap(thread, far)).toBe(true);
    expect(apply(thread, { ...frame, message: far } as ConversationFrame)).toEqual(thread);
  });
});
