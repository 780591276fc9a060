-- Whether a branch can be created; checked before its stream is locked and again afterwards.
-- $1 its stream, $2 its parent, $3 the id of its first event, $4 and $5 the lineage: the streams and how many events are taken of each.
-- One row: the outcome (well, parent_not_found, branch_exists, archived, id_in_use, prefix_missing), the stream that has the id, the length of the existing
-- prefix, and the time of the last event that is shared.
with own as (
    select t.version, t.is_archived
    from {events}.mt_streams as t
    where t.id = $1
),
holder as (
    select e.stream_id
    from {events}.mt_events as e
    where e.id = $3
),
missing as (
    select n.before + coalesce(t.version, 0) as prefix_length
    from (select u.stream,
                 u.taken,
                 u.ordinal,
                 sum(u.taken) over (order by u.ordinal) - u.taken as before
          from unnest($4::text[], $5::bigint[]) with ordinality as u (stream, taken, ordinal)) as n
    left join {events}.mt_streams as t on t.id = n.stream
    where t.version is null
       or t.version < n.taken
    order by n.ordinal
    limit 1
)
select case
           when not exists (select from {events}.mt_streams as t where t.id = $2) then 'parent_not_found'
           when (select o.version from own as o) > 0
               or $1 = $2
               or exists (select from {ledger}.branch as b where b.stream = $1)
               or exists (select from {ledger}.branch as b where b.parent = $1) then 'branch_exists'
           when (select o.is_archived from own as o) then 'archived'
           when exists (select from holder) then 'id_in_use'
           when exists (select from missing) then 'prefix_missing'
           else 'well'
       end,
       (select h.stream_id from holder as h),
       (select m.prefix_length::bigint from missing as m),
       (select e."timestamp"
        from {events}.mt_events as e
        where e.stream_id = ($4::text[])[cardinality($4::text[])]
          and e.version = ($5::bigint[])[cardinality($5::bigint[])])
