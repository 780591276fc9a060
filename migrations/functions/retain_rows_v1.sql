-- Removes a page of the rows that follow from the events of a stream which retention is removing. Readers do not see them any more, because the stream says that it ends
-- before these events. Of worlds, the state as of the events that stay is put back in the place of later ones, so that branches which share them read the same between two pages.
--   p_stream  the stream, which is locked
--   p_kept    how many of its events stay; what follows from these stays too
--   p_rows    the most rows, at least 2
-- Result: one row: how many rows were removed or put back, and whether none is left.
create or replace function {ledger}.retain_rows_v1(p_stream text, p_kept bigint, p_rows bigint, out gone bigint, out is_done boolean)
language plpgsql
volatile
set enable_seqscan = off
as $function$
declare
    task constant text := case when starts_with(p_stream, 'task:') then substr(p_stream, 6) end;
    -- The rows of a branch begin with what it has inherited, whose version is 0.
    upto constant bigint := case when p_kept = 0 then -1 else p_kept end;
    -- A row that is put back is one of the past too.
    each constant integer := case when p_kept = 0 then 1 else 2 end;
    ids text[];
    changed bigint;
begin
    gone := 0;
    is_done := false;

    delete from {ledger}.world_object_past as o
    using (select p.id, p.valid_from from {ledger}.world_object_past as p where p.stream = p_stream and p.valid_from > upto limit p_rows) as n
    where o.stream = p_stream and o.id = n.id and o.valid_from = n.valid_from;
    get diagnostics changed = row_count;
    gone := gone + changed;
    if gone >= p_rows then
        return;
    end if;

    delete from {ledger}.world_relation_past as r
    using (select p.id, p.valid_from from {ledger}.world_relation_past as p where p.stream = p_stream and p.valid_from > upto limit p_rows - gone) as n
    where r.stream = p_stream and r.id = n.id and r.valid_from = n.valid_from;
    get diagnostics changed = row_count;
    gone := gone + changed;
    if p_rows - gone < 2 then
        return;
    end if;

    ids := array(select o.id from {ledger}.world_object as o where o.stream = p_stream and o.valid_from > upto limit (p_rows - gone) / each);
    with past as (
        select distinct on (p.id) p.*
        from {ledger}.world_object_past as p
        where p.stream = p_stream and p.id = any (ids)
        order by p.id, p.valid_from desc),
    back as (
        update {ledger}.world_object as o
        set type = p.type,
            data = p.data,
            created_at = p.created_at,
            valid_from = p.valid_from,
            removed = p.removed
        from past as p
        where o.stream = p_stream and o.id = p.id
        returning o.id, o.valid_from)
    delete from {ledger}.world_object_past as o
    using back as b
    where o.stream = p_stream and o.id = b.id and o.valid_from = b.valid_from;
    delete from {ledger}.world_object as o where o.stream = p_stream and o.id = any (ids) and o.valid_from > upto;
    gone := gone + each * cardinality(ids);
    if p_rows - gone < 2 then
        return;
    end if;

    ids := array(select r.id from {ledger}.world_relation as r where r.stream = p_stream and r.valid_from > upto limit (p_rows - gone) / each);
    with past as (
        select distinct on (p.id) p.*
        from {ledger}.world_relation_past as p
        where p.stream = p_stream and p.id = any (ids)
        order by p.id, p.valid_from desc),
    back as (
        update {ledger}.world_relation as r
        set type = p.type,
            source_id = p.source_id,
            target_id = p.target_id,
            data = p.data,
            created_at = p.created_at,
            valid_from = p.valid_from,
            removed = p.removed
        from past as p
        where r.stream = p_stream and r.id = p.id
        returning r.id, r.valid_from)
    delete from {ledger}.world_relation_past as r
    using back as b
    where r.stream = p_stream and r.id = b.id and r.valid_from = b.valid_from;
    delete from {ledger}.world_relation as r where r.stream = p_stream and r.id = any (ids) and r.valid_from > upto;
    gone := gone + each * cardinality(ids);
    if gone >= p_rows then
        return;
    end if;

    delete from {ledger}.world_fault as f
    using (select p.version from {ledger}.world_fault as p where p.stream = p_stream and p.version > upto limit p_rows - gone) as n
    where f.stream = p_stream and f.version = n.version;
    get diagnostics changed = row_count;
    gone := gone + changed;
    if gone >= p_rows then
        return;
    end if;

    delete from {ledger}.run_mark as m
    using (select p.version from {ledger}.run_mark as p where p.stream = p_stream and p.version > upto limit p_rows - gone) as n
    where m.stream = p_stream and m.version = n.version;
    get diagnostics changed = row_count;
    gone := gone + changed;
    if gone >= p_rows then
        return;
    end if;

    if task is not null then
        delete from {ledger}.task_fault as f
        using (select p.version from {ledger}.task_fault as p where p.stream = p_stream and p.version > upto limit p_rows - gone) as n
        where f.stream = p_stream and f.version = n.version;
        get diagnostics changed = row_count;
        gone := gone + changed;
        if gone >= p_rows then
            return;
        end if;

        delete from {ledger}.calls as c
        using (select p.id from {ledger}.calls as p where p.task_id = task limit p_rows - gone) as n
        where c.id = n.id;
        get diagnostics changed = row_count;
        gone := gone + changed;
        if gone >= p_rows then
            return;
        end if;

        delete from {ledger}.messages as m
        using (select p.id from {ledger}.messages as p where p.task_id = task limit p_rows - gone) as n
        where m.id = n.id;
        get diagnostics changed = row_count;
        gone := gone + changed;
        if p_rows - gone < 2 then
            return;
        end if;

        delete from {ledger}.task_lease as l where l.task_id = task;
        delete from {ledger}.tasks as t where t.id = task;
        get diagnostics changed = row_count;
        gone := gone + 2 * changed;
    elsif starts_with(p_stream, 'chrono:') then
        delete from {ledger}.chrono_change as c
        using (select p.key, p.version from {ledger}.chrono_change as p where p.stream = p_stream limit p_rows - gone) as n
        where c.stream = p_stream and c.key = n.key and c.version = n.version;
        get diagnostics changed = row_count;
        gone := gone + changed;
        if gone >= p_rows then
            return;
        end if;

        delete from {ledger}.chrono_record as r
        using (select p.key from {ledger}.chrono_record as p where p.stream = p_stream limit p_rows - gone) as n
        where r.stream = p_stream and r.key = n.key;
        get diagnostics changed = row_count;
        gone := gone + changed;
        if gone >= p_rows then
            return;
        end if;

        delete from {ledger}.chrono_head as h where h.stream = p_stream;
    end if;

    is_done := gone < p_rows;
end
$function$;
