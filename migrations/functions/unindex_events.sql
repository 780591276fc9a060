-- Drops the indexes that index_events makes.
-- Result: none.
create or replace function {ledger}.unindex_events()
returns void
language sql
volatile
as $function$
    drop index if exists {events}.ix_mt_events_at;
    drop index if exists {events}.ix_mt_events_type;
    drop index if exists {events}.ix_mt_events_tool;
    drop index if exists {events}.ix_mt_events_end;
    drop index if exists {events}.ix_mt_events_request
$function$;

comment on function {ledger}.unindex_events() is 'Drops the indexes that index_events makes.';
