// Starts the real program. When the dashboard inside it is another one than web/dist (it was built before),
// web/dist is put in front of it, and everything else is handed through: never a stand-in for the server.
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type PreviewServer, preview } from 'vite';

const web = fileURLToPath(new URL('..', import.meta.url));
export const program = resolve(web, process.env.HITSCOPE_PROGRAM ?? '../build/release/hitscope');
export const demo = (name: string): string => join(dirname(program), 'demo', `${name}.flac`);
export const shared = resolve(web, process.env.HITSCOPE_SHARED ?? '../../shared');
export const hasShared = existsSync(join(shared, 'audio', 'odd'));
export const odd = (name: string): string => join(shared, 'audio', 'odd', name);

export class Server {
  readonly data = mkdtempSync(join(tmpdir(), 'hitscope-e2e-'));
  url = ''; // what the browser opens
  private port = 0;
  private child: ChildProcess | null = null;
  private front: PreviewServer | null = null;

  private args: string[];

  constructor(args: string[] = []) {
    this.args = args; // no parameter property: node runs this file as it is for scripts/
  }

  // The program's own address. A port that was just left may be refused for a moment.
  private async launch(): Promise<string> {
    for (let attempt = 0; ; attempt += 1) {
      try {
        return await this.launchOnce();
      } catch (error) {
        if (attempt >= 40 || !String(error).includes('in use')) throw error;
        await new Promise((done) => setTimeout(done, 250));
      }
    }
  }

  private launchOnce(): Promise<string> {
    const child = spawn(program, ['serve', '--port', String(this.port), '--data', this.data, ...this.args], {
      env: { ...process.env, HITSCOPE_MODELS: resolve(web, '../models') },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.child = child;
    return new Promise<string>((found, lost) => {
      let said = '';
      const listen = (piece: Buffer) => {
        said += piece.toString();
        const match = /http:\/\/127\.0\.0\.1:(\d+)/.exec(said);
        if (match) found(match[0]);
      };
      child.stdout?.on('data', listen);
      child.stderr?.on('data', listen);
      child.once('exit', (code) => lost(new Error(`the server ended with ${code}: ${said}`)));
    });
  }

  async start(): Promise<this> {
    const own = await this.launch();
    this.port = Number(new URL(own).port);
    if (this.front) return this; // it stays in front of the same port
    const served = await (await fetch(`${own}/`)).text();
    const built = readFileSync(join(web, 'dist', 'index.html'), 'utf8');
    if (served === built) this.url = own;
    else {
      process.env.HITSCOPE_SERVER = own;
      this.front = await preview({ root: web, logLevel: 'silent', preview: { port: 0, host: '127.0.0.1' } });
      const address = this.front.httpServer.address();
      this.url = `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`;
    }
    return this;
  }

  // Whether web/dist stands in front, because the program carries another one.
  get fronted(): boolean {
    return this.front !== null;
  }

  async kill(): Promise<void> {
    const { child } = this;
    if (!child || child.exitCode !== null) return;
    const gone = new Promise((done) => child.once('exit', done));
    child.kill('SIGKILL');
    await gone;
    this.child = null;
  }

  async stop(): Promise<void> {
    await this.kill();
    await this.front?.close();
    rmSync(this.data, { recursive: true, force: true });
  }
}
