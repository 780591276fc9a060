-- Refuses a statement that deletes some events of a stream and leaves others, unless the stream itself is deleted: the trigger
-- tr_mt_events_deleted. The compaction of a record store, and retention, name the stream in ledger.rewritten_event while they delete, as 'removing:' and the stream with the
-- version 0, which no role but the owner of the tables can.
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
        where not exists (
            select
            from {ledger}.rewritten_event as r
            where r.transaction = pg_current_xact_id()
              and r.stream = 'removing:' || d.stream_id
              and r.version = 0)) as g
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
