-- Writes the tags of events into Marten's tables, if it has made them for Ledger's tags. This is their rule, whichever engine appended the event:
--   ledger_actor  the actor in the headers
--   ledger_model  the model of llm.request and llm.response
--   ledger_tool   the tool of tool.called; that of the call for a tool.returned, whose call_id is the id of the call, or the foreign id of one among the
--                 hundred events before it in its stream
--   ledger_task   the task of a stream task:{id}
-- Only a text of 1 to 1,000 bytes is a tag: an index takes no long ones. Tags that are there stay as they are.
-- Marten refuses a decision on a tag whose version has changed since it was read, so the version of each tag that an event gets is raised, as by Marten's
-- own append: after the streams are locked, and in code point order, so that appends do not wait in a circle. A Marten session raises tags in the order of its
-- operations, so it locks them all in code point order before (lock_tags.sql). A transaction with several appends takes their tags append by append, and may
-- get into a deadlock with another writer.
-- An append calls it after its insert: the tables of tags refer to the log, so Marten makes them before an insert or after its transaction. The one of the
-- versions does not refer to it, and may be made while an append runs; TagEventsAsync waits for such appends.
--   p_ids  the ids of events of the log
-- Result: how many tags were added; 0 if a table is missing.
create or replace function {ledger}.tag_events_v1(p_ids uuid[])
returns bigint
language plpgsql
volatile
set enable_seqscan = off
set plan_cache_mode = force_generic_plan
as $function$
declare
    total bigint;
begin
    if to_regclass(quote_ident({events_text}) || '.mt_event_tag_ledger_actor') is null
        or to_regclass(quote_ident({events_text}) || '.mt_event_tag_ledger_model') is null
        or to_regclass(quote_ident({events_text}) || '.mt_event_tag_ledger_tool') is null
        or to_regclass(quote_ident({events_text}) || '.mt_event_tag_ledger_task') is null
        or to_regclass(quote_ident({events_text}) || '.mt_dcb_tag_version') is null then
        return 0;
    end if;

    with tag as materialized (
        select r.kind, r.value #>> '{}' as value, e.seq_id
        from {events}.mt_events as e
        cross join lateral (values
            ('ledger_actor', e.headers -> 'actor'),
            ('ledger_model', case when e.type in ('llm.request', 'llm.response') then e.data -> 'model' end),
            ('ledger_tool', case e.type
                when 'tool.called' then e.data -> 'tool'
                when 'tool.returned' then coalesce(
                    (select c.data -> 'tool'
                     from {events}.mt_events as c
                     where c.id = case
                             when e.data ->> 'call_id' ~ '^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$' then (e.data ->> 'call_id')::uuid
                         end
                       and c.type = 'tool.called'),
                    (select c.data -> 'tool'
                     from {events}.mt_events as c
                     where c.stream_id = e.stream_id
                       and c.version between e.version - 100 and e.version - 1
                       and c.type = 'tool.called'
                       and c.headers ->> 'foreign_id' = e.data ->> 'call_id'
                     order by c.version desc
                     limit 1))
            end),
            ('ledger_task', case when starts_with(e.stream_id, 'task:') then to_jsonb(substr(e.stream_id, 6)) end)) as r (kind, value)
        where e.id = any (p_ids)
          and jsonb_typeof(r.value) = 'string'
          and octet_length(r.value #>> '{}') between 1 and 1000),
    actor as (
        insert into {events}.mt_event_tag_ledger_actor as a (value, seq_id)
        select t.value, t.seq_id from tag as t where t.kind = 'ledger_actor'
        on conflict do nothing
        returning a.value),
    model as (
        insert into {events}.mt_event_tag_ledger_model as m (value, seq_id)
        select t.value, t.seq_id from tag as t where t.kind = 'ledger_model'
        on conflict do nothing
        returning m.value),
    tool as (
        insert into {events}.mt_event_tag_ledger_tool as o (value, seq_id)
        select t.value, t.seq_id from tag as t where t.kind = 'ledger_tool'
        on conflict do nothing
        returning o.value),
    task as (
        insert into {events}.mt_event_tag_ledger_task as k (value, seq_id)
        select t.value, t.seq_id from tag as t where t.kind = 'ledger_task'
        on conflict do nothing
        returning k.value),
    added as (
        select n.kind, n.value, count(*) as events
        from (
            select 'ledger_actor' as kind, a.value from actor as a
            union all
            select 'ledger_model', m.value from model as m
            union all
            select 'ledger_tool', o.value from tool as o
            union all
            select 'ledger_task', k.value from task as k) as n
        group by n.kind, n.value),
    raised as (
        insert into {events}.mt_dcb_tag_version as v (tag_table, tag_value, tenant_id, version)
        select a.kind, a.value, {tenant}, 1
        from added as a
        order by a.kind collate "C", a.value collate "C"
        on conflict (tag_table, tag_value, tenant_id) do update
        set version = v.version + 1)
    select coalesce(sum(a.events), 0) into total from added as a;
    return total;
end
$function$;
