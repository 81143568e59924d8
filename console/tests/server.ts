/** A conversation as the server keeps it, and what its socket says of every change. */
import type { ConversationDetail, ConversationFrame, Message, MessageStatus, Priority, Tag } from '@/api/types';

export type Change =
  | { kind: 'incoming'; type: 'text' | 'image' | 'reaction'; late: number }
  | { kind: 'outgoing' | 'note' }
  | { kind: 'status'; which: number; status: MessageStatus }
  | { kind: 'media'; which: number }
  | { kind: 'edited'; which: number }
  | { kind: 'assigned'; to: number | null }
  | { kind: 'prioritised'; priority: Priority }
  | { kind: 'read'; seq: number }
  | { kind: 'tagged'; with: readonly Tag[] }
  | { kind: 'renamed'; to: string | null }
  | { kind: 'snoozed'; hours: number }
  | { kind: 'woken' }
  | { kind: 'closed'; as: 'resolved' | 'closed' };

const ID = '550e8400-e29b-41d4-a716-446655440000';
const RANK = { queued: 0, sent: 10, failed: 15, delivered: 20, read: 30, played: 40 };
const START = Date.UTC(2026, 10, 27, 10);
const HOUR = 3_600_000;
const LONG = '🙂'.repeat(300); // two code units each
const at = (ms: number): string => new Date(ms).toISOString().replace('.000Z', 'Z');
const latest = (a: string | null, b: string): string => (a === null || Date.parse(b) > Date.parse(a) ? b : a);

/** A customer's picture: on its way, or here. */
function file(seq: number | null): NonNullable<Message['media']> {
  const id = 'd1f0a3c2-7b1e-4c3a-9f00-3b1d2c4e5f60';
  const here = seq !== null;
  const known = { mime_type: 'image/png', size: here ? 12 : null, filename: null };
  const seen = { thumbnail_url: null, width: null, height: null, duration: null };
  const state = here ? ('available' as const) : ('pending' as const);
  return { id, url: here ? `/api/v1/media/${seq}` : null, state, error: null, ...known, ...seen };
}

export class Server {
  private info: Omit<ConversationDetail, 'messages' | 'last_message'> = {
    id: ID,
    customer_phone: '+5511999999999',
    customer_name: 'Ana',
    status: 'queue',
    channel: 'whatsapp',
    assigned_to: null,
    started_at: at(START),
    last_message_at: at(START),
    messages_count: 0,
    handled_by: 'none',
    priority: 'normal',
    protocol: '20261127-000001',
    last_seq: 0,
    window_expires_at: null,
    phone_number_id: '106540352242922',
    read_seq: 0,
    unread: null,
    tags: [],
    snoozed_until: null,
  };
  private messages: Message[] = [];
  private now = START;

  /** Does it, and answers what the socket says. Nothing, if it changes nothing. */
  change(change: Change): ConversationFrame[] {
    this.now += 1000;
    switch (change.kind) {
      case 'incoming':
        return [
          ...this.add({ direction: 'incoming', type: change.type, sent_by: 'customer' }, this.now - change.late * 1000),
          ...(change.type === 'reaction' ? [] : this.wake()),
        ];
      case 'outgoing':
        return [
          ...this.add({ direction: 'outgoing', type: 'text', status: 'queued', sent_by_id: 7 }, this.now),
          ...this.wake(),
        ];
      case 'note':
        return this.add({ direction: 'outgoing', type: 'note', sent_by_id: 7 }, this.now);
      case 'status':
        return this.raise(change.which, change.status);
      case 'media':
        return this.file(change.which);
      case 'edited':
        return this.edit(change.which);
      case 'assigned':
        return this.assign(change.to);
      case 'prioritised':
        this.info = { ...this.info, priority: change.priority };
        return [this.updated()];
      case 'read':
        return this.read(Math.min(change.seq, this.info.last_seq));
      case 'tagged':
        this.info = { ...this.info, tags: [...change.with] };
        return [this.updated()];
      case 'renamed':
        return this.rename(change.to);
      case 'snoozed':
        return this.snooze(at(this.now + change.hours * HOUR));
      case 'woken':
        return this.wake();
      case 'closed':
        this.info = { ...this.info, status: change.as, handled_by: 'none', snoozed_until: null };
        return [{ type: 'conversation_closed', conversation_id: ID, status: change.as, resolution: 'resolved' }];
    }
  }

  /** As `GET /conversations/{id}` answers: the newest, by time. */
  detail(limit = 1000): ConversationDetail {
    const page = this.messages.slice(-limit);
    page.sort((a, b) => Date.parse(a.timestamp) - Date.parse(b.timestamp) || a.seq - b.seq);
    return structuredClone({ ...this.info, last_message: this.last(), messages: page });
  }

