/**
 * SQL of the newest rows of `signals` as `s`, newest first: of the streams $1, up to $2 of them. `where` is a condition on
 * `s`, and on `open.stream` where it needs the name as a value. Each stream is read in an index that begins with it, and no
 * further than the limit: what lies in a stream that is not open is never touched, so that no answer takes longer for it.
 */
export const newestOf = (where: string): string => `(SELECT n.* FROM unnest($1::text[]) AS open (stream)
    CROSS JOIN LATERAL (SELECT * FROM signals s WHERE s.stream = open.stream AND ${where}
      ORDER BY s.accepted_at DESC, s.seq DESC LIMIT $2) n
    ORDER BY n.accepted_at DESC, n.stream DESC, n.seq DESC LIMIT $2) s`;

/** Order of rows that `newestOf` found: a join may have changed it. */
export const NEWEST_FIRST = 'ORDER BY s.accepted_at DESC, s.stream DESC, s.seq DESC';
