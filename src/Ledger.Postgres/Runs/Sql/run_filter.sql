-- Whether a query wants a summary r, but for its status. $1 the prefix of the names, $2 a status, $3 the time now, $4 a text in lower case that the
-- name, the title or the error contains, $5 a label, $6 a model, $7 whether archived, $8 and $9 since when and before when the last event was taken, $10 the least
-- and $11 the highest own cost, $12 the least and $13 the longest duration, $14 the fewest and $15 the most own tokens, $16 the
-- only names, each null for any.
    r.version > 0
    and ($1 = '' or starts_with(r.stream, $1))
    and ($4::text is null
         or strpos(lower(concat_ws(E'\n', r.stream, r.title, r.error) collate "C"), $4) > 0)
    and ($5::text is null or r.labels @> array[$5::text])
    and ($6::text is null or r.model = $6)
    and ($7::boolean is null
         or $7 = coalesce((select m.is_archived from {events}.mt_streams as m where m.id = r.stream limit 1), false))
    and ($8::timestamptz is null or r.updated_at >= $8)
    and ($9::timestamptz is null or r.updated_at < $9)
    and ($10::numeric is null or r.cost_usd >= $10)
    and ($11::numeric is null or r.cost_usd <= $11)
    and ($12::interval is null or r.duration >= $12)
    and ($13::interval is null or r.duration <= $13)
    and ($14::bigint is null or r.tokens >= $14)
    and ($15::bigint is null or r.tokens <= $15)
    and ($16::text[] is null or r.stream = any ($16))
