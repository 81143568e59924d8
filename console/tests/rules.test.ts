import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Message, QueuePlace } from '@/api/types';
import { backoff } from '@/live/backoff';
import { awaitingSince, entriesOf, layout, patienceOf, unreadOf, withHead } from '@/state/derive';
import { afterFailure, type Draft, inherited, inOrder, nextToSend, seenSince } from '@/state/outbox';
import { piecesOf } from '@/thread/words';

const at = (minute: number): string => new Date(Date.UTC(2026, 10, 27, 12, minute)).toISOString();

function message(seq: number, part: Partial<Message>): Message {
  const base = { id: `msg-${seq}`, seq, content: 'oi', type: 'text', status: 'delivered', timestamp: at(seq) };
  const none = { caption: null, media: null, client_id: null, error: null, sent_by_id: null };
  return { ...base, ...none, direction: 'incoming', sent_by: 'customer', ...part } as Message;
}
const mine: Partial<Message> = { direction: 'outgoing', sent_by: 'agent', sent_by_id: 7 };

function draft(clientId: string, part: Partial<Draft> = {}): Draft {
  const base = { conversationId: 'c', kind: 'text' as const, content: 'oi', caption: null, filename: null };
  const plain = { voice: false, replyTo: null, template: null, heldUntil: 0 };
  return {
    ...base,
    ...plain,
    author: 7,
    tab: 't',
    clientId,
    writtenAt: at(0),
    seen: 3,
    state: 'waiting',
    problem: null,
    ...part,
  };
}

describe('the outbox', () => {
  it('takes over from a tab that is gone what can still be sent, and asks about the rest', () => {
    const over = (part: Partial<Draft>, late = 0) => inherited(draft('a', part), 'u', Date.parse(at(0)) + late, '?');
    expect(over({})).toMatchObject({ tab: 'u', state: 'waiting', problem: null });
    expect(over({ state: 'sending' })).toMatchObject({ state: 'waiting' });
    expect(over({ state: 'sending', kind: 'note' })).toMatchObject({ state: 'failed', problem: '?' });
    expect(over({ kind: 'note' })).toMatchObject({ state: 'waiting' });
    expect(over({ kind: 'image' })).toBeNull();
    expect(over({}, 11 * 60_000)).toMatchObject({ state: 'failed', problem: '?' });
    expect(over({ state: 'stale' }, 11 * 60_000)).toMatchObject({ state: 'stale' });
  });

  it('keeps the order in which several tabs wrote', () => {
    const drafts = [
      draft('b', { writtenAt: at(2) }),
      draft('c', { writtenAt: at(2) }),
      draft('a', { writtenAt: at(1) }),
    ];
    expect(inOrder(drafts).map((one) => one.clientId)).toEqual(['a', 'b', 'c']);
  });

  it('sends one at a time, in order, and waits behind what a person has to look at', () => {
    expect(nextToSend([draft('a'), draft('b')], 'c')?.clientId).toBe('a');
    expect(nextToSend([draft('a', { state: 'sending' }), draft('b')], 'c')).toBeNull();
    expect(nextToSend([draft('a', { state: 'stale' }), draft('b')], 'c')).toBeNull();
    expect(nextToSend([draft('a', { conversationId: 'd', state: 'failed' }), draft('b')], 'c')?.clientId).toBe('b');
  });

  it('takes what the user wrote after it for seen, and nothing of anybody else', () => {
    expect(seenSince(draft('a'), [message(5, mine), message(4, mine)], 7)).toBe(5);
    expect(seenSince(draft('a'), [message(4, mine), message(5, {}), message(6, mine)], 7)).toBe(4);
    expect(seenSince(draft('a'), [message(4, { ...mine, sent_by_id: 8 })], 7)).toBe(3);
  });

  it('repeats what may go later, and never a note', () => {
    expect(afterFailure(draft('a'), 'OFFLINE', true, 'x').state).toBe('waiting');
    expect(afterFailure(draft('a', { kind: 'note' }), 'OFFLINE', true, 'x')).toMatchObject({
      state: 'failed',
      problem: 'x',
    });
    expect(afterFailure(draft('a'), 'STALE_CONVERSATION', false, 'x').state).toBe('stale');
    expect(afterFailure(draft('a'), 'FORBIDDEN', false, 'x').state).toBe('failed');
  });
});

