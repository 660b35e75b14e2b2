// Command bench measures the write path on this machine: one program, one run, one table.
//
// Purpose. Figures mean little across machines, so every row is set against others of the same run:
// what the database can commit at all (floor), the same send done plainly (naive) and as one
// server-side function (function). The baselines keep the same tables and the same invariants as
// the product, and live here. Then it measures subscriptions, idle and delivered to, beside
// gqlgen's own transport and plain writes; with -live it measures only these, and how it is to hold
// very many of them. With -scale it measures reads instead, on a small and on a large database by
// turns.
//
// Invariants. Each Postgres row starts from the same population on a fresh copy of one database
// (the screen rows share one), with the default durability and the WAL segments of a server that
// has run for a while; the seed fixes who writes to whom. Rows that are compared are measured in
// rounds, by turns, and the round with the median rate is the row. CPU is what the kernel charged
// to the processes of the server and to the process that runs the store, the driver of the load
// included unless it is its own process.
//
// The rows "screen" measure from the moment a send is due to the moment its event is read, in an
// open loop; each figure is the median of the rounds.
//
// Concurrency and lifecycle. Rows run one after the other and end by themselves; the cluster ends
// with the program.
package main
