import { execFile } from 'node:child_process';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

/**
 * A data directory with a busy person in it, `aaron`: as many conversations as asked for, one of
 * them as long as asked for. It goes in by `aparte import`, as a real community does.
 */
export async function seed(bin, conversations, messages) {
  const dir = await mkdtemp(join(tmpdir(), 'aparte-busy-'));
  const name = (i) => `user${String(i).padStart(6, '0')}`;
  const users = ['external_id,handle,display_name', 'aaron,aaron,Aaron Busy'];
  const lines = ['sender,recipient,sent_at,body,id'];
  const start = Math.floor(Date.now() / 1000) - 400 * 86_400;
  for (let i = 0; i < conversations; i++) {
    users.push(`${name(i)},${name(i)},${['Ines', 'Jules', 'Karim', 'Lea', 'Mona'][i % 5]} ${name(i).slice(-4)}`);
    lines.push(`${name(i)},aaron,${start + i},Hello for the ${i + 1}th time,h${i}`);
  }
  // One that goes on for ever, in messages of all lengths.
  const words = 'a long talk about waves and boards and who stood where when the light went out over the bay'.split(' ');
  for (let i = 0; i < messages; i++) {
    const pair = i % 3 === 0 ? `aaron,${name(0)}` : `${name(0)},aaron`;
    const body = `${i + 1}: ${Array.from({ length: 1 + ((i * 7) % 40) }, (_, k) => words[(i + k) % words.length]).join(' ')}`;
    lines.push(`${pair},${start + conversations + i * 60},${body},m${i}`);
  }
  const files = { users: join(dir, 'users.csv'), messages: join(dir, 'messages.csv') };
  await writeFile(files.users, users.join('\n'));
  await writeFile(files.messages, lines.join('\n'));
  const args = ['import', '--data-dir', join(dir, 'data'), '--users', files.users, '--messages', files.messages];
  await promisify(execFile)(bin, [...args, '--verify=false'], { maxBuffer: 1 << 26 });
  return { dir, dataDir: join(dir, 'data'), longest: name(0) };
}
