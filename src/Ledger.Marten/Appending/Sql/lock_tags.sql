-- Locks the rows of tags' versions, in code point order; a missing row is made with version 0, which Marten takes for a missing one. $1 the tables of the tags
-- without their prefix, $2 the values, $3 the tenant; $4 the streams of tool.returned, $5 the ids of their calls: the tools of all calls that tag_events_v1 may
-- find in the log for them are locked too.
with tag as (
    select n.kind, n.value
    from unnest($1::text[], $2::text[]) as n (kind, value)
    union
    select 'ledger_tool', c.tool
    from unnest($4::text[], $5::text[]) as r (stream, call_id)
    cross join lateral (
        select m.data ->> 'tool' as tool
        from {events}.mt_events as m
        where m.id = case
                when r.call_id ~ '^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$' then r.call_id::uuid
            end
          and m.type = 'tool.called'
        union all
        select m.data ->> 'tool'
        from {events}.mt_streams as t
        join {events}.mt_events as m on m.stream_id = t.id and m.version > t.version - 100
        where t.id = r.stream
          and m.type = 'tool.called'
          and m.headers ->> 'foreign_id' = r.call_id) as c
    where octet_length(c.tool) between 1 and 1000)
insert into {events}.mt_dcb_tag_version as v (tag_table, tag_value, tenant_id, version)
select t.kind, t.value, $3::text, 0
from tag as t
order by t.kind collate "C", t.value collate "C"
on conflict (tag_table, tag_value, tenant_id) do update
set version = v.version
where false
