import type { Identity } from '../identity';

export function PersonPicker({ identity }: { identity: Identity }) {
  if (!identity.people) {
    return (
      <label className="picker">
        Token
        <input
          type="password"
          autoComplete="off"
          spellCheck={false}
          placeholder="a bearer token of your host app"
          defaultValue={identity.token}
          onChange={(event) => identity.enterToken(event.target.value.trim())}
        />
      </label>
    );
  }
  return (
    <div className="picker">
      <label className="picker">
        You are
        <select value={identity.person?.handle} onChange={(event) => identity.choose(event.target.value)}>
          {identity.people.map((person) => (
            <option key={person.handle} value={person.handle}>
              {person.displayName} (@{person.handle})
            </option>
          ))}
        </select>
      </label>
      <a href={identity.person ? `/?as=${encodeURIComponent(identity.person.handle)}` : '/'}>Their inbox</a>
    </div>
  );
}
