// Package schema describes the entities that Aparté keeps, for ent.
//
// Purpose. One file a concept; package ent/generated is made from them, and so is the versioned SQL
// of ent/migrations.
//
// Invariants. Hot rows have an owner, a user or a conversation, and their key starts with it. ent
// knows one id column an entity, so the second half of such a key is the id here (seq, position)
// and Keys completes it: the migrations and the queries use the whole key. Times are microseconds
// since 1970 UTC, so that both databases keep, compare and page them alike. There are no foreign
// keys between hot rows, and no rule lives in a hook: rules are package dm's.
package schema