  private last(): ConversationDetail['last_message'] {
    const found = this.messages.find((message) => message.seq === this.info.last_seq);
    if (!found) return null;
    const { id, type, direction, sent_by, sent_by_id, timestamp, status } = found;
    const content = Array.from(found.content).slice(0, 200).join('');
    return { id, type, content, direction, sent_by, sent_by_id, timestamp, status };
  }

  private read(seq: number): ConversationFrame[] {
    if (seq <= this.info.read_seq) return [];
    this.info = { ...this.info, read_seq: seq };
    return [{ type: 'conversation_read', conversation_id: ID, seq }];
  }

  private updated(): ConversationFrame {
    const { priority, tags, snoozed_until } = this.info;
    return { type: 'conversation_updated', conversation_id: ID, priority, tags: structuredClone(tags), snoozed_until };
  }

  private rename(to: string | null): ConversationFrame[] {
    this.info = { ...this.info, customer_name: to };
    const frame = { type: 'customer_updated' as const, conversation_id: ID, customer_id: ID, version: 2, tags: [] };
    return [{ ...frame, customer_name: to }];
  }

  private add(part: Partial<Message>, sentAt: number): ConversationFrame[] {
    const seq = this.info.last_seq + 1;
    const media = part.type === 'image' ? file(null) : null;
    const sender = { client_id: null, sent_by: 'agent', sent_by_id: null };
    const rest = {
      content: LONG.slice(0, seq % 3 ? 2 : 500) + seq,
      caption: null,
      error: null,
      payload: null,
      reply_to: null,
      ...sender,
    };
    const base = { id: `msg-${seq}`, seq, status: 'delivered', timestamp: at(sentAt), media, ...rest };
    const message = { ...base, ...part } as Message;
    this.messages.push(message);
    const counted = message.type === 'note' ? 0 : 1;
    const opens = message.direction === 'incoming' && message.type !== 'reaction';
    this.info = {
      ...this.info,
      last_seq: seq,
      messages_count: this.info.messages_count + counted,
      last_message_at: latest(this.info.last_message_at, message.timestamp),
      window_expires_at: opens
        ? latest(this.info.window_expires_at, at(sentAt + 24 * HOUR))
        : this.info.window_expires_at,
    };
    return [{ type: 'new_message', conversation_id: ID, message: structuredClone(message) } as ConversationFrame];
  }

  private raise(which: number, status: MessageStatus): ConversationFrame[] {
    const sent = this.messages.filter((message) => message.direction === 'outgoing' && message.type !== 'note');
    const found = sent[which % Math.max(1, sent.length)];
    if (!found || RANK[status] <= RANK[found.status]) return [];
    found.status = status;
    found.error = status === 'failed' ? { code: 131026, title: 'Não entregue', detail: null } : null;
    const { id, error } = found;
    const frame = { type: 'message_status' as const, conversation_id: ID, message_id: id, status, error };
    return [{ ...frame, timestamp: at(this.now) }];
  }

  private file(which: number): ConversationFrame[] {
    const files = this.messages.filter((message) => message.media && !message.media.url);
    const found = files[which % Math.max(1, files.length)];
    if (!found) return [];
    found.media = file(found.seq);
    return [{ type: 'message_media', conversation_id: ID, message_id: found.id, media: { ...found.media } }];
  }

  /** Of a customer: only they edit here. */
  private edit(which: number): ConversationFrame[] {
    const written = this.messages.filter((message) => message.direction === 'incoming');
    const found = written[which % Math.max(1, written.length)];
    if (!found) return [];
    found.content += '!';
    found.payload = { edited_at: at(this.now) };
    return [{ type: 'message_changed', conversation_id: ID, message: structuredClone(found) } as ConversationFrame];
  }

  /** Only what somebody has can be put aside. */
  private snooze(until: string): ConversationFrame[] {
    if (this.info.handled_by !== 'agent') return [];
    this.info = { ...this.info, snoozed_until: until };
    return [this.updated()];
  }

  private wake(): ConversationFrame[] {
    if (this.info.snoozed_until === null) return [];
    this.info = { ...this.info, snoozed_until: null };
    return [this.updated()];
  }

  private assign(to: number | null): ConversationFrame[] {
    const status = to === null ? 'queue' : 'in_progress';
    const by = to === null ? 'none' : 'agent';
    this.info = { ...this.info, assigned_to: to, status, handled_by: by, snoozed_until: null };
    return [{ type: 'conversation_assigned', conversation_id: ID, assigned_to: to, nome: null, reason: null }];
  }
}
