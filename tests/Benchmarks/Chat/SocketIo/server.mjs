// A chat server the documented way: Socket.IO rooms, one parametrised INSERT per message, acknowledged when it is committed.
// PostgreSQL is found by the variables that node-postgres reads: PGHOST, PGPORT, PGUSER, PGDATABASE.

import { createServer } from 'node:http';
import pg from 'pg';
import { Server } from 'socket.io';

const pool = new pg.Pool({ max: Number(process.env.POOL_MAX) });
await pool.query(`CREATE TABLE IF NOT EXISTS messages (
  room text NOT NULL,
  id bigint GENERATED ALWAYS AS IDENTITY,
  sender text NOT NULL,
  client_key text NOT NULL,
  body text NOT NULL,
  sent_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (room, id),
  UNIQUE (room, sender, client_key))`);

const http = createServer();
const io = new Server(http);

io.on('connection', (socket) => {
  socket.on('join', (room, acknowledge) => {
    socket.join(room);
    acknowledge({ joined: room });
  });

  socket.on('send', async (room, clientKey, text, acknowledge) => {
    try {
      const { rows: [row] } = await pool.query(
        'INSERT INTO messages (room, sender, client_key, body) VALUES ($1, $2, $3, $4) RETURNING id, sent_at', [room, socket.id, clientKey, text]);
      socket.to(room).emit('event', { conversation: room, seq: row.id, sender: socket.id, clientKey, text, sentAt: row.sent_at });
      acknowledge({ seq: row.id, sentAt: row.sent_at });
    } catch (fault) {
      acknowledge({ refusal: String(fault) });
    }
  });
});

http.listen(Number(process.env.PORT), '127.0.0.1', () => console.log('ready'));

// It ends with the process that started it.
process.stdin.resume().on('end', () => process.exit(0));
