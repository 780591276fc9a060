-- Sets the time of the streams' last event, and registers the streams for the inline projections. $1 the names, $2 the times.
with timed as (
    update {events}.mt_streams as t
    set "timestamp" = n.time
    from unnest($1::text[], $2::timestamptz[]) as n (name, time)
    where t.id = n.name
)
select set_config('ledger.touched', $1::text[]::text, true)
