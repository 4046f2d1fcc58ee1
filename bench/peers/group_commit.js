// The durable floor: what an afternoon gives. One file, one group commit in flight, 202 after fdatasync.
//   node group_commit.js FILE    prints "listening on http://127.0.0.1:PORT"; nobody is checked, nothing is parsed
const fs = require('node:fs');
const http = require('node:http');

const file = fs.openSync(process.argv[2], 'a');
let waiting = [];
let committing = false;

function commit() {
  if (committing || waiting.length === 0) return;
  committing = true;
  const batch = waiting;
  waiting = [];
  fs.writev(file, batch.map((one) => one.line), (failed) => {
    if (failed) throw failed;
    fs.fdatasync(file, (notSynced) => {
      if (notSynced) throw notSynced;
      for (const one of batch) one.response.writeHead(202, {'Content-Type': 'application/json'}).end('{"status":202}');
      committing = false;
      commit();
    });
  });
}

const server = http.createServer((request, response) => {
  const parts = [];
  request.on('data', (part) => parts.push(part));
  request.on('end', () => {
    waiting.push({line: Buffer.concat([...parts, Buffer.from('\n')]), response});
    commit();
  });
});
server.keepAliveTimeout = 0;
server.listen(0, '127.0.0.1', 1024, () => console.log(`listening on http://127.0.0.1:${server.address().port}`));
