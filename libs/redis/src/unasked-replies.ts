import { Cluster, type Redis } from 'ioredis';

type Queue = Redis['commandQueue'];
type Item = NonNullable<ReturnType<Queue['shift']>>;

/** Stands behind the last question and takes the answers that nobody asked for. */
const lastInQueue = (queue: Queue, onUnasked: () => void): Item => {
  const stayLast = (): void => {
    queue.push(item);
    onUnasked();
  };
  const command = {
    name: '',
    args: [],
    resolve: stayLast,
    // Also called when the queue is emptied for good, and must not fill it then.
    reject: ({ name }: Error) => name === 'ReplyError' && stayLast(),
  };
  const item = { command, stream: undefined, select: 0 } as unknown as Item;
  return item;
};

const guardNode = (client: Redis): void => {
  client.on('connect', () => {
    const { stream, commandQueue: queue } = client;
    const parse = stream.listeners('data').at(0);
    if (!parse) return;
    const last = lastInQueue(queue, () => stream.destroy());
    stream.removeListener('data', parse as () => void);
    stream.prependListener('data', (chunk: Buffer) => {
      queue.push(last);
      parse.call(stream, chunk);
      if (queue.peekBack() === last) queue.pop();
    });
  });
};

/**
 * Ends a connection on which more is answered than was asked: what answers like that is no Redis. ioredis 6.0.0 would throw
 * where nobody can catch it if the surplus answer is nil (`shiftCommand` in its DataHandler).
 */
export const guardAgainstUnaskedReplies = (client: Redis | Cluster): void => {
  if (client instanceof Cluster) client.on('+node', guardNode);
  else guardNode(client);
};
