// An HTTP/3 server on quic-go: the files of a folder, /echo, /bytes?n= and /proto, which tells how the request came.
package main

import (
	"crypto/tls"
	"flag"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"strconv"

	"github.com/quic-go/quic-go"
	"github.com/quic-go/quic-go/http3"
)

func main() {
	address := flag.String("addr", "127.0.0.1:4433", "where to listen")
	certificate := flag.String("cert", "/share/cert.pem", "certificate, PEM")
	key := flag.String("key", "/share/key.pem", "its key, PEM")
	root := flag.String("root", "/share", "folder of the files")
	retry := flag.Bool("retry", false, "have every client prove its address first")
	version := flag.Bool("v1", false, "speak QUIC version 1 only")
	flag.Parse()
	pair, err := tls.LoadX509KeyPair(*certificate, *key)
	if err != nil {
		log.Fatal(err)
	}

	handler := http.NewServeMux()
	handler.Handle("/", http.FileServer(http.Dir(*root)))
	handler.HandleFunc("/echo", func(w http.ResponseWriter, r *http.Request) { io.Copy(w, r.Body) })
	handler.HandleFunc("/bytes", bytes)
	handler.HandleFunc("/proto", func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintf(w, "%s 0rtt=%v resumed=%v cipher=%s priority=%q\n",
			r.Proto, !r.TLS.HandshakeComplete, r.TLS.DidResume, tls.CipherSuiteName(r.TLS.CipherSuite), r.Header.Get("priority"))
	})

	security := http3.ConfigureTLSConfig(&tls.Config{Certificates: []tls.Certificate{pair}})
	config := &quic.Config{Allow0RTT: true, MaxIncomingStreams: 1000}
	if *version {
		config.Versions = []quic.Version{quic.Version1}
	}
	socket, err := net.ListenPacket("udp", *address)
	if err != nil {
		log.Fatal(err)
	}
	transport := &quic.Transport{Conn: socket}
	if *retry {
		transport.VerifySourceAddress = func(net.Addr) bool { return true }
	}
	listener, err := transport.ListenEarly(security, config)
	if err != nil {
		log.Fatal(err)
	}
	server := &http3.Server{Handler: handler, TLSConfig: security, QUICConfig: config}
	log.Fatal(server.ServeListener(listener))
}

// bytes answers with as many zeros as are asked for.
func bytes(w http.ResponseWriter, r *http.Request) {
	left, err := strconv.ParseInt(r.URL.Query().Get("n"), 10, 64)
	if err != nil || left < 0 {
		http.Error(w, "n is the number of bytes", http.StatusBadRequest)
		return
	}
	w.Header().Set("Content-Length", strconv.FormatInt(left, 10))
	page := make([]byte, 64<<10)
	for left > 0 {
		piece := page[:min(left, int64(len(page)))]
		if _, err := w.Write(piece); err != nil {
			return
		}
		left -= int64(len(piece))
	}
}
