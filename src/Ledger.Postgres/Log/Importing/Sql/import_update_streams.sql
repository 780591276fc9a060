-- Sets the versions and times of streams, names them for the inline projections, and tags their new events if Marten has tables for that. $1 names,
-- $2 versions, $3 times, $4 the versions before the import.
with updated as (
    update {events}.mt_streams as t
    set version = n.version,
        "timestamp" = n.time
    from unnest($1, $2, $3) as n (name, version, time)
    where t.id = n.name)
select set_config('ledger.touched', $1::text, true),
       case when to_regclass(quote_ident({events_text}) || '.mt_event_tag_ledger_task') is not null then
           {ledger}.tag_events_v1(array(
               select e.id
               from unnest($1, $4, $2) as n (name, before, version)
               cross join lateral (
                   select m.id
                   from {events}.mt_events as m
                   where m.stream_id = n.name
                     and m.version > n.before
                     and m.version <= n.version
                   offset 0) as e))
       end
