import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Message, Template } from '@/api/types';
import { filled, matching, shortcutIn } from '@/composer/canned';
import { componentsOf, fieldsOf, known, previewOf } from '@/composer/templates';
import { awaitingSince, entriesOf, layout, reactionsOf } from '@/state/derive';
import { type Draft, lastHeld, messageOf } from '@/state/outbox';
import { answersOf, cardsOf, itemsOf, link, placeOf, tappableOf } from '@/thread/payload';
import { boxOf } from '@/thread/sizes';
import { heightsOf } from '@/thread/waves';

const at = (minute: number): string => new Date(Date.UTC(2026, 10, 27, 12, minute)).toISOString();

function message(seq: number, part: Partial<Message> = {}): Message {
  const base = { id: `msg-${seq}`, seq, content: 'oi', type: 'text', status: 'delivered', timestamp: at(seq) };
  const none = {
    caption: null,
    media: null,
    client_id: null,
    error: null,
    sent_by_id: null,
    payload: null,
    reply_to: null,
  };
  return { ...base, ...none, direction: 'incoming', sent_by: 'customer', ...part } as Message;
}
const reaction = (seq: number, to: string, emoji: string | null, part: Partial<Message> = {}): Message =>
  message(seq, { type: 'reaction', reply_to: to, payload: { emoji }, ...part });
const ours: Partial<Message> = { direction: 'outgoing', sent_by: 'agent', sent_by_id: 7 };

function draft(part: Partial<Draft>): Draft {
  const none = {
    caption: null,
    filename: null,
    voice: false,
    replyTo: null,
    template: null,
    heldUntil: 0,
    tab: 't',
    problem: null,
  };
  const base = {
    clientId: 'a',
    author: 7,
    conversationId: 'c',
    kind: 'text' as const,
    content: 'oi',
    writtenAt: at(0),
  };
  return { ...base, ...none, seen: 3, state: 'waiting', ...part };
}

describe('reactions', () => {
  it('stand on their message, one of each side, the latest', () => {
    const list = [message(1), reaction(2, 'msg-1', '👍'), reaction(3, 'msg-1', '❤️', ours), reaction(4, 'msg-1', '🙏')];
    expect(reactionsOf(list).get('msg-1')).toEqual([
      { emoji: '🙏', mine: false },
      { emoji: '❤️', mine: true },
    ]);
    expect(entriesOf(list, [], 0).map((entry) => entry.key)).toEqual(['msg-1']);
  });

  it('are taken back by an empty one, and do not count when they failed', () => {
    expect(reactionsOf([message(1), reaction(2, 'msg-1', '👍'), reaction(3, 'msg-1', null)]).get('msg-1')).toEqual([]);
    const failed = reaction(2, 'msg-1', '👍', { ...ours, status: 'failed' });
    expect(reactionsOf([message(1), failed]).get('msg-1')).toBeUndefined();
  });

  it('to a message that is not here stand alone, until its page has come', () => {
    const laidOut = layout();
    const late = [message(2), reaction(3, 'msg-1', '👍'), message(4)];
    expect(laidOut(late, [], 0).map((entry) => entry.key)).toEqual(['msg-2', 'msg-3', 'msg-4']);
    expect(laidOut([message(1), ...late], [], 0).map((entry) => entry.key)).toEqual(['msg-1', 'msg-2', 'msg-4']);
  });

  it('are no question and no answer', () => {
    expect(awaitingSince([message(1), reaction(2, 'msg-1', '👍', ours)])).toBe(at(1));
    expect(awaitingSince([message(1), message(2, ours), reaction(3, 'msg-2', '👍')])).toBeNull();
  });
});

describe('what leaves', () => {
  it('names the file that was brought, and no field that does not go with the type', () => {
    const photo = draft({ kind: 'image', content: '', caption: 'o sinal', filename: 'a.jpg', replyTo: 'msg-1' });
    const head = { client_id: 'a', last_seen_seq: 3 };
    expect(messageOf(photo, 3, 'm')).toEqual({
      ...head,
      ...{ type: 'image', content: '', media_id: 'm', caption: 'o sinal', filename: 'a.jpg', reply_to: 'msg-1' },
    });
    const voice = draft({ kind: 'audio', content: '', voice: true });
    const sound = { type: 'audio', content: '', media_id: 'm', filename: null, voice: true };
    expect(messageOf(voice, 3, 'm')).toEqual({ ...head, ...sound });
    expect(messageOf(draft({}), 3, null)).toEqual({ ...head, content: 'oi' });
  });

  it('can be taken back while it is held, the newest first', () => {
    const list = [draft({ clientId: 'a', heldUntil: 50 }), draft({ clientId: 'b', heldUntil: 60 })];
    expect(lastHeld(list, 'c', 40)?.clientId).toBe('b');
    expect(lastHeld(list, 'c', 60)).toBeUndefined();
    expect(lastHeld([draft({ heldUntil: 60, state: 'sending' })], 'c', 40)).toBeUndefined();
  });
});

