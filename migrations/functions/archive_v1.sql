-- Makes a stream read-only.
--   p_stream  the stream
-- Result: whether the stream exists.
create or replace function {ledger}.archive_v1(p_stream text)
returns boolean
language plpgsql
volatile
set enable_seqscan = off
as $function$
declare
    was_archived boolean;
begin
    select coalesce(t.is_archived, false) into was_archived from {events}.mt_streams as t where t.id = p_stream for no key update;
    if not found then
        return false;
    end if;

    if not was_archived then
        update {events}.mt_streams as t set is_archived = true where t.id = p_stream;
        update {events}.mt_events as e set is_archived = true where e.stream_id = p_stream;
    end if;

    return true;
end
$function$;
