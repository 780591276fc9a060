-- Refuses to take events out of a stream.
--   p_stream  the stream
-- Result: none; it always fails with LG020.
create or replace function {ledger}.refuse_compaction_v1(p_stream text)
returns void
language plpgsql
as $function$
begin
    raise exception 'Stream ''%'' must keep all of its events: Ledger reads its whole history, and branches share it. Nothing was changed. %',
        p_stream,
        case
            when starts_with(p_stream, 'chrono:') then 'Compact a record store with ChronoStore.CompactAsync.'
            else 'Archive the stream instead, or delete it as a whole if no branch was forked from it.'
        end
        using errcode = 'LG020';
end
$function$;
