-- Removes a page of a stream that a run of retention has archived: rows that follow from its events, then the last of its events, and with these an event retention.removed that
-- names them, so that both are there or neither is. With the first page the stream becomes read-only and ends, for every reader, where it will end: none sees a part of what goes.
-- With the last one goes the stream, unless branches share its first events. Everything is decided again under the stream's lock: one that has grown, is held, or has events that the
-- seal lacks, is left as it is. One that was masked or rewritten since its archive was written is planned again if nothing is gone yet. Where a hold, a
-- masking or a failure comes between two pages, what is left of the events is shown again, when the rows that follow from those that are gone are removed. A hold is waited for, and
-- waits, so that one that was set keeps what is there then. When all is gone that goes, the events that stay are marked as archived, in pages too.
--   p_run       the run of retention
--   p_stream    the stream
--   p_rows      the most rows, at least 2, besides the few that a stream has but once; of an event all that is about it alone goes with it, so that one event may have more
--   p_event_id  the id of the event
-- The program deletes the file of a stream that is planned again or left; its name stays until then.
-- Streams by which Ledger says what was masked and removed are refused with LG032, whatever the plan says: audits rest on them.
-- The event of the first page is there even if no event goes with that, because readers see the end of the stream no more. It has a digest of each masking that goes:
-- restore_page_v1 restores no other.
-- Result: one row: the state of the stream: removing while there are more, planned if its archive has to be written again, removed, or left; why it was left; and how many
-- events were removed.
create or replace function {ledger}.retain_page_v1(p_run bigint, p_stream text, p_rows integer, p_event_id uuid, out state text, out reason text, out removed bigint)
language plpgsql
volatile
set enable_seqscan = off
set jit = off
as $function$
declare
    task constant text := case when starts_with(p_stream, 'task:') then substr(p_stream, 6) end;
    plan record;
    own record;
    top bigint;
    stays bigint;
    below bigint;
    budget bigint := p_rows;
    counted bigint;
    tagged bigint;
    derived record;
    tags text[];
    tag text;
    goes_from bigint;
    leaves jsonb;
    masked jsonb := '[]';
    is_summed boolean;
    is_sealed boolean;
    appended text;
