import type { Client, QueryResultRow } from 'pg';

/** A new connection that may read what is asked for; whoever asks ends it. */
export type ConnectReader = () => Promise<Client>;

/**
 * Reads all rows of a query as they are at one moment, through a cursor.
 * @param pageSize - rows at once
 */
export async function* rowPages<Row extends QueryResultRow>(
  connect: ConnectReader,
  query: string,
  pageSize: number,
): AsyncGenerator<readonly Row[]> {
  const client = await connect();
  try {
    await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
    await client.query(`DECLARE account NO SCROLL CURSOR FOR ${query}`);
    for (;;) {
      const { rows } = await client.query<Row>(`FETCH ${pageSize} FROM account`);
      if (rows.length === 0) return;
      yield rows;
    }
  } finally {
    // Whatever was under way ends with the connection.
    await client.end();
  }
}
