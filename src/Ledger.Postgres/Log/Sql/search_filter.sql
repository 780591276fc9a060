-- Whether an event m meets the conditions of search_log and search_streams; their numbers are those of search_log.
    ($14::timestamptz is null or m."timestamp" >= $14)
    and ($15::timestamptz is null or m."timestamp" < $15)
    and ($5::text[] is null or m.type = any ($5) or m.type ^@ any ($6::text[]))
    and ($9::text is null or (m.type = 'tool.called' and m.data ->> 'tool' = $9 and jsonb_typeof(m.data -> 'tool') = 'string'))
    and ($17::text is null
         or case
                when m.type in ('object.created', 'object.patched', 'object.removed') then m.data -> 'id' = to_jsonb($17::text)
                when m.type = 'relation.created' then m.data -> 'source_id' = to_jsonb($17::text) or m.data -> 'target_id' = to_jsonb($17::text)
            end)
    and ($7::text is null or m.headers ->> 'actor' = $7)
    and ($10::text[] is null
         or case jsonb_typeof(m.data #> $10)
                when 'number' then (m.data #>> $10)::numeric = $16::numeric
                when 'string' then m.data #>> $10 = $11
                when 'boolean' then m.data #>> $10 = $11
            end
         or case jsonb_typeof(m.data -> 'arguments' #> $10)
                when 'number' then (m.data -> 'arguments' #>> $10)::numeric = $16::numeric
                when 'string' then m.data -> 'arguments' #>> $10 = $11
                when 'boolean' then m.data -> 'arguments' #>> $10 = $11
            end)
    and ($8::text is null
         or position($8 in lower(m.data::text collate "C")) > 0)
