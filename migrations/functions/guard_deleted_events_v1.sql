-- Refuses a statement that deletes some events of a stream and leaves others, unless the stream itself is deleted: the trigger
-- tr_mt_events_deleted. The compaction of a record store, which keeps what it takes out, names its stream in ledger.compacting.
-- Result: null, which a trigger after the statement ignores.
create or replace function {ledger}.guard_deleted_events_v1()
returns trigger
language plpgsql
set enable_seqscan = off
as $function$
declare
    broken text;
begin
    select g.stream_id
    into broken
    from (
        select distinct d.stream_id
        from gone as d
        where d.stream_id is distinct from current_setting('ledger.compacting', true)) as g
    where {ledger}.keeps_history_v1(g.stream_id)
      and exists (select from {events}.mt_streams as t where t.id = g.stream_id)
      and exists (select from {events}.mt_events as e where e.stream_id = g.stream_id)
    limit 1;
    if found then
        perform {ledger}.refuse_compaction_v1(broken);
    end if;

    return null;
end
$function$;
