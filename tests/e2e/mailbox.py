"""An SMTP server for tests, which keeps what it takes."""

import base64
import socketserver
import threading


class Mailbox:
    """An SMTP server: `tls` offers STARTTLS; `login` wants user and password, over TLS only."""

    def __init__(self, tls=None, login=None):
        self.mails = []  # (sender, recipients, bytes, was encrypted, login)
        self.refuse = 0  # so many mails with 451
        mailbox = self

        class Handler(socketserver.StreamRequestHandler):
            def handle(self):
                secure, who, sender, recipients = False, None, None, []
                self.say("220 test ESMTP")
                while line := self.rfile.readline():
                    word = line.decode().strip()
                    verb = word.split(" ")[0].upper()
                    if verb == "EHLO":
                        extra = ["250-STARTTLS"] if tls and not secure else []
                        extra += ["250-AUTH PLAIN"] if login and (secure or not tls) else []
                        self.say("250-test", *extra, "250 SIZE 1000000")
                    elif verb == "STARTTLS":
                        self.say("220 go")
                        self.connection = tls.wrap_socket(self.connection, server_side=True)
                        self.rfile, self.wfile = self.connection.makefile("rb"), self.connection.makefile("wb", 0)
                        secure = True
                    elif verb == "AUTH":
                        token = word.split(" ")[2] if len(word.split(" ")) > 2 else None
                        if token is None:
                            self.say("334 ")
                            token = self.rfile.readline().decode().strip()
                        who = tuple(base64.b64decode(token).decode().split("\0")[1:])
                        self.say("235 ok" if who == login else "535 no")
                    elif verb == "MAIL":
                        if login and who != login:
                            self.say("530 who are you")
                            continue
                        sender = word
                        self.say("250 ok")
                    elif verb == "RCPT":
                        recipients.append(word)
                        self.say("250 ok")
                    elif verb == "DATA":
                        self.say("354 go")
                        data = b""
                        while (line := self.rfile.readline()) != b".\r\n":
                            data += line[1:] if line.startswith(b".") else line
                        if mailbox.refuse > 0:
                            mailbox.refuse -= 1
                            self.say("451 later")
                        else:
                            mailbox.mails.append((sender, recipients, data, secure, who))
                            self.say("250 taken")
                    elif verb == "QUIT":
                        self.say("221 bye")
                        return
                    else:
                        self.say("502 what")

            def say(self, *lines):
                self.wfile.write("".join(line + "\r\n" for line in lines).encode())

        class Threads(socketserver.ThreadingTCPServer):
            daemon_threads = True

            def handle_error(self, *_):
                pass

        self.server = Threads(("127.0.0.1", 0), Handler)
        self.url = f"smtp://127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()
