package main

import (
	"time"

	"github.com/aparte-im/aparte"
)

// limitSettings bound one request. The fields are those of graph.Limits, so that the compiler asks
// for a flag when a bound is added.
type limitSettings struct {
	Body       int `default:"65536" min:"1" help:"Bytes of a request."`
	BodyAdmin  int `default:"4194304" min:"1" help:"Bytes of a request with a service token, which may be a bulk call."`
	Tokens     int `default:"1000" min:"1" help:"Tokens of a document. The cost of validation grows with their square."`
	Depth      int `default:"20" min:"1" help:"Nesting depth of an operation."`
	Aliases    int `default:"100" min:"1" help:"Fields with an alias in a document."`
	RootFields int `default:"20" min:"1" help:"Fields on the first level of an operation."`
	Fragments  int `default:"50" min:"1" help:"Named fragments of a document."`
	Operations int `default:"20" min:"1" help:"Operations of a document, of which one is run."`
	Directives int `default:"50" min:"1" help:"Directives of a document."`
	PageSize   int `name:"page" default:"100" min:"1" max:"100" help:"Items of a page that a client may ask for."`
	Cost       int `default:"50000" min:"1" help:"Fields that an operation may ask for, with pages multiplied out."`
}

// connectionSettings bound what clients may take of sockets and event streams.
type connectionSettings struct {
	PerUser         int            `name:"connections-per-user" default:"50" min:"0" help:"Sockets and event streams of a user on this node at once, together; 0 sets no bound. One socket more closes with 1013, a stream or handshake gets 429."`
	PerAddress      int            `name:"connections-per-address" default:"10000" min:"0" help:"Sockets and event streams of an address on this node at once, together; 0 sets no bound."`
	Sockets         socketSettings `embed:"" prefix:"socket-"`
	StreamKeepAlive time.Duration  `default:"25s" min:"10ms" help:"Time between signs of life on an event stream."`
	StreamWriteWait time.Duration  `default:"5s" min:"10ms" help:"Time for which a client of an event stream may leave unread what its connection has no room for."`
	AnswerWriteWait time.Duration  `default:"20s" min:"10ms" help:"The same for every other response, for each 16 KiB: a response may take as long as its client reads."`
	RevocationPoll  time.Duration  `default:"2s" min:"10ms" help:"Longest time until a user who was revoked or deleted on another node is disconnected."`
}

// socketSettings bound one WebSocket. The fields are those of socket.Limits, so that the compiler
// asks for a flag when a bound is added.
type socketSettings struct {
	InitTimeout   time.Duration `default:"10s" min:"10ms" help:"Time in which a socket must send its connection_init; then it closes with 4408."`
	KeepAlive     time.Duration `default:"20s" min:"10ms" help:"Time for which a socket may be silent until it is pinged."`
	PongWait      time.Duration `default:"8s" min:"10ms" help:"Time to answer a ping; then the socket closes with 4499. There is no other idle timeout."`
	MessageWait   time.Duration `default:"10s" min:"10ms" help:"Time that a message may take from its first byte to its last (4499)."`
	WriteWait     time.Duration `default:"5s" min:"10ms" help:"Time for which a client may leave unread what its socket has no room for; then the connection is cut, and the client resumes by its cursor."`
	CloseWait     time.Duration `default:"1s" min:"10ms" help:"Time to answer a close frame."`
	RenewNotice   time.Duration `default:"1m" min:"10ms" help:"Time before the end of its token at which a socket is notified, in a short session at its half."`
	MessageBytes  int           `default:"65536" min:"1" help:"Bytes of a message (1009)."`
	GreetingBytes int           `default:"8192" min:"1" help:"Bytes of a message before the connection is acknowledged (1009)."`
	BacklogBytes  int           `default:"262144" min:"1" help:"Bytes that wait to be written to a socket, besides what the system holds; beyond it the socket is cut."`
	Operations    int           `default:"100" min:"1" help:"Operations that run at once on a socket, subscriptions too; one more is answered RATE_LIMITED."`
	DrainWindow   time.Duration `default:"5s" min:"10ms" help:"Time in which a stop closes all sockets. Keep it well below --shutdown-timeout."`
	Workers       int           `default:"0" min:"0" help:"Subscriptions that are served at once, all sockets together; 0 stands for 64 for each processor. They wait for the database only."`
}

// check reports settings that contradict each other.
func (c connectionSettings) check(s *settings) {
	if c.Sockets.GreetingBytes > c.Sockets.MessageBytes {
		s.problem("socket-greeting-bytes", "%d is more than the %d of --socket-message-bytes", c.Sockets.GreetingBytes, c.Sockets.MessageBytes)
	}
}

// connections returns the settings as package aparte takes them.
func (c connectionSettings) connections() aparte.Connections {
	return aparte.Connections{
		PerUser: orNone(c.PerUser), PerAddress: orNone(c.PerAddress), Sockets: aparte.SocketLimits(c.Sockets),
		StreamKeepAlive: c.StreamKeepAlive, StreamWriteWait: c.StreamWriteWait, ResponseWriteWait: c.AnswerWriteWait,
		RevocationPoll: c.RevocationPoll,
	}
}

// documents loads the trusted documents, nil when any document is accepted.
func documents(s *settings, path string) *aparte.Documents {
	if path == "" {
		return nil
	}
	d, err := aparte.LoadDocuments(path)
	if err != nil {
		s.problem("trusted-documents", "%v", err)
	}
	return d
}