begin
    if p_stream ~ '^(retention|masked):' then
        raise exception 'Stream ''%'' is written by Ledger alone: it says what was masked or what was removed. Nothing was changed', p_stream using errcode = 'LG032';
    end if;

    removed := 0;
    select r.state, r.version, r.kept, r.reason, r.file, r.sha256, r.mark, r.labels
    into plan
    from {ledger}.retention_stream as r
    where r.run = p_run and r.stream = p_stream
    for update;
    state := plan.state;
    reason := plan.reason;
    if not found or plan.state not in ('archived', 'removing') then
        return;
    end if;

    -- In the order of an append.
    perform pg_advisory_xact_lock_shared({ledger}.projection_key_v1(n.name)) from (values ('ledger:world'), ('ledger:task')) as n (name);
    select t.version, coalesce(t.is_archived, false) as is_archived into own from {events}.mt_streams as t where t.id = p_stream for update;

    -- The row of a stream that is being removed says where it will end. Events that a compaction of a record store took out of its stream are before all others.
    top := coalesce(
        (select max(e.version) from {events}.mt_events as e where e.stream_id = p_stream),
        (select max(a.version) from {ledger}.chrono_archive as a where a.stream = p_stream),
        0);
    goes_from := top + 1;
    is_summed := exists (select from {ledger}.run_summary as r where r.stream = p_stream and r.version = own.version);
    if plan.state = 'removing' and plan.reason is null and plan.kept > 0 and top = plan.kept then
        update {events}.mt_events as e
        set is_archived = true
        where e.seq_id in (
            select m.seq_id
            from {events}.mt_events as m
            where m.stream_id = p_stream
              and m.version <= plan.kept
              and m.is_archived is not true
            order by m.version
            limit p_rows);
        state := case when exists (select from {events}.mt_events as e where e.stream_id = p_stream and e.version <= plan.kept and e.is_archived is not true) then 'removing' else 'removed' end;
        update {ledger}.retention_stream as r set state = retain_page_v1.state where r.run = p_run and r.stream = p_stream;
        return;
    end if;

    lock table {ledger}.retention_hold in share mode;
    perform from {ledger}.seal_head as h for share;
    is_sealed := exists (select from {ledger}.seal_head as h where h.size > 0);
    stays := plan.kept;
    if exists (select from {ledger}.branch as b where b.parent = p_stream)
        or exists (select from {ledger}.branch as b where b.root = p_stream)
        or exists (select from {ledger}.branch_segment as s where s.stream = p_stream) then
        stays := greatest(stays, 1, (select max(s.taken) from {ledger}.branch_segment as s where s.stream = p_stream));
    end if;

    if own.version is null then
        reason := 'gone';
    elsif reason is not null then
        -- A page before has found it, or the program.
    elsif stays >= top or stays > 0 and p_stream ~ '^(task|chrono):' then
        reason := 'branch';
    elsif {ledger}.retention_held_v1(p_stream)
        or exists (select from {ledger}.retention_hold as h join unnest(plan.labels) as l (name) on h.target = 'label:' || l.name) then
        reason := 'held';
    elsif p_stream ~ '^(run|branch):'
        and (plan.state = 'archived' and not is_summed or plan.state = 'removing' and plan.labels is null)
        and exists (select from {ledger}.retention_hold as h where starts_with(h.target, 'label:')) then
        reason := 'behind';
    elsif plan.state = 'removing' and {ledger}.retention_mark_v1(p_stream) is distinct from plan.mark then
        reason := 'changed';
    elsif plan.state = 'archived' then
        reason := case
            when own.version <> plan.version then 'changed'
            when task is not null and (
                exists (select from {ledger}.tasks as t where t.parent_task_id = task)
                or exists (
                    select
                    from {ledger}.messages as m
                    join {ledger}.calls as c on m.id in (c.start_message_id, c.end_message_id)
                    where m.task_id = task and c.task_id <> task)) then 'task'
            when exists (
                select
                from {ledger}.seal_head as h
                join {events}.mt_events as e on e.stream_id = p_stream and e.version = own.version
                where h.size > 0 and e.seq_id > h.seq) then 'unsealed'
        end;
    end if;

    if reason is not null and (plan.state = 'archived' or reason = 'gone') then
        state := case when plan.state = 'removing' then 'removed' else 'left' end;
        update {ledger}.retention_stream as r
        set state = retain_page_v1.state,
            reason = retain_page_v1.reason,
            kept = case when plan.state = 'removing' then 0 else r.kept end
        where r.run = p_run and r.stream = p_stream;
        return;
    end if;

    if reason is not null then
        -- Rows of tasks are written again at once, because rows of others may refer to them.
        if task is null then
            select d.* into derived from {ledger}.retain_rows_v1(p_stream, plan.kept, p_rows) as d;
        end if;

        if task is null and not derived.is_done then
            update {ledger}.retention_stream as r set reason = retain_page_v1.reason, mark = {ledger}.retention_mark_v1(p_stream) where r.run = p_run and r.stream = p_stream;
            return;
        end if;

        perform {ledger}.show_retained_v1(p_stream, top);
        state := 'removed';
        update {ledger}.retention_stream as r
        set state = 'removed',
            reason = retain_page_v1.reason,
            kept = top
        where r.run = p_run and r.stream = p_stream;
        return;
    end if;

    if plan.state = 'archived' and {ledger}.retention_mark_v1(p_stream) is distinct from plan.mark then
        state := 'planned';
        update {ledger}.retention_stream as r
        set state = 'planned',
            file_bytes = null,
            sha256 = null
        where r.run = p_run and r.stream = p_stream;
        return;
    end if;

    if plan.state = 'archived' then
        -- Its own summary is about to lose them, and a hold may come between two pages.
        update {ledger}.retention_stream as r
        set labels = (select s.labels from {ledger}.run_summary as s where s.stream = p_stream)
        where r.run = p_run and r.stream = p_stream and is_summed;
        perform {ledger}.hide_retained_v1(p_stream, stays);
    elsif own.version <> stays then
        perform {ledger}.hide_retained_v1(p_stream, stays);
    end if;

    state := 'removing';
    select d.* into derived from {ledger}.retain_rows_v1(p_stream, stays, budget) as d;
    budget := budget - derived.gone;
    if derived.is_done and budget > 0 then
        tags := array(
            select format('%I.%I', n.nspname, c.relname)
            from pg_constraint as f
            join pg_class as c on c.oid = f.conrelid
            join pg_namespace as n on n.oid = c.relnamespace
            where f.contype = 'f'
              and f.confrelid = to_regclass(quote_ident({events_text}) || '.mt_events')
              and c.relname like 'mt\_event\_tag\_%');

        -- As many of the last events as fit with the rows that are about each alone.
        below := greatest(stays, top - budget);
        loop
            select count(*)
                 + count(l.seq)
                 + count(m.seq)
                 + count(r.seq)
                 + count(s.seq)
            into counted
            from {ledger}.retained_numbers_v1(p_stream, below) as e (seq)
            left join {ledger}.seal_leaf as l on l.seq = e.seq
            left join {ledger}.masked_event as m on m.seq = e.seq
            left join {ledger}.rewritten_payload as r on r.seq = e.seq
            left join {ledger}.search_entry as s on s.seq = e.seq;
            foreach tag in array tags loop
                execute format('select count(*) from {ledger}.retained_numbers_v1($1, $2) as e (seq) join %s as t on t.seq_id = e.seq', tag) into tagged using p_stream, below;
                counted := counted + tagged;
            end loop;

            exit when counted <= budget or below >= top - 1;
            below := top - greatest(least((top - below) * budget / counted, top - below - 1), 1);
        end loop;

        if counted <= budget or budget = p_rows then
            insert into {ledger}.rewritten_event (transaction, stream, version) values (pg_current_xact_id(), 'removing:' || p_stream, 0);
            foreach tag in array tags loop
                execute format('delete from %s as t using {ledger}.retained_numbers_v1($1, $2) as e (seq) where t.seq_id = e.seq', tag) using p_stream, below;
            end loop;

            with gone as (
                delete from {ledger}.masked_event as m using {ledger}.retained_numbers_v1(p_stream, below) as e (seq) where m.seq = e.seq returning m.*)
            select coalesce(jsonb_agg({ledger}.masking_digest_v1(n.seq, n.masked_by, n.salt) order by n.seq), '[]') into masked from gone as n;
            delete from {ledger}.rewritten_payload as r using {ledger}.retained_numbers_v1(p_stream, below) as e (seq) where r.seq = e.seq;
            with gone as (
                delete from {ledger}.seal_leaf as l using {ledger}.retained_numbers_v1(p_stream, below) as e (seq) where l.seq = e.seq returning l.leaf),
            island as (
                select min(g.leaf) as first, max(g.leaf) as last
                from (select n.leaf, n.leaf - row_number() over (order by n.leaf) as island from gone as n) as g
                group by g.island)
            select jsonb_agg(jsonb_build_array(n.first, n.last) order by n.first) into leaves from island as n;

            -- A seal that has read them, and has no leaf of any event yet, reads again: see move_seal_head.
            if not is_sealed then
                delete from {ledger}.rewritten_event as r where r.stream = p_stream;
                insert into {ledger}.rewritten_event (transaction, stream, version) values (pg_current_xact_id(), p_stream, -1 - stays);
            end if;

            delete from {events}.mt_events as e where e.stream_id = p_stream and e.version > below;
            get diagnostics removed = row_count;
            goes_from := below + 1;
            delete from {ledger}.chrono_archive as a where a.stream = p_stream and a.version > below;
            delete from {ledger}.rewritten_event as r where r.transaction = pg_current_xact_id() and r.stream = 'removing:' || p_stream;
            if below = 0 then
                delete from {ledger}.run_summary as r where r.stream = p_stream;
                delete from {events}.mt_doc_ledger_world as d where d.id = p_stream;
                delete from {ledger}.branch as b where b.stream = p_stream;
                delete from {events}.mt_streams as t where t.id = p_stream;
                delete from {ledger}.rewritten_event as r where r.stream = p_stream and is_sealed;
            end if;

            state := case
                when below > stays
                    or exists (select from {events}.mt_events as e where e.stream_id = p_stream and e.version <= stays and e.is_archived is not true) then 'removing'
                else 'removed'
            end;
        end if;
    end if;

    if goes_from <= top or plan.state = 'archived' then
        insert into {ledger}.rewritten_event (transaction, stream, version) values (pg_current_xact_id(), 'retention:' || p_run, 0);
        select a.outcome
        into appended
        from {ledger}.append_event_v3(
            'retention:' || p_run,
            null,
            p_event_id,
            'retention.removed',
            'Ledger.Events.UntypedEvent, Ledger',
            jsonb_strip_nulls(jsonb_build_object(
                'retention', p_run,
                'stream', p_stream,
                'from', goes_from,
                'to', top,
                'leaves', leaves,
                'masked', masked,
                'file', plan.file,
                'sha256', encode(plan.sha256, 'hex'))),
            jsonb_build_object('actor', session_user),
            null,
            null,
            false,
            null) as a;
        delete from {ledger}.rewritten_event as r where r.transaction = pg_current_xact_id() and r.stream = 'retention:' || p_run;
        if appended is not null then
            raise exception 'the event of retention % was refused: %', p_run, appended using errcode = 'LG041';
        end if;
    end if;

    update {ledger}.retention_stream as r
    set state = retain_page_v1.state,
        kept = stays,
        events = r.events + removed,
        mark = {ledger}.retention_mark_v1(p_stream)
    where r.run = p_run and r.stream = p_stream;
end
$function$;
