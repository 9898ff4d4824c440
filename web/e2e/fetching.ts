// Stands in for the one thing that the server under test may not be able to do: fetching an address from the
// open internet. It answers POST /v1/analyses/url, the analyses made by it and their events, in the shapes of
// docs/api/openapi.yaml; everything else goes through to the real server.
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

type Json = Record<string, unknown>;

export interface Job {
  id: string;
  url: string;
  state: 'running' | 'failed';
  progress: Json | null;
  error: Json | null;
}

async function bodyOf(asked: IncomingMessage): Promise<string> {
  let text = '';
  for await (const piece of asked) text += piece;
  return text;
}

export class Fetching {
  readonly jobs: Job[] = [];
  readonly deleted: string[] = [];
  // How a new job goes on, a moment after it was accepted.
  begin: (job: Job) => void = () => {};
  url = '';
  private streams = new Set<ServerResponse>();
  private behind: string;
  private front = createServer((asked, answer) => void this.answer(asked, answer));

  constructor(behind: string) {
    this.behind = behind; // no parameter property, as in server.ts
  }

  async start(): Promise<this> {
    await new Promise<void>((ready) => this.front.listen(0, '127.0.0.1', ready));
    this.url = `http://127.0.0.1:${(this.front.address() as AddressInfo).port}`;
    return this;
  }

  async stop(): Promise<void> {
    this.front.closeAllConnections();
    await new Promise((done) => this.front.close(done));
  }

  fetched(job: Job, bytes: number, total: number | null): void {
    job.progress = { stage: 'fetching', done_s: null, known_s: null, bytes, total };
    this.tell('fetching', { analysis: job.id, bytes, total });
  }

  fail(job: Job, error: Json): void {
    Object.assign(job, { state: 'failed', progress: null, error });
    this.tell('failed', { analysis: job.id, error });
  }

  private tell(event: string, data: Json): void {
    for (const stream of this.streams) stream.write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
  }

  private analysis({ id, url, state, progress, error }: Job): Json {
    return {
      id,
      state,
      created_at: '2026-11-27T12:00:00.000Z',
      finished_at: state === 'failed' ? '2026-11-27T12:00:05.000Z' : null,
      name: url,
      source: { kind: 'url', url, sha256: null, bytes: null },
      cached: false,
      queue: null,
      progress,
      summary: null,
      result: null,
      error,
      audio_kept_until: null,
      links: { self: `/v1/analyses/${id}`, events: `/v1/analyses/${id}/events`, dna: null, dna_svg: null },
    };
  }

  private async answer(asked: IncomingMessage, answer: ServerResponse): Promise<void> {
    const path = (asked.url ?? '/').split('?')[0];
    const json = (status: number, body: Json) =>
      answer
        .writeHead(status, { 'Content-Type': 'application/json', 'X-Request-Id': 'fetchStandInReq1' })
        .end(JSON.stringify(body));
    if (path === '/v1/events') {
      answer.writeHead(200, { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-store' });
      answer.write(': here\n\n');
      this.streams.add(answer);
      answer.on('close', () => this.streams.delete(answer));
      return;
    }
    if (path === '/v1/analyses/url') {
      const { url } = JSON.parse(await bodyOf(asked)) as { url: string };
      const id = `fetchingStandIn_${String(this.jobs.length).padStart(6, '0')}`;
      const job: Job = { id, url, state: 'running', progress: null, error: null };
      job.progress = { stage: 'fetching', done_s: null, known_s: null, bytes: 0, total: null };
      this.jobs.push(job);
      json(202, this.analysis(job));
      return this.begin(job);
    }
    const job = this.jobs.find(({ id }) => path === `/v1/analyses/${id}`);
    if (!job) return this.handThrough(asked, answer);
    if (asked.method === 'DELETE') {
      this.deleted.push(job.id);
      answer.writeHead(204).end();
    } else json(200, this.analysis(job));
  }

  private handThrough(asked: IncomingMessage, answer: ServerResponse): void {
    const { method, headers } = asked;
    const onward = request(this.behind + asked.url, { method, headers }, (got) => {
      answer.writeHead(got.statusCode ?? 502, got.headers);
      got.pipe(answer);
    });
    onward.on('error', () => answer.destroy());
    asked.pipe(onward);
  }
}
