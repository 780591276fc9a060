-- Sets the versions and times of streams, and names them for the inline projections. $1 names, $2 versions, $3 times.
with updated as (
    update {events}.mt_streams as t
    set version = n.version,
        "timestamp" = n.time
    from unnest($1, $2, $3) as n (name, version, time)
    where t.id = n.name)
select set_config('ledger.touched', $1::text, true)
