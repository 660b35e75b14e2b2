// Package faultproxy stands between a client and Postgres and injects faults for tests.
//
// Purpose. Tests see how a store handles conflicts, full disks, lost and stalled connections and
// unknown outcomes, at a statement of their choice, on a real server.
//
// Invariants. All other traffic passes unchanged and in order. The server itself raises an injected
// error in place of the statement, so its transaction has the state that such an error leaves. Only
// refused logins are forged.
//
// Concurrency. A Proxy is safe for concurrent use. It calls its script for one connection at a
// time.
//
// Lifecycle. Close closes all connections and waits for their goroutines.
package faultproxy

import (
	"errors"
	"net"
	"net/url"
	"sync"
)

// Login is what a script is asked about a connection that begins, in place of a statement.
const Login = "login"

// Script says what to do with a statement, given as the text that was prepared or sent.
type Script func(statement string) Step

// Step is what becomes of a statement. The zero Step lets it pass.
type Step struct {
	kind kind
	code string
}

type kind uint8

const (
	pass kind = iota
	fail
	cutBefore
	cutAfter
	stall
)

// Pass lets a statement pass.
func Pass() Step { return Step{} }

// Fail makes the server raise an error with this SQLSTATE in place of the statement. A login is
// refused with it.
func Fail(sqlstate string) Step { return Step{fail, sqlstate} }

// CutBefore cuts the connection; the server never hears of the statement.
func CutBefore() Step { return Step{kind: cutBefore} }

// CutAfter lets the server run the statement and cuts the connection when it has; the client never
// hears of it.
func CutAfter() Step { return Step{kind: cutAfter} }

// Stall keeps the statement from the server and the connection silent, on both sides, until the
// server ends its own or the proxy is closed. That the client has gone the server does not hear
// either.
func Stall() Step { return Step{kind: stall} }

// Proxy is a running proxy.
type Proxy struct {
	url      string
	listener net.Listener
	running  sync.WaitGroup

	mu sync.Mutex
	// target is the address of the server that new connections lead to.
	target string
	script Script
	conns  map[net.Conn]bool
	closed bool
}

// Start opens a proxy before the server that a URL postgres://… with sslmode=disable names.
func Start(target string) (*Proxy, error) {
	u, err := url.Parse(target)
	if err != nil {
		return nil, err
	}
	if u.Query().Get("sslmode") != "disable" {
		return nil, errors.New("the proxy reads along, so the URL needs sslmode=disable")
	}
	p := &Proxy{target: u.Host, conns: map[net.Conn]bool{}}
	if p.listener, err = net.Listen("tcp", "127.0.0.1:0"); err != nil { //nolint:noctx // it takes no time
		return nil, err
	}
	u.Host = p.listener.Addr().String()
	p.url = u.String()
	p.running.Go(p.accept)
	return p, nil
}

// URL is the target's URL by way of the proxy.
func (p *Proxy) URL() string { return p.url }

// Follow sets the script of all connections, also of those that are open. Nil: everything passes.
func (p *Proxy) Follow(s Script) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.script = s
}

// Lead makes new connections lead to another server, which a URL names. Open ones stay where they
// are, as they do when a name gets another address.
func (p *Proxy) Lead(target string) error {
	u, err := url.Parse(target)
	if err != nil {
		return err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.target = u.Host
	return nil
}

// Cut cuts all connections that are open now.
func (p *Proxy) Cut() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for c := range p.conns {
		c.Close()
	}
}

// Close cuts all connections and ends the proxy.
func (p *Proxy) Close() {
	p.mu.Lock()
	p.closed = true
	p.listener.Close()
	for c := range p.conns {
		c.Close()
	}
	p.mu.Unlock()
	p.running.Wait()
}

func (p *Proxy) accept() {
	for {
		client, err := p.listener.Accept()
		if err != nil {
			return
		}
		p.mu.Lock()
		target := p.target
		p.mu.Unlock()
		server, err := net.Dial("tcp", target) //nolint:noctx // on the loopback
		if err != nil {
			client.Close()
			continue
		}
		if !p.adopt(client, server) {
			return
		}
		c := &connection{proxy: p, client: client, server: server, texts: map[string]string{}}
		p.running.Go(func() {
			var back sync.WaitGroup
			back.Go(c.backward)
			c.forward()
			back.Wait()
			p.abandon(client, server)
		})
	}
}

func (p *Proxy) adopt(conns ...net.Conn) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, c := range conns {
		if p.closed {
			c.Close()
			continue
		}
		p.conns[c] = true
	}
	return !p.closed
}

func (p *Proxy) abandon(conns ...net.Conn) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, c := range conns {
		c.Close()
		delete(p.conns, c)
	}
}

func (p *Proxy) ask(statement string) Step {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.script == nil {
		return Step{}
	}
	return p.script(statement)
}
