import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { createHmac, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';

const repository = fileURLToPath(new URL('..', import.meta.url));
const startUpMs = 60_000;
const run = promisify(execFile);

let built;

/** The binary under test: APARTE_BIN, or one built here from the working tree. */
function binary() {
  built ??= (async () => {
    if (process.env.APARTE_BIN) return process.env.APARTE_BIN;
    const dir = await mkdtemp(join(tmpdir(), 'aparte-bin-'));
    process.on('exit', () => rm(dir, { recursive: true, force: true }));
    const path = join(dir, 'aparte');
    await run('go', ['build', '-o', path, './cmd/aparte'], { cwd: repository });
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
 * Runs the real `aparte serve`, as an operator would, on an SQLite database of its own until the
 * test ends. Further arguments of the command may follow.
 */
export async function startServer(t, ...args) {
  const bin = await binary();
  const dir = await mkdtemp(join(tmpdir(), 'aparte-conformance-'));
  const server = new Server(bin, dir, await freePort(), args);
  t.after(async () => {
    await server.kill();
    await rm(dir, { recursive: true, force: true });
  });
  await writeFile(join(dir, 'secret'), server.secret, { mode: 0o600 });
  await run(bin, ['migrate', '--database-url', server.database], { env: {} });
  await server.start();
  return server;
}

const base64url = (value) => Buffer.from(value).toString('base64url');

class Server {
  #process;
  #output = '';

  constructor(bin, dir, port, args) {
    this.bin = bin;
    this.dir = dir;
    this.port = port;
    this.args = args;
    this.secret = randomBytes(32).toString('hex');
    this.database = `sqlite:${join(dir, 'aparte.db')}`;
    this.url = `http://127.0.0.1:${port}/graphql`;
    this.socketURL = `ws://127.0.0.1:${port}/graphql`;
  }

  /** Starts the process: the first time, or again after stop or kill, at the same address. */
  async start() {
    this.#process = spawn(
      this.bin,
      ['serve', '--listen', `127.0.0.1:${this.port}`, '--database-url', this.database]
        .concat('--jwt-secret-file', join(this.dir, 'secret'), '--create-users', this.args),
      { env: {} },
    );
    for (const stream of [this.#process.stdout, this.#process.stderr]) {
      stream.on('data', (text) => (this.#output += text));
    }
    const deadline = Date.now() + startUpMs;
    while (!(await this.#ready())) {
      assert.ok(this.#process.exitCode === null && Date.now() < deadline, `aparte serve does not start:\n${this.#output}`);
      await pause(50);
    }
  }

  #ready() {
    return fetch(`http://127.0.0.1:${this.port}/readyz`).then(
      (response) => response.ok,
      () => false,
    );
  }

  /** The output of the process so far. */
  get output() {
    return this.#output;
  }

  /** Asks the process to stop and waits until it has. */
  stop() {
    return this.#end('SIGTERM');
  }

  /** Ends the process at once, with nothing finished or said goodbye to. */
  kill() {
    return this.#end('SIGKILL');
  }

  async #end(signal) {
    if (!this.#process || this.#process.exitCode !== null || this.#process.signalCode !== null) return;
    const exited = once(this.#process, 'exit');
    this.#process.kill(signal);
    await exited;
  }

  /** A token for the user of that name, who comes to be with it. */
  token(name, { seconds = 3600, ...claims } = {}) {
    const exp = Math.floor(Date.now() / 1000) + seconds;
    const head = base64url(JSON.stringify({ alg: 'HS256', typ: 'JWT' }));
    const body = base64url(JSON.stringify({ sub: name, exp, ...claims }));
    const signature = createHmac('sha256', this.secret).update(`${head}.${body}`).digest('base64url');
    return `${head}.${body}.${signature}`;
  }

  headers(name, claims) {
    return { authorization: `Bearer ${this.token(name, claims)}` };
  }

  /** Asks as a user, past the client under test. */
  async ask(name, query, variables = {}) {
    const response = await fetch(this.url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...this.headers(name) },
      body: JSON.stringify({ query, variables }),
    });
    const { data, errors } = await response.json();
    assert.equal(errors, undefined, JSON.stringify(errors));
    return data;
  }

  async idOf(name) {
    return (await this.ask(name, '{ me { id } }')).me.id;
  }

  /** Lets everybody write to a user. */
  async open(name) {
    await this.ask(name, 'mutation { setWhoCanMessageMe(input: { audience: EVERYONE }) { __typename } }');
  }

  /** Makes two users friends, so that they may write to each other without end. */
  async befriend(a, b) {
    const follow = 'mutation($id: ID!) { followUser(userId: $id) { __typename } }';
    await this.ask(a, follow, { id: await this.idOf(b) });
    await this.ask(b, follow, { id: await this.idOf(a) });
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
