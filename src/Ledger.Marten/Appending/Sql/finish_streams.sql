-- Sets the time of the streams' last event, registers the streams for the inline projections, and tags the events if the store has tables for that.
-- $1 the names, $2 the times, $3 the ids of the events.
with timed as (
    update {events}.mt_streams as t
    set "timestamp" = n.time
    from unnest($1::text[], $2::timestamptz[]) as n (name, time)
    where t.id = n.name
)
select set_config('ledger.touched', $1::text[]::text, true),
       case when to_regclass(quote_ident({events_text}) || '.mt_event_tag_ledger_task') is not null then {ledger}.tag_events_v1($3::uuid[]) end
