"""Runs the interoperability tests of aioquic's own documentation against one server on 127.0.0.1 and prints a letter for each feature that worked:
V version negotiation, H handshake, D data, C close, R resumption, Z 0-RTT, S Retry, Q large ClientHello, M new connection IDs, B NAT rebinding,
A change of address, U key update, P spin bit, 3 HTTP/3, d dynamic QPACK table, p server push.
Usage: aioquic-features.py PORT [RETRY_PORT [PATH [PUSH_PATH]]], with - for what is left out. The exit status says nothing."""
import asyncio
import logging
import ssl
import sys
import types

# Imported by the throughput test alone, which does not run here.
sys.modules["httpx"] = types.ModuleType("httpx")
sys.path.insert(0, "/usr/share/doc/python-aioquic-doc/examples")

import interop  # noqa: E402

arguments = [None if value == "-" else value for value in sys.argv[1:]]
port, retry_port, path, push_path = (arguments + [None] * 4)[:4]
logging.basicConfig(level=logging.ERROR)
server = interop.Server(
    "here",
    "127.0.0.1",
    port=int(port),
    retry_port=int(retry_port) if retry_port else None,
    path=path or "/",
    push_path=push_path,
    throughput_path=None,
    verify_mode=ssl.CERT_NONE,
)
features = {name: test for name, test in vars(interop).items() if name.startswith("test_") and name != "test_throughput"}
asyncio.run(interop.main([server], list(features.items())))