describe('what people are told', () => {
  it('counts what the customer wrote after the last that was read', () => {
    const messages = [message(1, {}), message(2, mine), message(3, {}), message(4, {})];
    expect(unreadOf(messages, 0).map((one) => one.seq)).toEqual([1, 3, 4]);
    expect(unreadOf(messages, 3).map((one) => one.seq)).toEqual([4]);
    expect(unreadOf(messages, 4)).toEqual([]);
  });

  it('a customer waits from the first word that nobody has answered; a note is no answer', () => {
    const note = message(4, { ...mine, type: 'note' });
    expect(awaitingSince([message(1, {}), message(2, mine), message(3, {}), note, message(5, {})])).toBe(at(3));
    expect(awaitingSince([message(1, {}), message(2, mine)])).toBeNull();
  });

  it('patience ends by and by', () => {
    const now = Date.parse(at(10));
    expect([9, 7, 3].map((minute) => patienceOf(at(minute), now))).toEqual(['calm', 'warm', 'late']);
  });

  it('shows days, the line of what is new, and no draft twice', () => {
    const messages = [
      message(1, { timestamp: '2026-11-20T12:00:00Z' }),
      message(2, {}),
      message(3, { ...mine, client_id: 'a' }),
    ];
    const entries = entriesOf(messages, [draft('a'), draft('b')], 2);
    const shown = entries.map((entry) =>
      entry.kind === 'draft' ? entry.key : [entry.message.seq, entry.day, entry.unread],
    );
    expect(shown).toEqual([[1, true, false], [2, true, true], [3, false, false], 'b']);
  });

  it('is laid out anew from the first change only, and all the same', () => {
    const laidOut = layout();
    const part = fc.record({ at: fc.nat(12), minute: fc.nat(3000), own: fc.boolean(), from: fc.nat(8) });
    fc.assert(
      fc.property(fc.array(part, { maxLength: 12 }), fc.nat(12), (parts, keep) => {
        const messages = parts.map(({ minute, own }, index) =>
          message(index + 1, { timestamp: at(minute), ...(own ? mine : {}) }),
        );
        messages.sort((a, b) => Date.parse(a.timestamp) - Date.parse(b.timestamp));
        const from = parts[0]?.from ?? 0;
        for (const list of [
          messages,
          messages.slice(keep),
          [...messages.slice(0, keep), message(99, { timestamp: at(9000) })],
        ]) {
          expect(laidOut(list, [draft('b')], from)).toEqual(entriesOf(list, [draft('b')], from));
        }
      }),
    );
  });

  it('the queue keeps its tail behind a new head', () => {
    const place = (id: string, position: number) => ({ conversation_id: id, position }) as QueuePlace;
    const known = ['a', 'b', 'c', 'd'].map((id, index) => place(id, index + 1));
    const told = withHead(known, [place('b', 1), place('c', 2)], 3);
    expect(told.map((one) => [one.conversation_id, one.position])).toEqual([
      ['b', 1],
      ['c', 2],
      ['d', 3],
    ]);
    expect(withHead(known, [place('x', 1)], 1).map((one) => one.conversation_id)).toEqual(['x']);
  });

  it('finds addresses and loses no letter', () => {
    expect(piecesOf('veja https://a.example/x?y=1, ok')).toEqual([
      plain('veja '),
      { ...plain('https://a.example/x?y=1'), href: 'https://a.example/x?y=1' },
      plain(', ok'),
    ]);
    expect(piecesOf('javascript:alert(1)')).toEqual([plain('javascript:alert(1)')]);
  });

  it.each([
    ['*oi* mundo', [{ ...plain('oi'), marks: ['bold'] }, plain(' mundo')]],
    ['(_já_)', [plain('('), { ...plain('já'), marks: ['italic'] }, plain(')')]],
    [
      '*a _b_*',
      [
        { ...plain('a '), marks: ['bold'] },
        { ...plain('b'), marks: ['bold', 'italic'] },
      ],
    ],
    ['~não~', [{ ...plain('não'), marks: ['struck'] }]],
    ['`ping *1*`', [{ ...plain('ping *1*'), marks: ['mono'] }]],
    ['```a\nb```', [{ ...plain('a\nb'), marks: ['mono'] }]],
    ['*https://a.example/b*', [{ ...plain('https://a.example/b'), href: 'https://a.example/b', marks: ['bold'] }]],
  ])('reads %s as WhatsApp does', (text, pieces) => {
    expect(piecesOf(text)).toEqual(pieces);
  });

  it.each([
    '5*3*2',
    'nome_do_arquivo',
    '* item * outro',
    '*sem fim',
    'https://a.example/_x_/*y*',
    '**',
    '*a\nb*',
    '~ ~',
  ])('leaves %s as it is', (text) => {
    const pieces = piecesOf(text);
    expect(pieces.map((piece) => piece.text).join('')).toBe(text);
    expect(pieces.every((piece) => piece.marks.length === 0)).toBe(true);
  });

  it('loses nothing but the signs', () => {
    const signs = fc.string({ unit: fc.constantFrom('a', 'b', ' ', '*', '_', '~', '`', '\n', ':', '/', 'http') });
    const bare = (text: string): string => text.replace(/[*_~`]/g, '');
    fc.assert(
      fc.property(fc.oneof(fc.string(), signs), (text) => {
        const shown = piecesOf(text)
          .map((piece) => piece.text)
          .join('');
        return bare(shown) === bare(text);
      }),
    );
  });
});

const plain = (text: string) => ({ text, href: null, marks: [] as string[] });

it('comes back soon at first, and never all at once', () => {
  expect(backoff(0, 0)).toBe(200);
  fc.assert(
    fc.property(fc.nat(60), fc.double({ min: 0, max: 1, noNaN: true }), (attempt, chance) => {
      const wait = backoff(attempt, chance);
      return wait >= 200 && wait <= 15_000;
    }),
  );
});
