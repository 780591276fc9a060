-- Writes the tags of events into Marten's tables, if it has made them for Ledger's tags; see event_tags_v1. Tags that are there stay as they are.
-- Marten refuses a decision on a tag whose version has changed since it was read, so the version of each tag that an event gets is raised, as by Marten's
-- own append: after the streams are locked, and in code point order, so that no two writers wait in a circle.
-- An append calls it after its insert: the tables refer to the log, so that they are made either before the insert or after the transaction.
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
    if exists (
        select
        from unnest(array[
            'mt_event_tag_ledger_actor', 'mt_event_tag_ledger_model', 'mt_event_tag_ledger_tool', 'mt_event_tag_ledger_task',
            'mt_dcb_tag_version']) as n (name)
        where to_regclass(quote_ident({events_text}) || '.' || n.name) is null) then
        return 0;
    end if;

    with tag as materialized (
        select t.kind, t.value, t.seq_id from {ledger}.event_tags_v1(p_ids) as t),
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
        select 'ledger_actor' as kind, a.value, count(*) as count from actor as a group by a.value
        union all
        select 'ledger_model', m.value, count(*) from model as m group by m.value
        union all
        select 'ledger_tool', o.value, count(*) from tool as o group by o.value
        union all
        select 'ledger_task', k.value, count(*) from task as k group by k.value),
    raised as (
        insert into {events}.mt_dcb_tag_version as v (tag_table, tag_value, tenant_id, version)
        select a.kind, a.value, '*DEFAULT*', 1
        from added as a
        order by a.kind collate "C", a.value collate "C"
        on conflict (tag_table, tag_value, tenant_id) do update
        set version = v.version + 1)
    select coalesce(sum(a.count), 0) into total from added as a;
    return total;
end
$function$;
