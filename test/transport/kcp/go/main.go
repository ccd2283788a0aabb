// One end of a KCP session over xtaci/kcp-go: it sends a pattern or counts and checks it, and prints what came of it as
// one line of JSON. The end that dials speaks first, with four bytes, because a listener cannot know of it before. When
// all has arrived, the counting end says so with one byte; both stay to resend what is lost, until they are stopped.
package main

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/xtaci/kcp-go/v5"
)

const (
	greetingBytes = 4
	patternPeriod = 251
	blockBytes    = 64 * 1024
	bufferBytes   = 4 * 1024 * 1024
)

type settings struct {
	listen, dial                                string
	send, count                                 int
	window, interval, resend, noDelay, noWindow int
	slow                                        time.Duration
	limit                                       time.Duration
}

type report struct {
	Bytes   int     `json:"bytes"`
	Seconds float64 `json:"seconds"`
	Sound   bool    `json:"sound"`
	Resent  uint64  `json:"resent"`
	Repeats uint64  `json:"repeats"`
	SrttMs  int32   `json:"srttMs"`
}

func main() {
	s := parse()
	session, err := open(s)
	must(err)
	must(session.SetDeadline(time.Now().Add(s.limit)))
	result, err := exchange(session, s)
	must(err)
	must(json.NewEncoder(os.Stdout).Encode(result))
	time.Sleep(s.limit)
}

func parse() settings {
	var s settings
	flag.StringVar(&s.listen, "listen", "", "address to listen on")
	flag.StringVar(&s.dial, "dial", "", "address to dial")
	flag.IntVar(&s.send, "send", 0, "bytes to send")
	flag.IntVar(&s.count, "count", 0, "bytes to count")
	flag.IntVar(&s.window, "window", 1024, "both windows, in segments")
	flag.IntVar(&s.interval, "interval", 10, "of a flush, in ms")
	flag.IntVar(&s.resend, "resend", 2, "threshold of the fast resend")
	flag.IntVar(&s.noDelay, "nodelay", 1, "1 for the short timeouts")
	flag.IntVar(&s.noWindow, "nc", 1, "1 for no congestion window")
	flag.DurationVar(&s.slow, "slow", 0, "a pause before the first byte is read")
	flag.DurationVar(&s.limit, "limit", time.Minute, "of the whole session")
	flag.Parse()
	return s
}

func open(s settings) (*kcp.UDPSession, error) {
	if s.dial != "" {
		return dial(s)
	}
	listener, err := kcp.ListenWithOptions(s.listen, nil, 0, 0)
	if err != nil {
		return nil, err
	}
	_ = listener.SetReadBuffer(bufferBytes)
	_ = listener.SetWriteBuffer(bufferBytes)
	fmt.Println("listening on", listener.Addr())
	session, err := listener.AcceptKCP()
	if err != nil {
		return nil, err
	}
	configure(session, s)
	_, err = io.ReadFull(session, make([]byte, greetingBytes))
	return session, err
}

func dial(s settings) (*kcp.UDPSession, error) {
	session, err := kcp.DialWithOptions(s.dial, nil, 0, 0)
	if err != nil {
		return nil, err
	}
	_ = session.SetReadBuffer(bufferBytes)
	_ = session.SetWriteBuffer(bufferBytes)
	configure(session, s)
	_, err = session.Write(make([]byte, greetingBytes))
	return session, err
}

func configure(session *kcp.UDPSession, s settings) {
	session.SetStreamMode(true)
	session.SetMtu(1400)
	session.SetWindowSize(s.window, s.window)
	session.SetNoDelay(s.noDelay, s.interval, s.resend, s.noWindow)
}

func exchange(session *kcp.UDPSession, s settings) (report, error) {
	begun := time.Now()
	work, size := count, s.count
	if s.send > 0 {
		work, size = send, s.send
	} else {
		time.Sleep(s.slow)
	}
	sound, err := work(session, size)
	snmp := kcp.DefaultSnmp.Copy()
	return report{size, time.Since(begun).Seconds(), sound, snmp.RetransSegs, snmp.RepeatSegs, session.GetSRTT()}, err
}

func send(session io.ReadWriter, size int) (bool, error) {
	for at := 0; at < size; at += blockBytes {
		if _, err := session.Write(pattern(at, min(blockBytes, size-at))); err != nil {
			return false, err
		}
	}
	_, err := io.ReadFull(session, make([]byte, 1))
	return true, err
}

func count(session io.ReadWriter, size int) (bool, error) {
	block := make([]byte, blockBytes)
	sound := true
	for at := 0; at < size; {
		n, err := session.Read(block)
		if err != nil {
			return false, fmt.Errorf("after %d bytes: %w", at, err)
		}
		sound = sound && bytes.Equal(block[:n], pattern(at, n))
		at += n
	}
	_, err := session.Write([]byte{1})
	return sound, err
}

// Of a stream of bytes that count 0 to 250 over and over, those from `at` on.
func pattern(at, size int) []byte {
	from := at % patternPeriod
	return repeated[from : from+size]
}

var repeated = func() []byte {
	all := make([]byte, patternPeriod+blockBytes)
	for i := range all {
		all[i] = byte(i % patternPeriod)
	}
	return all
}()

func must(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