describe('canned replies', () => {
  const replies = [
    { shortcut: 'boleto', content: 'Segue a 2ª via.' },
    { shortcut: 'fim-boleto', content: 'Pago.' },
    { shortcut: 'sinal', content: 'Sem relação.' },
  ];
  it('are asked for by a slash alone', () => {
    expect(['/', '/Bo', '/bo x', 'a/b', ' /b'].map(shortcutIn)).toEqual(['', 'bo', null, null, null]);
    expect(matching(replies, 'bol').map((one) => one.shortcut)).toEqual(['boleto', 'fim-boleto']);
  });
  it('name people as they are addressed, and leave no hole without a name', () => {
    const words = 'Oi, {cliente}! Protocolo {protocolo}. {atendente}';
    const info = { customer_name: 'Ana Souza', protocol: '20261127-000001' };
    expect(filled(words, info, 'Maria Lima')).toBe('Oi, Ana! Protocolo 20261127-000001. Maria');
    expect(filled(words, { ...info, customer_name: null }, 'Maria')).toBe('Oi! Protocolo 20261127-000001. Maria');
    expect(filled('{outro}', info, 'Maria')).toBe('{outro}');
  });
});

describe('templates', () => {
  const template = {
    name: 'visita',
    language: 'pt_BR',
    components: [
      { type: 'HEADER', format: 'TEXT', text: 'Visita {{1}}' },
      { type: 'BODY', text: 'Olá, {{1}}, até {{2}}.', example: { body_text: [['Ana', '14h']] } },
      { type: 'FOOTER', text: 'Provedor' },
      {
        type: 'BUTTONS',
        buttons: [
          { type: 'QUICK_REPLY', text: 'Ok' },
          { type: 'URL', text: 'Ver', url: 'https://a.example/{{1}}' },
        ],
      },
    ],
  } as unknown as Template;
  const values = { 'header.1': 'hoje', 'body.1': 'Ana', 'body.2': '15h', 'button.1': 'x' };

  it('say what has to be filled in, and send it as Meta wants it', () => {
    const fields = fieldsOf(template);
    expect(fields.map((field) => [field.key, field.example])).toEqual([
      ['header.1', ''],
      ['body.1', 'Ana'],
      ['body.2', '14h'],
      ['button.1', ''],
    ]);
    const words = (text: string) => ({ type: 'text', text });
    expect(componentsOf(fields, values)).toEqual([
      { type: 'header', parameters: [words('hoje')] },
      { type: 'body', parameters: [words('Ana'), words('15h')] },
      { type: 'button', sub_type: 'url', index: '1', parameters: [words('x')] },
    ]);
    expect(previewOf(template, { 'body.1': 'Ana' })).toEqual({
      ...{ header: 'Visita {{1}}', body: 'Olá, Ana, até {{2}}.', footer: 'Provedor' },
    });
  });

  it('name their variables when their author did, and know the customer', () => {
    const components = [{ type: 'BODY', text: 'Oi, {{nome}}' }];
    const fields = fieldsOf({ ...template, components });
    expect(known(fields, 'Ana')).toEqual({ 'body.nome': 'Ana' });
    const parameters = [{ type: 'text', text: 'Ana', parameter_name: 'nome' }];
    expect(componentsOf(fields, { 'body.nome': 'Ana' })).toEqual([{ type: 'body', parameters }]);
  });

  it('with a file in the header ask for its address', () => {
    const fields = fieldsOf({ ...template, components: [{ type: 'HEADER', format: 'IMAGE' }] });
    const parameters = [{ type: 'image', image: { link: 'https://a.example/a.png' } }];
    expect(componentsOf(fields, { header: 'https://a.example/a.png' })).toEqual([{ type: 'header', parameters }]);
  });
});

describe('a payload', () => {
  it('is read whatever a customer put into it', () => {
    const any = fc.dictionary(
      fc.constantFrom('latitude', 'contacts', 'items', 'header', 'buttons', 'sections', 'answers', 'url'),
      fc.jsonValue(),
    );
    fc.assert(
      fc.property(any, (payload) => {
        placeOf(payload);
        cardsOf(payload);
        itemsOf(payload);
        answersOf(payload);
        expect(tappableOf(payload).href).toMatch(/^$|^https?:/);
      }),
    );
  });
  it('opens no address but of the web', () => {
    const given = ['javascript:alert(1)', 'javascript:void("https://a")', 'https://a.example', 7, null];
    expect(given.map(link)).toEqual(['', '', 'https://a.example', '', '']);
  });
  it('reads cards and places', () => {
    const card = {
      name: 'Ana',
      phones: [{ phone: '+5511999999999', type: 'CELL' }],
      org: { company: 'X' },
      emails: [],
    };
    expect(cardsOf({ contacts: [card] })).toMatchObject([
      { name: 'Ana', org: 'X', phones: [{ phone: '+5511999999999' }] },
    ]);
    expect(placeOf({ latitude: -23.5, longitude: -46.6, name: 'Loja', address: null })).toMatchObject({ name: 'Loja' });
    expect(placeOf({ latitude: 'x', longitude: 1 })).toBeNull();
  });
});

it('a wave has as many bars as wished, and its loudest is 1', () => {
  const samples = Float32Array.from({ length: 1000 }, (_, index) => (index < 500 ? 0.1 : 0.4));
  const heights = heightsOf(samples, 10);
  expect(heights.length).toBe(10);
  expect(heights[0]).toBeCloseTo(0.25);
  expect(heights[9]).toBeCloseTo(1);
  expect(heightsOf(new Float32Array(0), 3)).toEqual([0, 0, 0]);
});

it('a picture keeps its shape within its bounds', () => {
  expect(boxOf({ width: 3000, height: 1000 })).toEqual({ width: '320px', aspectRatio: '3000 / 1000' });
  expect(boxOf({ width: null, height: null }).width).toBe('280px');
});
