import { createServer } from 'node:http';
import { Webhook } from 'standardwebhooks';

const webhook = new Webhook(process.env.WEBHOOK_SECRET ?? '');
const known = new Set(); // in earnest a unique column, written together with what the event makes you do

const server = createServer((request, response) => {
  const pieces = [];
  request.on('data', (piece) => pieces.push(piece));
  request.on('end', () => {
    try {
      const event = webhook.verify(Buffer.concat(pieces), request.headers); // the bytes as they came, not JSON written anew
      const id = request.headers['webhook-id'];
      if (!known.has(id)) console.log(event.type, event.data.id);
      known.add(id);
      response.writeHead(204).end();
    } catch {
      response.writeHead(400).end();
    }
  });
});
server.listen(Number(process.env.PORT ?? 3000), '127.0.0.1', () => console.log('listening on', server.address().port));
