-- What was rewritten or masked in a stream, as a text that changes with it: an archive that was written before such a change has what is no longer in the log.
--   p_stream  the stream
-- Result: the text.
create or replace function {ledger}.retention_mark_v1(p_stream text)
returns text
language sql
stable
set enable_seqscan = off
as $function$
    select encode(sha256(convert_to(coalesce(string_agg(n.mark, ',' order by n.mark collate "C"), ''), 'UTF8')), 'hex')
    from (
        select 'rewritten ' || r.transaction from {ledger}.rewritten_event as r where r.stream = p_stream
        union all
        select 'masked ' || m.seq || ' ' || m.masked_by from {ledger}.masked_event as m where m.stream = p_stream) as n (mark)
$function$;
