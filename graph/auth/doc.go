// Package auth turns the credentials of a request into an identity.
//
// Purpose. It verifies JSON Web Tokens by shared secrets or a key set, finds the user of a token,
// and ends the sockets and streams of identities that are revoked while they last.
//
// Invariants. The algorithm of a token decides which keys may verify it: a token of a key set never
// meets a shared secret. An error about a token does not say what is wrong with it. An identity is
// remembered for a minute at most, and not beyond the end of its token or a revocation that this
// node knows.
//
// Concurrency. Authenticator, KeySet, LiveSessions and every Verifier are safe for concurrent use.
//
// Lifecycle. KeySet.Run and LiveSessions.Run look for changes until their context ends. Nothing
// must be closed.
package auth
