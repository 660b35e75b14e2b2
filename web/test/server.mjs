import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import { patience } from './patience.mjs';

const repository = fileURLToPath(new URL('../..', import.meta.url));
const startUpMs = patience(60_000);

let built;

/** The binary under test: APARTE_BIN, or one built here from the working tree. */
export function binary() {
  built ??= (async () => {
    if (process.env.APARTE_BIN) return process.env.APARTE_BIN;
    const dir = await mkdtemp(join(tmpdir(), 'aparte-bin-'));
    process.on('exit', () => rm(dir, { recursive: true, force: true }));
    const path = join(dir, 'aparte');
    await promisify(execFile)('go', ['build', '-o', path, './cmd/aparte'], { cwd: repository });
    return path;
  })();
  return built;
}

async function freePort() {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address();
  probe.close();
  await once(probe, 'close');
  return port;
}

/**
 * Runs the real `aparte dev` until the test ends, on a data directory of its own, or on one that is
 * given.
 */
export async function startServer(t, given, ...args) {
  const bin = await binary();
  const dataDir = given ?? (await mkdtemp(join(tmpdir(), 'aparte-web-')));
  const port = await freePort();
  const server = new Server(bin, dataDir, port, args);
  t.after(async () => {
    await server.kill();
    if (!given) await rm(dataDir, { recursive: true, force: true });
  });
  await server.start();
  return server;
}

class Server {
  #process;
  #output = '';

  constructor(bin, dataDir, port, args) {
    this.bin = bin;
    this.dataDir = dataDir;
    this.port = port;
    this.args = args;
    this.url = `http://127.0.0.1:${port}`;
  }

  async start() {
    this.#process = spawn(this.bin, ['dev', '--listen', `127.0.0.1:${this.port}`, '--data-dir', this.dataDir, ...this.args]);
    for (const stream of [this.#process.stdout, this.#process.stderr]) {
      stream.on('data', (text) => (this.#output += text));
    }
    const deadline = Date.now() + startUpMs;
    while (!(await this.#ready())) {
      assert.ok(this.#process.exitCode === null && Date.now() < deadline, `aparte dev does not start:\n${this.#output}`);
      await pause(50);
    }
  }

  #ready() {
    return fetch(`${this.url}/readyz`).then(
      (response) => response.ok,
      () => false,
    );
  }

  /** Ends the process at once, with nothing finished or said goodbye to. */
  async kill() {
    if (!this.#process || this.#process.exitCode !== null || this.#process.signalCode !== null) return;
    this.#process.kill('SIGKILL');
    await once(this.#process, 'exit');
  }

  /** Runs another command of the binary on the same data, while the server is down. */
  async run(...args) {
    await promisify(execFile)(this.bin, [...args, '--data-dir', this.dataDir]);
  }

  async people() {
    return (await fetch(`${this.url}/dev/people`)).json();
  }

  /** Asks as a person, past the browser. */
  async ask(handle, query, variables = {}) {
    return this.askWith((await this.people()).find((p) => p.handle === handle).token, query, variables);
  }

  async askWith(token, query, variables = {}) {
    const response = await fetch(`${this.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
      body: JSON.stringify({ query, variables }),
    });
    const { data, errors } = await response.json();
    assert.equal(errors, undefined, JSON.stringify(errors));
    return data;
  }

  /** Signs a token as the host app would. */
  async token(claims) {
    const secret = (await readFile(join(this.dataDir, 'jwt-secret'), 'utf8')).trimEnd();
    const encode = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const signed = `${encode({ alg: 'HS256', typ: 'JWT' })}.${encode({ exp: Date.now() / 1000 + 3600, ...claims })}`;
    return `${signed}.${createHmac('sha256', secret).update(signed).digest('base64url')}`;
  }

  async idOf(handle) {
    return (await this.ask(handle, '{ me { id } }')).me.id;
  }

  async send(from, to, body) {
    const input = { to: { userId: await this.idOf(to) }, body, clientMessageId: crypto.randomUUID() };
    const { sendMessage } = await this.ask(
      from,
      'mutation($input: SendMessageInput!) { sendMessage(input: $input) { __typename } }',
      { input },
    );
    assert.equal(sendMessage.__typename, 'SendMessageSuccess');
  }
}
