"""An endpoint of a neighbour system."""

import http.server
import queue
import threading
from urllib.parse import urlsplit


class Receiver:
    """An HTTP server that keeps what it is sent, and answers as it is told by the path: /STATUS."""

    def __init__(self, reply=b'{"got": "it"}', content_type="application/json"):
        self.received = queue.Queue()
        received = self.received

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def answer(self):
                length = int(self.headers.get("Content-Length") or 0)
                body = self.rfile.read(length)
                received.put((self.command, self.path, self.headers, body))
                status = urlsplit(self.path).path.rsplit("/", 1)[-1]
                self.send_response(int(status) if status.isdecimal() else 200)
                self.send_header("Content-Type", content_type)
                self.send_header("Content-Length", str(len(reply)))
                self.end_headers()
                self.wfile.write(reply)

            do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = answer

            def log_message(self, *arguments):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def url(self, path="/hook"):
        return f"http://127.0.0.1:{self.server.server_port}{path}"

    def next(self):
        """The oldest request that nobody has looked at."""
        return self.received.get(timeout=10)

    def stop(self):
        self.server.shutdown()
