// An HTTP/3 client on quic-go: asks for a URL and prints protocol, status and length of each answer, and the answer itself when it is short.
package main

import (
	"context"
	"crypto/tls"
	"flag"
	"fmt"
	"io"
	"log"
	"net/http"
	"os"
	"time"

	"github.com/quic-go/quic-go"
	"github.com/quic-go/quic-go/http3"
)

var (
	count   = flag.Int("n", 1, "requests on each connection")
	method  = flag.String("method", http.MethodGet, "method")
	early   = flag.Bool("0rtt", false, "then connect again, resume, and ask in 0-RTT")
	version = flag.Bool("v2", false, "speak QUIC version 2")
	both    = flag.Bool("both", false, "begin with QUIC version 1, and know version 2")
	group   = flag.String("group", "", "offer one group only: x25519, mlkem or p256")
	keylog  = flag.String("keylog", "", "append TLS secrets to this file")
)

func main() {
	flag.Parse()
	security := &tls.Config{InsecureSkipVerify: true, ClientSessionCache: tls.NewLRUClientSessionCache(4)}
	groups := map[string]tls.CurveID{"x25519": tls.X25519, "mlkem": tls.X25519MLKEM768, "p256": tls.CurveP256}
	if id, ok := groups[*group]; ok {
		security.CurvePreferences = []tls.CurveID{id}
	}
	if *keylog != "" {
		file, err := os.OpenFile(*keylog, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
		if err != nil {
			log.Fatal(err)
		}
		security.KeyLogWriter = file
	}
	transport := &quic.Config{}
	if *version {
		transport.Versions = []quic.Version{quic.Version2}
	}
	ask(security, transport, *method)
	if *early {
		time.Sleep(300 * time.Millisecond) // The session tickets come after the answer.
		ask(security, transport, http3.MethodGet0RTT)
	}
}

// ask opens a connection and sends the requests, one after the other.
func ask(security *tls.Config, transport *quic.Config, method string) {
	connection := &http3.Transport{TLSClientConfig: security, QUICConfig: transport}
	if *both {
		connection.Dial = dialBoth
	}
	defer connection.Close()
	for i := 0; i < *count; i++ {
		request, err := http.NewRequest(method, flag.Arg(0), nil)
		if err != nil {
			log.Fatal(err)
		}
		response, err := connection.RoundTrip(request)
		if err != nil {
			log.Fatal(err)
		}
		body, err := io.ReadAll(response.Body)
		if err != nil {
			log.Fatal(err)
		}
		shown := ""
		if len(body) <= 200 {
			shown = string(body)
		}
		resumed := response.TLS != nil && response.TLS.DidResume
		fmt.Printf("%s %d %d bytes resumed=%v %s\n", response.Proto, response.StatusCode, len(body), resumed, shown)
	}
}

// dialBoth knows both versions, which http3.Transport would not have of itself.
func dialBoth(ctx context.Context, address string, security *tls.Config, transport *quic.Config) (quic.EarlyConnection, error) {
	transport = transport.Clone()
	transport.Versions = []quic.Version{quic.Version1, quic.Version2}
	return quic.DialAddrEarly(ctx, address, security, transport)
}
