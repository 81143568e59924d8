import type { ServerFrame } from '@/api/types';
import { backoff } from './backoff';

/** `closed`: nobody is logged in. `waiting`: it was there, or is tried for the second time. */
export type LineState = 'closed' | 'connecting' | 'open' | 'waiting';

interface Ears {
  token(): Promise<string>;
  /** The server refuses the token. Whether another one may do. */
  refused(): Promise<boolean>;
  changed(state: LineState): void;
  heard(frame: ServerFrame): void;
}

const PING_MS = 20_000;
const PONG_MS = 8_000; // a line that is silent for longer is dead, whatever the browser thinks
const REFUSED = 4401;

/** `/ws/chat`, kept up for as long as somebody is logged in. */
export class Line {
  private socket: WebSocket | null = null;
  private attempt = 0;
  private wanted = false;
  private timer = 0;
  private pulse = 0;
  private heardAt = 0;
  private greeted: WebSocket | null = null;

  constructor(private readonly ears: Ears) {
    addEventListener('online', () => this.hurry());
    addEventListener('offline', () => this.socket && this.beat(this.socket)); // a server on this machine is still there
    document.addEventListener('visibilitychange', () => document.visibilityState === 'visible' && this.hurry());
  }

  open(): void {
    this.wanted = true;
    void this.connect();
  }

  close(): void {
    this.wanted = false;
    this.drop();
    this.ears.changed('closed');
  }

  /** False when it could not be said: live words are not kept for later. */
  say(frame: object): boolean {
    if (this.socket?.readyState !== WebSocket.OPEN) return false;
    this.socket.send(JSON.stringify(frame));
    return true;
  }

  /** Tries again now: the network is back, or somebody is looking. */
  hurry(): void {
    if (this.wanted && !this.socket) void this.connect();
  }

  private async connect(): Promise<void> {
    this.drop();
    this.ears.changed(this.attempt === 0 ? 'connecting' : 'waiting');
    const token = await this.ears.token().catch(() => null);
    if (!this.wanted || this.socket) return;
    if (token === null) return this.later();
    const address = new URL('/ws/chat', location.origin.replace('http', 'ws'));
    const socket = new WebSocket(address, ['bearer', token]);
    this.socket = socket;
    socket.onopen = () => this.opened(socket);
    socket.onmessage = (event) => this.message(event.data);
    socket.onclose = (event) => socket === this.socket && void this.lost(event.code);
  }

  private opened(socket: WebSocket): void {
    this.heardAt = Date.now();
    this.pulse = window.setInterval(() => this.beat(socket), PING_MS);
    this.say({ type: 'ping' });
  }

  private message(data: string): void {
    this.heardAt = Date.now();
    const frame = JSON.parse(data) as ServerFrame;
    // The handshake alone says nothing: a bad token is told after it.
    if (frame.type === 'pong') this.greet();
    else this.ears.heard(frame);
  }

  private greet(): void {
    if (this.greeted === this.socket) return;
    this.greeted = this.socket;
    this.attempt = 0;
    this.ears.changed('open');
  }

  private beat(socket: WebSocket): void {
    this.say({ type: 'ping' });
    const asked = Date.now();
    window.setTimeout(() => {
      if (socket === this.socket && this.heardAt < asked) void this.lost(0);
    }, PONG_MS);
  }

  private async lost(code: number): Promise<void> {
    this.drop();
    if (!this.wanted) return;
    if (code === REFUSED && !(await this.ears.refused())) return;
    this.later();
  }

  private later(): void {
    this.ears.changed('waiting');
    clearTimeout(this.timer);
    this.timer = window.setTimeout(() => this.hurry(), backoff(this.attempt, Math.random()));
    this.attempt += 1;
  }

  private drop(): void {
    clearTimeout(this.timer);
    clearInterval(this.pulse);
    const socket = this.socket;
    this.socket = null;
    socket?.close();
  }
}
